/* Range checks of plan, claim and items, so that the steps after them may rely on bounds. Internal to the core. */
#ifndef SETTLE_CHECK_H
#define SETTLE_CHECK_H

#include "fen.h"

static int in_range(int64_t value, int64_t low, int64_t high) {
    return value >= low && value <= high;
}

static int is_rate(int32_t rate) {
    return in_range(rate, 0, SETTLE_RATE_ONE);
}

static int is_fen(int64_t fen) {
    return in_range(fen, 0, SETTLE_FEN_MAX);
}

static int is_room(int64_t fen) {
    return is_fen(fen) || fen == SETTLE_NONE;
}

static int check_bands(const settle_band *bands, int32_t count, int64_t value_max) {
    int64_t before = 0;
    for (int32_t i = 0; i < count; i++) {
        if (!in_range(bands[i].value, 0, value_max) || bands[i].to < before) {
            return 0;
        }
        before = bands[i].to;
    }
    return 1;
}

static int check_segments(const settle_plan *plan) {
    int64_t before = 0;
    for (int32_t i = 0; i < plan->segment_count; i++) {
        const settle_segment *segment = &plan->segments[i];
        if (!is_rate(segment->rate) || !is_rate(segment->reduction) || segment->to <= before) {
            return 0;
        }
        before = segment->to;
    }
    return plan->segment_count == 0 || before == SETTLE_NONE;
}

static int check_stage(const settle_stage *stage) {
    return in_range(stage->fund, 1, SETTLE_FUNDS_MAX - 1) && is_rate(stage->rest_rate) &&
           is_rate(stage->co_payment_rate) && is_rate(stage->window_rate) && in_range(stage->window_widened, 0, 1) &&
           in_range(stage->band_count, 0, SETTLE_BANDS_MAX) &&
           check_bands(stage->bands, stage->band_count, SETTLE_RATE_ONE) && is_fen(stage->co_payment_from) &&
           is_fen(stage->window_from) && is_room(stage->window_to) && is_room(stage->guarantee_from) &&
           is_room(stage->room);
}

static int check_counts(const settle_plan *plan) {
    return in_range(plan->method, SETTLE_WALK, SETTLE_BED_DAY) &&
           in_range(plan->waterfall, SETTLE_LAYERS, SETTLE_ACCOUNT_FIRST) &&
           in_range(plan->measured_from, SETTLE_FROM_ZERO, SETTLE_FROM_YEAR) &&
           in_range(plan->segment_count, 0, SETTLE_SEGMENTS_MAX) &&
           in_range(plan->class_count, 1, SETTLE_CLASSES_MAX) &&
           in_range(plan->stage_count, 0, SETTLE_STAGES_MAX) && in_range(plan->band_count, 0, SETTLE_BANDS_MAX) &&
           in_range(plan->line_steps_max, 0, SETTLE_COUNT_MAX);
}

static int check_plan(const settle_plan *plan) {
    if (!check_counts(plan) || !check_segments(plan) || !check_bands(plan->bands, plan->band_count, SETTLE_FEN_MAX) ||
        !is_rate(plan->points) || !is_rate(plan->line_share) || !is_rate(plan->package_rate) ||
        !in_range(plan->package_fund, 0, SETTLE_FUNDS_MAX - 1) || !is_fen(plan->line_base) ||
        !is_fen(plan->line_step) || !is_fen(plan->line_floor) || !is_room(plan->line_cap) || !is_room(plan->cap) || !is_room(plan->limit) ||
        !is_room(plan->expense_ceiling) || !is_fen(plan->own_per_day)) {
        return 0;
    }
    if (plan->method == SETTLE_WALK && plan->segment_count == 0) {
        return 0;
    }
    for (int32_t i = 0; i < plan->class_count; i++) {
        if (!is_rate(plan->classes[i].bonus) || !in_range(plan->classes[i].own_rate, -1, SETTLE_RATE_ONE)) {
            return 0;
        }
    }
    for (int32_t i = 0; i < plan->stage_count; i++) {
        if (!check_stage(&plan->stages[i])) {
            return 0;
        }
    }
    return 1;
}

static int check_claim(const settle_claim *claim) {
    for (int32_t i = 0; i < SETTLE_STAGES_MAX; i++) {
        if (!is_fen(claim->stage_paid[i])) {
            return 0;
        }
    }
    return in_range(claim->pooled, 0, 1) && in_range(claim->item_count, 1, SETTLE_ITEMS_MAX) &&
           in_range(claim->line_count, 0, SETTLE_COUNT_MAX) && in_range(claim->days, 0, SETTLE_DAYS_MAX) &&
           in_range(claim->days_before, 0, SETTLE_DAYS_MAX) && is_fen(claim->line_raise) &&
           is_fen(claim->line_paid) && is_fen(claim->cap_paid) && is_fen(claim->limit_paid) &&
           is_fen(claim->expense_before) && is_fen(claim->expense_quota) && is_fen(claim->burden_before) &&
           is_fen(claim->self_pay_before) && is_fen(claim->usable);
}

/* A price counts millionths of a yuan: 10^4 of them are a fen. A quantity counts ten-thousandths. */
static int check_item(const settle_item *item, const settle_plan *plan) {
    const int64_t price_max = SETTLE_FEN_MAX * INT64_C(10000);
    return is_fen(item->amount) && in_range(item->unit_price, -1, price_max) &&
           in_range(item->quantity, -1, SETTLE_FEN_MAX * INT64_C(100)) && in_range(item->price_limit, -1, price_max) &&
           is_rate(item->self_pay_rate) && in_range(item->excluded, 0, 1) &&
           in_range(item->rate_class, 0, plan->class_count - 1) && in_range(item->kind, 0, SETTLE_KINDS_MAX - 1);
}

#endif

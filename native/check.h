/* Range checks of plans, claims and items, so that the steps after them may rely on bounds. Internal to the core. */
#ifndef SETTLE_CHECK_H
#define SETTLE_CHECK_H

#include "facts.h"

static int in_range(int64_t value, int64_t low, int64_t high) {
    return (value >= low) & (value <= high);
}

static int is_rate(int32_t rate) {
    return in_range(rate, 0, SETTLE_RATE_ONE);
}

static int is_fen(int64_t fen) {
    return in_range(fen, 0, SETTLE_FEN_MAX);
}

static int is_room(int64_t fen) {
    return is_fen(fen) | (fen == SETTLE_NONE);
}

/* The checks below join with `&`, not `&&`: all of them hold in every call that matters, and none needs another. */
static int check_bands(const settle_band *bands, int32_t count, int64_t value_max) {
    int64_t before = 0;
    int holds = 1;
    for (int32_t i = 0; i < count; i++) {
        holds &= in_range(bands[i].value, 0, value_max) & is_room(bands[i].to) & (bands[i].to >= before);
        before = bands[i].to;
    }
    return holds;
}

/* Bounds ascend, and the last is SETTLE_NONE: every place of the axis has a rate. */
static int check_segments(const settle_plan *plan) {
    int64_t before = 0;
    int holds = 1;
    for (int32_t i = 0; i < plan->segment_count; i++) {
        const settle_segment *segment = &plan->segments[i];
        holds &= is_rate(segment->rate) & is_rate(segment->reduction) & is_room(segment->to) & (segment->to > before);
        before = segment->to;
    }
    return holds & ((plan->segment_count == 0) | (before == SETTLE_NONE));
}

static int check_classes(const settle_plan *plan) {
    int holds = 1;
    for (int32_t i = 0; i < plan->class_count; i++) {
        holds &= is_rate(plan->classes[i].bonus) & in_range(plan->classes[i].own_rate, -1, SETTLE_RATE_ONE);
    }
    return holds;
}

static int check_stage(const settle_stage *stage) {
    const int holds = in_range(stage->fund, 1, SETTLE_FUNDS_MAX - 1) & is_rate(stage->rest_rate) &
                      is_rate(stage->co_payment_rate) & is_rate(stage->window_rate) &
                      in_range(stage->window_widened, 0, 1) & in_range(stage->band_count, 0, SETTLE_BANDS_MAX) &
                      is_fen(stage->co_payment_from) & is_fen(stage->window_from) & is_room(stage->window_to) &
                      is_room(stage->guarantee_from) & is_room(stage->room);
    return holds && check_bands(stage->bands, stage->band_count, SETTLE_RATE_ONE);
}

static int check_counts(const settle_plan *plan) {
    return in_range(plan->method, SETTLE_WALK, SETTLE_BED_DAY) &
           in_range(plan->waterfall, SETTLE_LAYERS, SETTLE_ACCOUNT_FIRST) &
           in_range(plan->measured_from, SETTLE_FROM_ZERO, SETTLE_FROM_YEAR) &
           in_range(plan->segment_count, plan->method == SETTLE_WALK, SETTLE_SEGMENTS_MAX) &
           in_range(plan->class_count, 1, SETTLE_CLASSES_MAX) & in_range(plan->stage_count, 0, SETTLE_STAGES_MAX) &
           in_range(plan->band_count, 0, SETTLE_BANDS_MAX) & in_range(plan->line_steps_max, 0, SETTLE_COUNT_MAX) &
           in_range(plan->package_fund, plan->method == SETTLE_SHARED_PACKAGE, SETTLE_FUNDS_MAX - 1);
}

static int check_amounts(const settle_plan *plan) {
    return is_rate(plan->points) & is_rate(plan->line_share) & is_rate(plan->package_rate) & is_fen(plan->line_base) &
           is_fen(plan->line_step) & is_fen(plan->line_floor) & is_room(plan->line_cap) & is_room(plan->cap) &
           is_room(plan->limit) & is_room(plan->expense_ceiling) & is_fen(plan->own_per_day);
}

static int check_plan(const settle_plan *plan) {
    if (!check_counts(plan)) {
        return 0;
    }
    int holds = check_amounts(plan) & check_segments(plan) & check_classes(plan) &
                check_bands(plan->bands, plan->band_count, SETTLE_FEN_MAX);
    for (int32_t i = 0; i < plan->stage_count; i++) {
        holds &= check_stage(&plan->stages[i]);
    }
    return holds;
}

static int check_plans(const settle_plan *plans, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        if (!check_plan(&plans[i])) {
            return 0;
        }
    }
    return 1;
}

/* Copies the claim into the row, whose sums become zero; whether the claim is in range. */
SETTLE_STEP int check_claim(facts_row *row, const settle_claim *claim) {
    memset(&row->numbers[FACTS_OF_ITEMS], 0, (FACTS_COUNT - FACTS_OF_ITEMS) * sizeof(int64_t));
    settle_facts *facts = &row->facts;
    facts->pooled = claim->pooled;
    facts->line_count = claim->line_count;
    facts->days = claim->days;
    facts->days_before = claim->days_before;
    facts->line_raise = claim->line_raise;
    facts->line_paid = claim->line_paid;
    facts->cap_paid = claim->cap_paid;
    facts->limit_paid = claim->limit_paid;
    facts->expense_before = claim->expense_before;
    facts->expense_quota = claim->expense_quota;
    facts->burden_before = claim->burden_before;
    facts->self_pay_before = claim->self_pay_before;
    facts->usable = claim->usable;
    for (int32_t i = 0; i < SETTLE_STAGES_MAX; i++) {
        facts->stage_paid[i] = claim->stage_paid[i];
    }
    return in_range(claim->item_count, 1, SETTLE_ITEMS_MAX) & facts_fit(row, FACTS_OF_CLAIM, FACTS_OF_ITEMS);
}

/* A price counts millionths of a yuan: 10^4 of them are a fen. A quantity counts ten-thousandths. */
SETTLE_STEP int check_item(const settle_item *item, const settle_plan *plan) {
    const int64_t price_max = SETTLE_FEN_MAX * INT64_C(10000);
    return is_fen(item->amount) & in_range(item->unit_price, -1, price_max) &
           in_range(item->quantity, -1, SETTLE_FEN_MAX * INT64_C(100)) & in_range(item->price_limit, -1, price_max) &
           is_rate(item->self_pay_rate) & in_range(item->excluded, 0, 1) &
           in_range(item->rate_class, 0, plan->class_count - 1) & in_range(item->kind, 0, SETTLE_KINDS_MAX - 1);
}

#endif

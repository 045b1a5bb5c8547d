/* Plans, claims and items out of a stream of numbers: a seeded generator's, or a fuzzer's bytes. */
#ifndef WORLD_H
#define WORLD_H

#include <string.h>

#include "agree.h"
#include "settle.h"

/* With data, its bytes, then zeros; without, a seeded sequence. */
typedef struct {
    const unsigned char *data;
    size_t left;
    uint64_t seed;
    int64_t scale; /* amounts are below it, some of them ten times it */
} world_source;

static int64_t world_below(world_source *source, int64_t bound) {
    uint64_t number = 0;
    if (source->data == 0) {
        source->seed ^= source->seed << 13;
        source->seed ^= source->seed >> 7;
        source->seed ^= source->seed << 17;
        number = source->seed >> 8;
    } else {
        for (int64_t reach = 1; reach < bound && source->left > 0; reach *= 256) {
            number = number * 256 + *source->data;
            source->data++;
            source->left--;
        }
    }
    return (int64_t)(number % (uint64_t)bound);
}

static int world_one_in(world_source *source, int64_t count) {
    return world_below(source, count) == count - 1;
}

static int64_t world_fen(world_source *source) {
    return world_one_in(source, 3) ? 0 : world_below(source, source->scale);
}

static int64_t world_room(world_source *source) {
    return world_one_in(source, 3) ? SETTLE_NONE : world_below(source, 2 * source->scale);
}

static int32_t world_rate(world_source *source) {
    static const int32_t round[] = {0, SETTLE_RATE_ONE, 5000};
    const int64_t choice = world_below(source, 6);
    return choice < 3 ? round[choice] : (int32_t)world_below(source, SETTLE_RATE_ONE + 1);
}

static int32_t world_seldom_rate(world_source *source) {
    return world_one_in(source, 2) ? world_rate(source) : 0;
}

static void world_stage(world_source *source, settle_stage *stage) {
    stage->fund = 1 + (int32_t)world_below(source, SETTLE_FUNDS_MAX - 1);
    stage->rest_rate = world_seldom_rate(source);
    stage->co_payment_rate = world_seldom_rate(source);
    stage->window_rate = world_seldom_rate(source);
    stage->window_widened = (int32_t)world_below(source, 2);
    stage->band_count = (int32_t)world_below(source, 5);
    stage->co_payment_from = world_fen(source);
    stage->window_from = world_fen(source);
    stage->window_to = world_room(source);
    stage->guarantee_from = world_one_in(source, 4) ? world_fen(source) : SETTLE_NONE;
    stage->room = world_room(source);
    int64_t to = 0;
    for (int32_t i = 0; i < stage->band_count; i++) {
        to += world_below(source, source->scale);
        stage->bands[i].to = i + 1 == stage->band_count && world_one_in(source, 2) ? SETTLE_NONE : to;
        stage->bands[i].value = i == 0 ? 0 : world_rate(source);
    }
}

static void world_walk(world_source *source, settle_plan *plan) {
    int64_t to = 0;
    plan->segment_count = 1 + (int32_t)world_below(source, SETTLE_SEGMENTS_MAX);
    for (int32_t i = 0; i < plan->segment_count; i++) {
        to += 1 + world_below(source, source->scale / 2 + 1);
        plan->segments[i].to = i + 1 == plan->segment_count ? SETTLE_NONE : to;
        plan->segments[i].rate = world_rate(source);
        plan->segments[i].reduction = world_one_in(source, 4) ? world_rate(source) : 0;
    }
    plan->class_count = 1 + (int32_t)world_below(source, SETTLE_CLASSES_MAX);
    for (int32_t i = 0; i < plan->class_count; i++) {
        plan->classes[i].own_rate = world_one_in(source, 3) ? world_rate(source) : -1;
        plan->classes[i].bonus = world_seldom_rate(source);
    }
    plan->points = world_seldom_rate(source);
}

static void world_plan(world_source *source, settle_plan *plan) {
    memset(plan, 0, sizeof *plan);
    plan->method = world_one_in(source, 2) ? (int32_t)world_below(source, SETTLE_BED_DAY + 1) : SETTLE_WALK;
    plan->waterfall = (int32_t)world_below(source, 2);
    plan->measured_from = (int32_t)world_below(source, 3);
    world_walk(source, plan);
    plan->stage_count = (int32_t)world_below(source, SETTLE_STAGES_MAX + 1);
    for (int32_t i = 0; i < plan->stage_count; i++) {
        world_stage(source, &plan->stages[i]);
    }
    plan->band_count = (int32_t)world_below(source, 4);
    for (int32_t i = 0; i < plan->band_count; i++) {
        plan->bands[i].to = i == 2 ? SETTLE_NONE : (i + 1) * (1 + world_below(source, 20));
        plan->bands[i].to = i == 1 && plan->bands[1].to < plan->bands[0].to ? plan->bands[0].to : plan->bands[i].to;
        plan->bands[i].value = world_fen(source) / 16;
    }
    plan->line_share = world_one_in(source, 3) ? world_rate(source) : SETTLE_RATE_ONE;
    plan->line_steps_max = (int32_t)world_below(source, 5);
    plan->package_rate = world_rate(source);
    plan->package_fund = 1 + (int32_t)world_below(source, SETTLE_FUNDS_MAX - 1);
    plan->account_parts = (int32_t)world_below(source, 1 << SETTLE_PARTS);
    for (int i = 0; i < SETTLE_PARTS; i++) {
        plan->account_kinds[i] = (int32_t)world_below(source, 8);
    }
    plan->line_base = world_fen(source);
    plan->line_step = world_fen(source) / 4;
    plan->line_floor = world_fen(source) / 4;
    plan->line_cap = world_room(source);
    plan->cap = world_room(source);
    plan->limit = world_room(source);
    plan->expense_ceiling = world_room(source);
    plan->own_per_day = world_fen(source) / 32;
}

static void world_claim(world_source *source, settle_claim *claim) {
    memset(claim, 0, sizeof *claim);
    claim->pooled = !world_one_in(source, 8);
    claim->item_count = 1 + (int32_t)world_below(source, AGREE_ITEMS_MAX);
    claim->line_count = (int32_t)world_below(source, 5);
    claim->days = (int32_t)world_below(source, 40);
    claim->days_before = (int32_t)world_below(source, 40);
    claim->line_raise = world_fen(source) / 2;
    claim->line_paid = world_one_in(source, 2) ? world_fen(source) : 0;
    claim->cap_paid = world_fen(source);
    claim->limit_paid = world_fen(source);
    claim->expense_before = world_fen(source);
    claim->expense_quota = world_fen(source);
    claim->burden_before = world_fen(source);
    claim->self_pay_before = world_fen(source);
    claim->usable = world_fen(source);
    for (int i = 0; i < SETTLE_STAGES_MAX; i++) {
        claim->stage_paid[i] = world_fen(source);
    }
}

static void world_items(world_source *source, const settle_plan *plan, const settle_claim *claim, settle_item *items) {
    memset(items, 0, AGREE_ITEMS_MAX * sizeof *items);
    for (int32_t i = 0; i < claim->item_count; i++) {
        const int limited = world_one_in(source, 3);
        items[i].amount = world_fen(source) / 2;
        items[i].unit_price = limited ? world_below(source, source->scale * 10000) : -1;
        items[i].quantity = limited ? world_below(source, 40000) : -1;
        items[i].price_limit = limited ? world_below(source, source->scale * 10000) : -1;
        items[i].self_pay_rate = world_seldom_rate(source);
        items[i].excluded = world_one_in(source, 5);
        items[i].rate_class = (int32_t)world_below(source, plan->class_count);
        items[i].kind = (int32_t)world_below(source, 4);
    }
}

#endif

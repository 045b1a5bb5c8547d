/* The items of a bill: catalogue, price limit, prior self-pay (5.2), and the sums over them. Internal to the core. */
#ifndef SETTLE_ITEMS_H
#define SETTLE_ITEMS_H

#include "check.h"
#include "state.h"

/* (u - p) x q counts 10^-10 yuan, 10^-8 fen. What exceeds the amount is the amount, also where it would not fit. */
static int64_t item_over_limit(checked *sum, const settle_item *item) {
    if (item->price_limit < 0 || item->unit_price < 0 || item->quantity < 0 ||
        item->unit_price <= item->price_limit) {
        return 0;
    }
    int64_t product = 0;
    if (__builtin_mul_overflow(item->unit_price - item->price_limit, item->quantity, &product) ||
        product / 100000000 >= item->amount) {
        return item->amount;
    }
    return fen_min(item->amount, fen_divide_half_up(sum, product, 100000000));
}

static settle_item_split item_split(checked *sum, const settle_item *item, int whole) {
    settle_item_split split = {0, 0, 0, 0};
    if (whole) {
        split.eligible = item->amount;
    } else if (item->excluded) {
        split.out_of_catalogue = item->amount;
    } else {
        split.over_limit = item_over_limit(sum, item);
        const int64_t within = item->amount - split.over_limit;
        split.prior_self_pay =
            fen_divide_half_up(sum, fen_mul(sum, within, item->self_pay_rate), SETTLE_RATE_ONE);
        split.eligible = within - split.prior_self_pay;
    }
    return split;
}

static void items_count_kind(settle_state *state, const settle_item *item, int32_t part, int64_t amount) {
    if (((uint32_t)state->plan->account_kinds[part] >> item->kind) & 1U) {
        state->kind_parts[part] = fen_add(&state->sum, state->kind_parts[part], amount);
    }
}

/* Splits every item and sums up T, C, O, B and E. Bed-day and shared-package bills are paid as a whole: E = T. */
static int32_t items_split(settle_state *state, const settle_item *items, settle_item_split *item_splits) {
    const int whole = state->plan->method == SETTLE_SHARED_PACKAGE || state->plan->method == SETTLE_BED_DAY;
    settle_split *split = state->split;
    for (int32_t i = 0; i < state->claim->item_count; i++) {
        const settle_item *item = &items[i];
        if (!check_item(item, state->plan)) {
            return SETTLE_BAD_ITEM;
        }
        const settle_item_split one = item_split(&state->sum, item, whole);
        split->total = fen_add(&state->sum, split->total, item->amount);
        split->out_of_catalogue = fen_add(&state->sum, split->out_of_catalogue, one.out_of_catalogue);
        split->over_limit = fen_add(&state->sum, split->over_limit, one.over_limit);
        split->prior_self_pay = fen_add(&state->sum, split->prior_self_pay, one.prior_self_pay);
        split->eligible = fen_add(&state->sum, split->eligible, one.eligible);
        state->class_eligible[item->rate_class] =
            fen_add(&state->sum, state->class_eligible[item->rate_class], one.eligible);
        items_count_kind(state, item, SETTLE_UNPOOLED, one.eligible);
        items_count_kind(state, item, SETTLE_PRIOR_SELF_PAY, one.prior_self_pay);
        items_count_kind(state, item, SETTLE_OVER_LIMIT, one.over_limit);
        items_count_kind(state, item, SETTLE_OUT_OF_CATALOGUE, one.out_of_catalogue);
        if (item_splits != 0) {
            item_splits[i] = one;
        }
    }
    return split->total > SETTLE_FEN_MAX ? SETTLE_BAD_ITEM : state->sum.code;
}

#endif

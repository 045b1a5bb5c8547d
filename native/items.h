/* The items of a bill: catalogue, price limit, prior self-pay (5.2), and the sums over them. Internal to the core. */
#ifndef SETTLE_ITEMS_H
#define SETTLE_ITEMS_H

#include "check.h"

/* (u - p) x q counts 10^-10 yuan, 10^-8 fen. What exceeds the amount is the amount, also where it would not fit. */
static int64_t item_over_limit(const settle_item *item) {
    int64_t product;
    if (item->price_limit < 0) {
        return 0;
    }
    const int64_t over = fen_max(0, item->unit_price - item->price_limit);
    if (__builtin_mul_overflow(over, fen_max(0, item->quantity), &product)) {
        return item->amount;
    }
    return fen_min(item->amount, fen_divide_half_up(product, 100000000));
}

/* Whether a bill is paid as a whole: E = T, whatever its items are. */
SETTLE_STEP int items_whole(const settle_plan *plan) {
    return (plan->method == SETTLE_SHARED_PACKAGE) | (plan->method == SETTLE_BED_DAY);
}

SETTLE_STEP settle_item_split item_split(const settle_item *item, int whole) {
    settle_item_split split = {0, 0, 0, 0};
    if (whole) {
        split.eligible = item->amount;
    } else if (item->excluded) {
        split.out_of_catalogue = item->amount;
    } else {
        split.over_limit = item_over_limit(item);
        const int64_t within = item->amount - split.over_limit;
        split.prior_self_pay = fen_divide_half_up(within * item->self_pay_rate, SETTLE_RATE_ONE);
        split.eligible = within - split.prior_self_pay;
    }
    return split;
}

/* `amount` where the account may pay this part of this kind of item, else 0. */
SETTLE_STEP int64_t item_in_kind(const settle_plan *plan, const settle_item *item, int32_t part, int64_t amount) {
    return (((uint32_t)plan->account_kinds[part] >> item->kind) & 1U) ? amount : 0;
}

/* Splits every item and adds it to the sums of the row, which are zero before. */
SETTLE_STEP int32_t items_sum(settle_facts *facts, settle_item_split *item_splits, const settle_plan *plan,
                              const settle_item *items, int32_t item_count) {
    const int whole = items_whole(plan);
    for (int32_t i = 0; i < item_count; i++) {
        const settle_item *item = &items[i];
        if (!check_item(item, plan)) {
            return SETTLE_BAD_ITEM;
        }
        const settle_item_split one = item_split(item, whole);
        facts->eligible[item->rate_class] += one.eligible;
        facts->prior_self_pay += one.prior_self_pay;
        facts->over_limit += one.over_limit;
        facts->out_of_catalogue += one.out_of_catalogue;
        facts->in_kind[0] += item_in_kind(plan, item, SETTLE_UNPOOLED, one.eligible);
        facts->in_kind[1] += item_in_kind(plan, item, SETTLE_PRIOR_SELF_PAY, one.prior_self_pay);
        facts->in_kind[2] += item_in_kind(plan, item, SETTLE_OVER_LIMIT, one.over_limit);
        facts->in_kind[3] += item_in_kind(plan, item, SETTLE_OUT_OF_CATALOGUE, one.out_of_catalogue);
        if (item_splits != 0) {
            item_splits[i] = one;
        }
    }
    return SETTLE_OK;
}

#endif

/* One bill as numbers alone: its claim, and the sums over its items. Internal to the core. */
#ifndef SETTLE_FACTS_H
#define SETTLE_FACTS_H

#include <stddef.h>
#include <string.h>

#include "fen.h"

/* The fields of settle_facts_columns, in their order. */
typedef struct {
    int64_t plan, pooled, line_count, days, days_before, line_raise, line_paid, cap_paid, limit_paid;
    int64_t expense_before, expense_quota, burden_before, self_pay_before, usable;
    int64_t stage_paid[SETTLE_STAGES_MAX];
    int64_t eligible[SETTLE_CLASSES_MAX];
    int64_t prior_self_pay, over_limit, out_of_catalogue;
    int64_t in_kind[SETTLE_SUMS];
} settle_facts;

#define FACTS_COUNT (sizeof(settle_facts) / sizeof(int64_t))
#define FACT(name) (offsetof(settle_facts, name) / sizeof(int64_t))
#define FACTS_OF_CLAIM FACT(pooled) /* the first number that a claim determines; the plan before it is its caller's */
#define FACTS_OF_ITEMS FACT(eligible) /* the first number that items determine */

/* A bill's numbers by name, and by place: `eligible` stands at FACT(eligible) of both structs. */
typedef union {
    settle_facts facts;
    int64_t numbers[FACTS_COUNT];
} facts_row;

/* The greatest value of each number; the least is 0. Whether a plan's index is below the count, its reader asks. */
static const int64_t facts_max[FACTS_COUNT] = {
    [FACT(plan)] = INT32_MAX,
    [FACT(pooled)] = 1,
    [FACT(line_count)] = SETTLE_COUNT_MAX,
    [FACT(days)] = SETTLE_DAYS_MAX,
    [FACT(days_before)] = SETTLE_DAYS_MAX,
    [FACT(line_raise)] = SETTLE_FEN_MAX,
    [FACT(line_paid)] = SETTLE_FEN_MAX,
    [FACT(cap_paid)] = SETTLE_FEN_MAX,
    [FACT(limit_paid)] = SETTLE_FEN_MAX,
    [FACT(expense_before)] = SETTLE_FEN_MAX,
    [FACT(expense_quota)] = SETTLE_FEN_MAX,
    [FACT(burden_before)] = SETTLE_FEN_MAX,
    [FACT(self_pay_before)] = SETTLE_FEN_MAX,
    [FACT(usable)] = SETTLE_FEN_MAX,
    [FACT(stage_paid)] = SETTLE_FEN_MAX, SETTLE_FEN_MAX, SETTLE_FEN_MAX, SETTLE_FEN_MAX,
    [FACT(eligible)] = SETTLE_FEN_MAX, SETTLE_FEN_MAX, SETTLE_FEN_MAX, SETTLE_FEN_MAX,
    [FACT(prior_self_pay)] = SETTLE_FEN_MAX,
    [FACT(over_limit)] = SETTLE_FEN_MAX,
    [FACT(out_of_catalogue)] = SETTLE_FEN_MAX,
    [FACT(in_kind)] = SETTLE_NONE, SETTLE_NONE, SETTLE_NONE, SETTLE_NONE,
};

_Static_assert(SETTLE_STAGES_MAX == 4 && SETTLE_CLASSES_MAX == 4 && SETTLE_SUMS == 4, "the arrays of facts_max");

/* A negative number is, unsigned, above every limit. */
static int facts_fit(const facts_row *row, size_t from, size_t to) {
    uint64_t outside = 0;
    for (size_t i = from; i < to; i++) {
        outside |= (uint64_t)row->numbers[i] > (uint64_t)facts_max[i];
    }
    return outside == 0;
}

#endif

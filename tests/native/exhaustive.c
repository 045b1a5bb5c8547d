/*
 * Every bill of a small world, against a model that walks fen by fen, and the edges of 64 bits. Built with address and
 * undefined-behaviour sanitizers by the test beside it. Prints how many bills it tried; the exit status is the verdict.
 */
#include <stdio.h>
#include <string.h>

#include "settle.h"

#define ORDINARY_MAX 5
#define CLASS_MAX 4

static long long tried = 0;

static int fail(const char *what, const settle_claim *claim, const settle_split *split) {
    fprintf(stderr, "%s: cap_paid %lld line_paid %lld pool %lld\n", what, (long long)claim->cap_paid,
            (long long)claim->line_paid, (long long)split->funds[0]);
    return 1;
}

static int64_t clamp_rate(int64_t rate) {
    return rate < 0 ? 0 : rate > SETTLE_RATE_ONE ? SETTLE_RATE_ONE : rate;
}

static int64_t model_rate(const settle_plan *plan, int64_t place, int64_t ordinary) {
    int32_t segment = 0;
    while (plan->segments[segment].to <= place) {
        segment++;
    }
    const settle_class *of = &plan->classes[place < ordinary ? 0 : 1];
    const int64_t base = clamp_rate(plan->segments[segment].rate + plan->points - plan->segments[segment].reduction);
    if (of->own_rate >= 0) {
        return base > of->own_rate ? base : of->own_rate;
    }
    return clamp_rate(plan->segments[segment].rate + plan->points + of->bonus - plan->segments[segment].reduction);
}

/* Fen by fen: the pool, the used expense, and the next fund on what a year's room left. */
static void model(const settle_plan *plan, int64_t ordinary, int64_t eligible, int64_t line, int64_t room, int own,
                  int64_t *pool, int64_t *next, int64_t *deductible) {
    *deductible = eligible < line ? eligible : line;
    int64_t exact = 0;
    int64_t place = *deductible;
    int bitten = 0;
    for (; place < eligible; place++) {
        const int64_t rate = model_rate(plan, place, ordinary);
        if (exact + rate > room * SETTLE_RATE_ONE) {
            bitten = 1;
            place += exact < room * SETTLE_RATE_ONE;
            break;
        }
        exact += rate;
    }
    *pool = bitten ? room : (2 * exact + SETTLE_RATE_ONE) / (2 * SETTLE_RATE_ONE);
    const int64_t rest = bitten && !own ? eligible - place : 0;
    *next = (2 * rest * plan->stages[0].rest_rate + SETTLE_RATE_ONE) / (2 * SETTLE_RATE_ONE);
}

static int try_bill(const settle_plan *plan, int64_t ordinary, int64_t special, int64_t line_paid, int64_t cap_paid,
                    int64_t limit_paid) {
    settle_item items[2];
    memset(items, 0, sizeof items);
    for (int i = 0; i < 2; i++) {
        items[i].unit_price = items[i].quantity = items[i].price_limit = -1;
        items[i].rate_class = i;
    }
    items[0].amount = ordinary;
    items[1].amount = special;
    settle_claim claim;
    memset(&claim, 0, sizeof claim);
    claim.pooled = 1;
    claim.item_count = 2;
    claim.line_paid = line_paid;
    claim.cap_paid = cap_paid;
    claim.limit_paid = limit_paid;
    claim.usable = 2;
    settle_split split;
    settle_line lines[SETTLE_LINES_MAX];
    int32_t line_count = 0;
    tried++;
    if (settle_bill(&split, lines, &line_count, 0, plan, &claim, items) != SETTLE_OK) {
        return fail("refused", &claim, &split);
    }
    const int64_t cap_room = plan->cap > cap_paid ? plan->cap - cap_paid : 0;
    const int64_t own_room = plan->limit == SETTLE_NONE ? SETTLE_NONE : plan->limit > limit_paid ? plan->limit - limit_paid : 0;
    const int own = own_room != SETTLE_NONE && own_room <= cap_room;
    int64_t pool = 0;
    int64_t next = 0;
    int64_t deductible = 0;
    const int64_t line = plan->line_base > line_paid ? plan->line_base - line_paid : 0;
    model(plan, ordinary, ordinary + special, line, own ? own_room : cap_room, own, &pool, &next, &deductible);
    if (split.funds[0] != pool || split.funds[1] != next || split.deductible != deductible) {
        return fail("differs from the fen-by-fen model", &claim, &split);
    }
    int64_t sum = 0;
    for (int32_t i = 0; i < line_count; i++) {
        sum += lines[i].amount;
    }
    return sum == split.total ? 0 : fail("lines do not add up", &claim, &split);
}

static int try_world(settle_plan *plan) {
    int failed = 0;
    for (int64_t ordinary = 0; ordinary <= ORDINARY_MAX; ordinary++) {
        for (int64_t special = 0; special <= CLASS_MAX; special++) {
            for (int64_t line_paid = 0; line_paid <= 2; line_paid++) {
                for (int64_t cap_paid = 0; cap_paid <= 3; cap_paid++) {
                    for (int64_t limit_paid = 0; limit_paid <= 2; limit_paid++) {
                        failed |= try_bill(plan, ordinary, special, line_paid, cap_paid, limit_paid);
                    }
                }
            }
        }
    }
    return failed;
}

static int try_worlds(void) {
    static const int32_t rates[] = {0, 3333, 5000, 9000, 10000};
    int failed = 0;
    settle_plan plan;
    memset(&plan, 0, sizeof plan);
    plan.segment_count = 2;
    plan.class_count = 2;
    plan.stage_count = 1;
    plan.line_share = SETTLE_RATE_ONE;
    plan.line_steps_max = SETTLE_COUNT_MAX;
    plan.classes[0].own_rate = -1;
    plan.segments[1].to = SETTLE_NONE;
    plan.expense_ceiling = plan.line_cap = SETTLE_NONE;
    plan.account_parts = 1 << SETTLE_DEDUCTIBLE | 1 << SETTLE_CO_PAYMENT;
    plan.stages[0].fund = 1;
    plan.stages[0].rest_rate = 9000;
    plan.stages[0].room = plan.stages[0].window_to = plan.stages[0].guarantee_from = SETTLE_NONE;
    for (int i = 0; i < 5 * 5 * 3 * 3 * 4 * 3; i++) {
        int rest = i;
        plan.segments[0].rate = rates[rest % 5], rest /= 5;
        plan.segments[1].rate = rates[rest % 5], rest /= 5;
        plan.segments[0].to = 1 + rest % 3, rest /= 3;
        plan.line_base = rest % 3, rest /= 3;
        plan.cap = 1 + rest % 4, rest /= 4;
        plan.limit = rest % 3 == 2 ? SETTLE_NONE : 1 + rest % 3;
        plan.points = i % 2 * 500;
        plan.classes[1].own_rate = i % 3 == 0 ? 9500 : -1;
        plan.classes[1].bonus = i % 3 == 1 ? 1000 : 0;
        plan.segments[0].reduction = i % 7 == 0 ? 1800 : 0;
        failed |= try_world(&plan);
    }
    return failed;
}

/* Numbers near 2^63 are refused by code, outputs zeroed, nothing wraps. */
static int try_edges(void) {
    settle_plan plan;
    settle_claim claim;
    settle_item item;
    settle_split split;
    memset(&plan, 0, sizeof plan);
    memset(&claim, 0, sizeof claim);
    memset(&item, 0, sizeof item);
    plan.segment_count = plan.class_count = 1;
    plan.classes[0].own_rate = -1;
    plan.segments[0].to = SETTLE_NONE;
    plan.segments[0].rate = SETTLE_RATE_ONE;
    plan.cap = plan.limit = plan.expense_ceiling = plan.line_cap = SETTLE_NONE;
    claim.pooled = claim.item_count = 1;
    item.unit_price = item.quantity = item.price_limit = -1;
    item.amount = SETTLE_FEN_MAX;
    if (settle_bill(&split, 0, 0, 0, &plan, &claim, &item) != SETTLE_OK || split.funds[0] != SETTLE_FEN_MAX) {
        return fail("the largest bill", &claim, &split);
    }
    item.amount = SETTLE_FEN_MAX + 1;
    int wrong = settle_bill(&split, 0, 0, 0, &plan, &claim, &item) != SETTLE_BAD_ITEM;
    item.amount = INT64_MAX;
    wrong |= settle_bill(&split, 0, 0, 0, &plan, &claim, &item) != SETTLE_BAD_ITEM || split.total != 0;
    item.amount = -1;
    wrong |= settle_bill(&split, 0, 0, 0, &plan, &claim, &item) != SETTLE_BAD_ITEM;
    item.amount = 1;
    claim.cap_paid = INT64_MAX;
    wrong |= settle_bill(&split, 0, 0, 0, &plan, &claim, &item) != SETTLE_BAD_CLAIM;
    claim.cap_paid = INT64_MIN;
    wrong |= settle_bill(&split, 0, 0, 0, &plan, &claim, &item) != SETTLE_BAD_CLAIM;
    claim.cap_paid = 0;
    plan.segments[0].rate = SETTLE_RATE_ONE + 1;
    wrong |= settle_bill(&split, 0, 0, 0, &plan, &claim, &item) != SETTLE_BAD_PLAN;
    plan.segments[0].rate = INT32_MIN;
    wrong |= settle_bill(&split, 0, 0, 0, &plan, &claim, &item) != SETTLE_BAD_PLAN;
    plan.segments[0].rate = 0;
    plan.segment_count = INT32_MAX;
    wrong |= settle_bill(&split, 0, 0, 0, &plan, &claim, &item) != SETTLE_BAD_PLAN;
    return wrong ? fail("an edge was not refused", &claim, &split) : 0;
}

int main(void) {
    const int failed = try_worlds() | try_edges();
    printf("%lld bills\n", tried);
    return failed;
}

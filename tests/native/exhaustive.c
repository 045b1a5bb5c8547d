/*
 * Every bill of some small worlds, against the model that walks fen by fen. A world is a plan with one part of the law
 * in it, and dials: each number that matters takes each of a few values. Prints how many bills were tried.
 */
#include <stdio.h>
#include <string.h>

#include "agree.h"

#define DIALS_MAX 16

typedef struct {
    int64_t *wide;
    int32_t *narrow;
    const int64_t *values;
    int count;
} dial;

typedef struct {
    settle_plan plan;
    settle_claim claim;
    settle_item items[2];
    dial dials[DIALS_MAX];
    int dial_count;
} world;

static const int64_t amounts[] = {0, 1, 2, 4, 7};
static const int64_t rooms[] = {0, 1, 2, 4, SETTLE_NONE};
static const int64_t before[] = {0, 1, 3, 6};
static const int64_t rates[] = {0, 3333, 5000, 9000, SETTLE_RATE_ONE};
static const int64_t switches[] = {0, 1};

static void turn_wide(world *w, int64_t *number, const int64_t *values, int count) {
    w->dials[w->dial_count++] = (dial){number, 0, values, count};
}

static void turn_narrow(world *w, int32_t *number, const int64_t *values, int count) {
    w->dials[w->dial_count++] = (dial){0, number, values, count};
}

static void set(const dial *of, int at) {
    if (of->wide != 0) {
        *of->wide = of->values[at];
    } else {
        *of->narrow = (int32_t)of->values[at];
    }
}

/* Every position of every dial. Returns how many bills there were; negative: one was wrong. */
static long every(world *w) {
    int at[DIALS_MAX] = {0};
    long tried = 0;
    for (int i = 0; i < w->dial_count; i++) {
        set(&w->dials[i], 0);
    }
    for (;;) {
        if (!agree_with_model(&w->plan, &w->claim, w->items)) {
            for (int j = 0; j < w->dial_count; j++) {
                fprintf(stderr, "dial %d at %d\n", j, at[j]);
            }
            return -1000000000;
        }
        tried++;
        int i = 0;
        while (i < w->dial_count && at[i] + 1 == w->dials[i].count) {
            at[i] = 0;
            set(&w->dials[i], 0);
            i++;
        }
        if (i == w->dial_count) {
            return tried;
        }
        at[i]++;
        set(&w->dials[i], at[i]);
    }
}

/* Two segments of 90% and 50%, an ordinary class and one with 10 points more, no line, no rooms, no account. */
static void begin(world *w) {
    memset(w, 0, sizeof *w);
    settle_plan *plan = &w->plan;
    plan->segment_count = plan->class_count = 2;
    plan->segments[0].to = 3;
    plan->segments[0].rate = 9000;
    plan->segments[1].to = SETTLE_NONE;
    plan->segments[1].rate = 5000;
    plan->classes[0].own_rate = plan->classes[1].own_rate = -1;
    plan->classes[1].bonus = 1000;
    plan->line_share = SETTLE_RATE_ONE;
    plan->line_cap = plan->cap = plan->limit = plan->expense_ceiling = SETTLE_NONE;
    plan->package_fund = 3;
    for (int i = 0; i < SETTLE_PARTS; i++) {
        plan->account_kinds[i] = 1;
    }
    for (int i = 0; i < SETTLE_STAGES_MAX; i++) {
        plan->stages[i].fund = 1 + i;
        plan->stages[i].room = plan->stages[i].window_to = plan->stages[i].guarantee_from = SETTLE_NONE;
    }
    w->claim.pooled = 1;
    w->claim.item_count = 2;
    for (int i = 0; i < 2; i++) {
        w->items[i].unit_price = w->items[i].quantity = w->items[i].price_limit = -1;
        w->items[i].rate_class = i;
        turn_wide(w, &w->items[i].amount, amounts, 5);
    }
}

static long segments_and_rooms(void) {
    static const int64_t bounds[] = {1, 2, 4};
    static world w;
    begin(&w);
    w.plan.stage_count = 1;
    w.plan.stages[0].rest_rate = 9000;
    turn_narrow(&w, &w.plan.segments[0].rate, rates, 4);
    turn_narrow(&w, &w.plan.segments[1].rate, rates + 1, 4);
    turn_wide(&w, &w.plan.segments[0].to, bounds, 3);
    turn_wide(&w, &w.plan.line_base, before, 3);
    turn_wide(&w, &w.plan.cap, rooms, 5);
    turn_wide(&w, &w.plan.limit, rooms, 5);
    turn_wide(&w, &w.claim.cap_paid, before, 2);
    return every(&w);
}

static long classes_and_reductions(void) {
    static const int64_t own[] = {-1, 0, 9500};
    static world w;
    begin(&w);
    turn_narrow(&w, &w.plan.classes[1].own_rate, own, 3);
    turn_narrow(&w, &w.plan.classes[1].bonus, rates, 4);
    turn_narrow(&w, &w.plan.segments[0].reduction, rates, 5);
    turn_narrow(&w, &w.plan.segments[1].reduction, rates, 3);
    turn_narrow(&w, &w.plan.points, rates, 3);
    turn_wide(&w, &w.plan.cap, rooms + 2, 3);
    return every(&w);
}

static long lines_and_axes(void) {
    static const int64_t shares[] = {0, 5000, SETTLE_RATE_ONE};
    static const int64_t measures[] = {SETTLE_FROM_ZERO, SETTLE_FROM_DEDUCTIBLE, SETTLE_FROM_YEAR};
    static world w;
    begin(&w);
    w.plan.line_base = 5;
    w.plan.line_step = 2;
    w.plan.line_steps_max = 2;
    turn_narrow(&w, &w.plan.measured_from, measures, 3);
    turn_narrow(&w, &w.plan.line_share, shares, 3);
    turn_narrow(&w, &w.claim.line_count, before, 3);
    turn_wide(&w, &w.plan.line_floor, before, 3);
    turn_wide(&w, &w.plan.line_cap, rooms + 3, 2);
    turn_wide(&w, &w.claim.line_raise, before, 3);
    turn_wide(&w, &w.claim.line_paid, before, 3);
    turn_wide(&w, &w.claim.expense_before, before, 3);
    return every(&w);
}

static long ceilings_and_windows(void) {
    static world w;
    begin(&w);
    w.plan.stage_count = 1;
    w.plan.stages[0].window_rate = 8000;
    turn_wide(&w, &w.plan.expense_ceiling, rooms, 5);
    turn_wide(&w, &w.claim.expense_quota, before, 3);
    turn_wide(&w, &w.claim.expense_before, before, 4);
    turn_wide(&w, &w.plan.stages[0].window_from, before, 4);
    turn_wide(&w, &w.plan.stages[0].window_to, rooms, 5);
    turn_narrow(&w, &w.plan.stages[0].window_widened, switches, 2);
    turn_wide(&w, &w.plan.stages[0].room, rooms + 2, 3);
    return every(&w);
}

static long burdens_and_guarantees(void) {
    static world w;
    begin(&w);
    w.plan.stage_count = 2;
    w.plan.line_base = 2;
    w.plan.stages[0].band_count = 3;
    w.plan.stages[0].bands[1].value = 6000;
    w.plan.stages[0].bands[2].value = 7000;
    turn_wide(&w, &w.plan.stages[0].bands[0].to, before, 2);
    turn_wide(&w, &w.plan.stages[0].bands[1].to, before + 1, 3);
    turn_wide(&w, &w.plan.stages[0].bands[2].to, before + 3, 1);
    turn_wide(&w, &w.claim.burden_before, before, 4);
    turn_wide(&w, &w.claim.stage_paid[0], before, 2);
    turn_wide(&w, &w.plan.stages[0].room, rooms + 2, 3);
    turn_wide(&w, &w.plan.stages[1].guarantee_from, rooms, 5);
    turn_wide(&w, &w.claim.self_pay_before, before, 4);
    return every(&w);
}

static long co_payment_beyond_a_point(void) {
    static world w;
    begin(&w);
    w.plan.stage_count = 1;
    w.plan.stages[0].rest_rate = 8000;
    turn_narrow(&w, &w.plan.stages[0].co_payment_rate, rates, 5);
    turn_wide(&w, &w.plan.stages[0].co_payment_from, amounts, 5);
    turn_wide(&w, &w.claim.cap_paid, before, 4);
    turn_wide(&w, &w.plan.cap, rooms + 2, 3);
    turn_narrow(&w, &w.plan.segments[0].rate, rates + 1, 4);
    turn_narrow(&w, &w.plan.segments[1].rate, rates, 3);
    return every(&w);
}

static long pools_without_a_walk(void) {
    static const int64_t methods[] = {SETTLE_FIXED_SUM, SETTLE_ACTUAL_COST, SETTLE_SHARED_PACKAGE};
    static world w;
    begin(&w);
    w.plan.stage_count = 1;
    w.plan.stages[0].rest_rate = 9000;
    w.plan.account_parts = 127;
    w.claim.usable = 2;
    turn_narrow(&w, &w.plan.method, methods, 3);
    turn_wide(&w, &w.plan.limit, rooms, 5);
    turn_wide(&w, &w.plan.cap, rooms, 5);
    turn_wide(&w, &w.claim.limit_paid, before, 2);
    turn_narrow(&w, &w.plan.package_rate, rates, 5);
    turn_narrow(&w, &w.items[1].self_pay_rate, rates, 3);
    turn_narrow(&w, &w.items[0].excluded, switches, 2);
    return every(&w);
}

static long bed_days(void) {
    static const int64_t days[] = {0, 1, 2, 5};
    static const int64_t values[] = {0, 1, 3};
    static world w;
    begin(&w);
    w.plan.method = SETTLE_BED_DAY;
    w.plan.band_count = 2;
    w.plan.bands[1].to = SETTLE_NONE;
    turn_wide(&w, &w.plan.bands[0].to, days, 4);
    turn_wide(&w, &w.plan.bands[0].value, values, 3);
    turn_wide(&w, &w.plan.bands[1].value, values, 3);
    turn_narrow(&w, &w.claim.days, days, 4);
    turn_narrow(&w, &w.claim.days_before, days, 4);
    turn_wide(&w, &w.plan.own_per_day, values, 2);
    turn_wide(&w, &w.plan.cap, rooms, 5);
    return every(&w);
}

static long accounts_and_kinds(void) {
    static const int64_t scopes[] = {0, 1, 4, 8, 32, 64, 127, 22};
    static world w;
    begin(&w);
    w.plan.line_base = 1;
    w.items[0].kind = 1;
    w.items[0].unit_price = 20000;
    w.items[0].quantity = 10000;
    w.items[1].self_pay_rate = 3333;
    turn_narrow(&w, &w.plan.waterfall, switches, 2);
    turn_narrow(&w, &w.plan.account_parts, scopes, 8);
    turn_wide(&w, &w.claim.usable, before, 4);
    turn_narrow(&w, &w.plan.account_kinds[SETTLE_UNPOOLED], before, 2);
    turn_narrow(&w, &w.plan.account_kinds[SETTLE_OVER_LIMIT], before, 3);
    turn_wide(&w, &w.items[0].price_limit, before, 2);
    turn_narrow(&w, &w.items[1].excluded, switches, 2);
    turn_narrow(&w, &w.claim.pooled, switches, 2);
    turn_wide(&w, &w.plan.cap, rooms + 2, 3);
    return every(&w);
}

int main(void) {
    static const struct {
        const char *name;
        long (*world)(void);
    } worlds[] = {
        {"segments and rooms", segments_and_rooms},
        {"classes and reductions", classes_and_reductions},
        {"lines and axes", lines_and_axes},
        {"ceilings and windows", ceilings_and_windows},
        {"burdens and guarantees", burdens_and_guarantees},
        {"co-payment beyond a point", co_payment_beyond_a_point},
        {"pools without a walk", pools_without_a_walk},
        {"bed-days", bed_days},
        {"accounts and kinds", accounts_and_kinds},
    };
    for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
        const long tried = worlds[i].world();
        printf("%s: %ld\n", worlds[i].name, tried);
        if (tried < 0) {
            return 1;
        }
    }
    return 0;
}

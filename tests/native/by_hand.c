/*
 * Bills worked out by hand, and their explanations: every line that the core writes, field by field. The model knows the
 * lines of the walk; those of further funds, of the patient and of what is paid as a whole stand here. Prints how many.
 */
#include <stdio.h>
#include <string.h>

#include "plain.h"

static int failed = 0;
static int tried = 0;

static settle_plan plan;
static settle_claim claim;
static settle_item items[2];
static settle_split split;

static void begin(void) {
    plain(&plan, &claim, items);
}

static int same_line(const settle_line *is, const settle_line *should) {
    return is->part == should->part && is->payer == should->payer && is->source == should->source &&
           is->rate_class == should->rate_class && is->rate == should->rate && is->axis_from == should->axis_from &&
           is->axis_to == should->axis_to && is->base == should->base && is->amount == should->amount;
}

/* The bill settles, and these are its lines. */
static void expect(const settle_line *wanted, int32_t count, const char *what) {
    settle_line lines[SETTLE_LINES_MAX];
    int32_t line_count = 0;
    const int32_t code = settle_bill(&split, lines, &line_count, 0, &plan, &claim, items);
    tried++;
    if (code != SETTLE_OK || line_count != count) {
        fprintf(stderr, "%s: code %d, %d lines\n", what, (int)code, (int)line_count);
        failed = 1;
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        if (!same_line(&lines[i], &wanted[i])) {
            fprintf(stderr, "%s: line %d\n", what, (int)i);
            failed = 1;
        }
    }
}

static void expect_amount(int64_t is, int64_t should, const char *what) {
    tried++;
    if (is != should) {
        fprintf(stderr, "%s: %lld instead of %lld\n", what, (long long)is, (long long)should);
        failed = 1;
    }
}

#define LINES(wanted) (wanted), (int32_t)(sizeof(wanted) / sizeof *(wanted))

/*
 * 110.00: a line of 10.00, 90% up to a cap of 45.00, so that 50.00 of the expense are used and 50.00 are left; a further
 * fund pays half of what is left and a fifth of the co-payment; the account has 12.00.
 */
static void rest_and_co_payment(void) {
    static const settle_line wanted[] = {
        {SETTLE_SEGMENT, 0, 0, 0, 9000, 1000, 6000, 5000, 4500},
        {SETTLE_AID, 1, SETTLE_ON_REST, 0, 5000, 6000, 11000, 5000, 2500},
        {SETTLE_AID, 1, SETTLE_ON_CO_PAYMENT, 0, -1, 1000, 6000, 5000, 100},
        {SETTLE_DEDUCTIBLE, SETTLE_ACCOUNT, 0, 0, -1, 0, 1000, 1000, 1000},
        {SETTLE_CO_PAYMENT, SETTLE_ACCOUNT, 0, 0, -1, -1, -1, 500, 200},
        {SETTLE_CO_PAYMENT, SETTLE_CASH, 0, 0, -1, -1, -1, 500, 300},
        {SETTLE_OVER_CAP, SETTLE_CASH, 0, 0, -1, -1, -1, 2400, 2400},
    };
    begin();
    plan.stage_count = 1;
    plan.line_base = 1000;
    plan.cap = 4500;
    plan.stages[0].rest_rate = 5000;
    plan.stages[0].co_payment_rate = 2000;
    claim.usable = 1200;
    items[0].amount = 11000;
    expect(LINES(wanted), "rest and co-payment");
}

/*
 * The same, of which the fund has 25.50 left: half of what is left of the expense, and of the co-payment half of its fifth,
 * which is no rate of anything. With 10.01 it ends in what is left, where half of it comes to them.
 */
static void rest_and_co_payment_of_a_room(void) {
    static const settle_line wanted[] = {
        {SETTLE_SEGMENT, 0, 0, 0, 9000, 1000, 6000, 5000, 4500},
        {SETTLE_AID, 1, SETTLE_ON_REST, 0, 5000, 6000, 11000, 5000, 2500},
        {SETTLE_AID, 1, SETTLE_ON_CO_PAYMENT, 0, -1, 1000, 6000, 5000, 50},
        {SETTLE_DEDUCTIBLE, SETTLE_ACCOUNT, 0, 0, -1, 0, 1000, 1000, 1000},
        {SETTLE_CO_PAYMENT, SETTLE_ACCOUNT, 0, 0, -1, -1, -1, 500, 200},
        {SETTLE_CO_PAYMENT, SETTLE_CASH, 0, 0, -1, -1, -1, 500, 300},
        {SETTLE_OVER_CAP, SETTLE_CASH, 0, 0, -1, -1, -1, 2450, 2450},
    };
    static const settle_line within[] = {
        {SETTLE_SEGMENT, 0, 0, 0, 9000, 1000, 6000, 5000, 4500},
        {SETTLE_AID, 1, SETTLE_ON_REST, 0, 5000, 6000, 8002, 2002, 1001},
        {SETTLE_DEDUCTIBLE, SETTLE_ACCOUNT, 0, 0, -1, 0, 1000, 1000, 1000},
        {SETTLE_CO_PAYMENT, SETTLE_ACCOUNT, 0, 0, -1, -1, -1, 500, 200},
        {SETTLE_CO_PAYMENT, SETTLE_CASH, 0, 0, -1, -1, -1, 500, 300},
        {SETTLE_OVER_CAP, SETTLE_CASH, 0, 0, -1, -1, -1, 3999, 3999},
    };
    plan.stages[0].room = 2550;
    expect(LINES(wanted), "rest and co-payment of a room");
    plan.stages[0].room = 1001;
    expect(LINES(within), "a part of the rest");
}

/*
 * 110.00, a line of 10.00, 90%: of the pool's year 45.00 are missing to a point, which the 50th yuan of used expense
 * reaches. A fifth of the co-payment beyond it: of 50.00 less 45.00.
 */
static void co_payment_beyond_a_point(void) {
    static const settle_line wanted[] = {
        {SETTLE_SEGMENT, 0, 0, 0, 9000, 1000, 11000, 10000, 9000},
        {SETTLE_AID, 1, SETTLE_ON_CO_PAYMENT, 0, -1, 6000, 11000, 5000, 100},
        {SETTLE_DEDUCTIBLE, SETTLE_CASH, 0, 0, -1, 0, 1000, 1000, 1000},
        {SETTLE_CO_PAYMENT, SETTLE_CASH, 0, 0, -1, -1, -1, 900, 900},
    };
    begin();
    plan.stage_count = 1;
    plan.line_base = 1000;
    plan.stages[0].co_payment_rate = 2000;
    plan.stages[0].co_payment_from = 50000;
    claim.cap_paid = 45500;
    items[0].amount = 11000;
    expect(LINES(wanted), "co-payment beyond a point");
}

/*
 * Half a fen, less a hundred-millionth of one: a ten-thousandth of a co-payment of 50.00 less a ten-thousandth of a fen.
 * It is no fen; with one fen more of co-payment it is one. So it is with a window.
 */
static void hairs(void) {
    begin();
    plan.segment_count = 2;
    plan.segments[0].to = plan.segments[0].rate = 1;
    plan.segments[1].to = SETTLE_NONE;
    plan.stage_count = 1;
    plan.stages[0].co_payment_rate = 1;
    items[0].amount = 5000;
    settle_bill(&split, 0, 0, 0, &plan, &claim, items);
    expect_amount(split.funds[1], 0, "a hair below half a fen");
    items[0].amount = 5001;
    settle_bill(&split, 0, 0, 0, &plan, &claim, items);
    expect_amount(split.funds[1], 1, "above half a fen");
    plan.stages[0].co_payment_rate = 0;
    plan.stages[0].window_rate = 1;
    settle_bill(&split, 0, 0, 0, &plan, &claim, items);
    expect_amount(split.funds[1], 1, "a window above half a fen");
}

/* A first fen of which the pool pays a ten-thousandth, and no room at all: no expense is used, all of it is over the cap. */
static void no_room(void) {
    begin();
    plan.segment_count = 2;
    plan.segments[0].to = plan.segments[0].rate = 1;
    plan.segments[1] = (settle_segment){SETTLE_NONE, 9000, 0};
    plan.cap = 0;
    items[0].amount = 10;
    settle_bill(&split, 0, 0, 0, &plan, &claim, items);
    expect_amount(split.rest, 10, "nothing used of no room");
    expect_amount(split.parts[SETTLE_OVER_CAP], 10, "over a cap of nothing");
}

/*
 * 300.00 after 400.00 of the year, whose expense counts to 600.00 and 50.00 carried over: 250.00 are inside, the pool pays
 * 225.00. The window opens at 650.00: 80% of the 50.00 up to 700.00. The burden runs from 10.00 to 85.00: 50% from 30.00
 * to 50.00, 60% beyond, 31.00 together, of which the fund has 26.00 left: 16.00 beyond, which 26.67 come to. Of the 75.00 the three funds leave 9.00; with 2.00
 * before, 6.00 are above the 5.00 that are guaranteed. Of the last 3.00 the account has one.
 */
static void window_burden_and_guarantee(void) {
    static const settle_line wanted[] = {
        {SETTLE_SEGMENT, 0, 0, 0, 9000, 0, 25000, 25000, 22500},
        {SETTLE_AID, 1, SETTLE_ON_WINDOW, 0, 8000, 65000, 70000, 5000, 4000},
        {SETTLE_AID, 2, 8 + SETTLE_ON_BURDEN, 0, 5000, 3000, 5000, 2000, 1000},
        {SETTLE_AID, 2, 8 + SETTLE_ON_BURDEN, 0, 6000, 5000, 7667, 2667, 1600},
        {SETTLE_AID, 3, 16 + SETTLE_ON_GUARANTEE, 0, SETTLE_RATE_ONE, 0, 600, 600, 600},
        {SETTLE_CO_PAYMENT, SETTLE_ACCOUNT, 0, 0, -1, -1, -1, 300, 100},
        {SETTLE_CO_PAYMENT, SETTLE_CASH, 0, 0, -1, -1, -1, 300, 200},
    };
    begin();
    plan.stage_count = 3;
    plan.expense_ceiling = 60000;
    plan.stages[0].window_rate = 8000;
    plan.stages[0].window_from = 50000;
    plan.stages[0].window_to = 90000;
    plan.stages[0].window_widened = 1;
    plan.stages[1].band_count = 3;
    plan.stages[1].bands[0] = (settle_band){3000, 0};
    plan.stages[1].bands[1] = (settle_band){5000, 5000};
    plan.stages[1].bands[2] = (settle_band){SETTLE_NONE, 6000};
    plan.stages[1].room = 2700;
    plan.stages[2].guarantee_from = 500;
    claim.expense_before = 40000;
    claim.expense_quota = 5000;
    claim.burden_before = 1000;
    claim.stage_paid[1] = 100;
    claim.self_pay_before = 200;
    claim.usable = 100;
    items[0].amount = 30000;
    expect(LINES(wanted), "window, burden and guarantee");
}

/*
 * 200.00, of which 50.00 are outside the catalogue and a fifth of the rest is prior self-pay: E is 120.00. Of a limit of
 * 300.00, 180.00 are left: a fixed sum pays them of E, then of prior self-pay, then of what is outside.
 */
static void fixed_sum_and_actual_cost(void) {
    static const settle_line fixed[] = {
        {SETTLE_FIXED, 0, 0, 0, -1, -1, -1, 20000, 18000},
        {SETTLE_OUT_OF_CATALOGUE, SETTLE_CASH, 0, 0, -1, -1, -1, 2000, 2000},
    };
    static const settle_line actual[] = {
        {SETTLE_FIXED, 0, 0, 0, -1, -1, -1, 12000, 12000},
        {SETTLE_PRIOR_SELF_PAY, SETTLE_CASH, 0, 0, -1, -1, -1, 3000, 3000},
        {SETTLE_OUT_OF_CATALOGUE, SETTLE_CASH, 0, 0, -1, -1, -1, 5000, 5000},
    };
    begin();
    plan.method = SETTLE_FIXED_SUM;
    plan.limit = 30000;
    claim.limit_paid = 12000;
    claim.item_count = 2;
    items[0].amount = 15000;
    items[0].self_pay_rate = 2000;
    items[1].amount = 5000;
    items[1].excluded = 1;
    expect(LINES(fixed), "a fixed sum");
    plan.method = SETTLE_ACTUAL_COST;
    expect(LINES(actual), "actual cost");
}

/* 200.00 in a package of 100.00, of which the pool pays 70%, but has 65.00 left; the provider bears what exceeds it. */
static void shared_package(void) {
    static const settle_line wanted[] = {
        {SETTLE_PACKAGE, 0, 0, 0, 7000, -1, -1, 10000, 6500},
        {SETTLE_PACKAGE, 3, 0, 0, 3000, -1, -1, 10000, 3000},
        {SETTLE_PACKAGE, SETTLE_PROVIDER, 0, 0, -1, -1, -1, 20000, 10000},
        {SETTLE_OVER_CAP, SETTLE_CASH, 0, 0, -1, -1, -1, 500, 500},
    };
    begin();
    plan.method = SETTLE_SHARED_PACKAGE;
    plan.package_rate = 7000;
    plan.package_fund = 3;
    plan.limit = 10000;
    plan.cap = 6500;
    items[0].amount = 20000;
    expect(LINES(wanted), "a shared package");
}

/*
 * Days 9 to 13 of a stay at 300.00 up to the tenth day and 200.00 beyond: 1,200.00, of which the patient pays 50.00 a day.
 * The pool has 900.00 of the other 950.00 left. The bill is 1,000.00: the provider keeps 200.00.
 */
static void bed_days(void) {
    static const settle_line wanted[] = {
        {SETTLE_PACKAGE, 0, 0, 0, -1, -1, -1, 95000, 90000},
        {SETTLE_PACKAGE, SETTLE_PROVIDER, 0, 0, -1, -1, -1, 100000, -20000},
        {SETTLE_CO_PAYMENT, SETTLE_CASH, 0, 0, -1, -1, -1, 25000, 25000},
        {SETTLE_OVER_CAP, SETTLE_CASH, 0, 0, -1, -1, -1, 5000, 5000},
    };
    begin();
    plan.method = SETTLE_BED_DAY;
    plan.band_count = 2;
    plan.bands[0] = (settle_band){10, 30000};
    plan.bands[1] = (settle_band){SETTLE_NONE, 20000};
    plan.own_per_day = 5000;
    plan.cap = 90000;
    claim.days_before = 8;
    claim.days = 5;
    items[0].amount = 100000;
    expect(LINES(wanted), "bed-days");
}

/* The half of one fen, rounded up to a whole one: nothing cuts it, and it stays the half of one. */
static void half_of_a_fen(void) {
    static const settle_line wanted[] = {
        {SETTLE_AID, 1, SETTLE_ON_REST, 0, 5000, 0, 1, 1, 1},
    };
    begin();
    plan.stage_count = 1;
    plan.cap = 0;
    plan.stages[0].rest_rate = 5000;
    items[0].amount = 1;
    expect(LINES(wanted), "half of a fen");
}

/* Half of a burden from its first fen on. */
static void burden_from_nothing(void) {
    static const settle_line wanted[] = {
        {SETTLE_SEGMENT, 0, 0, 0, 9000, 0, 1000, 1000, 900},
        {SETTLE_AID, 1, SETTLE_ON_BURDEN, 0, 5000, 0, 100, 100, 50},
        {SETTLE_CO_PAYMENT, SETTLE_CASH, 0, 0, -1, -1, -1, 50, 50},
    };
    begin();
    plan.stage_count = plan.stages[0].band_count = 1;
    plan.stages[0].bands[0] = (settle_band){SETTLE_NONE, 5000};
    items[0].amount = 1000;
    expect(LINES(wanted), "a burden from nothing");
}

/*
 * Price limits of an item of 1.00: none; nothing at all; one that leaves half of the price; one that is the price, however
 * many there are; and one that says nothing, since it is not said how many there are.
 */
static void price_limits(void) {
    begin();
    items[0].amount = 100;
    items[0].unit_price = 1000000;
    items[0].quantity = 10000;
    settle_bill(&split, 0, 0, 0, &plan, &claim, items);
    expect_amount(split.over_limit, 0, "a price without a limit");
    items[0].price_limit = 0;
    settle_bill(&split, 0, 0, 0, &plan, &claim, items);
    expect_amount(split.over_limit, 100, "what may cost nothing");
    items[0].price_limit = 500000;
    settle_bill(&split, 0, 0, 0, &plan, &claim, items);
    expect_amount(split.over_limit, 50, "half above the limit");
    items[0].price_limit = 1000000;
    items[0].quantity = 100000000;
    settle_bill(&split, 0, 0, 0, &plan, &claim, items);
    expect_amount(split.over_limit, 0, "ten thousand at the limit");
    items[0].unit_price = 100000000;
    items[0].price_limit = 0;
    items[0].quantity = -1;
    settle_bill(&split, 0, 0, 0, &plan, &claim, items);
    expect_amount(split.over_limit, 0, "nobody knows how many");
}

/*
 * Two bills of E 10.00 and 0.60 beside it, as columns. Where columns are not given, a bill is pooled, and the account may
 * pay all kinds: the 1.00 that the pool leaves, and the 0.60; all of both where pooling takes no part. A row that is too
 * large in all that is given is refused.
 */
static void columns_not_given(void) {
    static const int64_t eligible[] = {1000, 1000}, prior[] = {10, 10}, over[] = {20, 20}, out[] = {30, 30};
    static const int64_t usable[] = {5000, 5000}, pooled[] = {1, 0}, beyond[] = {SETTLE_FEN_MAX + 1};
    int64_t account[2];
    int32_t codes[2];
    settle_facts_columns facts;
    settle_split_columns splits;
    begin();
    memset(&facts, 0, sizeof facts);
    memset(&splits, 0, sizeof splits);
    facts.eligible[0] = eligible;
    facts.prior_self_pay = prior;
    facts.over_limit = over;
    facts.out_of_catalogue = out;
    facts.usable = usable;
    splits.account = account;
    expect_amount(settle_columns(&splits, codes, &plan, 1, &facts, 2), 0, "all rows settle");
    expect_amount(account[1], 160, "pooled where nobody says");
    facts.pooled = pooled;
    expect_amount(settle_columns(&splits, codes, &plan, 1, &facts, 2), 0, "unpooled rows settle");
    expect_amount(account[0], 160, "a pooled row");
    expect_amount(account[1], 1060, "an unpooled row");
    memset(&facts, 0, sizeof facts);
    facts.usable = beyond;
    expect_amount(settle_columns(&splits, codes, &plan, 1, &facts, 1), 1, "a row that is too large");
    expect_amount(codes[0], SETTLE_BAD_CLAIM, "its code");
}

int main(void) {
    rest_and_co_payment();
    rest_and_co_payment_of_a_room();
    half_of_a_fen();
    co_payment_beyond_a_point();
    hairs();
    no_room();
    window_burden_and_guarantee();
    burden_from_nothing();
    fixed_sum_and_actual_cost();
    shared_package();
    bed_days();
    price_limits();
    columns_not_given();
    printf("%d by hand\n", tried);
    return failed;
}

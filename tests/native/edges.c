/*
 * The edges of the contract: every number of a plan, a claim and an item one beyond its range is refused by its code
 * with zeroed outputs, the largest numbers inside are settled, and what may be NULL may be NULL. Prints how many edges.
 */
#include <stdio.h>
#include <string.h>

#include "agree.h"
#include "plain.h"

static int tried = 0;
static int failed = 0;

static settle_plan plan;
static settle_claim claim;
static settle_item items[2];

/* A plan with everything in it, and a bill for it. */
static void begin(void) {
    plain(&plan, &claim, items);
    plan.stage_count = plan.band_count = 1;
    plan.stages[0].band_count = 2;
    plan.stages[0].bands[0].to = 10;
    plan.stages[0].bands[1].to = SETTLE_NONE;
    items[0].amount = items[1].amount = 100;
}

static void expect(int32_t wanted, const char *what) {
    static const settle_split nothing;
    settle_split split;
    int32_t code = -1;
    tried++;
    if (!agree_fronts(&split, &plan, &claim, items, &code) || code != wanted ||
        (wanted != SETTLE_OK && memcmp(&split, &nothing, sizeof split) != 0)) {
        fprintf(stderr, "%s: code %d instead of %d\n", what, (int)code, (int)wanted);
        failed = 1;
    }
}

/* The bill settles as the model has it. */
static void agrees(const char *what) {
    tried++;
    if (!agree_with_model(&plan, &claim, items)) {
        fprintf(stderr, "%s\n", what);
        failed = 1;
    }
}

static void narrow(int32_t *number, int64_t low, int64_t high, int32_t code, const char *what) {
    const int32_t kept = *number;
    *number = (int32_t)(low - 1);
    expect(code, what);
    *number = INT32_MIN;
    expect(code, what);
    *number = (int32_t)(high + 1);
    expect(code, what);
    *number = INT32_MAX;
    expect(code, what);
    *number = kept;
}

static void wide(int64_t *number, int64_t low, int64_t high, int32_t code, const char *what) {
    const int64_t kept = *number;
    *number = low - 1;
    expect(code, what);
    *number = INT64_MIN;
    expect(code, what);
    *number = high + 1;
    expect(code, what);
    *number = INT64_MAX - 1;
    expect(code, what);
    *number = kept;
}

static void plan_counts_and_rates(void) {
    const int32_t bad = SETTLE_BAD_PLAN;
    begin();
    narrow(&plan.method, SETTLE_WALK, SETTLE_BED_DAY, bad, "method");
    narrow(&plan.waterfall, SETTLE_LAYERS, SETTLE_ACCOUNT_FIRST, bad, "waterfall");
    narrow(&plan.measured_from, SETTLE_FROM_ZERO, SETTLE_FROM_YEAR, bad, "measured_from");
    narrow(&plan.segment_count, 1, SETTLE_SEGMENTS_MAX, bad, "segment_count");
    narrow(&plan.class_count, 1, SETTLE_CLASSES_MAX, bad, "class_count");
    narrow(&plan.stage_count, 0, SETTLE_STAGES_MAX, bad, "stage_count");
    narrow(&plan.band_count, 0, SETTLE_BANDS_MAX, bad, "band_count");
    narrow(&plan.points, 0, SETTLE_RATE_ONE, bad, "points");
    narrow(&plan.line_share, 0, SETTLE_RATE_ONE, bad, "line_share");
    narrow(&plan.line_steps_max, 0, SETTLE_COUNT_MAX, bad, "line_steps_max");
    narrow(&plan.package_rate, 0, SETTLE_RATE_ONE, bad, "package_rate");
    narrow(&plan.package_fund, 0, SETTLE_FUNDS_MAX - 1, bad, "package_fund");
    narrow(&plan.segments[0].rate, 0, SETTLE_RATE_ONE, bad, "segment rate");
    narrow(&plan.segments[0].reduction, 0, SETTLE_RATE_ONE, bad, "reduction");
    narrow(&plan.classes[0].bonus, 0, SETTLE_RATE_ONE, bad, "bonus");
    narrow(&plan.classes[0].own_rate, -1, SETTLE_RATE_ONE, bad, "own_rate");
    narrow(&plan.stages[0].fund, 1, SETTLE_FUNDS_MAX - 1, bad, "stage fund");
    narrow(&plan.stages[0].rest_rate, 0, SETTLE_RATE_ONE, bad, "rest_rate");
    narrow(&plan.stages[0].co_payment_rate, 0, SETTLE_RATE_ONE, bad, "co_payment_rate");
    narrow(&plan.stages[0].window_rate, 0, SETTLE_RATE_ONE, bad, "window_rate");
    narrow(&plan.stages[0].window_widened, 0, 1, bad, "window_widened");
    narrow(&plan.stages[0].band_count, 0, SETTLE_BANDS_MAX, bad, "stage band_count");
    plan.method = SETTLE_SHARED_PACKAGE;
    plan.package_fund = 0;
    expect(bad, "a package shared with the pool itself");
}

static void plan_amounts(void) {
    const int32_t bad = SETTLE_BAD_PLAN;
    begin();
    wide(&plan.line_base, 0, SETTLE_FEN_MAX, bad, "line_base");
    wide(&plan.line_step, 0, SETTLE_FEN_MAX, bad, "line_step");
    wide(&plan.line_floor, 0, SETTLE_FEN_MAX, bad, "line_floor");
    wide(&plan.line_cap, 0, SETTLE_FEN_MAX, bad, "line_cap");
    wide(&plan.cap, 0, SETTLE_FEN_MAX, bad, "cap");
    wide(&plan.limit, 0, SETTLE_FEN_MAX, bad, "limit");
    wide(&plan.expense_ceiling, 0, SETTLE_FEN_MAX, bad, "expense_ceiling");
    wide(&plan.own_per_day, 0, SETTLE_FEN_MAX, bad, "own_per_day");
    wide(&plan.bands[0].to, 0, SETTLE_FEN_MAX, bad, "band bound");
    wide(&plan.bands[0].value, 0, SETTLE_FEN_MAX, bad, "band value");
    wide(&plan.stages[0].co_payment_from, 0, SETTLE_FEN_MAX, bad, "co_payment_from");
    wide(&plan.stages[0].window_from, 0, SETTLE_FEN_MAX, bad, "window_from");
    wide(&plan.stages[0].window_to, 0, SETTLE_FEN_MAX, bad, "window_to");
    wide(&plan.stages[0].guarantee_from, 0, SETTLE_FEN_MAX, bad, "guarantee_from");
    wide(&plan.stages[0].room, 0, SETTLE_FEN_MAX, bad, "stage room");
    wide(&plan.stages[0].bands[1].to, 10, SETTLE_FEN_MAX, bad, "stage band bound");
    wide(&plan.stages[0].bands[1].value, 0, SETTLE_RATE_ONE, bad, "stage band value");
    plan.segments[0].to = 5;
    expect(bad, "an axis that ends");
    plan.segment_count = 2;
    plan.segments[1].to = SETTLE_NONE;
    wide(&plan.segments[0].to, 1, SETTLE_FEN_MAX, bad, "segment bound");
    plan.segments[0].to = SETTLE_NONE;
    expect(bad, "a segment behind the end");
}

static void claims(void) {
    const int32_t bad = SETTLE_BAD_CLAIM;
    begin();
    narrow(&claim.pooled, 0, 1, bad, "pooled");
    narrow(&claim.line_count, 0, SETTLE_COUNT_MAX, bad, "line_count");
    narrow(&claim.days, 0, SETTLE_DAYS_MAX, bad, "days");
    narrow(&claim.days_before, 0, SETTLE_DAYS_MAX, bad, "days_before");
    wide(&claim.line_raise, 0, SETTLE_FEN_MAX, bad, "line_raise");
    wide(&claim.line_paid, 0, SETTLE_FEN_MAX, bad, "line_paid");
    wide(&claim.cap_paid, 0, SETTLE_FEN_MAX, bad, "cap_paid");
    wide(&claim.limit_paid, 0, SETTLE_FEN_MAX, bad, "limit_paid");
    wide(&claim.expense_before, 0, SETTLE_FEN_MAX, bad, "expense_before");
    wide(&claim.expense_quota, 0, SETTLE_FEN_MAX, bad, "expense_quota");
    wide(&claim.burden_before, 0, SETTLE_FEN_MAX, bad, "burden_before");
    wide(&claim.self_pay_before, 0, SETTLE_FEN_MAX, bad, "self_pay_before");
    wide(&claim.usable, 0, SETTLE_FEN_MAX, bad, "usable");
    for (int i = 0; i < SETTLE_STAGES_MAX; i++) {
        wide(&claim.stage_paid[i], 0, SETTLE_FEN_MAX, bad, "stage_paid");
    }
}

/* What a caller of settle_columns could not sum: these go through settle_bill alone. */
static void expect_alone(int32_t wanted, const char *what) {
    settle_split split;
    tried++;
    if (settle_bill(&split, 0, 0, 0, &plan, &claim, items) != wanted || (wanted != SETTLE_OK && split.total != 0)) {
        fprintf(stderr, "%s: not %d\n", what, (int)wanted);
        failed = 1;
    }
}

static void item_number(int32_t *number, int64_t low, int64_t high, const char *what) {
    const int32_t kept = *number;
    *number = (int32_t)(low - 1);
    expect_alone(SETTLE_BAD_ITEM, what);
    *number = (int32_t)(high + 1);
    expect_alone(SETTLE_BAD_ITEM, what);
    *number = kept;
}

static void item_amount(int64_t *number, int64_t low, int64_t high, const char *what) {
    const int64_t kept = *number;
    *number = low - 1;
    expect_alone(SETTLE_BAD_ITEM, what);
    *number = high + 1;
    expect_alone(SETTLE_BAD_ITEM, what);
    *number = INT64_MAX;
    expect_alone(SETTLE_BAD_ITEM, what);
    *number = kept;
}

static void item_numbers(void) {
    const int64_t price_max = SETTLE_FEN_MAX * INT64_C(10000);
    begin();
    item_amount(&items[0].amount, 0, SETTLE_FEN_MAX, "amount");
    item_amount(&items[0].unit_price, -1, price_max, "unit_price");
    item_amount(&items[0].quantity, -1, SETTLE_FEN_MAX * INT64_C(100), "quantity");
    item_amount(&items[0].price_limit, -1, price_max, "price_limit");
    item_number(&items[0].self_pay_rate, 0, SETTLE_RATE_ONE, "self_pay_rate");
    item_number(&items[0].excluded, 0, 1, "excluded");
    item_number(&items[0].rate_class, 0, 0, "rate_class");
    item_number(&items[0].kind, 0, SETTLE_KINDS_MAX - 1, "kind");
    claim.item_count = 0;
    expect_alone(SETTLE_BAD_CLAIM, "no item");
    claim.item_count = SETTLE_ITEMS_MAX + 1;
    expect_alone(SETTLE_BAD_CLAIM, "an item too many");
    claim.item_count = 2;
    items[0].amount = SETTLE_FEN_MAX;
    expect(SETTLE_BAD_ITEM, "a total too high");
}

/* The largest numbers that are inside every range. */
static void largest(void) {
    begin();
    items[0].amount = SETTLE_FEN_MAX;
    items[0].kind = SETTLE_KINDS_MAX - 1;
    expect(SETTLE_OK, "the largest bill");
    items[0].unit_price = SETTLE_FEN_MAX * INT64_C(10000);
    items[0].quantity = SETTLE_FEN_MAX * INT64_C(100);
    items[0].price_limit = 0;
    expect(SETTLE_OK, "a price by a quantity beyond 64 bits");
    items[0].price_limit = -1;
    claim.expense_before = claim.expense_quota = claim.burden_before = claim.self_pay_before = SETTLE_FEN_MAX;
    plan.expense_ceiling = SETTLE_FEN_MAX;
    plan.segments[0].rate = 0;
    plan.stages[0].rest_rate = plan.stages[0].co_payment_rate = plan.stages[0].window_rate = SETTLE_RATE_ONE;
    plan.stages[0].bands[1].value = SETTLE_RATE_ONE;
    for (int32_t i = SETTLE_FROM_ZERO; i <= SETTLE_FROM_YEAR; i++) {
        plan.measured_from = i;
        expect(SETTLE_OK, "a stage's largest sum");
    }
    begin();
    plan.line_base = plan.line_step = SETTLE_FEN_MAX;
    plan.line_steps_max = claim.line_count = SETTLE_COUNT_MAX;
    expect(SETTLE_OK, "the longest way down a line");
    begin();
    plan.method = SETTLE_BED_DAY;
    plan.bands[0].to = SETTLE_NONE;
    plan.bands[0].value = SETTLE_FEN_MAX;
    claim.days_before = SETTLE_DAYS_MAX;
    claim.days = 1;
    expect(SETTLE_OK, "the largest standard");
    claim.days = 2;
    expect(SETTLE_OVERFLOW, "a standard beyond every bill");
    claim.days = SETTLE_DAYS_MAX;
    expect(SETTLE_OVERFLOW, "the longest stay at the largest standard");
}

/* Rows of columns that no bill comes to, in one of several blocks; the other rows settle. */
static void rows(void) {
    enum { ROWS = 100 };
    static int64_t plans[ROWS], eligible[ROWS], strange[ROWS], prior[ROWS], over[ROWS], out[ROWS], paid[ROWS], pool[ROWS];
    static int32_t codes[ROWS];
    settle_plan three[3];
    settle_facts_columns facts;
    settle_split_columns splits;
    begin();
    three[0] = three[1] = three[2] = plan;
    three[1].method = SETTLE_SHARED_PACKAGE;
    three[1].package_fund = 2;
    three[2].points = -1;
    memset(&facts, 0, sizeof facts);
    memset(&splits, 0, sizeof splits);
    for (int i = 0; i < ROWS; i++) {
        eligible[i] = 1000;
    }
    strange[40] = 1;
    plans[41] = plans[42] = 1;
    prior[41] = 1;
    plans[43] = 3;
    plans[44] = -1;
    paid[45] = -1;
    eligible[46] = SETTLE_FEN_MAX + 1;
    plans[47] = 2;
    eligible[48] = -1;
    plans[49] = plans[50] = 1;
    over[49] = 1;
    out[50] = 1;
    facts.plan = plans;
    facts.eligible[0] = eligible;
    facts.eligible[1] = strange;
    facts.prior_self_pay = prior;
    facts.over_limit = over;
    facts.out_of_catalogue = out;
    facts.line_paid = paid;
    splits.funds[0] = pool;
    tried++;
    failed |= settle_columns(&splits, codes, three, 3, &facts, ROWS) != 10;
    static const int32_t wanted[] = {SETTLE_BAD_ITEM,  SETTLE_BAD_ITEM,  SETTLE_OK,      SETTLE_BAD_CLAIM,
                                     SETTLE_BAD_CLAIM, SETTLE_BAD_CLAIM, SETTLE_BAD_ITEM, SETTLE_BAD_PLAN,
                                     SETTLE_BAD_ITEM,  SETTLE_BAD_ITEM,  SETTLE_BAD_ITEM};
    for (int i = 0; i < ROWS; i++) {
        const int32_t code = i < 40 || i > 50 ? SETTLE_OK : wanted[i - 40];
        if (codes[i] != code || pool[i] != (code != SETTLE_OK ? 0 : i == 42 ? 0 : 900)) {
            fprintf(stderr, "row %d: code %d, pool %lld\n", i, (int)codes[i], (long long)pool[i]);
            failed = 1;
        }
    }
}

/* Claims on items that several share: one that reaches beyond the last of them, and one that ends there. */
static void shared_items(void) {
    settle_claim two[2];
    settle_split splits[2];
    int32_t codes[2];
    begin();
    two[0] = two[1] = claim;
    two[0].item_start = two[1].item_start = 1;
    two[0].item_count = 2;
    tried++;
    failed |= settle_bills(splits, codes, &plan, 1, two, 2, items, 2) != 1;
    failed |= codes[0] != SETTLE_BAD_CLAIM || codes[1] != SETTLE_OK;
}

/* Who wants no lines is told of none. */
static void no_lines(void) {
    settle_split split;
    int32_t line_count = 7;
    begin();
    tried++;
    failed |= settle_bill(&split, 0, &line_count, 0, &plan, &claim, items) != SETTLE_OK || line_count != 0;
}

/* As much of everything as a plan can hold, the cap in the last class: nothing is read behind an end. */
static void fullest(void) {
    begin();
    plan.segment_count = SETTLE_SEGMENTS_MAX;
    plan.class_count = SETTLE_CLASSES_MAX;
    plan.stage_count = SETTLE_STAGES_MAX;
    plan.band_count = SETTLE_BANDS_MAX;
    for (int i = 0; i < SETTLE_SEGMENTS_MAX; i++) {
        plan.segments[i].to = i + 1 < SETTLE_SEGMENTS_MAX ? 10 * (i + 1) : SETTLE_NONE;
        plan.segments[i].rate = 1000 * (i + 1);
    }
    for (int i = 0; i < SETTLE_CLASSES_MAX; i++) {
        plan.classes[i].own_rate = -1;
    }
    for (int i = 0; i < SETTLE_BANDS_MAX; i++) {
        plan.bands[i] = (settle_band){i + 1, 2};
    }
    for (int i = 0; i < SETTLE_STAGES_MAX; i++) {
        plan.stages[i] = plan.stages[0];
        plan.stages[i].fund = 1 + i;
        plan.stages[i].co_payment_from = 1;
        plan.stages[i].rest_rate = plan.stages[i].co_payment_rate = plan.stages[i].window_rate = 500;
        plan.stages[i].band_count = SETTLE_BANDS_MAX;
        for (int j = 0; j < SETTLE_BANDS_MAX; j++) {
            plan.stages[i].bands[j] = (settle_band){3 * (j + 1), 500 * j};
        }
    }
    claim.item_count = 2;
    claim.days = 12;
    items[0].amount = 50;
    items[1].rate_class = SETTLE_CLASSES_MAX - 1;
    for (plan.cap = 20; plan.cap <= 2000; plan.cap += 90) {
        agrees("the fullest plan");
    }
    plan.method = SETTLE_BED_DAY;
    agrees("the fullest bed-days");
}

int main(void) {
    plan_counts_and_rates();
    plan_amounts();
    claims();
    item_numbers();
    largest();
    rows();
    shared_items();
    no_lines();
    fullest();
    printf("%d edges\n", tried);
    return failed;
}

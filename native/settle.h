/*
 * The C core: splits one bill, an array of bills, or columns of sums, by the flat plan of a policy. The three share one
 * arithmetic; they differ in what they read and write.
 *
 * The contract
 * ------------
 * - Money is whole fen in int64_t, a rate is whole basis points in int32_t. There is no floating point.
 * - Arguments stand in this order: outputs, plan, inputs; a length follows its array.
 * - The caller owns all memory. The core allocates nothing, keeps no state, calls no one, and every loop is
 *   bounded by a constant of this header or by a length that it has checked against one.
 * - No number wraps. What comes in is checked against the limits below; where these bound every later sum and product,
 *   the bound is asserted (fen.h); where they do not, the sum is checked and SETTLE_OVERFLOW.
 * - On any code but SETTLE_OK the outputs of that bill are zeroed.
 * - The same inputs give the same outputs, alone or in a batch, on any machine with 64-bit two's-complement integers.
 *
 * What it knows: items, a deductible line, segments with rates, rooms (caps), further funds, the patient's parts, an
 * account with a scope. What it does not know: cities, dates, cards, Python. The formulas are those of section 5 of
 * the settlement rules; the numbers in comments (5.2 …) name them.
 */
#ifndef SETTLE_H
#define SETTLE_H

#include <stdint.h>

/* Limits. CFFI reads this part of the header; keep the preprocessor to plain numbers. */
#define SETTLE_FEN_MAX 10000000000 /* a bill, an amount: 100,000,000.00 yuan */
#define SETTLE_NONE 9223372036854775807 /* in a room, bound or limit: there is none */
#define SETTLE_RATE_ONE 10000 /* 100% in basis points */
#define SETTLE_ITEMS_MAX 10000 /* items a bill */
#define SETTLE_CLASSES_MAX 4 /* ordinary items, and up to three classes with a bonus or a rate of their own */
#define SETTLE_SEGMENTS_MAX 8
#define SETTLE_BANDS_MAX 8 /* bands of a running burden, or of the days of a stay */
#define SETTLE_STAGES_MAX 4 /* further funds after the pool */
#define SETTLE_FUNDS_MAX 8 /* fund 0 is the pool */
#define SETTLE_KINDS_MAX 16 /* item kinds, bits of a mask */
#define SETTLE_PARTS 7 /* the patient's parts */
#define SETTLE_SUMS 4 /* of items: eligible, prior_self_pay, over_limit, out_of_catalogue */
#define SETTLE_LINES_MAX 96 /* lines of one explanation; asserted to suffice */
#define SETTLE_DAYS_MAX 36600 /* days of one stay */
#define SETTLE_COUNT_MAX 10000 /* admissions and the like */

/* Codes. */
#define SETTLE_OK 0
#define SETTLE_OVERFLOW 1 /* a sum passes the bound that keeps exact shares inside 64 bits */
#define SETTLE_BAD_PLAN 2 /* a count, rate, bound or code of the plan is outside its range */
#define SETTLE_BAD_CLAIM 3 /* a number of the claim is outside its range */
#define SETTLE_BAD_ITEM 4 /* a number of an item is outside its range */
#define SETTLE_BROKEN 5 /* an identity does not hold: a fault of the core */

/* The patient's parts, in the order in which the account pays them (5.5). */
#define SETTLE_UNPOOLED 0
#define SETTLE_DEDUCTIBLE 1
#define SETTLE_CO_PAYMENT 2
#define SETTLE_PRIOR_SELF_PAY 3
#define SETTLE_OVER_CAP 4
#define SETTLE_OVER_LIMIT 5
#define SETTLE_OUT_OF_CATALOGUE 6
/* Further parts of lines. */
#define SETTLE_SEGMENT 7
#define SETTLE_FIXED 8
#define SETTLE_PACKAGE 9
#define SETTLE_AID 10

/* Payers of lines beside the funds 0 … SETTLE_FUNDS_MAX - 1. */
#define SETTLE_ACCOUNT 100
#define SETTLE_CASH 101
#define SETTLE_PROVIDER 102

/* Methods. */
#define SETTLE_WALK 0 /* deductible, segments, rooms (5.4) */
#define SETTLE_FIXED_SUM 1 /* pool = min(limit left, total, room), set against E, then B, O, C */
#define SETTLE_ACTUAL_COST 2 /* pool = min(E, limit left, room) */
#define SETTLE_SHARED_PACKAGE 3 /* K = min(total, limit left) shared by two funds; the provider bears the rest */
#define SETTLE_BED_DAY 4 /* a standard a day, an own part a day; the provider keeps or bears the difference */

/* Where segment bounds are measured from. */
#define SETTLE_FROM_ZERO 0 /* on the bill's own axis, deductible included */
#define SETTLE_FROM_DEDUCTIBLE 1 /* on the bill's own axis, above the deductible */
#define SETTLE_FROM_YEAR 2 /* on the year's axis: the year's expense before the bill comes first */

/* Waterfalls (5.5). */
#define SETTLE_LAYERS 0
#define SETTLE_ACCOUNT_FIRST 1

/* Components of a stage, named by `source` of a line. */
#define SETTLE_ON_REST 0
#define SETTLE_ON_CO_PAYMENT 1
#define SETTLE_ON_WINDOW 2
#define SETTLE_ON_BURDEN 3
#define SETTLE_ON_GUARANTEE 4

typedef struct {
    int64_t to; /* fen, inclusive above; SETTLE_NONE for the last */
    int32_t rate; /* basis points */
    int32_t reduction; /* basis points taken off, for example away from home */
} settle_segment;

typedef struct {
    int32_t bonus; /* basis points added to the segment's rate */
    int32_t own_rate; /* basis points, the greater of it and the segment's counts; -1: none */
} settle_class;

typedef struct {
    int64_t to; /* fen or days, inclusive above; ascending; SETTLE_NONE for the last */
    int64_t value; /* basis points of a burden band; fen a day of a bed-day band */
} settle_band;

/*
 * One further fund. Its components are summed exactly and rounded half up once:
 *   rest_rate x what a year's room left over;
 *   co_payment_rate x the co-payment beyond the point at which the pool's running sum reaches co_payment_from;
 *   window_rate x what of the running expense lies in (max(window_from, ceiling + quota if widened), window_to];
 *   bands of the running personal burden.
 * guarantee_from (SETTLE_NONE: none) makes it instead pay the running burden in full above that sum.
 */
typedef struct {
    int32_t fund; /* 1 … SETTLE_FUNDS_MAX - 1 */
    int32_t rest_rate;
    int32_t co_payment_rate;
    int32_t window_rate;
    int32_t window_widened; /* 1: the window opens no lower than the ceiling of expense with the carried quota */
    int32_t band_count; /* 0: no bands */
    int64_t co_payment_from; /* fen of the pool's year */
    int64_t window_from, window_to; /* fen of the year's expense */
    int64_t guarantee_from; /* fen of the year's self-pay in scope */
    int64_t room; /* fen a year; SETTLE_NONE */
    settle_band bands[SETTLE_BANDS_MAX]; /* ascending from 0; one below which nothing is paid has the value 0 */
} settle_stage;

typedef struct {
    int32_t method;
    int32_t waterfall;
    int32_t measured_from;
    int32_t segment_count;
    int32_t class_count; /* at least 1: class 0 is ordinary */
    int32_t stage_count;
    int32_t band_count; /* bed-day */
    int32_t points; /* basis points added to every segment's rate */
    int32_t line_share; /* basis points of the line that are charged, rounded half up to the fen */
    int32_t line_steps_max; /* SETTLE_COUNT_MAX: no bound but the floor */
    int32_t package_rate; /* the pool's share of a shared package; the rest is package_fund's */
    int32_t package_fund;
    int32_t account_parts; /* bit p: part p may be paid from the account */
    int32_t account_kinds[SETTLE_PARTS]; /* bits of item kinds; used for parts that items determine */
    int64_t line_base, line_step, line_floor; /* fen */
    int64_t line_cap; /* fen; the line is at most this (a relief); SETTLE_NONE */
    int64_t cap; /* the year's room of the pool before what was paid; SETTLE_NONE */
    int64_t limit; /* the service's own limit; SETTLE_NONE */
    int64_t expense_ceiling; /* ceiling of the year's expense that pooling looks at; SETTLE_NONE */
    int64_t own_per_day; /* fen, bed-day */
    settle_segment segments[SETTLE_SEGMENTS_MAX];
    settle_class classes[SETTLE_CLASSES_MAX];
    settle_band bands[SETTLE_BANDS_MAX];
    settle_stage stages[SETTLE_STAGES_MAX];
} settle_plan;

typedef struct {
    int64_t amount; /* fen */
    int64_t unit_price; /* millionths of a yuan; -1: not given */
    int64_t quantity; /* ten-thousandths; -1: not given */
    int64_t price_limit; /* millionths of a yuan; -1: none */
    int32_t self_pay_rate; /* basis points */
    int32_t excluded; /* 1: class C, or outside the catalogue by a rule */
    int32_t rate_class; /* 0 … class_count - 1 */
    int32_t kind; /* 0 … SETTLE_KINDS_MAX - 1 */
} settle_item;

/* One bill: its facts, and the accumulators before it. Fen unless it counts. */
typedef struct {
    int32_t plan; /* index into the plans of a batch; ignored for one bill */
    int32_t pooled; /* 0: pooling takes no part (5.3) */
    int32_t item_start, item_count; /* into the shared array of items */
    int32_t line_count; /* how many steps the line goes down */
    int32_t days, days_before;
    int64_t line_raise; /* the line is at least this (highest line of a merged chain) */
    int64_t line_paid; /* already paid under this line */
    int64_t cap_paid, limit_paid;
    int64_t expense_before, expense_quota;
    int64_t burden_before, self_pay_before;
    int64_t usable; /* what the account can pay */
    int64_t stage_paid[SETTLE_STAGES_MAX];
} settle_claim;

typedef struct {
    int64_t out_of_catalogue, over_limit, prior_self_pay, eligible;
} settle_item_split;

typedef struct {
    int64_t total, out_of_catalogue, over_limit, prior_self_pay, eligible, deductible;
    int64_t funds[SETTLE_FUNDS_MAX];
    int64_t fund_total, provider_borne, personal, account, cash;
    int64_t line; /* the deductible line that held for this bill, after what was paid under it */
    int64_t cap_room, limit_room; /* before the bill; SETTLE_NONE where there is none */
    int64_t ceiling_room; /* of expense, before the bill; SETTLE_NONE */
    int64_t rest; /* expense that a next fund sees: what the year's room left over */
    int64_t stage_room[SETTLE_STAGES_MAX]; /* before the bill; SETTLE_NONE */
    int64_t stage_paid[SETTLE_STAGES_MAX]; /* by this bill */
    int64_t parts[SETTLE_PARTS]; /* what remains to the patient */
    int64_t account_parts[SETTLE_PARTS]; /* of that, from the account */
} settle_split;

typedef struct {
    int32_t part, payer;
    int32_t source; /* SETTLE_SEGMENT: index of the segment; SETTLE_AID: stage x 8 + component */
    int32_t rate_class; /* SETTLE_SEGMENT only */
    int32_t rate; /* basis points; -1: the amount is not base x rate */
    int64_t axis_from, axis_to; /* place on the axis that the rule names; -1, -1: none */
    int64_t base, amount; /* fen */
} settle_line;

/*
 * Many bills as columns of numbers: row i is bill i, its items summed by the caller as 5.2 has it. A NULL column is zero
 * in every row, but `pooled` is 1, and `in_kind` is the whole of its part.
 */
typedef struct {
    const int64_t *plan; /* index into the plans */
    const int64_t *pooled;
    const int64_t *line_count, *days, *days_before, *line_raise, *line_paid, *cap_paid, *limit_paid;
    const int64_t *expense_before, *expense_quota, *burden_before, *self_pay_before, *usable;
    const int64_t *stage_paid[SETTLE_STAGES_MAX];
    const int64_t *eligible[SETTLE_CLASSES_MAX]; /* by class; E is their sum */
    const int64_t *prior_self_pay, *over_limit, *out_of_catalogue; /* 0 where a bill is paid as a whole */
    /* Of eligible, prior_self_pay, over_limit, out_of_catalogue: what is of the kinds that the account may pay. */
    const int64_t *in_kind[SETTLE_SUMS];
} settle_facts_columns;

/* The fields of settle_split as columns. A NULL column is not written. */
typedef struct {
    int64_t *total, *out_of_catalogue, *over_limit, *prior_self_pay, *eligible, *deductible;
    int64_t *funds[SETTLE_FUNDS_MAX];
    int64_t *fund_total, *provider_borne, *personal, *account, *cash, *line;
    int64_t *cap_room, *limit_room, *ceiling_room, *rest;
    int64_t *stage_room[SETTLE_STAGES_MAX], *stage_paid[SETTLE_STAGES_MAX];
    int64_t *parts[SETTLE_PARTS], *account_parts[SETTLE_PARTS];
} settle_split_columns;

/*
 * Split one bill.
 * split: the result. lines: SETTLE_LINES_MAX lines, of which *line_count are filled; both may be NULL.
 * item_splits: item_count rows, or NULL. items: claim->item_count items (item_start is ignored).
 */
int32_t settle_bill(settle_split *split, settle_line *lines, int32_t *line_count, settle_item_split *item_splits,
                    const settle_plan *plan, const settle_claim *claim, const settle_item *items);

/*
 * Split an array of bills, each by plans[claim.plan] on items[claim.item_start …].
 * splits, codes: claim_count each; codes[i] is what settle_bill would have returned for bill i.
 * Returns the number of bills whose code is not SETTLE_OK.
 */
int64_t settle_bills(settle_split *splits, int32_t *codes, const settle_plan *plans, int32_t plan_count,
                     const settle_claim *claims, int64_t claim_count, const settle_item *items, int64_t item_count);

/*
 * Split `count` rows of columns, row i by plans[facts->plan[i]].
 * splits: the columns wanted. codes: count of them; codes[i] is what settle_bill would have returned for a bill with
 * these sums. Returns the number of rows whose code is not SETTLE_OK.
 */
int64_t settle_columns(const settle_split_columns *splits, int32_t *codes, const settle_plan *plans,
                       int32_t plan_count, const settle_facts_columns *facts, int64_t count);

#endif

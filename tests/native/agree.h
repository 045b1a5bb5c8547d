/* One bill through every front of the core, and against the model; and whether its lines say the same. */
#ifndef AGREE_H
#define AGREE_H

#include <stdio.h>
#include <string.h>

#include "model.h"
#include "model_lines.h"
#include "settle.h"

#define AGREE_ITEMS_MAX 8

/* The sums that a caller of settle_columns makes of the items. The columns are of one row. */
typedef struct {
    int64_t numbers[32];
    settle_facts_columns columns;
} agree_row;

static const int64_t *agree_put(agree_row *row, int *count, int64_t number) {
    row->numbers[*count] = number;
    *count += 1;
    return &row->numbers[*count - 1];
}

static void agree_sums(agree_row *row, int *count, const settle_plan *plan, const settle_claim *claim,
                       const settle_item *items) {
    static const int32_t parts[] = {SETTLE_UNPOOLED, SETTLE_PRIOR_SELF_PAY, SETTLE_OVER_LIMIT, SETTLE_OUT_OF_CATALOGUE};
    int64_t eligible[SETTLE_CLASSES_MAX] = {0};
    int64_t sums[SETTLE_SUMS] = {0};
    int64_t in_kind[SETTLE_SUMS] = {0};
    for (int32_t i = 0; i < claim->item_count; i++) {
        const settle_item_split one = model_item(plan, &items[i]);
        const int64_t shares[] = {one.eligible, one.prior_self_pay, one.over_limit, one.out_of_catalogue};
        eligible[items[i].rate_class] += one.eligible;
        for (int j = 0; j < SETTLE_SUMS; j++) {
            sums[j] += shares[j];
            in_kind[j] += (plan->account_kinds[parts[j]] & 1 << items[i].kind) ? shares[j] : 0;
        }
    }
    for (int j = 0; j < SETTLE_SUMS; j++) {
        row->columns.eligible[j] = agree_put(row, count, eligible[j]);
        row->columns.in_kind[j] = agree_put(row, count, in_kind[j]);
    }
    row->columns.prior_self_pay = agree_put(row, count, sums[1]);
    row->columns.over_limit = agree_put(row, count, sums[2]);
    row->columns.out_of_catalogue = agree_put(row, count, sums[3]);
}

static void agree_columns(agree_row *row, const settle_plan *plan, const settle_claim *claim, const settle_item *items) {
    int count = 0;
    memset(row, 0, sizeof *row);
    settle_facts_columns *to = &row->columns;
    to->pooled = agree_put(row, &count, claim->pooled);
    to->line_count = agree_put(row, &count, claim->line_count);
    to->days = agree_put(row, &count, claim->days);
    to->days_before = agree_put(row, &count, claim->days_before);
    to->line_raise = agree_put(row, &count, claim->line_raise);
    to->line_paid = agree_put(row, &count, claim->line_paid);
    to->cap_paid = agree_put(row, &count, claim->cap_paid);
    to->limit_paid = agree_put(row, &count, claim->limit_paid);
    to->expense_before = agree_put(row, &count, claim->expense_before);
    to->expense_quota = agree_put(row, &count, claim->expense_quota);
    to->burden_before = agree_put(row, &count, claim->burden_before);
    to->self_pay_before = agree_put(row, &count, claim->self_pay_before);
    to->usable = agree_put(row, &count, claim->usable);
    for (int i = 0; i < SETTLE_STAGES_MAX; i++) {
        to->stage_paid[i] = agree_put(row, &count, claim->stage_paid[i]);
    }
    agree_sums(row, &count, plan, claim, items);
}

/* Every field of the split as a column of one row. */
static settle_split_columns agree_all_of(settle_split *split) {
    settle_split_columns columns;
    int64_t *fields[sizeof(settle_split) / sizeof(int64_t)];
    for (size_t i = 0; i < sizeof *split / sizeof(int64_t); i++) {
        fields[i] = (int64_t *)(void *)((char *)split + i * sizeof(int64_t));
    }
    memcpy(&columns, fields, sizeof columns);
    return columns;
}

/* Whether what a further fund pays at a rate is the line's base by that rate, but for the rounding: a fen up or down. */
static int agree_rate(const settle_line *line) {
    const int64_t off = line->base * line->rate - line->amount * SETTLE_RATE_ONE;
    return line->part != SETTLE_AID || line->rate == -1 || (off < SETTLE_RATE_ONE && -off < SETTLE_RATE_ONE);
}

/* What each payer pays, and what each part comes to, by the lines. */
static int agree_lines(const settle_split *split, const settle_line *lines, int32_t count) {
    int64_t payers[SETTLE_PROVIDER + 1] = {0};
    int64_t parts[SETTLE_AID + 1] = {0};
    for (int32_t i = 0; i < count; i++) {
        payers[lines[i].payer] += lines[i].amount;
        parts[lines[i].part] += lines[i].payer >= SETTLE_ACCOUNT ? lines[i].amount : 0;
        if (lines[i].amount == 0 || !agree_rate(&lines[i])) {
            return 0;
        }
    }
    int holds = payers[SETTLE_ACCOUNT] == split->account && payers[SETTLE_CASH] == split->cash &&
                payers[SETTLE_PROVIDER] == split->provider_borne;
    for (int i = 0; i < SETTLE_FUNDS_MAX; i++) {
        holds &= payers[i] == split->funds[i];
    }
    for (int i = 0; i < SETTLE_PARTS; i++) {
        holds &= parts[i] == split->parts[i];
    }
    return holds;
}

static settle_item_split agree_last_item_splits[AGREE_ITEMS_MAX];
static settle_line agree_last_lines[SETTLE_LINES_MAX];
static int32_t agree_last_line_count;

/* The bill alone with lines, alone without, in a batch, as columns: one code, one split, to the byte. */
static int agree_fronts(settle_split *split, const settle_plan *plan, const settle_claim *claim,
                        const settle_item *items, int32_t *code) {
    settle_line *lines = agree_last_lines;
    settle_split other[3];
    int32_t count = -1;
    int32_t codes[3] = {-1, -1, -1};
    agree_row row;
    *code = settle_bill(split, lines, &count, agree_last_item_splits, plan, claim, items);
    codes[0] = settle_bill(&other[0], 0, 0, 0, plan, claim, items);
    settle_bills(&other[1], &codes[1], plan, 1, claim, 1, items, claim->item_count);
    agree_columns(&row, plan, claim, items);
    const settle_split_columns all = agree_all_of(&other[2]);
    settle_columns(&all, &codes[2], plan, 1, &row.columns, 1);
    for (int i = 0; i < 3; i++) {
        if (codes[i] != *code || memcmp(&other[i], split, sizeof *split) != 0) {
            fprintf(stderr, "front %d differs: code %d instead of %d\n", i, (int)codes[i], (int)*code);
            return 0;
        }
    }
    if (*code == SETTLE_OK ? !agree_lines(split, lines, count) : count != 0) {
        fprintf(stderr, "lines do not add up\n");
        return 0;
    }
    agree_last_line_count = count;
    return 1;
}

/* Whether each item of the last bill was split as the model splits it. */
static inline int agree_items(const settle_plan *plan, const settle_claim *claim, const settle_item *items) {
    int holds = 1;
    for (int32_t i = 0; i < claim->item_count; i++) {
        const settle_item_split expected = model_item(plan, &items[i]);
        holds &= memcmp(&agree_last_item_splits[i], &expected, sizeof expected) == 0;
    }
    return holds;
}

/* A good bill agrees with itself on every front, and with the model in every field. */
static inline int agree_with_model(const settle_plan *plan, const settle_claim *claim, const settle_item *items) {
    settle_split split, expected;
    int32_t code = 0;
    if (!agree_fronts(&split, plan, claim, items, &code)) {
        return 0;
    }
    model_bill(&expected, plan, claim, items);
    if (code != SETTLE_OK || memcmp(&split, &expected, sizeof split) != 0) {
        fprintf(stderr, "code %d; differs from the model: pool %lld, expected %lld; account %lld, expected %lld\n",
                (int)code, (long long)split.funds[0], (long long)expected.funds[0], (long long)split.account,
                (long long)expected.account);
        return 0;
    }
    if (!model_lines_agree(agree_last_lines, agree_last_line_count) || !agree_items(plan, claim, items)) {
        fprintf(stderr, "lines or items differ from the model\n");
        return 0;
    }
    return 1;
}

#endif

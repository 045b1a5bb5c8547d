/* The core's one translation unit: the order of steps, the identities, and the public functions. */
#include "settle.h"

#include <stddef.h>
#include <string.h>

#include "check.h"
#include "columns.h"
#include "facts.h"
#include "fen.h"
#include "items.h"
#include "patient.h"
#include "stages.h"
#include "state.h"
#include "walk.h"
#include "whole.h"

_Static_assert(SETTLE_LINES_MAX >= SETTLE_PIECES_MAX + SETTLE_STAGES_MAX * SETTLE_COMPONENTS_MAX + 2 * SETTLE_PARTS + 3,
               "lines suffice");

SETTLE_STEP int32_t settle_pool(settle_state *state) {
    settle_split *split = state->split;
    int32_t code = SETTLE_OK;
    split->cap_room = fen_room(state->plan->cap, state->facts->cap_paid);
    split->limit_room = fen_room(state->plan->limit, state->facts->limit_paid);
    switch (state->plan->method) {
    case SETTLE_WALK:
        state->account_first = patient_account_first(state);
        walk_pool(state);
        patient_place_account_first(state);
        break;
    case SETTLE_SHARED_PACKAGE:
        whole_shared_package(state);
        break;
    case SETTLE_BED_DAY:
        code = whole_bed_day(state);
        break;
    default:
        whole_fixed(state);
        break;
    }
    for (int32_t i = 0; i < state->plan->stage_count && code == SETTLE_OK; i++) {
        stage_pay(state, i);
    }
    return code;
}

/* Takes over T, C, O, B and E, and sets every field that the steps of some plan leave alone. */
SETTLE_STEP int32_t settle_sums(settle_state *state) {
    const settle_facts *facts = state->facts;
    settle_split *split = state->split;
    int64_t eligible = facts->eligible[0];
    for (int32_t i = 1; i < state->plan->class_count; i++) {
        eligible += facts->eligible[i];
    }
    for (int32_t i = 0; i < SETTLE_STAGES_MAX; i++) {
        split->stage_room[i] = SETTLE_NONE;
        split->stage_paid[i] = 0;
    }
    const int64_t beside = facts->prior_self_pay + facts->over_limit + facts->out_of_catalogue;
    split->eligible = eligible;
    split->total = eligible + beside;
    split->prior_self_pay = state->parts[SETTLE_PRIOR_SELF_PAY] = facts->prior_self_pay;
    split->over_limit = state->parts[SETTLE_OVER_LIMIT] = facts->over_limit;
    split->out_of_catalogue = state->parts[SETTLE_OUT_OF_CATALOGUE] = facts->out_of_catalogue;
    split->cap_room = split->limit_room = split->ceiling_room = SETTLE_NONE;
    split->deductible = split->provider_borne = split->line = split->rest = 0;
    for (int32_t i = 0; i < SETTLE_FUNDS_MAX; i++) {
        split->funds[i] = 0;
    }
    return eligible + beside > SETTLE_FEN_MAX ? SETTLE_BAD_ITEM : SETTLE_OK;
}

/*
 * The totals, and the identities of every settlement: the parts are what nobody else bears, and no amount is negative.
 * One that fails is a fault of the core, and no result leaves it.
 */
SETTLE_STEP int32_t settle_close(const settle_state *state, const patient_sums *sums) {
    settle_split *split = state->split;
    const int64_t personal = split->total - state->fund_total - split->provider_borne;
    const int64_t account = state->facts->usable - sums->usable;
    const int64_t cash = personal - account;
    split->fund_total = state->fund_total;
    split->personal = personal;
    split->account = account;
    split->cash = cash;
    const int64_t signs = state->signs | cash | sums->usable | (split->cap_room - split->funds[0]) |
                          (split->eligible - split->deductible);
    return personal != sums->personal || signs < 0 ? SETTLE_BROKEN : SETTLE_OK;
}

/* One bill's numbers by a plan that was checked. */
SETTLE_STEP int32_t settle_steps(settle_split *split, settle_line *lines, int32_t *line_count, const settle_plan *plan,
                                 const settle_facts *facts) {
    settle_state state = {.plan = plan, .facts = facts, .split = split, .lines = lines};
    int32_t code = settle_sums(&state);
    if (code != SETTLE_OK) {
        return code;
    }
    if (facts->pooled) {
        code = settle_pool(&state);
    } else {
        state.parts[SETTLE_UNPOOLED] = split->eligible;
    }
    if (code != SETTLE_OK) {
        return code;
    }
    const patient_sums sums = patient_pay(&state);
    *line_count = state.line_count;
    return settle_close(&state, &sums);
}

/* The same steps, compiled with lines and without. */
static int32_t settle_explained(settle_split *split, settle_line *lines, int32_t *line_count, const settle_plan *plan,
                                const settle_facts *facts) {
    return settle_steps(split, lines, line_count, plan, facts);
}

static int32_t settle_silent(settle_split *split, const settle_plan *plan, const settle_facts *facts) {
    int32_t no_lines;
    return settle_steps(split, 0, &no_lines, plan, facts);
}

int32_t settle_bill(settle_split *split, settle_line *lines, int32_t *line_count, settle_item_split *item_splits,
                    const settle_plan *plan, const settle_claim *claim, const settle_item *items) {
    facts_row row;
    int32_t filled = 0;
    int32_t code = SETTLE_BAD_PLAN;
    if (check_plan(plan)) {
        code = check_claim(&row, claim) ? items_sum(&row.facts, item_splits, plan, items, claim->item_count)
                                        : SETTLE_BAD_CLAIM;
    }
    if (code == SETTLE_OK) {
        code = lines != 0 ? settle_explained(split, lines, &filled, plan, &row.facts)
                          : settle_silent(split, plan, &row.facts);
    }
    if (code != SETTLE_OK) {
        memset(split, 0, sizeof *split);
        filled = 0;
    }
    if (line_count != 0) {
        *line_count = filled;
    }
    return code;
}

/* Whether the claim names a plan, and items, that there are; that it has an item at all, check_claim asks. */
static int settle_claim_fits(const settle_claim *claim, int32_t plan_count, int64_t item_count) {
    return in_range(claim->plan, 0, plan_count - 1) & in_range(claim->item_start, 0, item_count - claim->item_count);
}

int64_t settle_bills(settle_split *splits, int32_t *codes, const settle_plan *plans, int32_t plan_count,
                     const settle_claim *claims, int64_t claim_count, const settle_item *items, int64_t item_count) {
    const int plans_hold = check_plans(plans, plan_count);
    int64_t failed = 0;
    facts_row row;
    for (int64_t i = 0; i < claim_count; i++) {
        const settle_claim *claim = &claims[i];
        int32_t code = SETTLE_BAD_CLAIM;
        if (settle_claim_fits(claim, plan_count, item_count)) {
            const settle_plan *plan = &plans[claim->plan];
            if (!plans_hold && !check_plan(plan)) {
                code = SETTLE_BAD_PLAN;
            } else if (check_claim(&row, claim)) {
                code = items_sum(&row.facts, 0, plan, items + claim->item_start, claim->item_count);
                code = code == SETTLE_OK ? settle_silent(&splits[i], plan, &row.facts) : code;
            }
        }
        if (code != SETTLE_OK) {
            memset(&splits[i], 0, sizeof splits[i]);
            failed += 1;
        }
        codes[i] = code;
    }
    return failed;
}

/* Sums that no items of such a plan come to: of classes that it has not, or beside E where a bill is paid as a whole. */
SETTLE_STEP int settle_strange(const settle_plan *plan, const settle_facts *facts) {
    int64_t strange = items_whole(plan) ? facts->prior_self_pay | facts->over_limit | facts->out_of_catalogue : 0;
    for (int32_t i = plan->class_count; i < SETTLE_CLASSES_MAX; i++) {
        strange |= facts->eligible[i];
    }
    return strange != 0;
}

/* One row of columns. Whether its numbers are in range, a block is asked first, and the row only where that was not. */
static int32_t settle_row(settle_split *split, const facts_row *row, int ranges_hold, const settle_plan *plans,
                          int32_t plan_count, int plans_hold) {
    if (row->facts.plan < 0 || row->facts.plan >= plan_count) {
        return SETTLE_BAD_CLAIM;
    }
    const settle_plan *plan = &plans[row->facts.plan];
    if (!plans_hold && !check_plan(plan)) {
        return SETTLE_BAD_PLAN;
    }
    if (!ranges_hold && !facts_fit(row, FACTS_OF_CLAIM, FACTS_OF_ITEMS)) {
        return SETTLE_BAD_CLAIM;
    }
    if (settle_strange(plan, &row->facts) || (!ranges_hold && !facts_fit(row, FACTS_OF_ITEMS, FACTS_COUNT))) {
        return SETTLE_BAD_ITEM;
    }
    return settle_silent(split, plan, &row->facts);
}

int64_t settle_columns(const settle_split_columns *splits, int32_t *codes, const settle_plan *plans,
                       int32_t plan_count, const settle_facts_columns *facts, int64_t count) {
    const int plans_hold = check_plans(plans, plan_count);
    const facts_sources given = facts_given(facts);
    const split_targets wanted = split_wanted(splits);
    facts_row rows[SETTLE_BLOCK];
    split_row outs[SETTLE_BLOCK];
    int64_t failed = 0;
    facts_default(rows);
    for (int64_t start = 0; start < count; start += SETTLE_BLOCK) {
        const int64_t size = fen_min(SETTLE_BLOCK, count - start);
        const int ranges_hold = facts_read(rows, &given, start, size);
        for (int64_t i = 0; i < size; i++) {
            const int32_t code = settle_row(&outs[i].split, &rows[i], ranges_hold, plans, plan_count, plans_hold);
            if (code != SETTLE_OK) {
                memset(&outs[i], 0, sizeof outs[i]);
                failed += 1;
            }
            codes[start + i] = code;
        }
        split_write(outs, &wanted, start, size);
    }
    return failed;
}

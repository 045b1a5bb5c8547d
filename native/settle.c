/* The core's one translation unit: the order of steps, the identities, and the two public functions. */
#include "settle.h"

#include <stddef.h>
#include <string.h>

#include "check.h"
#include "fen.h"
#include "items.h"
#include "patient.h"
#include "stages.h"
#include "state.h"
#include "walk.h"

_Static_assert(sizeof(int64_t) == 8 && INT64_MAX == SETTLE_NONE, "64-bit integers");
_Static_assert(SETTLE_FEN_MAX <= INT64_MAX / SETTLE_RATE_ONE / SETTLE_RATE_ONE, "fen x 10^8 fits");
_Static_assert(SETTLE_PIECES_MAX < 32 && SETTLE_COMPONENTS_MAX < 32, "a 32-bit mask names every share");
_Static_assert(SETTLE_LINES_MAX >= SETTLE_PIECES_MAX + SETTLE_STAGES_MAX * SETTLE_COMPONENTS_MAX + 2 * SETTLE_PARTS + 3,
               "lines suffice");

static void settle_pool(settle_state *state) {
    settle_split *split = state->split;
    split->parts[SETTLE_PRIOR_SELF_PAY] = split->prior_self_pay;
    split->parts[SETTLE_OVER_LIMIT] = split->over_limit;
    split->parts[SETTLE_OUT_OF_CATALOGUE] = split->out_of_catalogue;
    split->cap_room = SETTLE_NONE;
    split->limit_room = SETTLE_NONE;
    split->ceiling_room = SETTLE_NONE;
    for (int32_t i = 0; i < SETTLE_STAGES_MAX; i++) {
        split->stage_room[i] = SETTLE_NONE;
    }
    if (!state->claim->pooled) {
        split->parts[SETTLE_UNPOOLED] = split->eligible;
        return;
    }
    split->cap_room = fen_room(&state->sum, state->plan->cap, state->claim->cap_paid);
    split->limit_room = fen_room(&state->sum, state->plan->limit, state->claim->limit_paid);
    switch (state->plan->method) {
    case SETTLE_WALK:
        state->account_first = patient_account_first(state);
        walk_pool(state);
        patient_place_account_first(state);
        break;
    case SETTLE_SHARED_PACKAGE:
        walk_shared_package(state);
        break;
    case SETTLE_BED_DAY:
        walk_bed_day(state);
        break;
    default:
        walk_fixed(state);
        break;
    }
    for (int32_t i = 0; i < state->plan->stage_count; i++) {
        stage_pay(state, i);
    }
}

static void settle_total_up(settle_state *state) {
    settle_split *split = state->split;
    for (int32_t i = 0; i < SETTLE_FUNDS_MAX; i++) {
        split->fund_total = fen_add(&state->sum, split->fund_total, split->funds[i]);
    }
    split->personal = fen_sub(&state->sum, fen_sub(&state->sum, split->total, split->fund_total), split->provider_borne);
    split->cash = fen_sub(&state->sum, split->personal, split->account);
}

/* The identities of every settlement. One that fails is a fault of the core, and no result leaves it. */
static int settle_holds(const settle_state *state) {
    const settle_split *split = state->split;
    int64_t parts = 0;
    for (int32_t i = 0; i < SETTLE_PARTS; i++) {
        if (split->parts[i] < 0 || split->account_parts[i] < 0 || split->account_parts[i] > split->parts[i]) {
            return 0;
        }
        parts += split->parts[i];
    }
    for (int32_t i = 0; i < SETTLE_FUNDS_MAX; i++) {
        if (split->funds[i] < 0) {
            return 0;
        }
    }
    return parts == split->personal && split->cash >= 0 && split->account <= state->claim->usable &&
           split->total ==
               split->out_of_catalogue + split->over_limit + split->prior_self_pay + split->eligible &&
           split->funds[0] <= split->cap_room && split->deductible <= split->eligible;
}

static int32_t settle_checked(settle_state *state, const settle_item *items, settle_item_split *item_splits) {
    const int32_t code = items_split(state, items, item_splits);
    if (code != SETTLE_OK) {
        return code;
    }
    settle_pool(state);
    patient_pay(state);
    settle_total_up(state);
    if (state->sum.code != SETTLE_OK) {
        return state->sum.code;
    }
    return settle_holds(state) ? SETTLE_OK : SETTLE_BROKEN;
}

/* One bill by a plan that was checked. The pieces need no zeroing: piece_count says how many of them speak. */
static int32_t settle_one(settle_split *split, settle_line *lines, int32_t *line_count, settle_item_split *item_splits,
                          const settle_plan *plan, const settle_claim *claim, const settle_item *items) {
    settle_state state;
    memset(&state, 0, offsetof(settle_state, pieces));
    memset(split, 0, sizeof *split);
    state.plan = plan;
    state.claim = claim;
    state.split = split;
    state.lines = lines;
    const int32_t code = check_claim(claim) ? settle_checked(&state, items, item_splits) : SETTLE_BAD_CLAIM;
    if (code != SETTLE_OK) {
        memset(split, 0, sizeof *split);
        state.line_count = 0;
    }
    if (line_count != 0) {
        *line_count = state.line_count;
    }
    return code;
}

int32_t settle_bill(settle_split *split, settle_line *lines, int32_t *line_count, settle_item_split *item_splits,
                    const settle_plan *plan, const settle_claim *claim, const settle_item *items) {
    if (check_plan(plan)) {
        return settle_one(split, lines, line_count, item_splits, plan, claim, items);
    }
    memset(split, 0, sizeof *split);
    if (line_count != 0) {
        *line_count = 0;
    }
    return SETTLE_BAD_PLAN;
}

int64_t settle_bills(settle_split *splits, int32_t *codes, const settle_plan *plans, int32_t plan_count,
                     const settle_claim *claims, int64_t claim_count, const settle_item *items, int64_t item_count) {
    int64_t failed = 0;
    int32_t checked_plan = -1; /* bills of one plan mostly stand together: it is checked when it changes */
    int plan_holds = 0;
    for (int64_t i = 0; i < claim_count; i++) {
        const settle_claim *claim = &claims[i];
        if (claim->plan < 0 || claim->plan >= plan_count || claim->item_start < 0 || claim->item_count < 0 ||
            claim->item_start > item_count || claim->item_count > item_count - claim->item_start) {
            memset(&splits[i], 0, sizeof splits[i]);
            codes[i] = SETTLE_BAD_CLAIM;
            failed += 1;
            continue;
        }
        if (claim->plan != checked_plan) {
            checked_plan = claim->plan;
            plan_holds = check_plan(&plans[checked_plan]);
        }
        if (plan_holds) {
            codes[i] = settle_one(&splits[i], 0, 0, 0, &plans[checked_plan], claim, items + claim->item_start);
        } else {
            memset(&splits[i], 0, sizeof splits[i]);
            codes[i] = SETTLE_BAD_PLAN;
        }
        failed += codes[i] != SETTLE_OK;
    }
    return failed;
}

/* What remains: the account pays the parts in its scope, in order; cash pays the rest (5.5). Internal to the core. */
#ifndef SETTLE_PATIENT_H
#define SETTLE_PATIENT_H

#include "state.h"

static int patient_in_scope(const settle_plan *plan, int32_t part) {
    return (int)(((uint32_t)plan->account_parts >> part) & 1U);
}

/* The account drained before the walk, where the policy orders it and its scope may pay any part of E. */
static int64_t patient_account_first(const settle_state *state) {
    const settle_plan *plan = state->plan;
    if (plan->waterfall != SETTLE_ACCOUNT_FIRST || plan->method != SETTLE_WALK || !state->claim->pooled) {
        return 0;
    }
    const int any = patient_in_scope(plan, SETTLE_UNPOOLED) || patient_in_scope(plan, SETTLE_DEDUCTIBLE) ||
                    patient_in_scope(plan, SETTLE_CO_PAYMENT) || patient_in_scope(plan, SETTLE_OVER_CAP);
    return any ? fen_min(state->claim->usable, state->split->eligible) : 0;
}

/* Lays what the account paid first onto the places it paid: the deductible, then the co-payment, then above the end. */
static void patient_place_account_first(settle_state *state) {
    settle_split *split = state->split;
    const int64_t paid = state->account_first;
    const int64_t within = fen_min(paid, state->inside);
    split->account_parts[SETTLE_DEDUCTIBLE] = fen_min(within, split->deductible);
    split->account_parts[SETTLE_CO_PAYMENT] = within - split->account_parts[SETTLE_DEDUCTIBLE];
    split->account_parts[SETTLE_OVER_CAP] = paid - within;
}

static void patient_line(settle_state *state, int32_t part, int32_t payer, int64_t amount) {
    settle_line line = {part, payer, 0, 0, -1, -1, -1, state->split->parts[part], amount};
    if (part == SETTLE_DEDUCTIBLE) {
        line.axis_from = 0;
        line.axis_to = state->split->deductible;
    }
    state_line(state, line);
}

static int patient_part_by_items(int32_t part) {
    return part == SETTLE_UNPOOLED || part == SETTLE_PRIOR_SELF_PAY || part == SETTLE_OVER_LIMIT ||
           part == SETTLE_OUT_OF_CATALOGUE;
}

static void patient_pay(settle_state *state) {
    settle_split *split = state->split;
    int64_t usable = state->claim->usable - state->account_first;
    for (int32_t part = 0; part < SETTLE_PARTS; part++) {
        int64_t payable = split->parts[part] - split->account_parts[part];
        if (patient_part_by_items(part)) {
            payable = fen_min(payable, state->kind_parts[part]);
        }
        const int64_t paid = patient_in_scope(state->plan, part) ? fen_min(usable, payable) : 0;
        usable -= paid;
        split->account_parts[part] += paid;
        split->account = fen_add(&state->sum, split->account, split->account_parts[part]);
        patient_line(state, part, SETTLE_ACCOUNT, split->account_parts[part]);
        patient_line(state, part, SETTLE_CASH, split->parts[part] - split->account_parts[part]);
    }
}

#endif

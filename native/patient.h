/* What remains: the account pays the parts in its scope, in order; cash pays the rest (5.5). Internal to the core. */
#ifndef SETTLE_PATIENT_H
#define SETTLE_PATIENT_H

#include "state.h"

/* The parts that E may come to; the account drained first must have one of them in its scope. */
#define PATIENT_OF_ELIGIBLE                                                                                            \
    (1U << SETTLE_UNPOOLED | 1U << SETTLE_DEDUCTIBLE | 1U << SETTLE_CO_PAYMENT | 1U << SETTLE_OVER_CAP)

/* The account drained before the walk, where the policy orders it and its scope may pay any part of E. */
SETTLE_STEP int64_t patient_account_first(const settle_state *state) {
    const settle_plan *plan = state->plan;
    if (plan->waterfall != SETTLE_ACCOUNT_FIRST || ((uint32_t)plan->account_parts & PATIENT_OF_ELIGIBLE) == 0) {
        return 0;
    }
    return fen_min(state->facts->usable, state->split->eligible);
}

/* Lays what the account paid first onto the places it paid: the deductible, then the co-payment, then above the end. */
SETTLE_STEP void patient_place_account_first(settle_state *state) {
    const int64_t paid = state->account_first;
    const int64_t within = fen_min(paid, state->inside);
    const int64_t deductible = fen_min(within, state->split->deductible);
    state->first_parts[SETTLE_DEDUCTIBLE] = deductible;
    state->first_parts[SETTLE_CO_PAYMENT] = within - deductible;
    state->first_parts[SETTLE_OVER_CAP] = paid - within;
}

static void patient_line(settle_state *state, int32_t part, int32_t payer, int64_t amount) {
    settle_line line;
    const int on_axis = part == SETTLE_DEDUCTIBLE;
    state_set(&line, part, payer, 0, 0, -1);
    state_measure(&line, on_axis ? 0 : -1, on_axis ? state->split->deductible : -1, state->parts[part]);
    state_keep(state, &line, amount);
}

/* The sums of the parts that are done. */
typedef struct {
    int64_t usable; /* what the account can still pay */
    int64_t personal;
} patient_sums;

/* Pays from the account, up to `most`, what it has not paid of one part; the part is then as it stays. */
SETTLE_STEP void patient_pay_part(settle_state *state, patient_sums *sums, int32_t part, int64_t most) {
    const int64_t amount = state->parts[part];
    const int64_t payable = amount - state->first_parts[part];
    int64_t account = state->first_parts[part];
    if ((uint32_t)state->plan->account_parts & (1U << part)) {
        const int64_t paid = fen_min(sums->usable, fen_min(payable, most));
        sums->usable -= paid;
        account += paid;
    }
    sums->personal += amount;
    state->signs |= payable;
    state->split->parts[part] = amount;
    state->split->account_parts[part] = account;
    if (state->lines != 0) {
        patient_line(state, part, SETTLE_ACCOUNT, account);
        patient_line(state, part, SETTLE_CASH, amount - account);
    }
}

SETTLE_STEP patient_sums patient_pay(settle_state *state) {
    const int64_t *in_kind = state->facts->in_kind;
    patient_sums sums = {state->facts->usable - state->account_first, 0};
    patient_pay_part(state, &sums, SETTLE_UNPOOLED, in_kind[0]);
    patient_pay_part(state, &sums, SETTLE_DEDUCTIBLE, SETTLE_NONE);
    patient_pay_part(state, &sums, SETTLE_CO_PAYMENT, SETTLE_NONE);
    patient_pay_part(state, &sums, SETTLE_PRIOR_SELF_PAY, in_kind[1]);
    patient_pay_part(state, &sums, SETTLE_OVER_CAP, SETTLE_NONE);
    patient_pay_part(state, &sums, SETTLE_OVER_LIMIT, in_kind[2]);
    patient_pay_part(state, &sums, SETTLE_OUT_OF_CATALOGUE, in_kind[3]);
    return sums;
}

#endif

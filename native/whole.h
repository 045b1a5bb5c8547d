/* The pool where nothing is walked: fixed sums, actual cost, shared packages, bed-days (5.8). Internal to the core. */
#ifndef SETTLE_WHOLE_H
#define SETTLE_WHOLE_H

#include "state.h"

/* A line of the pool, another fund or the provider that stands on no axis. */
SETTLE_STEP void whole_line(settle_state *state, int32_t part, int32_t payer, int32_t rate, int64_t base,
                            int64_t amount) {
    if (state->lines != 0) {
        settle_line line;
        state_set(&line, part, payer, 0, 0, rate);
        state_measure(&line, -1, -1, base);
        state_keep(state, &line, amount);
    }
}

/* A fixed sum is set against E, then B, O and C; actual cost against E alone. What it leaves of E is over_cap. */
SETTLE_STEP void whole_fixed(settle_state *state) {
    const settle_split *split = state->split;
    const int64_t base = state->plan->method == SETTLE_FIXED_SUM ? split->total : split->eligible;
    const int64_t pool = fen_min(fen_min(base, split->limit_room), split->cap_room);
    state_fund(state, 0, pool);
    state->parts[SETTLE_OVER_CAP] = split->eligible;
    int64_t left = state_relieve(state, SETTLE_OVER_CAP, pool);
    left = state_relieve(state, SETTLE_PRIOR_SELF_PAY, left);
    left = state_relieve(state, SETTLE_OVER_LIMIT, left);
    state_relieve(state, SETTLE_OUT_OF_CATALOGUE, left);
    whole_line(state, SETTLE_FIXED, 0, -1, base, pool);
}

/* Package shared by two funds: K = min(T, limit left); the provider bears what exceeds it. */
SETTLE_STEP void whole_shared_package(settle_state *state) {
    const settle_plan *plan = state->plan;
    settle_split *split = state->split;
    const int64_t package = fen_min(split->total, split->limit_room);
    const int64_t share = fen_divide_half_up(package * plan->package_rate, SETTLE_RATE_ONE);
    state_fund(state, 0, fen_min(share, split->cap_room));
    state_fund(state, plan->package_fund, package - share);
    split->provider_borne = split->total - package;
    state->parts[SETTLE_OVER_CAP] = share - split->funds[0];
    whole_line(state, SETTLE_PACKAGE, 0, plan->package_rate, package, split->funds[0]);
    whole_line(state, SETTLE_PACKAGE, plan->package_fund, SETTLE_RATE_ONE - plan->package_rate, package,
               package - share);
    whole_line(state, SETTLE_PACKAGE, SETTLE_PROVIDER, -1, split->total, split->provider_borne);
}

/* The standard of the days after days_before, counted from admission: V. */
SETTLE_STEP int64_t whole_bed_standard(const settle_state *state) {
    const int64_t first = state->facts->days_before;
    const int64_t last = first + state->facts->days;
    int64_t before = 0;
    int64_t standard = 0;
    for (int32_t i = 0; i < state->plan->band_count; i++) {
        const settle_band *band = &state->plan->bands[i];
        standard += fen_max(0, fen_min(last, band->to) - fen_max(first, before)) * band->value;
        before = band->to;
    }
    return standard;
}

/* Bed-day: the patient pays an own part a day inside the standard; the provider keeps or bears T - V. */
SETTLE_STEP int32_t whole_bed_day(settle_state *state) {
    settle_split *split = state->split;
    const int64_t standard = whole_bed_standard(state);
    if (standard > SETTLE_FEN_MAX) {
        return SETTLE_OVERFLOW;
    }
    const int64_t own = fen_min(standard, state->plan->own_per_day * state->facts->days);
    const int64_t payable = standard - own;
    state_fund(state, 0, fen_min(payable, fen_min(split->cap_room, split->limit_room)));
    split->provider_borne = split->total - standard;
    state->parts[SETTLE_CO_PAYMENT] = own;
    state->parts[SETTLE_OVER_CAP] = payable - split->funds[0];
    split->rest = state->parts[SETTLE_OVER_CAP];
    whole_line(state, SETTLE_PACKAGE, 0, -1, payable, split->funds[0]);
    whole_line(state, SETTLE_PACKAGE, SETTLE_PROVIDER, -1, split->total, split->provider_borne);
    return SETTLE_OK;
}

#endif

/* The pool: line, walk along the axis of eligible expense, rooms (5.4); and the methods without a walk (5.8). */
#ifndef SETTLE_WALK_H
#define SETTLE_WALK_H

#include "state.h"

/* The line that holds for this bill: stepped down, shared, not below its floor or its chain's, less what was paid. */
static int64_t walk_line(settle_state *state) {
    const settle_plan *plan = state->plan;
    const settle_claim *claim = state->claim;
    const int64_t steps = fen_min(claim->line_count, plan->line_steps_max);
    int64_t line = fen_sub(&state->sum, plan->line_base, fen_mul(&state->sum, plan->line_step, steps));
    line = fen_max(line, 0);
    line = fen_divide_half_up(&state->sum, fen_mul(&state->sum, line, plan->line_share), SETTLE_RATE_ONE);
    line = fen_max(fen_max(line, plan->line_floor), claim->line_raise);
    line = fen_min(line, plan->line_cap);
    return fen_max(0, fen_sub(&state->sum, line, claim->line_paid));
}

static int32_t walk_rate(const settle_plan *plan, int32_t segment, int32_t rate_class) {
    const int64_t own = plan->classes[rate_class].own_rate;
    const int64_t base = (int64_t)plan->segments[segment].rate + plan->points - plan->segments[segment].reduction;
    const int64_t raised = own >= 0 ? fen_max(own, base) : base + plan->classes[rate_class].bonus;
    return (int32_t)fen_max(0, fen_min(SETTLE_RATE_ONE, raised));
}

/* Where the axis of segment bounds stands at the bill's zero. */
static int64_t walk_offset(const settle_state *state) {
    switch (state->plan->measured_from) {
    case SETTLE_FROM_YEAR:
        return state->claim->expense_before;
    case SETTLE_FROM_DEDUCTIBLE:
        return -state->split->deductible;
    default:
        return 0;
    }
}

/* Cuts (start, inside] at class ends and segment bounds; the last segment has no end, so every place has a rate. */
static void walk_cut(settle_state *state) {
    const settle_plan *plan = state->plan;
    const int64_t offset = walk_offset(state);
    int64_t place = state->start;
    int64_t class_end = state->class_eligible[0];
    int32_t rate_class = 0;
    int32_t segment = 0;
    for (int32_t step = 0; step < 2 * SETTLE_PIECES_MAX && place < state->inside; step++) {
        if (class_end <= place) {
            rate_class += 1;
            class_end = fen_add(&state->sum, class_end, state->class_eligible[rate_class]);
            continue;
        }
        int64_t bound = plan->segments[segment].to;
        bound = bound == SETTLE_NONE ? SETTLE_NONE : fen_sub(&state->sum, bound, offset);
        if (bound <= place) {
            segment += 1;
            continue;
        }
        const int64_t end = fen_min(fen_min(class_end, bound), state->inside);
        settle_piece *piece = &state->pieces[state->piece_count];
        piece->from = place;
        piece->width = end - place;
        piece->rate = walk_rate(plan, segment, rate_class);
        piece->segment = segment;
        piece->rate_class = rate_class;
        piece->exact = fen_mul(&state->sum, piece->width, piece->rate);
        state->piece_count += 1;
        place = end;
    }
    if (place != state->inside && state->start < state->inside) {
        state->sum.code = SETTLE_BROKEN;
    }
}

/* Lets the room bite: the piece in which the sum passes it is cut to the least whole fen that reaches it. */
static int64_t walk_pay(settle_state *state, int64_t room) {
    const int64_t room_exact = room == SETTLE_NONE ? SETTLE_NONE : fen_mul(&state->sum, room, SETTLE_RATE_ONE);
    int64_t exact = 0;
    for (int32_t i = 0; i < state->piece_count; i++) {
        settle_piece *piece = &state->pieces[i];
        if (fen_add(&state->sum, exact, piece->exact) > room_exact) {
            piece->exact = room_exact - exact;
            piece->width = fen_divide_up(&state->sum, piece->exact, piece->rate);
            state->used = fen_add(&state->sum, state->used, piece->width);
            state->piece_count = i + 1;
            return room;
        }
        exact = fen_add(&state->sum, exact, piece->exact);
        state->used = fen_add(&state->sum, state->used, piece->width);
    }
    return fen_divide_half_up(&state->sum, exact, SETTLE_RATE_ONE);
}

static void walk_lines(settle_state *state) {
    int64_t exact[SETTLE_PIECES_MAX] = {0};
    int64_t amounts[SETTLE_PIECES_MAX] = {0};
    for (int32_t i = 0; i < state->piece_count; i++) {
        exact[i] = state->pieces[i].exact;
    }
    state_share_out(state, amounts, exact, state->piece_count, SETTLE_RATE_ONE, state->split->funds[0]);
    for (int32_t i = 0; i < state->piece_count; i++) {
        const settle_piece *piece = &state->pieces[i];
        const settle_line line = {SETTLE_SEGMENT,    0,           piece->segment,
                                  piece->rate_class, piece->rate, piece->from,
                                  piece->from + piece->width, piece->width, amounts[i]};
        state_line(state, line);
    }
}

static void walk_pool(settle_state *state) {
    const settle_plan *plan = state->plan;
    settle_split *split = state->split;
    const int64_t room = fen_min(split->cap_room, split->limit_room);
    const int own_bites = split->limit_room != SETTLE_NONE && split->limit_room <= split->cap_room;
    split->ceiling_room = plan->expense_ceiling == SETTLE_NONE
                              ? SETTLE_NONE
                              : fen_room(&state->sum, fen_add(&state->sum, plan->expense_ceiling,
                                                              state->claim->expense_quota),
                                         state->claim->expense_before);
    state->inside = fen_min(split->eligible, split->ceiling_room);
    split->line = walk_line(state);
    split->deductible = fen_min(state->inside, split->line);
    state->start = fen_min(state->inside, fen_max(split->deductible, state->account_first));
    walk_cut(state);
    split->funds[0] = walk_pay(state, room);
    const int64_t rest = state->inside - state->start - state->used;
    split->rest = own_bites ? 0 : rest;
    split->parts[SETTLE_DEDUCTIBLE] = split->deductible;
    split->parts[SETTLE_CO_PAYMENT] = state->start - split->deductible + state->used - split->funds[0];
    split->parts[SETTLE_OVER_CAP] = split->eligible - state->inside + rest;
    walk_lines(state);
}

/* A fixed sum is set against E, then B, O and C; actual cost against E alone. What it leaves of E is over_cap. */
static void walk_fixed(settle_state *state) {
    settle_split *split = state->split;
    const int fixed = state->plan->method == SETTLE_FIXED_SUM;
    const int64_t base = fixed ? split->total : split->eligible;
    int64_t left = fen_min(fen_min(base, split->limit_room), split->cap_room);
    const settle_line line = {SETTLE_FIXED, 0, 0, 0, -1, -1, -1, base, left};
    static const int32_t order[] = {SETTLE_OVER_CAP, SETTLE_PRIOR_SELF_PAY, SETTLE_OVER_LIMIT,
                                    SETTLE_OUT_OF_CATALOGUE};
    split->funds[0] = left;
    split->parts[SETTLE_OVER_CAP] = split->eligible;
    for (int32_t i = 0; i < 4; i++) {
        const int64_t taken = fen_min(left, split->parts[order[i]]);
        split->parts[order[i]] -= taken;
        left -= taken;
    }
    state_line(state, line);
}

/* Package shared by two funds: K = min(T, limit left); the provider bears what exceeds it. */
static void walk_shared_package(settle_state *state) {
    const settle_plan *plan = state->plan;
    settle_split *split = state->split;
    const int64_t package = fen_min(split->total, split->limit_room);
    const int64_t share =
        fen_divide_half_up(&state->sum, fen_mul(&state->sum, package, plan->package_rate), SETTLE_RATE_ONE);
    split->funds[0] = fen_min(share, split->cap_room);
    split->funds[plan->package_fund] = package - share;
    split->provider_borne = split->total - package;
    split->parts[SETTLE_OVER_CAP] = share - split->funds[0];
    const settle_line pool = {SETTLE_PACKAGE, 0, 0, 0, plan->package_rate, -1, -1, package, split->funds[0]};
    const settle_line other = {
        SETTLE_PACKAGE, plan->package_fund, 0, 0, SETTLE_RATE_ONE - plan->package_rate, -1, -1, package,
        package - share};
    const settle_line provider = {SETTLE_PACKAGE, SETTLE_PROVIDER, 0, 0, -1, -1, -1, split->total,
                                  split->provider_borne};
    state_line(state, pool);
    state_line(state, other);
    state_line(state, provider);
}

/* The standard of the days after days_before, counted from admission: V. */
static int64_t walk_bed_standard(settle_state *state) {
    const int64_t first = state->claim->days_before;
    const int64_t last = first + state->claim->days;
    int64_t before = 0;
    int64_t standard = 0;
    for (int32_t i = 0; i < state->plan->band_count; i++) {
        const settle_band *band = &state->plan->bands[i];
        const int64_t days = fen_min(last, band->to) - fen_max(first, before);
        if (days > 0) {
            standard = fen_add(&state->sum, standard, fen_mul(&state->sum, days, band->value));
        }
        before = band->to;
    }
    return standard;
}

/* Bed-day: the patient pays an own part a day inside the standard; the provider keeps or bears T - V. */
static void walk_bed_day(settle_state *state) {
    settle_split *split = state->split;
    const int64_t standard = walk_bed_standard(state);
    const int64_t own = fen_min(standard, fen_mul(&state->sum, state->plan->own_per_day, state->claim->days));
    const int64_t payable = standard - own;
    split->funds[0] = fen_min(payable, fen_min(split->cap_room, split->limit_room));
    split->provider_borne = fen_sub(&state->sum, split->total, standard);
    split->parts[SETTLE_CO_PAYMENT] = own;
    split->parts[SETTLE_OVER_CAP] = payable - split->funds[0];
    split->rest = split->parts[SETTLE_OVER_CAP];
    const settle_line pool = {SETTLE_PACKAGE, 0, 0, 0, -1, -1, -1, payable, split->funds[0]};
    const settle_line provider = {SETTLE_PACKAGE, SETTLE_PROVIDER, 0, 0, -1, -1, -1, split->total,
                                  split->provider_borne};
    state_line(state, pool);
    state_line(state, provider);
}

#endif

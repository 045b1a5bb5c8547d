/* Further funds after the pool: on the rest, on the co-payment, on a window, in bands, as a guarantee. */
#ifndef SETTLE_STAGES_H
#define SETTLE_STAGES_H

#include "state.h"

#define SETTLE_COMPONENTS_MAX (SETTLE_BANDS_MAX + 3)
/* Exact shares of a stage count 10^-8 fen: basis points of basis points. */
#define SETTLE_STAGE_UNIT 100000000

typedef struct {
    int32_t count;
    int64_t exact[SETTLE_COMPONENTS_MAX];
    settle_line lines[SETTLE_COMPONENTS_MAX];
} stage_sum;

static void stage_component(stage_sum *sums, int64_t exact, int32_t component, int32_t rate, int64_t from, int64_t to) {
    if (exact <= 0) {
        return;
    }
    const settle_line line = {SETTLE_AID, 0, component, 0, rate, from, to, to - from, 0};
    sums->exact[sums->count] = exact;
    sums->lines[sums->count] = line;
    sums->count += 1;
}

static int64_t stage_scaled(settle_state *state, int64_t fen, int64_t rate) {
    return fen_mul(&state->sum, fen_mul(&state->sum, fen, rate), SETTLE_RATE_ONE);
}

static void stage_rest(settle_state *state, const settle_stage *stage, stage_sum *sums) {
    const int64_t from = fen_add(&state->sum, state->start, state->used);
    stage_component(sums, stage_scaled(state, state->split->rest, stage->rest_rate), SETTLE_ON_REST, stage->rest_rate, from,
                    fen_add(&state->sum, from, state->split->rest));
}

/*
 * The co-payment beyond a point: x is the least fen of used expense at which cap_paid + its exact share reaches
 * co_payment_from; the component is rate x ((X - x) - (share of X - share of x)).
 */
static void stage_co_payment(settle_state *state, const settle_stage *stage, stage_sum *sums) {
    const int64_t need =
        fen_mul(&state->sum, fen_max(0, stage->co_payment_from - state->claim->cap_paid), SETTLE_RATE_ONE);
    int64_t exact = 0;
    int64_t expense = 0;
    int64_t point = need == 0 ? 0 : -1;
    int64_t point_exact = 0;
    for (int32_t i = 0; i < state->piece_count; i++) {
        const settle_piece *piece = &state->pieces[i];
        if (point < 0 && fen_add(&state->sum, exact, piece->exact) >= need && piece->rate > 0) {
            const int64_t width = fen_divide_up(&state->sum, need - exact, piece->rate);
            point = expense + width;
            point_exact = exact + fen_min(piece->exact, fen_mul(&state->sum, width, piece->rate));
        }
        exact = fen_add(&state->sum, exact, piece->exact);
        expense = fen_add(&state->sum, expense, piece->width);
    }
    if (point < 0) {
        return;
    }
    const int64_t co_payment = fen_sub(&state->sum, fen_mul(&state->sum, state->used - point, SETTLE_RATE_ONE),
                                       exact - point_exact);
    stage_component(sums, fen_mul(&state->sum, fen_max(0, co_payment), stage->co_payment_rate), SETTLE_ON_CO_PAYMENT,
                    -1, fen_add(&state->sum, state->start, point), fen_add(&state->sum, state->start, state->used));
}

/* What of the running expense (before, before + E] lies in the window. */
static void stage_window(settle_state *state, const settle_stage *stage, stage_sum *sums) {
    const int64_t before = state->claim->expense_before;
    int64_t from = stage->window_from;
    if (stage->window_widened && state->plan->expense_ceiling != SETTLE_NONE) {
        from = fen_max(from, fen_add(&state->sum, state->plan->expense_ceiling, state->claim->expense_quota));
    }
    from = fen_max(from, before);
    const int64_t to = fen_min(stage->window_to, fen_add(&state->sum, before, state->split->eligible));
    if (to > from) {
        stage_component(sums, stage_scaled(state, to - from, stage->window_rate), SETTLE_ON_WINDOW,
                        stage->window_rate, from, to);
    }
}

/* Bands of the running personal burden: before the bill, plus what the pool left of E. */
static void stage_burden(settle_state *state, const settle_stage *stage, stage_sum *sums) {
    const int64_t before = state->claim->burden_before;
    const int64_t after = fen_add(&state->sum, before, state->split->eligible - state->split->funds[0]);
    int64_t low = 0;
    for (int32_t i = 0; i < stage->band_count; i++) {
        const settle_band *band = &stage->bands[i];
        const int64_t from = fen_max(low, before);
        const int64_t to = fen_min(band->to, after);
        if (to > from) {
            stage_component(sums, stage_scaled(state, to - from, band->value), SETTLE_ON_BURDEN,
                            (int32_t)band->value, from, to);
        }
        low = band->to;
    }
}

/* Cuts the last lines so that they add up to what the room left. */
static void stage_lines(settle_state *state, stage_sum *sums, int32_t index, int64_t rounded, int64_t paid) {
    int64_t amounts[SETTLE_COMPONENTS_MAX] = {0};
    state_share_out(state, amounts, sums->exact, sums->count, SETTLE_STAGE_UNIT, rounded);
    int64_t left = paid;
    for (int32_t i = 0; i < sums->count; i++) {
        settle_line line = sums->lines[i];
        line.payer = state->plan->stages[index].fund;
        line.source += index * 8;
        line.amount = fen_min(amounts[i], left);
        left -= line.amount;
        state_line(state, line);
    }
}

/* The patient's parts that a further fund may take over, in the order in which it does (5.4, step 5). */
static const int32_t stage_relieves[] = {SETTLE_OVER_CAP, SETTLE_CO_PAYMENT, SETTLE_DEDUCTIBLE};

static int64_t stage_burden_left(const settle_state *state) {
    int64_t left = 0;
    for (int32_t i = 0; i < 3; i++) {
        left += state->split->parts[stage_relieves[i]];
    }
    return left - state->account_first;
}

static void stage_relieve(settle_state *state, int64_t paid) {
    int64_t left = paid;
    for (int32_t i = 0; i < 3; i++) {
        int64_t *part = &state->split->parts[stage_relieves[i]];
        const int64_t taken = fen_min(left, *part - state->split->account_parts[stage_relieves[i]]);
        *part -= taken;
        left -= taken;
    }
}

static void stage_pay(settle_state *state, int32_t index) {
    const settle_stage *stage = &state->plan->stages[index];
    settle_split *split = state->split;
    stage_sum sums = {0};
    int64_t rounded = 0;
    split->stage_room[index] = fen_room(&state->sum, stage->room, state->claim->stage_paid[index]);
    const int64_t burden = stage_burden_left(state);
    if (stage->guarantee_from != SETTLE_NONE) {
        const int64_t over =
            fen_sub(&state->sum, fen_add(&state->sum, state->claim->self_pay_before, burden), stage->guarantee_from);
        rounded = fen_min(burden, fen_max(0, over));
        stage_component(&sums, fen_mul(&state->sum, rounded, SETTLE_STAGE_UNIT), SETTLE_ON_GUARANTEE, SETTLE_RATE_ONE,
                        0, rounded);
    } else {
        stage_rest(state, stage, &sums);
        stage_co_payment(state, stage, &sums);
        stage_window(state, stage, &sums);
        stage_burden(state, stage, &sums);
        int64_t exact = 0;
        for (int32_t i = 0; i < sums.count; i++) {
            exact = fen_add(&state->sum, exact, sums.exact[i]);
        }
        rounded = fen_divide_half_up(&state->sum, exact, SETTLE_STAGE_UNIT);
    }
    const int64_t paid = fen_min(rounded, fen_min(burden, split->stage_room[index]));
    split->stage_paid[index] = paid;
    split->funds[stage->fund] = fen_add(&state->sum, split->funds[stage->fund], paid);
    stage_lines(state, &sums, index, rounded, paid);
    stage_relieve(state, paid);
}

#endif

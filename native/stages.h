/* Further funds after the pool: on the rest, on the co-payment, on a window, in bands, as a guarantee. Internal. */
#ifndef SETTLE_STAGES_H
#define SETTLE_STAGES_H

#include "walk.h"

#define SETTLE_COMPONENTS_MAX (SETTLE_BANDS_MAX + 3)

/* The components of one stage: their exact sum, and each by itself, for the lines. Only `count` of them speak. */
typedef struct {
    int32_t fund;
    int32_t source; /* of the stage's first component */
    int32_t count;
    int64_t exact;
    int64_t shares[SETTLE_COMPONENTS_MAX];
    settle_line lines[SETTLE_COMPONENTS_MAX];
} stage_sum;

SETTLE_STEP void stage_component(stage_sum *sum, int64_t exact, int32_t component, int32_t rate, int64_t from,
                                 int64_t to) {
    sum->exact += exact;
    if (exact != 0) {
        sum->shares[sum->count] = exact;
        state_set(&sum->lines[sum->count], SETTLE_AID, sum->fund, sum->source + component, 0, rate);
        state_measure(&sum->lines[sum->count], from, to, to - from);
        sum->count += 1;
    }
}

SETTLE_STEP void stage_rest(const settle_state *state, const settle_stage *stage, stage_sum *sum) {
    const int64_t from = state->start + state->used;
    stage_component(sum, state->split->rest * stage->rest_rate * SETTLE_RATE_ONE, SETTLE_ON_REST, stage->rest_rate, from,
                    from + state->split->rest);
}

/*
 * The co-payment beyond a point: x is the least fen of used expense at which cap_paid + its exact share reaches
 * co_payment_from; the component is rate x ((X - x) - (share of X - share of x)): never negative, as no rate is above one.
 */
SETTLE_STEP void stage_co_payment(const settle_state *state, const settle_stage *stage, stage_sum *sum) {
    const int64_t need = fen_max(0, stage->co_payment_from - state->facts->cap_paid);
    const int64_t need_exact = need * SETTLE_RATE_ONE;
    if (stage->co_payment_rate == 0 || need_exact > state->exact) {
        return;
    }
    walk_point point = {0, 0};
    if (need > 0) {
        point = walk_reach(state, need_exact, need_exact);
    }
    const int64_t share = state->exact - fen_min(point.exact, state->exact);
    const int64_t co_payment = (state->used - point.used) * SETTLE_RATE_ONE - share;
    stage_component(sum, co_payment * stage->co_payment_rate, SETTLE_ON_CO_PAYMENT, -1,
                    state->start + point.used, state->start + state->used);
}

/* What of the running expense (before, before + E] lies in the window. */
SETTLE_STEP void stage_window(const settle_state *state, const settle_stage *stage, stage_sum *sum) {
    if (stage->window_rate == 0) {
        return;
    }
    const int64_t before = state->facts->expense_before;
    const int64_t ceiling = state->plan->expense_ceiling;
    int64_t from = fen_max(stage->window_from, before);
    if (stage->window_widened && ceiling != SETTLE_NONE) {
        from = fen_max(from, ceiling + state->facts->expense_quota);
    }
    const int64_t to = fen_max(from, fen_min(stage->window_to, before + state->split->eligible));
    stage_component(sum, (to - from) * stage->window_rate * SETTLE_RATE_ONE, SETTLE_ON_WINDOW, stage->window_rate, from,
                    to);
}

/* Bands of the running personal burden: before the bill, plus what the pool left of E. */
SETTLE_STEP void stage_burden(const settle_state *state, const settle_stage *stage, stage_sum *sum) {
    const int64_t before = state->facts->burden_before;
    const int64_t after = before + state->split->eligible - state->split->funds[0];
    int64_t low = 0;
    for (int32_t i = 0; i < stage->band_count; i++) {
        const settle_band *band = &stage->bands[i];
        const int64_t from = fen_max(low, before);
        const int64_t to = fen_max(from, fen_min(band->to, after));
        stage_component(sum, (to - from) * band->value * SETTLE_RATE_ONE, SETTLE_ON_BURDEN,
                        (int32_t)band->value, from, to);
        low = band->to;
    }
}

/* The patient's parts that a further fund may take over come off in this order: over_cap, co_payment, deductible. */
SETTLE_STEP int64_t stage_burden_left(const settle_state *state) {
    return state->parts[SETTLE_OVER_CAP] + state->parts[SETTLE_CO_PAYMENT] + state->parts[SETTLE_DEDUCTIBLE] -
           state->account_first;
}

/* The running burden in full above a sum. */
SETTLE_STEP int64_t stage_guarantee(const settle_state *state, const settle_stage *stage, stage_sum *sum,
                                    int64_t burden) {
    const int64_t over = state->facts->self_pay_before + burden - stage->guarantee_from;
    const int64_t paid = fen_min(burden, fen_max(0, over));
    stage_component(sum, paid * SETTLE_STAGE_UNIT, SETTLE_ON_GUARANTEE, SETTLE_RATE_ONE, 0, paid);
    return paid;
}

SETTLE_STEP int64_t stage_components(const settle_state *state, const settle_stage *stage, stage_sum *sum) {
    stage_rest(state, stage, sum);
    stage_co_payment(state, stage, sum);
    stage_window(state, stage, sum);
    stage_burden(state, stage, sum);
    return fen_divide_half_up(sum->exact, SETTLE_STAGE_UNIT);
}

/*
 * Cuts the last lines so that they add up to what the room left: one with a rate ends where what is paid is reached, as a
 * piece of the walk does, so that its base by its rate is its amount.
 */
static void stage_lines(settle_state *state, stage_sum *sum, int64_t rounded, int64_t paid) {
    state_share_out(sum->lines, sum->shares, sum->count, SETTLE_STAGE_UNIT, rounded);
    int64_t left = paid;
    for (int32_t i = 0; i < sum->count; i++) {
        settle_line *line = &sum->lines[i];
        const int64_t amount = fen_min(line->amount, left);
        left -= amount;
        if (amount < line->amount && line->rate != -1) {
            line->base = fen_divide_up(amount * SETTLE_RATE_ONE, line->rate);
            line->axis_to = line->axis_from + line->base;
        }
        state_keep(state, line, amount);
    }
}

SETTLE_STEP void stage_pay(settle_state *state, int32_t index) {
    const settle_stage *stage = &state->plan->stages[index];
    settle_split *split = state->split;
    stage_sum sum;
    sum.fund = stage->fund;
    sum.source = index * 8;
    sum.count = 0;
    sum.exact = 0;
    split->stage_room[index] = fen_room(stage->room, state->facts->stage_paid[index]);
    const int64_t burden = stage_burden_left(state);
    const int64_t rounded = stage->guarantee_from == SETTLE_NONE ? stage_components(state, stage, &sum)
                                                                 : stage_guarantee(state, stage, &sum, burden);
    const int64_t paid = fen_min(rounded, fen_min(burden, split->stage_room[index]));
    split->stage_paid[index] = paid;
    state_fund(state, stage->fund, paid);
    if (state->lines != 0) {
        stage_lines(state, &sum, rounded, paid);
    }
    int64_t left = state_relieve(state, SETTLE_OVER_CAP, paid);
    left = state_relieve(state, SETTLE_CO_PAYMENT, left);
    state_relieve(state, SETTLE_DEDUCTIBLE, left);
}

#endif

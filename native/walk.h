/* The pool by a walk along the axis of eligible expense: line, pieces, rooms (5.4). Internal to the core. */
#ifndef SETTLE_WALK_H
#define SETTLE_WALK_H

#include "state.h"

/* The line that holds for this bill: stepped down, shared, not below its floor or its chain's, less what was paid. */
SETTLE_STEP int64_t walk_line(const settle_state *state) {
    const settle_plan *plan = state->plan;
    const settle_facts *facts = state->facts;
    const int64_t steps = fen_min(facts->line_count, plan->line_steps_max);
    int64_t line = fen_max(0, plan->line_base - plan->line_step * steps);
    line = fen_divide_half_up(line * plan->line_share, SETTLE_RATE_ONE);
    line = fen_max(fen_max(line, plan->line_floor), facts->line_raise);
    line = fen_min(line, plan->line_cap);
    return fen_max(0, line - facts->line_paid);
}

/* How far the bill's zero stands along the axis of the segments' bounds. */
SETTLE_STEP int64_t walk_offset(const settle_state *state) {
    int64_t offset = 0;
    if (state->plan->measured_from == SETTLE_FROM_YEAR) {
        offset = state->facts->expense_before;
    } else if (state->plan->measured_from == SETTLE_FROM_DEDUCTIBLE) {
        offset = -state->split->deductible;
    }
    return offset;
}

SETTLE_STEP int64_t walk_rate(const settle_segment *segment, const settle_class *of, int32_t points) {
    const int32_t base = segment->rate + points - segment->reduction;
    const int64_t raised = of->own_rate >= 0 ? fen_max(of->own_rate, base) : base + of->bonus;
    return fen_max(0, fen_min(SETTLE_RATE_ONE, raised));
}

/* One piece of the axis, (place, end], with one rate; all places are those of the segments' axis. */
typedef struct {
    int64_t place; /* where the walk stands: the end of the piece */
    int64_t width; /* 0: this class and this segment do not meet */
    int64_t rate;
} walk_piece;

/* Walks on from `place` to the end of the segment, but no further than `limit`, the end of the class. */
SETTLE_STEP walk_piece walk_on(const settle_plan *plan, int32_t segment, int32_t rate_class, int64_t place,
                               int64_t limit) {
    const int64_t end = fen_max(place, fen_min(plan->segments[segment].to, limit));
    const walk_piece piece = {end, end - place,
                              walk_rate(&plan->segments[segment], &plan->classes[rate_class], plan->points)};
    return piece;
}

/* The exact share of the pieces of (start, inside], without a room. */
SETTLE_STEP int64_t walk_exact(const settle_state *state) {
    const settle_plan *plan = state->plan;
    const int64_t inside = state->inside + state->offset;
    int64_t place = state->start + state->offset;
    int64_t class_end = state->offset;
    int64_t exact = 0;
    for (int32_t i = 0; i < plan->class_count; i++) {
        class_end += state->facts->eligible[i];
        const int64_t limit = fen_min(class_end, inside);
        for (int32_t j = 0; j < plan->segment_count; j++) {
            const walk_piece piece = walk_on(plan, j, i, place, limit);
            exact += piece.width * piece.rate;
            place = piece.place;
        }
    }
    return exact;
}

/* A place on the way: used expense, and its exact share. */
typedef struct {
    int64_t used, exact;
} walk_point;

/*
 * The least whole fen of used expense, within the first piece whose end has an exact share of `passed` or more, at which
 * the exact share reaches `target`; 0 <= target <= passed. The walk's own share is `passed` or more.
 */
SETTLE_STEP walk_point walk_reach(const settle_state *state, int64_t passed, int64_t target) {
    const settle_plan *plan = state->plan;
    const int64_t inside = state->inside + state->offset;
    const int64_t start = state->start + state->offset;
    walk_piece piece = {.place = start};
    int64_t class_end = state->offset;
    int64_t exact = 0;
    for (int32_t i = 0; i < plan->class_count; i++) {
        class_end += state->facts->eligible[i];
        const int64_t limit = fen_min(class_end, inside);
        for (int32_t j = 0; j < plan->segment_count && exact < passed; j++) {
            piece = walk_on(plan, j, i, piece.place, limit);
            exact += piece.width * piece.rate;
        }
    }
    const int64_t before = exact - piece.width * piece.rate;
    const int64_t width = fen_divide_up(target - before, piece.rate);
    const walk_point point = {piece.place - piece.width - start + width, before + width * piece.rate};
    return point;
}

/* One line a piece: whole up to the place where the room bit, there what was left of it. */
static void walk_lines(settle_state *state) {
    const settle_plan *plan = state->plan;
    const int64_t inside = state->inside + state->offset;
    settle_line lines[SETTLE_PIECES_MAX];
    int64_t shares[SETTLE_PIECES_MAX];
    int32_t count = 0;
    int64_t place = state->start + state->offset;
    int64_t class_end = state->offset;
    int64_t used = state->used;
    int64_t exact = state->exact;
    for (int32_t i = 0; i < plan->class_count; i++) {
        class_end += state->facts->eligible[i];
        for (int32_t j = 0; j < plan->segment_count; j++) {
            const walk_piece piece = walk_on(plan, j, i, place, fen_min(class_end, inside));
            const int64_t from = place - state->offset;
            const int64_t width = fen_min(piece.width, used);
            const int64_t share = fen_min(width * piece.rate, exact);
            place = piece.place;
            used -= width;
            exact -= share;
            if (share != 0) {
                shares[count] = share;
                state_set(&lines[count], SETTLE_SEGMENT, 0, j, i, (int32_t)piece.rate);
                state_measure(&lines[count], from, from + width, width);
                count += 1;
            }
        }
    }
    state_share_out(lines, shares, count, SETTLE_RATE_ONE, state->split->funds[0]);
    for (int32_t i = 0; i < count; i++) {
        state_keep(state, &lines[i], lines[i].amount);
    }
}

/* What the pool pays: the walk's exact share rounded once, or the room, used up at the least fen that reaches it. */
SETTLE_STEP int64_t walk_pay(settle_state *state, int64_t room) {
    const int64_t room_exact = room == SETTLE_NONE ? SETTLE_NONE : room * SETTLE_RATE_ONE;
    state->exact = walk_exact(state);
    state->used = state->inside - state->start;
    if (state->exact > room_exact) {
        state->used = walk_reach(state, room_exact + 1, room_exact).used;
        state->exact = room_exact;
        return room;
    }
    return fen_divide_half_up(state->exact, SETTLE_RATE_ONE);
}

SETTLE_STEP void walk_pool(settle_state *state) {
    const settle_plan *plan = state->plan;
    settle_split *split = state->split;
    const int own_bites = (split->limit_room != SETTLE_NONE) & (split->limit_room <= split->cap_room);
    if (plan->expense_ceiling != SETTLE_NONE) {
        split->ceiling_room =
            fen_max(0, plan->expense_ceiling + state->facts->expense_quota - state->facts->expense_before);
    }
    state->inside = fen_min(split->eligible, split->ceiling_room);
    split->line = walk_line(state);
    split->deductible = fen_min(state->inside, split->line);
    state->offset = walk_offset(state);
    state->start = fen_min(state->inside, fen_max(split->deductible, state->account_first));
    const int64_t pool = walk_pay(state, fen_min(split->cap_room, split->limit_room));
    const int64_t rest = state->inside - state->start - state->used;
    state_fund(state, 0, pool);
    split->rest = own_bites ? 0 : rest;
    state->parts[SETTLE_DEDUCTIBLE] = split->deductible;
    state->parts[SETTLE_CO_PAYMENT] = state->start - split->deductible + state->used - pool;
    state->parts[SETTLE_OVER_CAP] = split->eligible - state->inside + rest;
    if (state->lines != 0) {
        walk_lines(state);
    }
}

#endif

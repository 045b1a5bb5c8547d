/* What the steps of one bill hand on to each other. Internal to the core. */
#ifndef SETTLE_STATE_H
#define SETTLE_STATE_H

#include "facts.h"

#define SETTLE_PIECES_MAX (SETTLE_CLASSES_MAX + SETTLE_SEGMENTS_MAX - 1)

typedef struct {
    const settle_plan *plan;
    const settle_facts *facts;
    settle_split *split;
    settle_line *lines; /* NULL where nobody asked */
    int32_t line_count; /* at most SETTLE_LINES_MAX by the assertion in settle.c */
    int64_t inside; /* eligible expense below the ceiling of expense */
    int64_t start; /* where the walk begins on the axis */
    int64_t offset; /* how far the bill's zero stands along the axis of the segments' bounds */
    int64_t used; /* expense that the pool has used up: X */
    int64_t exact; /* its exact share, in fen x basis points; the room where that bit */
    int64_t account_first; /* what the account paid before the walk */
    int64_t parts[SETTLE_PARTS]; /* what remains to the patient so far */
    int64_t first_parts[SETTLE_PARTS]; /* of that, what the account paid before the walk */
    int64_t fund_total;
    int64_t signs; /* negative when some amount that cannot be negative was */
} settle_state;

/* A fund pays. */
SETTLE_STEP void state_fund(settle_state *state, int32_t fund, int64_t paid) {
    state->split->funds[fund] += paid;
    state->fund_total += paid;
    state->signs |= paid;
}

/*
 * Something takes over up to `left` of a part. Returns what is left of `left`. Of what the account paid first it takes
 * nothing: that lies lowest on the axis, the parts come off from the top, and nobody takes over more than the rest.
 */
SETTLE_STEP int64_t state_relieve(settle_state *state, int32_t part, int64_t left) {
    const int64_t taken = fen_min(left, state->parts[part]);
    state->parts[part] -= taken;
    return left - taken;
}

/* A line is written field by field: copies of whole lines wait for stores that are still under way. */
SETTLE_STEP void state_set(settle_line *line, int32_t part, int32_t payer, int32_t source, int32_t rate_class,
                           int32_t rate) {
    line->part = part;
    line->payer = payer;
    line->source = source;
    line->rate_class = rate_class;
    line->rate = rate;
}

SETTLE_STEP void state_measure(settle_line *line, int64_t from, int64_t to, int64_t base) {
    line->axis_from = from;
    line->axis_to = to;
    line->base = base;
}

/* The next line to be written; the assertion in settle.c says that there is always one. */
SETTLE_STEP settle_line *state_next(const settle_state *state) {
    return &state->lines[state->line_count];
}

/* Keep a line of this amount, if that says something. */
SETTLE_STEP void state_keep(settle_state *state, const settle_line *line, int64_t amount) {
    if (amount != 0) {
        settle_line *next = state_next(state);
        state_set(next, line->part, line->payer, line->source, line->rate_class, line->rate);
        state_measure(next, line->axis_from, line->axis_to, line->base);
        next->amount = amount;
        state->line_count += 1;
    }
}

/*
 * Share `total` out over `count` lines by exact shares (in units of 1 / `unit` fen): each rounded down, then the missing
 * fen one each to the largest remainders, the earlier line first (5.6). The total is the sum of the shares rounded half
 * up, so that never more than `count` fen are missing.
 */
static void state_share_out(settle_line *lines, int64_t *exact, int32_t count, int64_t unit, int64_t total) {
    int64_t missing = total;
    for (int32_t i = 0; i < count; i++) {
        lines[i].amount = exact[i] / unit;
        exact[i] %= unit;
        missing -= lines[i].amount;
    }
    for (; missing > 0; missing--) {
        int32_t best = 0;
        for (int32_t i = 1; i < count; i++) {
            best = exact[i] > exact[best] ? i : best;
        }
        lines[best].amount += 1;
        exact[best] -= unit;
    }
}

#endif

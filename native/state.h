/* What the steps of one bill hand on to each other. Internal to the core. */
#ifndef SETTLE_STATE_H
#define SETTLE_STATE_H

#include "fen.h"

#define SETTLE_PIECES_MAX (SETTLE_CLASSES_MAX + SETTLE_SEGMENTS_MAX)

/* One piece of the axis with one rate. `exact` is fen x basis points; less than width x rate where a room bit. */
typedef struct {
    int64_t from, width, exact;
    int32_t rate, segment, rate_class;
} settle_piece;

typedef struct {
    checked sum;
    const settle_plan *plan;
    const settle_claim *claim;
    settle_split *split;
    settle_line *lines; /* may be NULL */
    int32_t line_count;
    int64_t class_eligible[SETTLE_CLASSES_MAX];
    int64_t kind_parts[SETTLE_PARTS]; /* what of the items' parts the account's kinds hold */
    int64_t inside; /* eligible expense below the ceiling of expense */
    int64_t start; /* where the walk begins on the axis */
    int64_t used; /* expense that the pool has used up: X */
    int64_t account_first; /* what the account paid before the walk */
    int32_t piece_count;
    settle_piece pieces[SETTLE_PIECES_MAX]; /* the last field: not zeroed */
} settle_state;

/* Append a line unless nobody asked for lines or it says nothing. */
static void state_line(settle_state *state, settle_line line) {
    if (state->lines == 0 || line.amount == 0) {
        return;
    }
    if (state->line_count >= SETTLE_LINES_MAX) {
        state->sum.code = SETTLE_BROKEN;
        return;
    }
    state->lines[state->line_count] = line;
    state->line_count += 1;
}

/*
 * Share `total` out over `count` exact shares (in units of 1 / `unit` fen): each rounded down, then the missing fen one
 * each to the largest remainders, the earlier line first (5.6).
 */
static void state_share_out(settle_state *state, int64_t *amounts, const int64_t *exact, int32_t count, int64_t unit,
                            int64_t total) {
    int64_t missing = total;
    int32_t i = 0;
    for (i = 0; i < count; i++) {
        amounts[i] = exact[i] / unit;
        missing = fen_sub(&state->sum, missing, amounts[i]);
    }
    uint32_t given = 0;
    for (int32_t round = 0; round < count && missing > 0; round++) {
        int32_t best = -1;
        for (i = 0; i < count; i++) {
            if ((given & (1U << i)) == 0 && (best < 0 || exact[i] % unit > exact[best] % unit)) {
                best = i;
            }
        }
        given |= 1U << best;
        amounts[best] += 1;
        missing -= 1;
    }
    if (missing != 0) {
        state->sum.code = SETTLE_BROKEN;
    }
}

#endif

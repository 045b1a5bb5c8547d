/* The lines of the pool's walk by the model: one a piece, rounded down, the missing fen to the largest remainders (5.6). */
#ifndef MODEL_LINES_H
#define MODEL_LINES_H

#include "model.h"

#define MODEL_PIECES_MAX (SETTLE_CLASSES_MAX * SETTLE_SEGMENTS_MAX)

typedef struct {
    int64_t from, width, amount, remainder;
    int32_t piece;
} model_line_of;

/* Gives `missing` fen, each to the largest remainder that has none yet, the earlier line first. */
static void model_share_out(model_line_of *lines, int count, int64_t missing) {
    for (int64_t given = 0; given < missing; given++) {
        int64_t largest = -1;
        for (int i = 0; i < count; i++) {
            largest = lines[i].remainder > largest ? lines[i].remainder : largest;
        }
        for (int i = 0; i < count; i++) {
            if (lines[i].remainder == largest) {
                lines[i].amount++;
                lines[i].remainder = -1;
                break;
            }
        }
    }
}

/* The walk's lines of the bill that the model settled last, those of no amount too. Returns how many. */
static int model_walk_lines(model_line_of *lines) {
    const model_state *m = &model_of_last_bill;
    int count = 0;
    int64_t missing = m->out->funds[0];
    for (int64_t x = 1; x <= m->used; x++) {
        if (x == 1 || m->piece_of[x] != m->piece_of[x - 1]) {
            lines[count] = (model_line_of){m->start + x - 1, 0, 0, 0, m->piece_of[x]};
            count++;
        }
        lines[count - 1].width++;
        lines[count - 1].remainder += m->share[x] - m->share[x - 1];
    }
    for (int i = 0; i < count; i++) {
        lines[i].amount = lines[i].remainder / SETTLE_RATE_ONE;
        lines[i].remainder %= SETTLE_RATE_ONE;
        missing -= lines[i].amount;
    }
    model_share_out(lines, count, missing);
    return count;
}

/* Whether the core's lines of the walk are these, in this order. */
static inline int model_lines_agree(const settle_line *lines, int32_t line_count) {
    model_line_of expected[MODEL_PIECES_MAX];
    const int count = model_walk_lines(expected);
    int32_t at = 0;
    for (int i = 0; i < count; i++) {
        if (expected[i].amount == 0) {
            continue;
        }
        const settle_line *line = &lines[at];
        at++;
        if (at > line_count || line->part != SETTLE_SEGMENT || line->axis_from != expected[i].from ||
            line->base != expected[i].width || line->axis_to - line->axis_from != line->base ||
            line->amount != expected[i].amount || line->source != expected[i].piece % SETTLE_SEGMENTS_MAX ||
            line->rate_class != expected[i].piece / SETTLE_SEGMENTS_MAX) {
            return 0;
        }
    }
    return at == line_count || lines[at].part != SETTLE_SEGMENT;
}

#endif

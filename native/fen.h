/*
 * Arithmetic on fen and exact shares, and the reason why it never wraps. Internal to the core.
 *
 * Every number that comes in is checked (check.h, facts.h): fen are 0 … SETTLE_FEN_MAX = 10^10, rates 0 … 10^4, counts
 * and days as settle.h says; SETTLE_NONE is compared and never calculated with. The total of a bill and the standard of
 * a bed-day bill are checked against SETTLE_FEN_MAX when they are known. Hence
 *   parts, rooms, lines, funds, running sums   sums of at most four fen                      <= 4 x 10^10
 *   sums over items before the total's check   SETTLE_ITEMS_MAX fen                          <= 10^14
 *   exact shares of the pool                   disjoint widths x rate                        <= 10^14
 *   steps of a line, standard of bed-days      fen x SETTLE_COUNT_MAX, fen x SETTLE_DAYS_MAX <  4 x 10^14
 *   exact shares of a stage                    four components, each fen x 10^8              <= 4 x 10^18
 * The one product beyond these, a price by a quantity, is checked where it stands (items.h).
 */
#ifndef SETTLE_FEN_H
#define SETTLE_FEN_H

#include "settle.h"

/* Exact shares of a stage count 10^-8 fen: basis points of basis points. */
#define SETTLE_STAGE_UNIT 100000000
#define SETTLE_STAGE_PARTS 4 /* rest, co-payment, window, burden; bands of the burden are disjoint */

_Static_assert(sizeof(int64_t) == 8 && INT64_MAX == SETTLE_NONE, "64-bit integers");
_Static_assert(SETTLE_STAGE_UNIT == SETTLE_RATE_ONE * SETTLE_RATE_ONE, "basis points of basis points");
_Static_assert(SETTLE_FEN_MAX <= (INT64_MAX - SETTLE_STAGE_UNIT) / SETTLE_STAGE_UNIT / SETTLE_STAGE_PARTS,
               "the exact sum of a stage fits, and its rounding");
_Static_assert(SETTLE_FEN_MAX <= INT64_MAX / 4 / SETTLE_COUNT_MAX && SETTLE_FEN_MAX <= INT64_MAX / 4 / SETTLE_DAYS_MAX &&
                   SETTLE_FEN_MAX <= INT64_MAX / 4 / SETTLE_ITEMS_MAX && SETTLE_FEN_MAX <= INT64_MAX / 4 / SETTLE_RATE_ONE,
               "fen by a count, by days, by items, by a rate fit");

/* Steps are inlined into both fronts, with and without lines; a coverage build takes them as plain functions. */
#ifndef SETTLE_STEP
#define SETTLE_STEP static inline __attribute__((always_inline))
#endif

SETTLE_STEP int64_t fen_min(int64_t a, int64_t b) {
    return a < b ? a : b;
}

SETTLE_STEP int64_t fen_max(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* The quotient of a non-negative number, rounded half up. */
SETTLE_STEP int64_t fen_divide_half_up(int64_t a, int64_t divisor) {
    return (int64_t)(((uint64_t)a + (uint64_t)divisor / 2) / (uint64_t)divisor);
}

/* The least whole number not below the quotient of a non-negative number. */
SETTLE_STEP int64_t fen_divide_up(int64_t a, int64_t divisor) {
    return (int64_t)(((uint64_t)a + (uint64_t)divisor - 1) / (uint64_t)divisor);
}

/* What is left of a room: never below zero; no room, no end. */
SETTLE_STEP int64_t fen_room(int64_t room, int64_t used) {
    return room == SETTLE_NONE ? SETTLE_NONE : fen_max(0, room - used);
}

#endif

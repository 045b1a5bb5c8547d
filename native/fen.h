/* Checked arithmetic on fen and exact shares. A `checked` remembers the first overflow; the caller asks once. */
#ifndef SETTLE_FEN_H
#define SETTLE_FEN_H

#include "settle.h"

typedef struct {
    int32_t code;
} checked;

static int64_t fen_add(checked *state, int64_t a, int64_t b) {
    int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) {
        state->code = SETTLE_OVERFLOW;
        return 0;
    }
    return sum;
}

static int64_t fen_sub(checked *state, int64_t a, int64_t b) {
    int64_t difference = 0;
    if (__builtin_sub_overflow(a, b, &difference)) {
        state->code = SETTLE_OVERFLOW;
        return 0;
    }
    return difference;
}

static int64_t fen_mul(checked *state, int64_t a, int64_t b) {
    int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) {
        state->code = SETTLE_OVERFLOW;
        return 0;
    }
    return product;
}

/* The quotient of a non-negative number, rounded half up. */
static int64_t fen_divide_half_up(checked *state, int64_t a, int64_t divisor) {
    return fen_add(state, a, divisor / 2) / divisor;
}

/* The least whole number not below the quotient of a non-negative number. */
static int64_t fen_divide_up(checked *state, int64_t a, int64_t divisor) {
    return fen_add(state, a, divisor - 1) / divisor;
}

static int64_t fen_min(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t fen_max(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* What is left of a room: never below zero; no room, no end. */
static int64_t fen_room(checked *state, int64_t room, int64_t used) {
    return room == SETTLE_NONE ? SETTLE_NONE : fen_max(0, fen_sub(state, room, used));
}

#endif

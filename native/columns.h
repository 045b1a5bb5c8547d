/* Columns to rows and back, a block at a time: the numbers of a block stay in the nearest cache. Internal to the core. */
#ifndef SETTLE_COLUMNS_H
#define SETTLE_COLUMNS_H

#include "facts.h"

#define SETTLE_BLOCK 32 /* rows; a row in and a row out are about 700 bytes */
#define SPLIT_COUNT (sizeof(settle_split) / sizeof(int64_t))

_Static_assert(sizeof(settle_facts_columns) == FACTS_COUNT * sizeof(int64_t *), "a column for every number");
_Static_assert(sizeof(settle_split_columns) == SPLIT_COUNT * sizeof(int64_t *), "a column for every field");

/* The columns that are given, each with the place of its number; only they are read. */
typedef struct {
    size_t count;
    const int64_t *columns[FACTS_COUNT];
    size_t numbers[FACTS_COUNT];
} facts_sources;

static facts_sources facts_given(const settle_facts_columns *columns) {
    const int64_t *all[FACTS_COUNT];
    facts_sources given;
    memcpy(all, columns, sizeof all);
    given.count = 0;
    for (size_t i = 0; i < FACTS_COUNT; i++) {
        if (all[i] != 0) {
            given.columns[given.count] = all[i];
            given.numbers[given.count] = i;
            given.count += 1;
        }
    }
    return given;
}

/* What the columns stand for that are not given; written once, since no step writes into a row. */
static void facts_default(facts_row *rows) {
    memset(rows, 0, SETTLE_BLOCK * sizeof *rows);
    for (int32_t i = 0; i < SETTLE_BLOCK; i++) {
        rows[i].facts.pooled = 1;
        for (int32_t j = 0; j < SETTLE_SUMS; j++) {
            rows[i].facts.in_kind[j] = SETTLE_NONE;
        }
    }
}

/* Reads `size` rows from `start` on; whether every number of all of them is in its range. */
static int facts_read(facts_row *rows, const facts_sources *given, int64_t start, int64_t size) {
    uint64_t outside = 0;
    for (size_t i = 0; i < given->count; i++) {
        const int64_t *column = given->columns[i] + start;
        const size_t number = given->numbers[i];
        const uint64_t max = (uint64_t)facts_max[number];
        for (int64_t j = 0; j < size; j++) {
            rows[j].numbers[number] = column[j];
            outside |= (uint64_t)column[j] > max;
        }
    }
    return outside == 0;
}

typedef union {
    settle_split split;
    int64_t numbers[SPLIT_COUNT];
} split_row;

/* The columns that are wanted, each with the place of its number. */
typedef struct {
    size_t count;
    int64_t *columns[SPLIT_COUNT];
    size_t numbers[SPLIT_COUNT];
} split_targets;

static split_targets split_wanted(const settle_split_columns *columns) {
    int64_t *all[SPLIT_COUNT];
    split_targets wanted;
    memcpy(all, columns, sizeof all);
    wanted.count = 0;
    for (size_t i = 0; i < SPLIT_COUNT; i++) {
        if (all[i] != 0) {
            wanted.columns[wanted.count] = all[i];
            wanted.numbers[wanted.count] = i;
            wanted.count += 1;
        }
    }
    return wanted;
}

static void split_write(const split_row *rows, const split_targets *wanted, int64_t start, int64_t size) {
    for (size_t i = 0; i < wanted->count; i++) {
        int64_t *column = wanted->columns[i] + start;
        const size_t number = wanted->numbers[i];
        for (int64_t j = 0; j < size; j++) {
            column[j] = rows[j].numbers[number];
        }
    }
}

#endif

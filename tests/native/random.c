/*
 * Random plans and claims: RANDOM_BILLS small ones against the model and on every front, as many large ones (to
 * 100,000,000.00 yuan, with numbers outside their ranges among them) on every front. Prints how many settled.
 */
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

static int large_bill(world_source *source, int32_t *code) {
    settle_plan plan;
    settle_claim claim;
    settle_item items[AGREE_ITEMS_MAX];
    settle_split split;
    world_plan(source, &plan);
    world_claim(source, &claim);
    world_items(source, &plan, &claim, items);
    if (world_one_in(source, 20)) {
        plan.points = -1;
    }
    if (world_one_in(source, 20)) {
        claim.usable = world_one_in(source, 2) ? -1 : SETTLE_FEN_MAX + 1;
    }
    return agree_fronts(&split, &plan, &claim, items, code);
}

/* A few thousand bills in one batch and as columns, plans and faults mixed: each as it is alone. */
static int mixed_batch(world_source *source) {
    enum { PLANS = 7, BILLS = 3000 };
    static settle_plan plans[PLANS];
    static settle_claim claims[BILLS];
    static settle_item items[BILLS * AGREE_ITEMS_MAX];
    static settle_split splits[BILLS];
    static int32_t codes[BILLS];
    int64_t failed = 0;
    for (int i = 0; i < PLANS; i++) {
        world_plan(source, &plans[i]);
    }
    plans[3].points = -1;
    for (int i = 0; i < BILLS; i++) {
        world_claim(source, &claims[i]);
        claims[i].plan = (int32_t)world_below(source, PLANS + 2) - 1;
        claims[i].item_start = i * AGREE_ITEMS_MAX;
        const int known = claims[i].plan >= 0 && claims[i].plan < PLANS;
        world_items(source, &plans[known ? claims[i].plan : 0], &claims[i], &items[claims[i].item_start]);
        items[claims[i].item_start].kind = world_one_in(source, 50) ? SETTLE_KINDS_MAX : 0;
        claims[i].item_start -= world_one_in(source, 50) ? BILLS * AGREE_ITEMS_MAX : 0;
    }
    const int64_t said = settle_bills(splits, codes, plans, PLANS, claims, BILLS, items, BILLS * AGREE_ITEMS_MAX);
    for (int i = 0; i < BILLS; i++) {
        settle_split alone = {0};
        int32_t code = SETTLE_BAD_CLAIM;
        if (claims[i].plan >= 0 && claims[i].plan < PLANS && claims[i].item_start >= 0) {
            code = settle_bill(&alone, 0, 0, 0, &plans[claims[i].plan], &claims[i], &items[claims[i].item_start]);
        }
        if (code != codes[i] || memcmp(&alone, &splits[i], sizeof alone) != 0) {
            fprintf(stderr, "bill %d of the batch differs\n", i);
            return 0;
        }
        failed += code != SETTLE_OK;
    }
    return said == failed;
}

int main(int argc, char **argv) {
    const long count = argc > 1 ? atol(argv[1]) : 100000;
    static const int64_t scales[] = {4, 30, 500};
    world_source source = {0, 0, 88172645463325252U, 0};
    long settled = 0;
    for (long i = 0; i < count; i++) {
        settle_plan plan;
        settle_claim claim;
        settle_item items[AGREE_ITEMS_MAX];
        source.scale = scales[i % 3];
        const uint64_t seed = source.seed;
        world_plan(&source, &plan);
        world_claim(&source, &claim);
        world_items(&source, &plan, &claim, items);
        int32_t code = 0;
        source.scale = i % 2 ? SETTLE_FEN_MAX / 16 : SETTLE_FEN_MAX;
        if (!agree_with_model(&plan, &claim, items) || !large_bill(&source, &code)) {
            fprintf(stderr, "bill %ld, seed %llu\n", i, (unsigned long long)seed);
            return 1;
        }
        settled += 1 + (code == SETTLE_OK);
    }
    source.scale = 1000000;
    if (!mixed_batch(&source)) {
        return 1;
    }
    printf("%ld settled\n", settled);
    return settled < count + count / 4;
}

/*
 * The fuzzer's entry: its bytes become a plan and a bill. A small bill must agree with the model in every field; a large
 * one, its numbers up to the ends of their ranges, must be the same on every front.
 */
#include <stdlib.h>

#include "world.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    static const int64_t scales[] = {4, 30, 500, SETTLE_FEN_MAX / 16, SETTLE_FEN_MAX};
    world_source source = {data, size, 0, 1};
    settle_plan plan;
    settle_claim claim;
    settle_item items[AGREE_ITEMS_MAX];
    settle_split split;
    int32_t code = 0;
    if (size == 0) {
        return 0;
    }
    const int64_t choice = world_below(&source, 5);
    source.scale = scales[choice];
    world_plan(&source, &plan);
    world_claim(&source, &claim);
    world_items(&source, &plan, &claim, items);
    const int agrees = choice < 3 ? agree_with_model(&plan, &claim, items)
                                  : agree_fronts(&split, &plan, &claim, items, &code);
    if (!agrees) {
        abort();
    }
    return 0;
}

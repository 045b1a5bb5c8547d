/* The plainest plan there is, to be changed by a test: one segment of 90% without an end, no line, no rooms, no further
 * funds; and a claim with one item that is free yet. */
#ifndef PLAIN_H
#define PLAIN_H

#include <string.h>

#include "settle.h"

static void plain(settle_plan *plan, settle_claim *claim, settle_item items[2]) {
    memset(plan, 0, sizeof *plan);
    memset(claim, 0, sizeof *claim);
    memset(items, 0, 2 * sizeof *items);
    plan->segment_count = plan->class_count = 1;
    plan->segments[0].to = SETTLE_NONE;
    plan->segments[0].rate = 9000;
    plan->classes[0].own_rate = -1;
    plan->line_share = SETTLE_RATE_ONE;
    plan->line_cap = plan->cap = plan->limit = plan->expense_ceiling = SETTLE_NONE;
    plan->account_parts = (1 << SETTLE_PARTS) - 1;
    for (int i = 0; i < SETTLE_STAGES_MAX; i++) {
        plan->stages[i].fund = 1 + i;
        plan->stages[i].room = plan->stages[i].window_to = plan->stages[i].guarantee_from = SETTLE_NONE;
    }
    claim->pooled = claim->item_count = 1;
    for (int i = 0; i < 2; i++) {
        items[i].unit_price = items[i].quantity = items[i].price_limit = -1;
    }
}

#endif

/*
 * The slow, exact model of one bill: settlement-rules.md 5.2 to 5.5 and 5.8 taken word for word, fen by fen, with a flag
 * for every fen of eligible expense. It shares nothing with the core but the structs of settle.h. Small bills only:
 * eligible expense of at most MODEL_FEN_MAX, rooms and accumulators of any size.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stddef.h>
#include <string.h>

#include "settle.h"

#define MODEL_FEN_MAX 4096
#define MODEL_UNIT ((model_wide)SETTLE_RATE_ONE * SETTLE_RATE_ONE)

__extension__ typedef __int128 model_wide;

static int64_t model_round(model_wide exact, model_wide unit) {
    return (int64_t)((2 * exact + unit) / (2 * unit));
}

static int64_t model_least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t model_room(int64_t room, int64_t paid) {
    if (room == SETTLE_NONE) {
        return SETTLE_NONE;
    }
    return room > paid ? room - paid : 0;
}

/* 5.2: what one item comes to. */
static settle_item_split model_item(const settle_plan *plan, const settle_item *item) {
    settle_item_split split = {0, 0, 0, 0};
    if (plan->method == SETTLE_SHARED_PACKAGE || plan->method == SETTLE_BED_DAY) {
        split.eligible = item->amount;
        return split;
    }
    if (item->excluded) {
        split.out_of_catalogue = item->amount;
        return split;
    }
    if (item->price_limit >= 0 && item->unit_price >= 0 && item->quantity >= 0 &&
        item->unit_price > item->price_limit) {
        const model_wide over = (model_wide)(item->unit_price - item->price_limit) * item->quantity;
        const model_wide rounded = (2 * over + 100000000) / 200000000;
        split.over_limit = rounded > item->amount ? item->amount : (int64_t)rounded;
    }
    const int64_t rest = item->amount - split.over_limit;
    split.prior_self_pay = model_round((model_wide)rest * item->self_pay_rate, SETTLE_RATE_ONE);
    split.eligible = rest - split.prior_self_pay;
    return split;
}

/* The segment of the fen from `place` to `place + 1` of the segments' axis. */
static int32_t model_segment(const settle_plan *plan, int64_t place) {
    int32_t segment = 0;
    while (plan->segments[segment].to <= place) {
        segment++;
    }
    return segment;
}

static int64_t model_rate(const settle_plan *plan, int32_t segment, int32_t rate_class) {
    int64_t rate = (int64_t)plan->segments[segment].rate + plan->points - plan->segments[segment].reduction;
    if (plan->classes[rate_class].own_rate < 0) {
        rate += plan->classes[rate_class].bonus;
    } else if (plan->classes[rate_class].own_rate > rate) {
        rate = plan->classes[rate_class].own_rate;
    }
    return rate < 0 ? 0 : rate > SETTLE_RATE_ONE ? SETTLE_RATE_ONE : rate;
}

static int64_t model_line(const settle_plan *plan, const settle_claim *claim) {
    int64_t line = plan->line_base;
    for (int32_t i = 0; i < claim->line_count && i < plan->line_steps_max; i++) {
        line -= plan->line_step;
    }
    line = line < 0 ? 0 : model_round((model_wide)line * plan->line_share, SETTLE_RATE_ONE);
    line = line < plan->line_floor ? plan->line_floor : line;
    line = line < claim->line_raise ? claim->line_raise : line;
    line = model_least(line, plan->line_cap);
    return line > claim->line_paid ? line - claim->line_paid : 0;
}

typedef struct {
    const settle_plan *plan;
    const settle_claim *claim;
    settle_split *out;
    unsigned char class_of[MODEL_FEN_MAX + 1]; /* of every fen of E */
    int64_t share[MODEL_FEN_MAX + 1]; /* exact, of the first x fen that the pool used */
    int32_t piece_of[MODEL_FEN_MAX + 1]; /* of every used fen: its class and segment */
    int64_t kinds[SETTLE_PARTS]; /* what of the items' parts is of kinds that the account may pay */
    int64_t start, used, first;
} model_state;

static model_state model_of_last_bill;

/* 5.4, the walk. */
static void model_walk(model_state *m) {
    const settle_plan *plan = m->plan;
    settle_split *out = m->out;
    const int64_t room = model_least(out->cap_room, out->limit_room);
    int64_t inside = out->eligible;
    if (plan->expense_ceiling != SETTLE_NONE) {
        out->ceiling_room = model_room(plan->expense_ceiling + m->claim->expense_quota, m->claim->expense_before);
        inside = model_least(inside, out->ceiling_room);
    }
    out->line = model_line(plan, m->claim);
    out->deductible = model_least(inside, out->line);
    int64_t start = out->deductible < m->first ? m->first : out->deductible;
    start = model_least(start, inside);
    const int64_t shift = plan->measured_from == SETTLE_FROM_YEAR         ? m->claim->expense_before
                          : plan->measured_from == SETTLE_FROM_DEDUCTIBLE ? -out->deductible
                                                                          : 0;
    m->start = start;
    int64_t exact = 0;
    int64_t place = start;
    int bitten = 0;
    for (; place < inside && !bitten; place++) {
        const int32_t segment = model_segment(plan, place + shift);
        const int64_t rate = model_rate(plan, segment, m->class_of[place]);
        bitten = room != SETTLE_NONE && exact + rate > room * SETTLE_RATE_ONE;
        if (bitten && exact == room * SETTLE_RATE_ONE) {
            break;
        }
        exact = bitten ? room * SETTLE_RATE_ONE : exact + rate;
        m->used++;
        m->share[m->used] = exact;
        m->piece_of[m->used] = m->class_of[place] * SETTLE_SEGMENTS_MAX + segment;
    }
    out->funds[0] = bitten ? room : model_round(exact, SETTLE_RATE_ONE);
    const int64_t rest = inside - start - m->used;
    out->rest = out->limit_room != SETTLE_NONE && out->limit_room <= out->cap_room ? 0 : rest;
    out->parts[SETTLE_DEDUCTIBLE] = out->deductible;
    out->parts[SETTLE_CO_PAYMENT] = start - out->deductible + m->used - out->funds[0];
    out->parts[SETTLE_OVER_CAP] = out->eligible - inside + rest;
    for (int64_t fen = 0; fen < m->first; fen++) {
        const int32_t part = fen >= inside ? SETTLE_OVER_CAP : fen < out->deductible ? SETTLE_DEDUCTIBLE : SETTLE_CO_PAYMENT;
        out->account_parts[part]++;
    }
}

/* 5.8, the pool without a walk: what lies above a limit or cap is over_cap. */
static void model_whole(model_state *m) {
    const settle_plan *plan = m->plan;
    settle_split *out = m->out;
    if (plan->method == SETTLE_SHARED_PACKAGE) {
        const int64_t package = model_least(out->total, out->limit_room);
        const int64_t share = model_round((model_wide)package * plan->package_rate, SETTLE_RATE_ONE);
        out->funds[0] = model_least(share, out->cap_room);
        out->funds[plan->package_fund] = package - share;
        out->provider_borne = out->total - package;
        out->parts[SETTLE_OVER_CAP] = share - out->funds[0];
        return;
    }
    if (plan->method == SETTLE_BED_DAY) {
        int64_t standard = 0;
        for (int64_t day = m->claim->days_before + 1; day <= m->claim->days_before + m->claim->days; day++) {
            int32_t band = 0;
            while (band < plan->band_count && plan->bands[band].to < day) {
                band++;
            }
            standard += band < plan->band_count ? plan->bands[band].value : 0;
        }
        const int64_t own = model_least(standard, plan->own_per_day * m->claim->days);
        out->funds[0] = model_least(standard - own, model_least(out->cap_room, out->limit_room));
        out->provider_borne = out->total - standard;
        out->parts[SETTLE_CO_PAYMENT] = own;
        out->parts[SETTLE_OVER_CAP] = out->rest = standard - own - out->funds[0];
        return;
    }
    static const int32_t order[] = {SETTLE_OVER_CAP, SETTLE_PRIOR_SELF_PAY, SETTLE_OVER_LIMIT, SETTLE_OUT_OF_CATALOGUE};
    const int64_t base = plan->method == SETTLE_FIXED_SUM ? out->total : out->eligible;
    out->funds[0] = model_least(base, model_least(out->cap_room, out->limit_room));
    out->parts[SETTLE_OVER_CAP] = out->eligible;
    for (int64_t fen = 0, i = 0; fen < out->funds[0]; fen++) {
        while (out->parts[order[i]] == 0) {
            i++;
        }
        out->parts[order[i]]--;
    }
}

/* 32(1) of 5.8: the co-payment beyond the point at which the running sum reaches a mark. */
static model_wide model_co_payment(const model_state *m, const settle_stage *stage) {
    for (int64_t x = 0; x <= m->used; x++) {
        if (m->claim->cap_paid * SETTLE_RATE_ONE + m->share[x] >= stage->co_payment_from * SETTLE_RATE_ONE) {
            const int64_t beyond = (m->used - x) * SETTLE_RATE_ONE - (m->share[m->used] - m->share[x]);
            return beyond > 0 ? (model_wide)beyond * stage->co_payment_rate : 0;
        }
    }
    return 0;
}

static model_wide model_components(const model_state *m, const settle_stage *stage) {
    const settle_split *out = m->out;
    model_wide exact = (model_wide)out->rest * stage->rest_rate * SETTLE_RATE_ONE + model_co_payment(m, stage);
    int64_t opens = stage->window_from;
    if (stage->window_widened && m->plan->expense_ceiling != SETTLE_NONE &&
        m->plan->expense_ceiling + m->claim->expense_quota > opens) {
        opens = m->plan->expense_ceiling + m->claim->expense_quota;
    }
    for (int64_t fen = 0; fen < out->eligible; fen++) {
        const int64_t place = m->claim->expense_before + fen;
        exact += place >= opens && place < stage->window_to ? (model_wide)stage->window_rate * SETTLE_RATE_ONE : 0;
    }
    for (int64_t fen = 0; fen < out->eligible - out->funds[0]; fen++) {
        int32_t band = 0;
        while (band < stage->band_count && stage->bands[band].to <= m->claim->burden_before + fen) {
            band++;
        }
        exact += band < stage->band_count ? (model_wide)stage->bands[band].value * SETTLE_RATE_ONE : 0;
    }
    return exact;
}

/* 5.4, step 5: a further fund pays, and takes over what the account has not paid, over_cap first. */
static void model_stage(model_state *m, int32_t index) {
    static const int32_t order[] = {SETTLE_OVER_CAP, SETTLE_CO_PAYMENT, SETTLE_DEDUCTIBLE};
    const settle_stage *stage = &m->plan->stages[index];
    settle_split *out = m->out;
    int64_t burden = 0;
    for (int i = 0; i < 3; i++) {
        burden += out->parts[order[i]] - out->account_parts[order[i]];
    }
    out->stage_room[index] = model_room(stage->room, m->claim->stage_paid[index]);
    int64_t pays = 0;
    if (stage->guarantee_from == SETTLE_NONE) {
        pays = model_round(model_components(m, stage), MODEL_UNIT);
    } else {
        while (pays < burden && m->claim->self_pay_before + burden - pays > stage->guarantee_from) {
            pays++;
        }
    }
    pays = model_least(pays, model_least(burden, out->stage_room[index]));
    out->stage_paid[index] = pays;
    out->funds[stage->fund] += pays;
    for (int i = 0; i < 3; i++) {
        for (; pays > 0 && out->parts[order[i]] > out->account_parts[order[i]]; pays--) {
            out->parts[order[i]]--;
        }
    }
}

/* 5.5: the account pays the parts in scope in their order. */
static void model_account(model_state *m) {
    settle_split *out = m->out;
    int64_t usable = m->claim->usable - m->first;
    out->account = m->first;
    for (int32_t part = 0; part < SETTLE_PARTS; part++) {
        const int by_items = part == SETTLE_UNPOOLED || part >= SETTLE_OVER_LIMIT || part == SETTLE_PRIOR_SELF_PAY;
        const int64_t payable = out->parts[part] - out->account_parts[part];
        const int64_t most = by_items ? model_least(payable, m->kinds[part]) : payable;
        const int64_t paid = (m->plan->account_parts & 1 << part) ? model_least(usable, most) : 0;
        usable -= paid;
        out->account += paid;
        out->account_parts[part] += paid;
    }
}

static void model_items(model_state *m, const settle_item *items) {
    static const int32_t parts[] = {SETTLE_UNPOOLED, SETTLE_PRIOR_SELF_PAY, SETTLE_OVER_LIMIT, SETTLE_OUT_OF_CATALOGUE};
    settle_split *out = m->out;
    for (int32_t rate_class = 0; rate_class < m->plan->class_count; rate_class++) {
        for (int32_t i = 0; i < m->claim->item_count; i++) {
            if (items[i].rate_class != rate_class) {
                continue;
            }
            const settle_item_split one = model_item(m->plan, &items[i]);
            const int64_t sums[] = {one.eligible, one.prior_self_pay, one.over_limit, one.out_of_catalogue};
            memset(m->class_of + out->eligible, rate_class, (size_t)one.eligible);
            out->total += items[i].amount;
            out->eligible += one.eligible;
            out->prior_self_pay += one.prior_self_pay;
            out->over_limit += one.over_limit;
            out->out_of_catalogue += one.out_of_catalogue;
            for (int j = 0; j < 4; j++) {
                m->kinds[parts[j]] += (m->plan->account_kinds[parts[j]] & 1 << items[i].kind) ? sums[j] : 0;
            }
        }
    }
}

/* The whole bill. `out` is what the core must give, every field of it. */
static inline void model_bill(settle_split *out, const settle_plan *plan, const settle_claim *claim, const settle_item *items) {
    model_state *const m = &model_of_last_bill;
    const int32_t of_eligible =
        1 << SETTLE_UNPOOLED | 1 << SETTLE_DEDUCTIBLE | 1 << SETTLE_CO_PAYMENT | 1 << SETTLE_OVER_CAP;
    memset(m->kinds, 0, sizeof m->kinds);
    memset(out, 0, sizeof *out);
    m->plan = plan, m->claim = claim, m->out = out, m->start = m->used = m->first = m->share[0] = 0;
    out->cap_room = out->limit_room = out->ceiling_room = SETTLE_NONE;
    for (int i = 0; i < SETTLE_STAGES_MAX; i++) {
        out->stage_room[i] = SETTLE_NONE;
    }
    model_items(m, items);
    out->parts[SETTLE_PRIOR_SELF_PAY] = out->prior_self_pay;
    out->parts[SETTLE_OVER_LIMIT] = out->over_limit;
    out->parts[SETTLE_OUT_OF_CATALOGUE] = out->out_of_catalogue;
    if (!claim->pooled) {
        out->parts[SETTLE_UNPOOLED] = out->eligible;
    } else {
        out->cap_room = model_room(plan->cap, claim->cap_paid);
        out->limit_room = model_room(plan->limit, claim->limit_paid);
        if (plan->method == SETTLE_WALK) {
            const int first = plan->waterfall == SETTLE_ACCOUNT_FIRST && (plan->account_parts & of_eligible);
            m->first = first ? model_least(claim->usable, out->eligible) : 0;
            model_walk(m);
        } else {
            model_whole(m);
        }
        for (int32_t i = 0; i < plan->stage_count; i++) {
            model_stage(m, i);
        }
    }
    model_account(m);
    for (int i = 0; i < SETTLE_FUNDS_MAX; i++) {
        out->fund_total += out->funds[i];
    }
    out->personal = out->total - out->fund_total - out->provider_borne;
    out->cash = out->personal - out->account;
}

#endif

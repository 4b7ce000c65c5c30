/* ledger.c - every milli-GPU of every instant in exactly one bucket. */
#include "metrics/ledger.h"

#include "base/bits.h"
#include <string.h>

/* BERTH_BLOCK_* of abi/berth_policy.h, in its order. */
static const struct {
    uint8_t bucket, frag;
} block_bucket[] = {{BUCKET_POLICY, FRAGS},
                    {BUCKET_RESERVED, FRAGS},
                    {BUCKET_QUOTA, FRAGS},
                    {BUCKET_TOO_FEW, FRAGS},
                    {BUCKET_FRAGMENTATION, FRAG_NODE},
                    {BUCKET_FRAGMENTATION, FRAG_NVLINK},
                    {BUCKET_FRAGMENTATION, FRAG_CPU_MEMORY},
                    {BUCKET_FRAGMENTATION, FRAG_GPU_TYPE},
                    {BUCKET_FRAGMENTATION, FRAG_SHARE},
                    {BUCKET_FRAGMENTATION, FRAG_LEVEL},
                    {BUCKET_FRAGMENTATION, FRAG_MIG}};

void ledger_init(struct ledger *l, const struct job_set *jobs, const struct topology *fleet,
                 ns_t from, struct arena *a)
{
    memset(l, 0, sizeof *l);
    l->jobs = jobs;
    l->fleet = fleet;
    l->from = from;
    l->by_type = ARENA_ARRAY(a, struct ledger_row, fleet->n_types);
    l->by_request = ARENA_ARRAY(a, struct ledger_row, jobs->n_requests + 1);
    l->unasked = ARENA_ARRAY(a, struct ledger_unasked, jobs->n_requests + 1);
    l->booked =
        arena_alloc(a, (size_t)jobs->n_requests * 2 + 2 * TOPOLOGY_TYPES, sizeof *l->booked);
    for (uint32_t i = 0; i < fleet->n_nodes; i++) {
        int64_t all = (int64_t)fleet->gpus[i] * 1000, down = (int64_t)fleet->gpus_down[i] * 1000;
        int64_t *rate = l->rate[fleet->gpus[i] ? fleet->gpu_type[i] : 0];
        if (fleet->health[i] == NODE_DRAINED)
            rate[BUCKET_DRAINED] += all;
        else if (fleet->health[i] == NODE_DOWN)
            rate[BUCKET_DOWN] += all;
        else {
            rate[BUCKET_DOWN] += down;
            rate[BUCKET_NO_DEMAND] += all - down;
        }
    }
    for (uint32_t type = 0; type < fleet->n_types; type++)
        l->some[type] = (UINT32_C(1) << BUCKETS) - 1;
}

void ledger_advance(struct ledger *l, ns_t now)
{
    ns_t from = l->last > l->from ? l->last : l->from;
    ns_t dt = now - from;

    l->last = now;
    if (dt <= 0)
        return;
    for (uint32_t type = 0; type < l->fleet->n_types; type++)
        for (uint32_t some = l->some[type]; some; some &= some - 1) {
            uint32_t b = bits_lowest(some);
            if (l->rate[type][b])
                l->by_type[type].bucket[b] += (wide_t)l->rate[type][b] * dt;
            else
                l->some[type] &= ~(UINT32_C(1) << b);
        }
    for (size_t i = 0; i < l->n_booked; i++)
        l->by_request[l->booked[i].request].bucket[l->booked[i].bucket] +=
            (wide_t)l->booked[i].milli * dt;
    if (l->n_booked)
        for (int f = 0; f < FRAGS; f++)
            l->frag[f] += (wide_t)l->frag_rate[f] * dt;
}

int64_t ledger_asked(const struct ledger *l, uint32_t request, const struct held *h)
{
    uint32_t share = l->jobs->requests[request].share_milli;

    return (int64_t)bits_count(h->mask) * (share && h->milli > share ? share : h->milli);
}

/* The class holds so much more unasked from now on. */
static void hold_unasked(struct ledger *l, uint32_t request, int64_t milli)
{
    struct ledger_unasked *u = &l->unasked[request];
    ns_t from = u->since > l->from ? u->since : l->from;

    if (l->last > from)
        l->by_request[request].bucket[BUCKET_HELD_IDLE] += (wide_t)u->milli * (l->last - from);
    u->since = l->last;
    u->milli += milli;
}

void ledger_hold(struct ledger *l, uint32_t request, enum bucket b, const struct held *h,
                 uint32_t n, int sign)
{
    int64_t unasked = 0;

    for (uint32_t i = 0; i < n; i++)
        if (h[i].mask) {
            uint8_t type = l->fleet->gpu_type[h[i].node];
            int64_t asked = ledger_asked(l, request, &h[i]),
                    more = (int64_t)bits_count(h[i].mask) * h[i].milli - asked;
            l->rate[type][b] += sign * asked;
            l->rate[type][BUCKET_HELD_IDLE] += sign * more;
            l->some[type] |= UINT32_C(1) << b | (more ? UINT32_C(1) << BUCKET_HELD_IDLE : 0);
            unasked += sign * more;
        }
    if (unasked)
        hold_unasked(l, request, unasked);
}

void ledger_close(struct ledger *l)
{
    for (uint32_t i = 0; i < l->jobs->n_requests; i++)
        hold_unasked(l, i, 0);
}

void ledger_job(struct ledger *l, uint32_t request, enum bucket b, ns_t start, ns_t end)
{
    ns_t from = start > l->from ? start : l->from;

    if (end > from)
        l->by_request[request].bucket[b] +=
            (wide_t)l->jobs->requests[request].demand_milli * (end - from);
}

void ledger_lose(struct ledger *l, uint32_t request, enum bucket b, const int64_t *milli, ns_t work)
{
    wide_t *class = l->by_request[request].bucket;
    wide_t lost = (wide_t)l->jobs->requests[request].demand_milli * work;

    class[b] -= lost;
    class[BUCKET_LOST_WORK] += lost;
    for (uint32_t type = 0; type < l->fleet->n_types; type++) {
        wide_t *sum = l->by_type[type].bucket;
        sum[b] -= (wide_t)milli[type] * work;
        sum[BUCKET_LOST_WORK] += (wide_t)milli[type] * work;
    }
}

void ledger_settle(struct ledger *l, const struct observed_state *s)
{
    l->n_booked = 0;
    memset(l->frag_rate, 0, sizeof l->frag_rate);
    for (uint32_t type = 0; type < l->fleet->n_types; type++) {
        int64_t *rate = l->rate[type];
        memset(rate + BUCKET_POLICY, 0, (BUCKET_NO_DEMAND - BUCKET_POLICY) * sizeof *rate);
        l->some[type] &=
            ~(((UINT32_C(1) << BUCKET_NO_DEMAND) - 1) & ~((UINT32_C(1) << BUCKET_POLICY) - 1));
        rate[BUCKET_NO_DEMAND] = s->free_milli[type];
        rate[BUCKET_GANG_WAIT] = s->gang_wait_milli[type];
        if (s->down_milli)
            rate[BUCKET_DOWN] = s->down_milli[type];
        if (s->drained_milli)
            rate[BUCKET_DRAINED] = s->drained_milli[type];
        l->some[type] |= UINT32_C(1) << BUCKET_NO_DEMAND | UINT32_C(1) << BUCKET_GANG_WAIT |
                         UINT32_C(1) << BUCKET_DOWN | UINT32_C(1) << BUCKET_DRAINED;
    }
    for (size_t i = 0; i < s->n_bookings; i++) {
        const struct observed_booking *k = &s->bookings[i];
        uint8_t bucket = block_bucket[k->block].bucket, frag = block_bucket[k->block].frag;
        l->rate[k->gpu_type][bucket] += k->milli;
        l->rate[k->gpu_type][BUCKET_NO_DEMAND] -= k->milli;
        l->some[k->gpu_type] |= UINT32_C(1) << bucket;
        if (frag != FRAGS)
            l->frag_rate[frag] += k->milli;
        l->booked[l->n_booked].request = k->request;
        l->booked[l->n_booked].bucket = bucket;
        l->booked[l->n_booked++].milli = k->milli;
    }
}

/* What jobs hold, by class and by type. */
static bool holders_agree(const struct ledger *l)
{
    for (int b = 0; b < BUCKET_POLICY; b++) {
        wide_t sum = 0;
        if (b == BUCKET_GANG_WAIT)
            continue;
        for (uint32_t type = 0; type < l->fleet->n_types; type++)
            sum += l->by_type[type].bucket[b];
        for (uint32_t i = 0; i < l->jobs->n_requests; i++)
            sum -= l->by_request[i].bucket[b];
        if (sum)
            return false;
    }
    return true;
}

bool ledger_exact(const struct ledger *l, ns_t to)
{
    for (uint32_t type = 0; type < l->fleet->n_types; type++) {
        wide_t sum = 0;
        for (int b = 0; b < BUCKETS; b++) {
            if (l->by_type[type].bucket[b] < 0)
                return false;
            sum += l->by_type[type].bucket[b];
        }
        if (sum != (wide_t)l->fleet->type_gpus[type] * 1000 * (to - l->from))
            return false;
    }
    return holders_agree(l);
}

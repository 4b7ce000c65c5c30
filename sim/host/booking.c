/* booking.c - why free capacity is free, and why pending jobs wait, as accounts. */
#include "host/booking.h"

void booking_init(struct bookings *b, struct host *h, bool all)
{
    *b = (struct bookings){.host = h, .all = all};
    if (h->policy->extension)
        b->explain = h->policy->extension(h->self, BERTH_EXPLAIN);
}

void booking_free(struct bookings *b)
{
    VEC_FREE(&b->booked);
    VEC_FREE(&b->blocked);
}

void booking_reserve(struct bookings *b)
{
    VEC_RESERVE(&b->booked, (size_t)b->host->jobs->n_requests * 2 + 2 * TOPOLOGY_TYPES);
    VEC_RESERVE(&b->blocked, b->host->jobs->n_requests);
}

/* Book `ask` for a request: from the types it accepts, or from the others. Returns what is left. */
static int64_t book(struct bookings *b, int64_t *free, const struct berth_blocked *k, bool accepted,
                    int64_t ask)
{
    uint64_t types = b->host->jobs->requests[k->request].types;

    for (uint32_t type = 0; type < b->host->topo->n_types && ask > 0; type++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): filled by type */
        int64_t take = free[type] < ask ? free[type] : ask;
        if ((types >> type & 1) != accepted || take <= 0)
            continue;
        VEC_PUSH(&b->booked, (struct booking){k->request, (uint8_t)k->block, (uint8_t)type, take});
        free[type] -= take;
        ask -= take;
    }
    return ask;
}

/* Without the policy's word: requests by number, which is the order of their first submission. */
static bool look(struct bookings *b, uint32_t *at, struct berth_blocked *out)
{
    struct host *h = b->host;
    enum room why;

    while (*at < h->jobs->n_requests && !h->pending_of[*at])
        ++*at;
    if (*at == h->jobs->n_requests)
        return false;
    occupancy_index(&h->occ);
    why = place_why(&h->placer, &h->jobs->requests[*at]);
    *out = (struct berth_blocked){.request = *at,
                                  .block = why == ROOM_YES ? BERTH_BLOCK_POLICY : place_block(why),
                                  .n_jobs = h->pending_of[*at]};
    ++*at;
    return true;
}

void booking_update(struct bookings *b, const int64_t *free)
{
    struct host *h = b->host;
    int64_t rest[TOPOLOGY_TYPES], left = 0;
    struct berth_blocked k;
    uint32_t at = 0;

    b->booked.n = b->blocked.n = 0;
    if (!h->view.n_pending)
        return;
    for (uint32_t type = 0; type < h->topo->n_types; type++)
        left += rest[type] = free[type];
    if (b->explain)
        b->explain->begin(h->self);
    while ((left > 0 || b->all) &&
           (b->explain ? b->explain->next(h->self, &k) != 0 : look(b, &at, &k))) {
        int64_t ask = (int64_t)(h->jobs->requests[k.request].demand_milli * k.n_jobs);
        if (b->all)
            VEC_PUSH(&b->blocked, (struct blocked){k.request, (uint8_t)k.block});
        if (left > 0 && ask > 0) {
            int64_t kept = book(b, rest, &k, true, ask);
            left -= ask - kept;
            if (k.block == BERTH_BLOCK_GPU_TYPE)
                left -= kept - book(b, rest, &k, false, kept);
        }
    }
}

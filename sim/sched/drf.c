/* drf.c - dominant resource fairness. */
#include "sched/drf.h"

#include "base/check.h"
#include "base/units.h"

int drf_compare(struct drf_share a, struct drf_share b)
{
    /* 2^48 by 2^48 x 2^16 */
    wide_t left = (wide_t)a.top * b.bottom, right = (wide_t)b.top * a.bottom;

    return left < right ? -1 : left > right;
}

static struct drf_share dominant(const struct drf *d, const uint64_t *allocated, uint32_t weight)
{
    struct drf_share most = {0, 1};

    for (uint32_t r = 0; r < d->n_resources; r++) {
        struct drf_share s = {allocated[r], d->total[r] * weight};
        if (d->total[r] && drf_compare(s, most) > 0)
            most = s;
    }
    return most;
}

/* ---- the heap ---- */

static bool before(const struct drf *d, uint32_t a, uint32_t b)
{
    int c = drf_compare(d->owner[a].share, d->owner[b].share);

    return c < 0 || (c == 0 && a < b);
}

static void put(struct drf *d, uint32_t at, uint32_t owner)
{
    d->heap[at] = owner;
    d->owner[owner].place = at;
}

static void sift(struct drf *d, uint32_t at)
{
    uint32_t owner = d->heap[at];

    while (at && before(d, owner, d->heap[(at - 1) / 2])) {
        put(d, at, d->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    for (uint32_t child; (child = 2 * at + 1) < d->n_heap; at = child) {
        if (child + 1 < d->n_heap && before(d, d->heap[child + 1], d->heap[child]))
            child++;
        if (!before(d, d->heap[child], owner))
            break;
        put(d, at, d->heap[child]);
    }
    put(d, at, owner);
}

static void refresh(struct drf *d, uint32_t owner)
{
    struct drf_owner *o = &d->owner[owner];

    o->share = dominant(d, o->allocated, o->weight);
    if (o->place != DRF_NONE)
        sift(d, o->place);
}

/* ---- the owners ---- */

void drf_init(struct drf *d, uint32_t n, const uint64_t *total, uint32_t n_resources,
              const uint32_t *weight, struct arena *a)
{
    check(n_resources <= DRF_RESOURCES);
    *d = (struct drf){.n = n, .n_resources = n_resources};
    d->owner = ARENA_ARRAY(a, struct drf_owner, n);
    d->heap = ARENA_ARRAY(a, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        check(!weight || (weight[i] >= 1 && weight[i] <= DRF_WEIGHT_MAX));
        d->owner[i] = (struct drf_owner){.weight = weight ? weight[i] : 1, .place = DRF_NONE};
    }
    drf_set_totals(d, total);
}

void drf_set_totals(struct drf *d, const uint64_t *total)
{
    for (uint32_t r = 0; r < d->n_resources; r++) {
        check(total[r] <= DRF_TOTAL_MAX);
        d->total[r] = total[r];
    }
    for (uint32_t i = 0; i < d->n; i++)
        d->owner[i].share = dominant(d, d->owner[i].allocated, d->owner[i].weight);
    for (uint32_t i = d->n_heap; i-- > 0;)
        sift(d, i);
}

void drf_offer(struct drf *d, uint32_t owner)
{
    check(owner < d->n);
    if (d->owner[owner].place != DRF_NONE)
        return;
    put(d, d->n_heap, owner);
    sift(d, d->n_heap++);
}

void drf_withhold(struct drf *d, uint32_t owner)
{
    uint32_t at, last;

    check(owner < d->n);
    at = d->owner[owner].place;
    if (at == DRF_NONE)
        return;
    d->owner[owner].place = DRF_NONE;
    last = d->heap[--d->n_heap];
    if (last == owner)
        return;
    put(d, at, last);
    sift(d, at);
}

void drf_allocate(struct drf *d, uint32_t owner, const uint64_t *amount)
{
    check(owner < d->n);
    for (uint32_t r = 0; r < d->n_resources; r++) {
        d->owner[owner].allocated[r] += amount[r];
        check(d->owner[owner].allocated[r] <= DRF_TOTAL_MAX);
    }
    refresh(d, owner);
}

void drf_release(struct drf *d, uint32_t owner, const uint64_t *amount)
{
    check(owner < d->n);
    for (uint32_t r = 0; r < d->n_resources; r++) {
        check(amount[r] <= d->owner[owner].allocated[r]);
        d->owner[owner].allocated[r] -= amount[r];
    }
    refresh(d, owner);
}

uint32_t drf_first(const struct drf *d)
{
    return d->n_heap ? d->heap[0] : DRF_NONE;
}

bool drf_may_displace(const struct drf *d, uint32_t taker, const uint64_t *need, uint32_t victim,
                      const uint64_t *gives)
{
    uint64_t more[DRF_RESOURCES], less[DRF_RESOURCES];
    const struct drf_owner *t = &d->owner[taker], *v = &d->owner[victim];

    if (taker == victim)
        return false;
    for (uint32_t r = 0; r < d->n_resources; r++) {
        check(gives[r] <= v->allocated[r]);
        more[r] = t->allocated[r] + need[r];
        less[r] = v->allocated[r] - gives[r];
    }
    return drf_compare(dominant(d, more, t->weight), dominant(d, less, v->weight)) < 0;
}

void drf_state(struct drf *d, struct state *s)
{
    for (uint32_t i = 0; i < d->n; i++) {
        for (uint32_t r = 0; r < d->n_resources; r++) {
            uint64_t *allocated = &d->owner[i].allocated[r];
            state_u64(s, allocated);
            if (!state_require(s, *allocated <= DRF_TOTAL_MAX))
                *allocated = 0;
        }
        refresh(d, i);
    }
}

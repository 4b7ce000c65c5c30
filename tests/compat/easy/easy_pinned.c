/* easy_pinned.c - EASY backfilling whose reservations own particular processors.
 *
 * Processors are numbered fleet-wide and the lowest numbers are always taken first. The head's reservation
 * begins when enough processors are expected free, lasts the head's limit, and owns the lowest of those
 * expected free then, idle ones included. A later job may take an idle processor that is not owned, or any
 * idle one if it ends by the reservation's begin.
 *
 * A pass without a completion only tries the jobs that came with it and leaves the reservation as it is;
 * it is made anew after a completion, and when the queue was empty. */
#include "berth_policy.h"

#include <stdlib.h>
#include <string.h>

struct due {
    berth_time end; /* expected: start + limit */
    uint32_t slot;
};

struct pinned {
    const struct berth_host *host;
    uint32_t words; /* of a set of processors */
    uint32_t n_queue, room;
    uint32_t *queue;            /* slots, in order of submission; the first has the reservation */
    struct due *due;            /* scratch: running jobs by expected end */
    struct berth_piece *pieces; /* of one start */
    berth_time begin;           /* of the reservation */
    uint64_t *owned;            /* by the reservation */
    uint64_t *idle;             /* now */
    uint64_t *usable;           /* scratch */
};

/* ---- memory ---- */

/* Room for `n` slots. */
static berth_status reserve(struct pinned *e, uint32_t n)
{
    const struct berth_host *host = e->host;
    uint32_t room = e->room ? e->room : 64, *queue;

    if (n <= e->room)
        return 0;
    while (room < n)
        room *= 2;
    queue = host->alloc(host->ctx, room * sizeof *queue, 16);
    if (queue && e->n_queue)
        memcpy(queue, e->queue, e->n_queue * sizeof *queue);
    host->free(host->ctx, e->queue);
    host->free(host->ctx, e->due);
    e->queue = queue;
    e->due = host->alloc(host->ctx, room * sizeof *e->due, 16);
    e->room = room;
    return e->queue && e->due ? 0 : BERTH_E_MEMORY;
}

/* ---- sets of processors ---- */

static uint32_t count(const uint64_t *set, uint32_t words)
{
    uint32_t n = 0;

    for (uint32_t w = 0; w < words; w++)
        for (uint64_t x = set[w]; x; x &= x - 1)
            n++;
    return n;
}

/* Leaves the `n` lowest of the set. */
static void keep_lowest(uint64_t *set, uint32_t words, uint32_t n)
{
    for (uint32_t w = 0; w < words; w++) {
        uint64_t kept = 0;
        for (uint64_t x = set[w]; x && n; x &= x - 1, n--)
            kept |= x & -x;
        set[w] = kept;
    }
}

/* Adds devices base..base+63 of a node, as far as they are in the mask. */
static void add(uint64_t *set, const struct berth_view *v, uint32_t node, uint32_t base,
                uint64_t mask)
{
    uint32_t first = berth_node_at(v, node)->first_gpu + base;

    for (uint32_t i = 0; mask; i++, mask >>= 1)
        if (mask & 1)
            set[(first + i) / 64] |= UINT64_C(1) << (first + i) % 64;
}

static void read_idle(struct pinned *e, const struct berth_view *v)
{
    memset(e->idle, 0, e->words * sizeof *e->idle);
    for (uint32_t node = 0; node < v->nodes.n; node++)
        for (uint32_t w = 0; w < v->words; w++)
            add(e->idle, v, node, w * 64, v->free_mask[(size_t)node * v->words + w]);
}

/* The set as pieces: their number. */
static uint32_t pieces_of(const uint64_t *set, const struct berth_view *v, struct berth_piece *out)
{
    uint32_t n = 0;

    for (uint32_t node = 0; node < v->nodes.n; node++) {
        const struct berth_node *k = berth_node_at(v, node);
        for (uint32_t w = 0; w < v->words; w++) {
            uint64_t mask = 0;
            for (uint32_t i = 0; i < 64 && w * 64 + i < k->gpus; i++) {
                uint32_t number = k->first_gpu + w * 64 + i;
                mask |= (set[number / 64] >> number % 64 & 1) << i;
            }
            if (mask)
                out[n++] = (struct berth_piece){
                    .node = node, .base = (uint16_t)(w * 64), .milli = 1000, .mask = mask};
        }
    }
    return n;
}

/* ---- starts and the reservation ---- */

static uint32_t procs_of(const struct berth_view *v, uint32_t slot)
{
    return berth_request_at(v, berth_job_at(v, slot)->request)->gpus;
}

static berth_time sum(berth_time at, berth_time length)
{
    return length < 0 || at > BERTH_NEVER - length ? BERTH_NEVER : at + length;
}

/* On the lowest of `usable`, if they are enough. */
static int start(struct pinned *e, const struct berth_view *v, uint32_t slot)
{
    uint32_t procs = procs_of(v, slot);
    struct berth_decision d = {.size = sizeof d, .kind = BERTH_DO_START, .job = slot};

    if (count(e->usable, e->words) < procs)
        return 0;
    keep_lowest(e->usable, e->words, procs);
    d.n_pieces = pieces_of(e->usable, v, e->pieces);
    d.pieces = e->pieces;
    if (e->host->emit(e->host->ctx, &d) != 0)
        return 0;
    for (uint32_t w = 0; w < e->words; w++)
        e->idle[w] &= ~e->usable[w];
    return 1;
}

static int start_head(struct pinned *e, const struct berth_view *v)
{
    memcpy(e->usable, e->idle, e->words * sizeof *e->idle);
    return start(e, v, e->queue[0]);
}

static int backfill(struct pinned *e, const struct berth_view *v, uint32_t slot)
{
    uint64_t beyond =
        sum(v->now, berth_job_at(v, slot)->limit) > e->begin ? ~UINT64_C(0) : UINT64_C(0);

    for (uint32_t w = 0; w < e->words; w++)
        e->usable[w] = e->idle[w] & ~(e->owned[w] & beyond);
    return start(e, v, slot);
}

static int by_end(const void *a, const void *b)
{
    const struct due *x = a, *y = b;

    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static uint32_t list_running(struct pinned *e, const struct berth_view *v)
{
    uint32_t n = 0;

    for (uint32_t slot = 0; slot < v->jobs.n; slot++) {
        const struct berth_job *j = berth_job_at(v, slot);
        if (j->state == BERTH_JOB_STARTING || j->state == BERTH_JOB_RUNNING)
            e->due[n++] = (struct due){sum(j->since, j->limit), slot};
    }
    qsort(e->due, n, sizeof *e->due, by_end);
    return n;
}

/* For the job at the head, which does not fit now. */
static void reserve_for_head(struct pinned *e, const struct berth_view *v)
{
    uint32_t n = list_running(e, v), procs = procs_of(v, e->queue[0]), i = 0;

    e->begin = BERTH_NEVER;
    memcpy(e->owned, e->idle, e->words * sizeof *e->idle);
    while (i < n && count(e->owned, e->words) < procs) {
        e->begin = e->due[i].end;
        for (; i < n && e->due[i].end == e->begin; i++) {
            const struct berth_job *j = berth_job_at(v, e->due[i].slot);
            for (uint32_t k = 0; k < j->n_pieces; k++)
                add(e->owned, v, j->pieces[k].node, j->pieces[k].base, j->pieces[k].mask);
        }
    }
    keep_lowest(e->owned, e->words, procs);
}

/* ---- one pass ---- */

static void start_heads(struct pinned *e, const struct berth_view *v)
{
    while (e->n_queue && start_head(e, v))
        memmove(e->queue, e->queue + 1, --e->n_queue * sizeof *e->queue);
    if (e->n_queue)
        reserve_for_head(e, v);
}

static void backfill_from(struct pinned *e, const struct berth_view *v, uint32_t from)
{
    uint32_t kept = from;

    for (uint32_t i = from; i < e->n_queue; i++)
        if (!backfill(e, v, e->queue[i]))
            e->queue[kept++] = e->queue[i];
    if (from < e->n_queue)
        e->n_queue = kept;
}

static berth_status decide(void *self, const struct berth_view *v, const struct berth_event *events,
                           uint32_t n_events, uint32_t mode)
{
    struct pinned *e = self;
    uint32_t before = e->n_queue;
    int anew = before == 0;

    if (reserve(e, v->jobs.n) != 0)
        return BERTH_E_MEMORY;
    for (uint32_t i = 0; i < n_events; i++)
        if (events[i].kind == BERTH_EV_JOB_FINISHED)
            anew = 1;
        else if (events[i].kind == BERTH_EV_JOB_SUBMITTED)
            e->queue[e->n_queue++] = events[i].job;
    if (mode != BERTH_MODE_RUN)
        return 0;
    read_idle(e, v);
    if (anew)
        start_heads(e, v);
    backfill_from(e, v, anew ? 1 : before);
    return 0;
}

/* ---- life ---- */

static berth_status create(const struct berth_host *host, const struct berth_view *v,
                           const struct berth_config *config, void **self)
{
    struct pinned *e = host->alloc(host->ctx, sizeof *e, 16);
    size_t set = (v->n_gpus / 64 + 1) * sizeof(uint64_t);

    (void)config;
    if (!e)
        return BERTH_E_MEMORY;
    *e = (struct pinned){.host = host, .words = v->n_gpus / 64 + 1, .begin = BERTH_NEVER};
    *self = e;
    e->owned = host->alloc(host->ctx, set, 16);
    e->idle = host->alloc(host->ctx, set, 16);
    e->usable = host->alloc(host->ctx, set, 16);
    e->pieces = host->alloc(host->ctx, (size_t)v->nodes.n * v->words * sizeof *e->pieces, 16);
    if (!e->owned || !e->idle || !e->usable || !e->pieces)
        return BERTH_E_MEMORY;
    return reserve(e, 64);
}

static void destroy(void *self)
{
    struct pinned *e = self;
    const struct berth_host *host = e->host;

    host->free(host->ctx, e->queue);
    host->free(host->ctx, e->due);
    host->free(host->ctx, e->pieces);
    host->free(host->ctx, e->owned);
    host->free(host->ctx, e->idle);
    host->free(host->ctx, e->usable);
    host->free(host->ctx, e);
}

BERTH_POLICY(easy_pinned) = {
    BERTH_HEAD,
    .id = "easy-pinned",
    .summary = "EASY on a flat pool whose reservations own particular processors",
    .version = "1",
    .source = "Batsim's scheduler easy_bf",
    .wake_mask = 1u << BERTH_EV_JOB_FINISHED | 1u << BERTH_EV_JOB_SUBMITTED,
    .create = create,
    .destroy = destroy,
    .decide = decide,
};

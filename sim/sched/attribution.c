/* attribution.c - why free capacity is free, and why pending jobs wait. */
#include "sched/attribution.h"

#include "sched/walk.h"

void attribution_init(struct attribution *a, struct core *c, bool all)
{
    *a = (struct attribution){.core = c, .all = all};
}

void attribution_free(struct attribution *a)
{
    VEC_FREE(&a->bookings);
    VEC_FREE(&a->blocked);
    VEC_FREE(&a->trial);
}

void attribution_reserve(struct attribution *a)
{
    VEC_RESERVE(&a->bookings, (size_t)a->core->jobs->n_requests * 2 + 2 * TOPOLOGY_TYPES);
    VEC_RESERVE(&a->blocked, a->core->jobs->n_requests);
    VEC_RESERVE(&a->trial, a->core->jobs->n_requests + 1);
}

enum block attribution_cause(struct core *c, uint32_t request)
{
    static const uint8_t block_of[] = {
        [ROOM_TOO_FEW] = BLOCK_TOO_FEW,    [ROOM_GPU_TYPE] = BLOCK_FRAG_GPU_TYPE,
        [ROOM_SHARE] = BLOCK_FRAG_SHARE,   [ROOM_CPU_MEMORY] = BLOCK_FRAG_CPU_MEMORY,
        [ROOM_NVLINK] = BLOCK_FRAG_NVLINK, [ROOM_LEVEL] = BLOCK_FRAG_LEVEL,
        [ROOM_MIG] = BLOCK_FRAG_MIG,       [ROOM_NODE] = BLOCK_FRAG_NODE};
    const struct request *r = &c->jobs->requests[request];
    enum room why;

    why = walk_refused(c, request) ? place_why_not(&c->placer, r) : place_why(&c->placer, r);
    if (why == ROOM_YES)
        return c->reserving ? BLOCK_RESERVED : BLOCK_POLICY;
    return (enum block)block_of[why];
}

/* Book `ask` for a class: from the types it accepts, or from the others. Returns what is left. */
static int64_t book(struct attribution *a, int64_t *free, uint32_t request, enum block block,
                    bool accepted, int64_t ask)
{
    const struct core *c = a->core;
    uint64_t types = c->jobs->requests[request].types;

    for (uint32_t type = 0; type < c->topo->n_types && ask > 0; type++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): filled by type */
        int64_t take = free[type] < ask ? free[type] : ask;
        if ((types >> type & 1) != accepted || take <= 0)
            continue;
        VEC_PUSH(&a->bookings, (struct booking){request, (uint8_t)block, (uint8_t)type, take});
        free[type] -= take;
        ask -= take;
    }
    return ask;
}

static bool class_before(const struct core *c, uint32_t x, uint32_t y)
{
    const struct queue *q = &c->queue;
    return queue_before(q, q->class[q->heap[x]].first, q->class[q->heap[y]].first);
}

static void push(struct attribution *a, uint32_t place)
{
    size_t at = a->trial.n++;

    while (at && class_before(a->core, place, a->trial.at[(at - 1) / 2])) {
        a->trial.at[at] = a->trial.at[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    a->trial.at[at] = place;
}

/* The classes in order, without disturbing the queue's heap. */
static uint32_t pop(struct attribution *a)
{
    uint32_t first = a->trial.at[0], last = a->trial.at[--a->trial.n];
    size_t at = 0, child;

    for (; (child = 2 * at + 1) < a->trial.n; at = child) {
        if (child + 1 < a->trial.n &&
            class_before(a->core, a->trial.at[child + 1], a->trial.at[child]))
            child++;
        if (!class_before(a->core, a->trial.at[child], last))
            break;
        a->trial.at[at] = a->trial.at[child];
    }
    a->trial.at[at] = last;
    for (uint32_t i = 2 * first + 1; i <= 2 * first + 2 && i < a->core->queue.n_heap; i++)
        push(a, i);
    return a->core->queue.heap[first];
}

void attribution_update(struct attribution *a)
{
    struct core *c = a->core;
    int64_t free[TOPOLOGY_TYPES], left = 0;

    a->bookings.n = a->blocked.n = a->trial.n = 0;
    if (!c->queue.n_heap)
        return;
    for (uint32_t type = 0; type < c->topo->n_types; type++)
        left += free[type] = c->occ.pool[type].free_milli;
    push(a, 0);
    while (a->trial.n && (left > 0 || a->all)) {
        uint32_t request = pop(a);
        int64_t ask =
            (int64_t)(c->jobs->requests[request].demand_milli * c->queue.class[request].n);
        enum block block = attribution_cause(c, request);
        if (a->all)
            VEC_PUSH(&a->blocked, (struct blocked){request, (uint8_t)block});
        if (left > 0 && ask > 0) {
            int64_t rest = book(a, free, request, block, true, ask);
            left -= ask - rest;
            if (block == BLOCK_FRAG_GPU_TYPE)
                left -= rest - book(a, free, request, block, false, rest);
        }
    }
}

/* attribution.c - why pending jobs wait, class by class in policy order. */
#include "sched/attribution.h"

#include "sched/walk.h"

void attribution_free(struct attribution *a)
{
    VEC_FREE(&a->trial);
}

void attribution_reserve(struct attribution *a)
{
    VEC_RESERVE(&a->trial, a->core->jobs->n_requests + 1);
}

static uint32_t cause(struct core *c, uint32_t request)
{
    const struct request *r = &c->jobs->requests[request];
    enum room why =
        walk_refused(c, request) ? place_why_not(&c->placer, r) : place_why(&c->placer, r);

    if (why == ROOM_YES)
        return c->reserving ? BERTH_BLOCK_RESERVED : BERTH_BLOCK_POLICY;
    return place_block(why);
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

void attribution_begin(struct attribution *a)
{
    a->trial.n = 0;
    if (a->core->queue.n_heap)
        push(a, 0);
}

bool attribution_next(struct attribution *a, struct berth_blocked *out)
{
    uint32_t request;

    if (!a->trial.n)
        return false;
    request = pop(a);
    *out = (struct berth_blocked){.request = request,
                                  .block = cause(a->core, request),
                                  .n_jobs = a->core->queue.class[request].n};
    return true;
}

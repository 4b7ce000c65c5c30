/* event_queue.c - the future event list.
 *
 * Children of i are 4i+1 .. 4i+4: half the levels of a binary heap, and four 24-byte siblings
 * span two cache lines at most. */
#include "engine/event_queue.h"

void event_queue_init(struct event_queue *q)
{
    *q = (struct event_queue){.pushed = 0};
}

void event_queue_free(struct event_queue *q)
{
    VEC_FREE(&q->heap);
}

void event_queue_reserve(struct event_queue *q, size_t more)
{
    VEC_RESERVE(&q->heap, q->heap.n + more);
}

void event_queue_push(struct event_queue *q, ns_t at, enum event_kind kind, uint64_t what)
{
    struct event e = {at, (uint64_t)kind << 56 | q->pushed++, what}, *h;
    size_t hole;

    VEC_RESERVE(&q->heap, q->heap.n + 1);
    h = q->heap.at;
    for (hole = q->heap.n++; hole && event_before(&e, &h[(hole - 1) / 4]); hole = (hole - 1) / 4)
        h[hole] = h[(hole - 1) / 4];
    h[hole] = e;
}

bool event_queue_pop(struct event_queue *q, struct event *out)
{
    struct event *h = q->heap.at, last;
    size_t n, hole = 0, child;

    if (!q->heap.n)
        return false;
    *out = h[0];
    n = --q->heap.n;
    last = h[n];
    while ((child = 4 * hole + 1) < n) {
        size_t best = child;
        for (size_t i = child + 1; i < child + 4 && i < n; i++)
            if (event_before(&h[i], &h[best]))
                best = i;
        if (!event_before(&h[best], &last))
            break;
        h[hole] = h[best];
        hole = best;
    }
    h[hole] = last;
    return true;
}

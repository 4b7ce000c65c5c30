/* event_queue.h - the future event list: an implicit 4-ary heap of events by value.
 *
 * Cancelling is lazy: a job that stops early moves to its next generation, and events of an earlier
 * one are dropped when they surface. Submissions never enter the heap, so it holds running jobs and
 * timers. Total order: (time, kind, running number). */
#ifndef BERTH_ENGINE_EVENT_QUEUE_H
#define BERTH_ENGINE_EVENT_QUEUE_H

#include "base/vec.h"
#include "engine/event.h"
#include <stdbool.h>

struct event_queue {
    VEC(struct event) heap; /* owned */
    uint64_t pushed;        /* breaks ties first in, first out */
};

void event_queue_init(struct event_queue *q);
void event_queue_free(struct event_queue *q);

/* Room for `more` further events without growing. */
void event_queue_reserve(struct event_queue *q, size_t more);

void event_queue_push(struct event_queue *q, ns_t at, enum event_kind kind, uint64_t what);

/* The earliest event, or false when there is none. */
bool event_queue_pop(struct event_queue *q, struct event *out);

/* Its time, NS_NEVER when empty. */
static inline ns_t event_queue_next(const struct event_queue *q)
{
    return q->heap.n ? q->heap.at[0].at : NS_NEVER;
}

#endif

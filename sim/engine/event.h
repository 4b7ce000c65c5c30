/* event.h - kinds of events and their order within one instant. */
#ifndef BERTH_ENGINE_EVENT_H
#define BERTH_ENGINE_EVENT_H

#include "base/units.h"

/* Order of declaration is order of execution within one instant: capacity returns (jobs end, save their
 * state, move), claimed devices are taken over, phases of running jobs change, the policy's timers ring,
 * and only then jobs are submitted (from the cursor, after every event of the instant). Reordering changes
 * results; it needs a decision record. */
enum event_kind {
    EVENT_FINISH,
    EVENT_STOPPED, /* a preempted job has saved its state */
    EVENT_DRAINED, /* a moving job has saved its state and goes to its new place */
    EVENT_MOVED,   /* and has restored it there */
    EVENT_READY,   /* the devices that a gang waits for have all been given up */
    EVENT_WORK,    /* a job is restored and works from here on */
    EVENT_TIMER,
    EVENT_KINDS
};

struct event {
    ns_t at;
    uint64_t order; /* kind in the top byte, then a running number */
    uint64_t what;  /* slot and generation, or the cookie of a timer */
};
_Static_assert(sizeof(struct event) == 24, "the heap moves these by value");

static inline enum event_kind event_kind(const struct event *e)
{
    return (enum event_kind)(e->order >> 56);
}

/* A slot and the generation it must still have: else the event is stale. */
static inline uint64_t event_of(uint32_t slot, uint32_t generation)
{
    return (uint64_t)generation << 32 | slot;
}

static inline int event_before(const struct event *a, const struct event *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

#endif

/* event.h - kinds of events and their order within one instant. */
#ifndef BERTH_ENGINE_EVENT_H
#define BERTH_ENGINE_EVENT_H

#include "base/units.h"

/* Order of declaration is order of execution within one instant: capacity returns, holds time out,
 * and only then jobs are submitted (from the cursor, after every event of the instant). Reordering
 * changes results; it needs a decision record. */
enum event_kind { EVENT_FINISH, EVENT_HOLD_TIMEOUT, EVENT_KINDS };

struct event {
    ns_t at;
    uint64_t order; /* kind in the top byte, then a running number */
    uint32_t job;
    uint32_t generation; /* stale when it is not the job's generation any more */
};
_Static_assert(sizeof(struct event) == 24, "the heap moves these by value");

static inline enum event_kind event_kind(const struct event *e)
{
    return (enum event_kind)(e->order >> 56);
}

static inline int event_before(const struct event *a, const struct event *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

#endif

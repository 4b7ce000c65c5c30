/* observer.h - what the engine tells; one way, by value or borrowed for the call.
 *
 * Calls come in order of time. advance() closes the interval since the last instant; what happened
 * at the instant follows; settle() ends the instant with the state that holds until the next. */
#ifndef BERTH_ENGINE_OBSERVER_H
#define BERTH_ENGINE_OBSERVER_H

#include "base/units.h"
#include "cluster/occupancy.h"
#include "sched/job.h"

/* Free capacity booked to a cause that blocks a class; enum block of sched/attribution.h. */
struct observed_booking {
    uint32_t request;
    uint8_t block, gpu_type;
    int64_t milli;
};
struct observed_block {
    uint32_t request;
    uint8_t block;
};

struct observed_state {
    uint32_t pending_jobs, running_jobs;
    uint64_t pending_milli;
    const struct observed_booking *bookings;
    size_t n_bookings;
    const struct observed_block *blocked; /* causes of all waiting classes, when asked for */
    size_t n_blocked;
    const int64_t *free_milli;      /* by GPU type */
    const int64_t *gang_wait_milli; /* by GPU type; held by incomplete jobs */
};

struct observer {
    void *ctx;
    bool wants_blocked; /* causes of all waiting classes at every instant */
    void (*advance)(void *ctx, ns_t now);
    void (*submit)(void *ctx, uint32_t job, ns_t now); /* may be scheduled from now on */
    void (*start)(void *ctx, uint32_t job, ns_t now, const struct held *h, uint32_t n);
    void (*finish)(void *ctx, uint32_t job, ns_t now, const struct held *h, uint32_t n);
    void (*settle)(void *ctx, ns_t now, const struct observed_state *s);
};

#endif

/* engine.h - the clock and the loop of one trial.
 *
 * Submissions come from the sorted specs by a cursor; everything that happens at one instant is
 * applied, then the core is asked once. A job of zero length ends in the instant it starts, in a round
 * of its own at the same time. Nothing allocates inside an instant: room is made between instants. */
#ifndef BERTH_ENGINE_ENGINE_H
#define BERTH_ENGINE_ENGINE_H

#include "engine/event_queue.h"
#include "engine/observer.h"
#include "sched/attribution.h"

enum engine_end { ENGINE_FINISHED, ENGINE_HORIZON, ENGINE_DEADLOCK, ENGINE_LIVELOCK };

struct engine {
    const struct job_set *jobs;      /* borrowed */
    struct core *core;               /* borrowed */
    const struct observer *observer; /* borrowed */
    struct event_queue future;
    struct attribution attribution;
    ns_t now, horizon;
    uint32_t cursor; /* next job to submit */
    uint32_t ended;
    uint8_t *ended_job;      /* by job: 1 = ended; NULL when no job waits for another */
    uint32_t *waiting_for;   /* dependents: next job that waits for the same one */
    uint32_t *first_waiting; /* by job: first dependent, JOB_NONE */
    uint64_t events, passes;
    /* livelock: states seen at hold timeouts since the last start or end */
    VEC(uint64_t) states;
    uint64_t progress; /* starts + ends at the last recorded state */
    void (*tick)(void *ctx, ns_t now, uint32_t ended, uint64_t events);
    void *tick_ctx;
};

/* Set up; memory in the arena. `observer` may be NULL. */
void engine_init(struct engine *e, const struct job_set *jobs, struct core *c,
                 const struct observer *observer, ns_t horizon, struct arena *a);
void engine_free(struct engine *e);

/* Run until the end, the horizon, or until nothing can move any more. */
enum engine_end engine_run(struct engine *e);

#endif

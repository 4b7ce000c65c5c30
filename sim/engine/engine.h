/* engine.h - the clock and the loop of one trial.
 *
 * Submissions come from the sorted specs by a cursor; everything that happens at one instant is
 * applied, then the policy is asked through the host, again while outcomes of the same instant call for
 * it. A job of zero length ends in the instant it starts, in a round of its own at the same time.
 * Nothing allocates inside an instant: room is made between instants. */
#ifndef BERTH_ENGINE_ENGINE_H
#define BERTH_ENGINE_ENGINE_H

#include "engine/event_queue.h"
#include "engine/observer.h"
#include "host/booking.h"
#include "host/gauge.h"
#include "host/host.h"

enum engine_end {
    ENGINE_FINISHED,
    ENGINE_HORIZON,
    ENGINE_DEADLOCK, /* nothing more can happen, and jobs wait */
    ENGINE_LIVELOCK, /* holds come and go in circles */
    ENGINE_POLICY    /* the policy broke its contract: host->trouble */
};

/* What stopping and moving cost, for every job. All 0: nothing. */
struct engine_costs {
    ns_t save,
        restore;   /* state out before its devices are given up, state in before work goes on */
    ns_t interval; /* work between checkpoints that happen by themselves and take no time; 0 = none:
                           a requeued job begins again */
};

/* Beside a slot's record at the host: where its work stands. */
struct engine_job {
    ns_t ready;     /* its devices are all given up then; 0 = it has them */
    ns_t work_from; /* it works since then; NS_NEVER = it does not */
    ns_t done;      /* work done before that */
    ns_t safe;      /* of it, what a checkpoint holds */
    ns_t gone;      /* until then devices of `old` are not free, while it stops or moves */
    uint32_t old_first, old_n; /* pieces it is giving up, in host.held */
    bool told;                 /* the observer knows that it holds devices */
};

struct engine {
    const struct job_set *jobs;      /* borrowed */
    struct host *host;               /* borrowed */
    const struct observer *observer; /* borrowed */
    struct engine_costs costs;
    struct gauge *gauge; /* borrowed; NULL = fragmentation is not measured */
    struct event_queue future;
    struct bookings bookings;
    VEC(struct engine_job) job; /* by slot */
    VEC(uint32_t) leaving;      /* slots that stop or move and still have their old devices */
    int64_t idle_milli[TOPOLOGY_TYPES]; /* held by nobody in fact, claimed or not */
    ns_t now, horizon;
    uint32_t cursor; /* next job to submit */
    uint32_t ended;
    uint8_t *ended_job;      /* by job: 1 = ended; NULL when no job waits for another */
    uint32_t *waiting_for;   /* dependents: next job that waits for the same one */
    uint32_t *first_waiting; /* by job: first dependent, JOB_NONE */
    uint64_t events, passes;
    /* livelock: states of holds since the last start or end */
    VEC(uint64_t) states;
    uint64_t progress;     /* starts + ends at the last recorded state */
    VEC(uint64_t) unwoken; /* cookies whose timers are not wanted any more */
    void (*tick)(void *ctx, ns_t now, uint32_t ended, uint64_t events);
    void *tick_ctx;
};

/* Set up; memory in the arena. `observer` may be NULL. */
void engine_init(struct engine *e, struct host *h, const struct observer *observer, ns_t horizon,
                 struct arena *a);
void engine_free(struct engine *e);

/* Run until the end, the horizon, or until nothing can move any more. */
enum engine_end engine_run(struct engine *e);

#endif

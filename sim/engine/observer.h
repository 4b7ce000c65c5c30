/* observer.h - what the engine tells; one way, by value or borrowed for the call.
 *
 * Calls come in order of time. advance() closes the interval since the last instant; what happened
 * at the instant follows; settle() ends the instant with the state that holds until the next.
 *
 * One job's calls: submit, then runs of start ... stop, the last one closed by finish instead of stop
 * or cut by the end of the trial. A migration is stop(STOP_MIGRATED) and start in one instant. An
 * engine that never stops a job calls only start and finish. */
#ifndef BERTH_ENGINE_OBSERVER_H
#define BERTH_ENGINE_OBSERVER_H

#include "base/units.h"
#include "cluster/occupancy.h"
#include "sched/job.h"

/* What the devices of a job do. Work is useful or discarded by the job's recorded end. */
enum phase {
    PHASE_WORK,
    PHASE_STARTUP,
    PHASE_COMM_STALL,
    PHASE_INPUT_STALL,
    PHASE_INTERFERENCE,
    PHASE_HELD_IDLE,
    PHASE_CHECKPOINT,
    PHASE_RESTORE,
    PHASES
};

/* Why a job gave its devices back without having ended. */
enum stop_reason {
    STOP_PREEMPTED,    /* back into the queue */
    STOP_MIGRATED,     /* starts elsewhere at once */
    STOP_SUSPENDED,    /* waits with its state kept */
    STOP_NODE_FAILURE, /* what it held broke */
    STOP_REASONS
};

/* Free capacity booked to a cause that blocks a class; BERTH_BLOCK_* of abi/berth_policy.h. */
struct observed_booking {
    uint32_t request;
    uint8_t block, gpu_type;
    int64_t milli;
};
struct observed_block {
    uint32_t request;
    uint8_t block;
};

/* How badly the free capacity lies. Free includes free parts of shared GPUs. */
enum { OBSERVED_GANGS = 4 }; /* replicas of 1, 2, 4 and 8 GPUs: 1 << index */
enum { OBSERVED_EVERY_TYPE = 255 };
struct observed_gang { /* the largest gang of single GPUs in one domain of the level */
    uint8_t level;     /* LEVEL_SITE: in the fleet, unless sites are stated */
    uint8_t gpu_type;  /* or OBSERVED_EVERY_TYPE */
    int64_t gpus;
};
struct observed_fragmentation {
    int64_t
        scattered_milli[OBSERVED_GANGS]; /* free on nodes with fewer than so many whole GPUs free */
    int64_t largest_gang;                /* GPUs of the largest gang that has room now */
    int64_t fgd_milli; /* FGD's F of the fleet for a mix of tasks; -1 = no mix (always or never) */
    const struct observed_gang *gangs; /* always the same levels and types */
    uint32_t n_gangs;
    bool has_mig; /* jobs ask for MIG instances (always or never) */
    int64_t mig_holes_milli,
        mig_free_milli; /* slots that no instance asked for can have, of the free */
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
    /* by GPU type; NULL = as before, and at first as the topology says */
    const int64_t *down_milli, *drained_milli;
    const struct observed_fragmentation *fragmentation; /* always or never NULL */
};

struct observer {
    void *ctx;
    bool wants_blocked; /* causes of all waiting classes at every instant */
    void (*advance)(void *ctx, ns_t now);
    void (*submit)(void *ctx, uint32_t job, ns_t now); /* may be scheduled from now on */
    /* The job gets these devices and works, unless phase() says otherwise. */
    void (*start)(void *ctx, uint32_t job, ns_t now, const struct held *h, uint32_t n);
    /* A running job's devices do this from now on; h: what it holds. */
    void (*phase)(void *ctx, uint32_t job, ns_t now, enum phase phase, const struct held *h,
                  uint32_t n);
    /* Of what it worked until now, and did not lose before, the last `work` ns count no more: 0 <= work
     * <= ns in PHASE_WORK since its first start less what was lost. h: what it holds, n = 0 when it does
     * not run. */
    void (*lose)(void *ctx, uint32_t job, ns_t now, ns_t work, const struct held *h, uint32_t n);
    /* A running job gives its devices back and waits. */
    void (*stop)(void *ctx, uint32_t job, ns_t now, const struct held *h, uint32_t n,
                 enum stop_reason why);
    void (*finish)(void *ctx, uint32_t job, ns_t now, const struct held *h, uint32_t n);
    void (*settle)(void *ctx, ns_t now, const struct observed_state *s);
};

#endif

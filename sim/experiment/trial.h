/* trial.h - one (workload, cluster, policy, seed): set up, run, outcome. A trial is a
 * value: any number may run side by side, in one thread or many. */
#ifndef BERTH_EXPERIMENT_TRIAL_H
#define BERTH_EXPERIMENT_TRIAL_H

#include "base/arena.h"
#include "engine/engine.h"
#include "host/journal.h"
#include "metrics/outcome.h"

struct trial_progress {
    ns_t now;
    uint32_t jobs_ended, jobs;
    uint64_t events;
};

struct trial_config {
    const struct job_set *jobs;   /* borrowed, shared, read-only */
    const struct topology *fleet; /* borrowed, shared, read-only */
    const char *policy;           /* preset or composition, "order=fifo,walk=easy,place=bestfit" */
    const struct berth_policy *own; /* this one, and `policy` is the text of its options; or NULL */
    struct host_watch watch;        /* of the policy; all 0 = it is not watched */
    struct engine_costs costs;      /* of stopping, moving and restoring; all 0 = nothing */
    uint8_t useful[JOB_ENDS];       /* 1: work of jobs that end so is useful, 0: discarded */
    uint64_t seed;
    ns_t horizon; /* NS_NEVER = when the last job ends */
    ns_t warmup;
    ns_t series_step; /* 0 = a row per change */
    bool keep_segments, keep_waits, keep_series;
    const char
        *journal; /* file to record everything in that crosses the policy's border; or NULL */
    const struct journal_input *inputs; /* where the workload came from, for the journal */
    uint32_t n_inputs;
    bool measure_fragmentation; /* scattered GPUs, largest gang, FGD's F at every instant */
    /* called about every 2^14 events, may be NULL; must not change anything */
    void (*progress)(void *ctx, const struct trial_progress *p);
    void *progress_ctx;
};

/* Check a policy text without running: 0, or -1 with *d (STATUS_USAGE: unknown part with the
 * nearest, combination that makes no sense). `jobs` may be NULL. */
int trial_check_policy(const char *policy, const struct job_set *jobs, struct diag *d);

/* Run to the end. Memory of *out lies in `a`. Fills everything of *out but the names of the
 * scenario, its inputs and warnings, and the money. 0 when status is RUN_FINISHED or
 * RUN_HORIZON; -1 with *d otherwise: STATUS_STUCK (then *out is complete up to the moment it
 * stuck and may be reported), STATUS_USAGE, STATUS_POLICY, STATUS_BROKEN. */
int trial_run(const struct trial_config *c, struct arena *a, struct outcome *out, struct diag *d);

#endif

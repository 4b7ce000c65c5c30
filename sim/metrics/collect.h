/* collect.h - the observer that fills an outcome. */
#ifndef BERTH_METRICS_COLLECT_H
#define BERTH_METRICS_COLLECT_H

#include "base/vec.h"
#include "metrics/fragmentation.h"
#include "metrics/history.h"

/* What to count and what to keep. */
struct collect_config {
    const uint8_t *useful; /* [JOB_ENDS]; borrowed */
    ns_t warmup;
    ns_t series_step; /* 0: a row per change */
    bool keep_waits, keep_series, keep_segments;
};

struct collect {
    struct ledger ledger;
    struct history history;
    const struct job_set *jobs;
    const struct topology *fleet;
    ns_t warmup, last;
    struct job_result *results; /* by job */
    ns_t (*waits)[WAIT_CAUSES]; /* by job, or NULL */
    ns_t (*clock)[WAIT_CAUSES]; /* by request: how long the class was blocked by each cause */
    VEC(struct observed_block) blocked; /* of this interval */
    ns_t *eligible;                     /* by job, or NULL: when it could first be scheduled */
    uint32_t pending, running;
    wide_t in_system; /* jobs x ns */
    uint64_t stops[STOP_REASONS];
    struct fragmentation fragmentation;
    VEC(struct segment) segments; /* of every run, in order of start */
    bool keep_series, keep_segments;
    ns_t step, step_end; /* 0: a row per change */
    wide_t step_sum[BUCKETS + FRAGS + FRAG_METRICS];
    struct series_row now; /* what holds since `last` */
    VEC(struct series_row) series;
};

/* Set up in the arena and return the observer to give to the engine. */
struct observer collect_init(struct collect *c, const struct job_set *jobs,
                             const struct topology *fleet, const struct collect_config *config,
                             struct arena *a);

/* Close at `end` and fill the outcome: results, runs, waits, series, ledger, fragmentation, Little; its horizon
 * becomes `end`. False when the ledger's sum is not capacity x time, or Little's law fails. What it keeps
 * moves to the arena. */
bool collect_finish(struct collect *c, ns_t end, struct outcome *o, struct arena *a);

#endif

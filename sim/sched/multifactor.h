/* multifactor.h - Slurm's multifactor priority in integers (policies.md 3.6; Slurm, "Multifactor Priority
 * Plugin").
 *
 *     priority = site + sum over factors of weight x factor - nice
 *
 * Each factor is 0..1, in parts of 2^30; the sum is rounded down, so priorities are whole numbers as in
 * Slurm. Larger first, then submission, then arrival. Factors for which a job here has no data
 * (partition, association, resources other than GPUs) are left out: their weights would be zero. */
#ifndef BERTH_SCHED_MULTIFACTOR_H
#define BERTH_SCHED_MULTIFACTOR_H

#include "base/units.h"
#include "sched/desired.h"

#define MULTIFACTOR_ONE (UINT32_C(1) << 30)

enum multifactor_factor {
    FACTOR_AGE,       /* min(time since eligible / max_age, 1) */
    FACTOR_FAIRSHARE, /* given: fairtree.h */
    FACTOR_SIZE,      /* GPUs / GPUs of the cluster; 1 - that when small jobs are favoured */
    FACTOR_QOS,       /* (priority - least) / (most - least) */
    FACTOR_GPU,       /* the GPU part of PriorityWeightTRES: GPUs / GPUs of the cluster */
    FACTORS
};

struct multifactor {
    uint32_t weight[FACTORS];
    ns_t max_age, calc_period; /* >= 1 ns; keys are computed anew every calc_period */
    bool favor_small;
    uint64_t total_milli; /* of the cluster, >= 1 */
    int32_t least, most;  /* of the priorities that occur */
};

struct multifactor_job {
    ns_t submit, eligible;
    uint64_t milli;     /* of the whole gang */
    int32_t priority;   /* larger is more urgent */
    uint32_t fairshare; /* parts of 2^30 */
    int64_t site, nice; /* |.| < 2^31 */
};

/* Slurm's defaults: no weight, 7 days to full age, 5 minutes between computations, large jobs favoured. */
void multifactor_init(struct multifactor *m, uint64_t total_milli);

/* A factor in parts of 2^30, at an instant. */
uint32_t multifactor_factor(const struct multifactor *m, const struct multifactor_job *j,
                            enum multifactor_factor which, ns_t now);
int64_t multifactor_priority(const struct multifactor *m, const struct multifactor_job *j,
                             ns_t now);

/* (-priority, submit, seq) */
struct desired_key multifactor_key(const struct multifactor *m, const struct multifactor_job *j,
                                   ns_t now, uint64_t seq);

/* The first end of a period after `now`: all keys are computed anew, after usage_fold() and the fair
 * shares. */
ns_t multifactor_next_period(const struct multifactor *m, ns_t now);

/* The least instant after `now` at which this job's place among jobs of full slope may change: the end of
 * the period, or earlier where it comes of full age. Between the two all ageing jobs gain alike. */
ns_t multifactor_next_change(const struct multifactor *m, const struct multifactor_job *j,
                             ns_t now);

#endif

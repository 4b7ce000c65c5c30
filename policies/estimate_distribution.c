/* estimate_distribution.c - what jobs took before, as a distribution; nothing of a single job. */
#include "sched/policy.h"

POLICY_PART(estimate_distribution) = {
    .axis = AXIS_ESTIMATE,
    .name = "distribution",
    .summary = "the GPU-times of jobs that ended; nothing about a single job",
    .source = "policies.md 3.5",
    .estimate = ESTIMATE_DISTRIBUTION,
};

/* gandiva.c - what of Gandiva is migration: no time slices, no packing, no growing. */
#include "sched/policy.h"

POLICY_PART(gandiva) = {
    .axis = AXIS_PRESET,
    .name = "gandiva",
    .summary = "first that fits, and jobs move when that lets a blocked one start (Gandiva's "
               "migration alone)",
    .source = "Xiao et al., OSDI 18; policies.md 8.2 and 12",
    .oracle = "the scattered four GPUs, by arithmetic (tests/exact/test_stories.c)",
    .composition = "order=fifo,walk=skip,displace=migrate,place=consolidate",
};

/* gandiva.c - migration in the manner of Gandiva; without its time slices and packing. */
#include "sched/policy.h"

POLICY_PART(gandiva) = {
    .axis = AXIS_PRESET,
    .name = "gandiva-migration",
    .summary = "first in submission order that fits; jobs move to bring free GPUs together",
    .source = "Xiao et al., OSDI 18; policies.md 12",
    .composition = "order=fifo,walk=skip,displace=migrate,place=bestfit",
    .oracle = "story T1 with moves: tests/exact/test_stories.c",
};

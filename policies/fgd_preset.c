/* fgd_preset.c - fragmentation gradient descent, submission order, whatever fits. */
#include "sched/policy.h"

POLICY_PART(fgd_preset) = {
    .axis = AXIS_PRESET,
    .name = "fgd",
    .summary = "fragmentation gradient descent, submission order, whatever fits",
    .source = "Weng et al., USENIX ATC 23; policies.md 9 and 10",
    .composition = "order=fifo,walk=skip,place=fgd",
    .oracle = "FGD: every node, GPU and metric of the recorded runs and the published "
              "curves",
};

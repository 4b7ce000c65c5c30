/* fgd_random.c - any node, a baseline of FGD, submission order, whatever fits. */
#include "sched/policy.h"

POLICY_PART(fgd_random) = {
    .axis = AXIS_PRESET,
    .name = "fgd-random",
    .summary = "any node, a baseline of FGD, submission order, whatever fits",
    .source = "Weng et al., USENIX ATC 23; policies.md 9 and 10",
    .composition = "order=fifo,walk=skip,place=random",
    .oracle = "FGD: mean of ten seeds against the published mean",
};

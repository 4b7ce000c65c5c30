/* fgd_packing.c - GPU packing, a baseline of FGD, submission order, whatever fits. */
#include "sched/policy.h"

POLICY_PART(fgd_packing) = {
    .axis = AXIS_PRESET,
    .name = "fgd-packing",
    .summary = "GPU packing, a baseline of FGD, submission order, whatever fits",
    .source = "Weng et al., USENIX ATC 23; policies.md 9 and 10",
    .composition = "order=fifo,walk=skip,place=gpupacking",
    .oracle = "FGD: every node, GPU and metric of the recorded runs and the published "
              "curves",
};

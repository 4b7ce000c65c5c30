/* fgd_dotprod.c - dot product, a baseline of FGD, submission order, whatever fits. */
#include "sched/policy.h"

POLICY_PART(fgd_dotprod) = {
    .axis = AXIS_PRESET,
    .name = "fgd-dotprod",
    .summary = "dot product, a baseline of FGD, submission order, whatever fits",
    .source = "Weng et al., USENIX ATC 23; policies.md 9 and 10",
    .composition = "order=fifo,walk=skip,place=dotprod",
    .oracle = "FGD: every node, GPU and metric of the recorded runs and the published "
              "curves",
};

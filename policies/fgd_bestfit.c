/* fgd_bestfit.c - best fit over CPU and GPU, a baseline of FGD, submission order, whatever fits. */
#include "sched/policy.h"

POLICY_PART(fgd_bestfit) = {
    .axis = AXIS_PRESET,
    .name = "fgd-bestfit",
    .summary = "best fit over CPU and GPU, a baseline of FGD, submission order, whatever "
               "fits",
    .source = "Weng et al., USENIX ATC 23; policies.md 9 and 10",
    .composition = "order=fifo,walk=skip,place=multifit",
    .oracle = "FGD: every node, GPU and metric of the recorded runs and the published "
              "curves",
};

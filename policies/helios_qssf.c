/* helios_qssf.c - Helios QSSF without virtual clusters. */
#include "sched/policy.h"

POLICY_PART(helios_qssf) = {
    .axis = AXIS_PRESET,
    .name = "qssf",
    .summary = "smallest predicted GPU-time first, strict, consolidated",
    .source = "Hu et al., SC 21; policies.md 3.3",
    .composition = "order=qssf,walk=strict,place=consolidate,estimate=history",
};

/* sjf.c - shortest job first by estimate. */
#include "sched/policy.h"

POLICY_PART(sjf) = {
    .axis = AXIS_PRESET,
    .name = "sjf",
    .summary = "shortest estimate first, skipping",
    .source = "policies.md 3.2",
    .composition = "order=sjf,walk=skip",
};

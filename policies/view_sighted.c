/* view_sighted.c - the policy sees domains, NVLink islands and NUMA nodes. */
#include "sched/policy.h"

POLICY_PART(view_sighted) = {
    .axis = AXIS_VIEW,
    .name = "sighted",
    .summary =
        "the policy sees domains, NVLink islands and NUMA nodes, and goes by wishes for them",
    .source = "policies.md 9.5",
};

/* displace_none.c - running jobs are left alone. */
#include "sched/policy.h"

POLICY_PART(displace_none) = {
    .axis = AXIS_DISPLACE,
    .name = "none",
    .summary = "running jobs are left alone",
    .source = "policies.md 6",
    .displace = DISPLACE_NONE,
};

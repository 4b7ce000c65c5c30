/* estimate_none.c - nothing is known about lengths. */
#include "sched/policy.h"

POLICY_PART(estimate_none) = {
    .axis = AXIS_ESTIMATE,
    .name = "none",
    .summary = "nothing is known about lengths",
    .source = "policies.md 2, axis E",
    .options = {{"factor", "estimates are multiplied by this many percent", 100, 1, 100000, false}},
    .estimate = ESTIMATE_NONE,
};

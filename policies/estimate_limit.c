/* estimate_limit.c - the wall time the user asked for. */
#include "sched/policy.h"

POLICY_PART(estimate_limit) = {
    .axis = AXIS_ESTIMATE,
    .name = "limit",
    .summary = "the user's limit; a job without one takes the largest of the trace",
    .source = "policies.md 2, axis E",
    .options = {{"factor", "estimates are multiplied by this many percent", 100, 1, 100000, false}},
    .estimate = ESTIMATE_LIMIT,
};

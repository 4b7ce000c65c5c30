/* estimate_history.c - learned from jobs that ended. */
#include "sched/policy.h"

POLICY_PART(estimate_history) = {
    .axis = AXIS_ESTIMATE,
    .name = "history",
    .summary = "mean of ended jobs: same user and size, else user, else size, else all, else 1 h",
    .source = "policies.md 2, axis E",
    .options = {{"factor", "estimates are multiplied by this many percent", 100, 1, 100000, false}},
    .estimate = ESTIMATE_HISTORY,
};

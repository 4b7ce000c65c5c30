/* estimate_exact.c - the recorded length itself: a bound, not a policy anybody can run. */
#include "sched/policy.h"

POLICY_PART(estimate_exact) = {
    .axis = AXIS_ESTIMATE,
    .name = "exact",
    .summary = "the true length; clairvoyant, and every artifact says so",
    .source = "policies.md 2, axis E",
    .options = {{"factor", "estimates are multiplied by this many percent", 100, 1, 100000, false}},
    .estimate = ESTIMATE_EXACT,
};

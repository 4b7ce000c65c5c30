/* estimate_auto.c - limits where the trace has any, else history. */
#include "sched/policy.h"

POLICY_PART(estimate_auto) = {
    .axis = AXIS_ESTIMATE,
    .name = "auto",
    .summary = "limit when the trace has any, else history; none where nothing asks",
    .source = "policies.md 2, axis E",
    .options = {{"factor", "estimates are multiplied by this many percent", 100, 1, 100000, false}},
    .estimate = ESTIMATE_AUTO,
};

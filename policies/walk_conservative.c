/* walk_conservative.c - every pending job holds a reservation; early ends pull plans forward one by
 * one in queue order and never push one back. */
#include "sched/policy.h"

static void pass(struct core *c, const int64_t *options)
{
    (void)options;
    walk_plan(c, INT64_MAX);
}

static bool keeps_plan(const int64_t *options)
{
    (void)options;
    return true;
}

POLICY_PART(walk_conservative) = {
    .axis = AXIS_WALK,
    .name = "conservative",
    .summary = "every pending job holds a reservation on nodes; plans are only ever pulled forward",
    .source = "Mu'alem and Feitelson, TPDS 2001; policies.md 4.3",
    .needs_estimate = true,
    .pass = pass,
    .keeps_plan = keeps_plan,
};

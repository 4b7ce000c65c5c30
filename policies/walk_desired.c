/* walk_desired.c - pending and running jobs together in order; what fits should run. */
#include "sched/policy.h"

static void pass(struct core *c, const int64_t *options)
{
    (void)options;
    walk_desired(c);
}

POLICY_PART(walk_desired) = {
    .axis = AXIS_WALK,
    .name = "desired",
    .summary = "pending and running jobs together in order: what fits runs, the rest is stopped",
    .source = "policies.md 2.1 and 2.5; Gu et al., NSDI 19",
    .options = {{"min_run", "a job that was started is left alone for so long", 0, 0, INT64_MAX / 4,
                 true},
                {"cool_down", "the same for a job that was stopped before", 0, 0, INT64_MAX / 4,
                 true},
                {"most_stops", "jobs stopped for one start, 0 = any number", 0, 0, 1000000, false}},
    .pass = pass,
    .is_desired = true,
};

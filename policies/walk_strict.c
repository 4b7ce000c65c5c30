/* walk_strict.c - start from the head; the first job that does not fit blocks all behind it. */
#include "sched/policy.h"

static void pass(struct core *c, const int64_t *options)
{
    uint32_t job;

    (void)options;
    walk_begin(c);
    while ((job = walk_next(c)) != JOB_END_OF_QUEUE && walk_start(c, job)) {
    }
}

POLICY_PART(walk_strict) = {
    .axis = AXIS_WALK,
    .name = "strict",
    .summary = "stop at the first job that does not fit, cluster-wide",
    .source = "policies.md 4.1",
    .pass = pass,
    .stops_at_first = true,
};

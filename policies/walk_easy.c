/* walk_easy.c - EASY backfill: the first blocked job holds a reservation, later jobs may pass it when
 * they do not delay it. With r > 1 the first r blocked jobs hold one each, planned as in conservative. */
#include "sched/policy.h"

static void pass(struct core *c, const int64_t *options)
{
    uint32_t job;

    if (options[0] > 1) {
        walk_plan(c, options[0]);
        return;
    }
    walk_begin(c);
    while ((job = walk_next(c)) != JOB_END_OF_QUEUE)
        if (!walk_start(c, job)) {
            walk_backfill(c, job);
            return;
        }
}

static bool keeps_plan(const int64_t *options)
{
    return options[0] > 1;
}

POLICY_PART(walk_easy) = {
    .axis = AXIS_WALK,
    .name = "easy",
    .summary = "the first blocked job holds a reservation on nodes, others may fill in behind it",
    .source = "Lifka, The ANL/IBM SP Scheduling System, JSSPP 95; Mu'alem and Feitelson, TPDS 2001",
    .options = {{"r", "blocked jobs that hold a reservation", 1, 1, 1000000, false}},
    .needs_estimate = true,
    .pass = pass,
    .keeps_plan = keeps_plan,
};

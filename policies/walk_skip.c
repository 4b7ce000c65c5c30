/* walk_skip.c - step over jobs that do not fit, all of them or up to a depth. */
#include "sched/policy.h"

static void pass(struct core *c, const int64_t *options)
{
    int64_t depth = options[0], blocked = 0;
    uint32_t job;

    walk_begin(c);
    while ((job = walk_next(c)) != JOB_END_OF_QUEUE) {
        if (walk_start(c, job))
            continue;
        if (!depth) {
            walk_step_class(c, job); /* the same request is refused for every job that makes it */
        } else {
            if (++blocked > depth)
                return;
            walk_step(c, job);
        }
    }
}

POLICY_PART(walk_skip) = {
    .axis = AXIS_WALK,
    .name = "skip",
    .summary = "step over jobs that do not fit",
    .source = "policies.md 4.1",
    .options = {{"depth", "blocked jobs that may be stepped over, 0 = any number", 0, 0, 1000000,
                 false}},
    .pass = pass,
};

/* displace_priority.c - a blocked job may stop jobs of lower priority. */
#include "sched/policy.h"

POLICY_PART(displace_priority) = {
    .axis = AXIS_DISPLACE,
    .name = "priority",
    .summary =
        "a job without room stops jobs of lower priority, newest first, no more than it needs",
    .source = "policies.md 6; Kueue and Slurm documentation, preemption",
    .options =
        {{"min_run", "a job is left alone for so long after its start", 0, 0, INT64_MAX / 4, true},
         {"cool_down", "the same for a job that was displaced before", 0, 0, INT64_MAX / 4, true},
         {"victims", "most jobs stopped for one start, 0 = any number", 0, 0, 1000000, false},
         {"requeue", "1: stop at once and lose the work since the last checkpoint", 0, 0, 1,
          false}},
    .displace = DISPLACE_PRIORITY,
};

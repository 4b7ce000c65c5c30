/* walk_window.c - Slurm's two schedulers: a strict main pass at every event, backfill by timer over a map of
 * time slices. bf_max_time is a number of trials: wall time would make runs irreproducible. */
#include "sched/policy.h"

POLICY_PART(walk_window) = {
    .axis = AXIS_WALK,
    .name = "window",
    .summary =
        "strict at every event, and every 30 s backfill in slices of time over a window of a day",
    .source = "Slurm, Scheduling Configuration Guide and slurm.conf; policies.md 4.4",
    .options =
        {{"depth", "default_queue_depth: jobs looked at after an event", 100, 1, 1000000, false},
         {"per_tenant", "1: a blocked job blocks its tenant (partition) alone; 0: everybody", 0, 0,
          1, false},
         {"sched_interval", "all jobs are looked at, strictly, every so often", 60 * NS_PER_S,
          NS_PER_S, INT64_MAX / 4, true},
         {"bf_interval", "between backfill passes", 30 * NS_PER_S, NS_PER_S, INT64_MAX / 4, true},
         {"bf_resolution", "one slice; starts are rounded down, ends up", 60 * NS_PER_S, NS_PER_S,
          INT64_MAX / 4, true},
         {"bf_window", "later starts are not reserved", 86400 * NS_PER_S, NS_PER_S, INT64_MAX / 2,
          true},
         {"bf_max_job_test", "jobs looked at in one backfill pass", 500, 1, 1000000, false},
         {"bf_tests", "for bf_max_time: trials of a job at an instant per pass, 0 = any number", 0,
          0, INT64_MAX, false}},
    .needs_estimate = true,
    .pass = walk_window,
    .keeps_window = true,
};

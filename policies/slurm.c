/* slurm.c - the scheduler of Slurm as it is documented, with weights that many sites use. */
#include "sched/policy.h"

POLICY_PART(slurm) = {
    .axis = AXIS_PRESET,
    .name = "slurm",
    .summary = "multifactor priority, strict at events, backfill by timer in a window",
    .source = "Slurm: slurm.conf, Multifactor Priority Plugin, Scheduling Configuration "
              "Guide; policies.md 13",
    .composition =
        "order=multifactor,age=1000,fairshare=10000,size=1000,qos=10000,walk=window,place=bestfit",
    .oracle =
        "a loop over every slice of time: tests/property/test_window.c; trees ranked by hand: "
        "tests/unit/test_fairtree.c",
};

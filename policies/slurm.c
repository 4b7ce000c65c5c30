/* slurm.c - Slurm with the priorities of its documentation. */
#include "sched/policy.h"

POLICY_PART(slurm) = {
    .axis = AXIS_PRESET,
    .name = "slurm",
    .summary = "Slurm: multifactor priority, main and backfill scheduler, best fit",
    .source = "Slurm, Multifactor Priority Plugin (weights of its sample configuration) and "
              "slurm.conf; policies.md 4.4",
    .oracle = "a loop over every slice of time (tests/property/test_window.c); trees ranked "
              "by hand",
    .composition = "order=multifactor,age=1000,fairshare=10000,size=1000,half_life=14d,max_age=14d,"
                   "walk=window,place=bestfit",
};

/* displace_migrate.c - running jobs move so that scattered free devices come together. */
#include "sched/policy.h"

POLICY_PART(displace_migrate) = {
    .axis = AXIS_DISPLACE,
    .name = "migrate",
    .summary = "jobs move to other nodes when that brings free GPUs together for a blocked job",
    .source = "Xiao et al., OSDI 18; policies.md 12",
    .options =
        {{"min_run", "a job is left alone for so long after its start", 0, 0, INT64_MAX / 4, true},
         {"cool_down", "the same for a job that was moved before", 0, 0, INT64_MAX / 4, true},
         {"moves", "most moves for one start", 8, 1, 4096, false},
         {"in_flight", "most moves under way", 64, 1, 1000000, false},
         {"after", "a job is helped when it has waited for so long", 0, 0, INT64_MAX / 4, true}},
    .displace = DISPLACE_MIGRATE,
};

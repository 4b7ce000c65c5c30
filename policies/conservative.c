/* conservative.c - conservative backfill. */
#include "sched/policy.h"

POLICY_PART(conservative) = {
    .axis = AXIS_PRESET,
    .name = "conservative",
    .summary = "conservative backfill",
    .source = "Mu'alem and Feitelson, TPDS 2001",
    .oracle = "recorded schedules of a flat pool, job by job (tests/exact/test_easy_oracle.c); "
              "promises on nodes",
    .composition = "order=fifo,walk=conservative",
};

/* conservative.c - conservative backfill. */
#include "sched/policy.h"

POLICY_PART(conservative) = {
    .axis = AXIS_PRESET,
    .name = "conservative",
    .summary = "conservative backfill",
    .source = "Mu'alem and Feitelson, TPDS 2001",
    .composition = "order=fifo,walk=conservative",
    .oracle = "flat pool schedules, every start: tests/exact/test_easy_oracle.c",
};

/* easy.c - EASY backfill. */
#include "sched/policy.h"

POLICY_PART(easy) = {
    .axis = AXIS_PRESET,
    .name = "easy",
    .summary = "EASY backfill, one reservation",
    .source = "Lifka, JSSPP 95",
    .oracle = "recorded schedules of a flat pool, job by job (tests/exact/test_easy_oracle.c); "
              "promises on nodes",
    .composition = "order=fifo,walk=easy",
};

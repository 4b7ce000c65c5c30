/* easy.c - EASY backfill. */
#include "sched/policy.h"

POLICY_PART(easy) = {
    .axis = AXIS_PRESET,
    .name = "easy",
    .summary = "EASY backfill, one reservation",
    .source = "Lifka, JSSPP 95",
    .composition = "order=fifo,walk=easy",
    .oracle = "flat pool schedules, every start: tests/exact/test_easy_oracle.c",
};

/* fcfs.c - first come, first served, with head-of-line blocking. */
#include "sched/policy.h"

POLICY_PART(fcfs) = {
    .axis = AXIS_PRESET,
    .name = "fcfs",
    .summary = "strict first come, first served",
    .source = "policies.md 3.1",
    .composition = "order=fifo,walk=strict",
    .oracle = "flat pool schedules, every start: tests/exact/test_easy_oracle.c",
};

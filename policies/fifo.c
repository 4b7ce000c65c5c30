/* fifo.c - the same as fcfs; what the word means differs by an order of magnitude in wait. */
#include "sched/policy.h"

POLICY_PART(fifo) = {
    .axis = AXIS_PRESET,
    .name = "fifo",
    .summary = "the same as fcfs: strict",
    .source = "policies.md 15, trap 1",
    .composition = "order=fifo,walk=strict",
    .oracle = "flat pool schedules, every start: tests/exact/test_easy_oracle.c",
};

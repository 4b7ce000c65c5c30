/* best_effort_gang.c - whole gangs, work-conserving: whatever fits starts. */
#include "sched/policy.h"

POLICY_PART(best_effort_gang) = {
    .axis = AXIS_PRESET,
    .name = "best-effort-gang",
    .summary = "whole gangs by priority and submission, skipping those without room",
    .source = "Kueue documentation, BestEffortFIFO; policies.md 13",
    .composition = "order=priority,walk=skip,place=bestfit",
};

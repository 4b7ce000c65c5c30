/* best_effort_gang.c - gangs, and nothing is held back for those that do not fit. */
#include "sched/policy.h"

POLICY_PART(best_effort_gang) = {
    .axis = AXIS_PRESET,
    .name = "best-effort-gang",
    .summary = "gangs by priority; whoever fits starts, large gangs may starve",
    .source = "Kueue documentation, BestEffortFIFO without quotas; policies.md 5.2",
    .composition = "order=priority,walk=skip,place=bestfit",
};

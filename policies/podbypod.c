/* podbypod.c - a pod scheduler without gangs that spreads: the bad baseline. */
#include "sched/policy.h"

POLICY_PART(podbypod) = {
    .axis = AXIS_PRESET,
    .name = "pod-by-pod",
    .summary = "pods start one by one, spread, no gangs (bad baseline)",
    .source = "stories.md T2",
    .composition = "order=fifo,walk=skip,place=worstfit,launch=pod",
    .oracle = "story T2: tests/exact/test_stories.c",
};

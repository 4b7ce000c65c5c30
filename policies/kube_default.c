/* kube_default.c - the default scheduler of Kubernetes: pod by pod, least allocated first, no gangs. */
#include "sched/policy.h"

POLICY_PART(kube_default) = {
    .axis = AXIS_PRESET,
    .name = "kube-default",
    .summary = "pods by priority, each on the node with the least share allocated, no gangs",
    .source = "Kubernetes documentation, NodeResourcesFit (LeastAllocated) and PrioritySort; "
              "stories.md T2",
    .oracle = "two gangs on eight GPUs, by arithmetic (tests/exact/test_stories.c)",
    .composition = "order=priority,walk=skip,place=leastalloc,launch=pod",
};

/* kube_default.c - the default of Kubernetes: pod by pod, the least allocated node first. */
#include "sched/policy.h"

POLICY_PART(kube_default) = {
    .axis = AXIS_PRESET,
    .name = "kube-default",
    .summary = "pods start one by one on the least allocated node, no gangs",
    .source = "Kubernetes documentation, NodeResourcesFit: LeastAllocated; stories.md T2",
    .composition = "order=priority,walk=skip,place=worstfit,launch=pod",
    .oracle = "story T2: tests/exact/test_stories.c",
};

/* tiresias_l.c - Tiresias without knowledge of lengths: 2D-LAS, preemptive, consolidated. */
#include "sched/policy.h"

POLICY_PART(tiresias_l) = {
    .axis = AXIS_PRESET,
    .name = "tiresias-l",
    .summary = "least attained GPU-time in two queues, preemptive, consolidated",
    .source = "Gu et al., NSDI 19; policies.md 3.4",
    .composition = "order=2dlas,t1=3250,walk=desired,place=consolidate",
    .oracle = "tiresias simulator, by how much it differs and why: docs/forms.md",
};

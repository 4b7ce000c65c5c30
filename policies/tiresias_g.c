/* tiresias_g.c - Tiresias with the distribution of lengths: Gittins index in queues. */
#include "sched/policy.h"

POLICY_PART(tiresias_g) = {
    .axis = AXIS_PRESET,
    .name = "tiresias-g",
    .summary = "Gittins index in two queues, preemptive, consolidated",
    .source = "Gu et al., NSDI 19; policies.md 3.5",
    .composition = "order=gittins,t1=3250,walk=desired,place=consolidate,estimate=distribution",
    .oracle = "tiresias simulator, by how much it differs and why: docs/forms.md",
};

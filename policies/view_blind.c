/* view_blind.c - the policy sees free devices per node as a number: what a device plug-in tells. It picks by its rule
 * as if nobody wished for anything; what is required is checked afterwards by whoever starts the
 * job, who refuses, and then the job waits. */
#include "sched/policy.h"

POLICY_PART(view_blind) = {
    .axis = AXIS_VIEW,
    .name = "blind",
    .summary =
        "the policy sees how many GPUs are free on a node; preferred levels are ignored, and a "
        "job whose pick misses the required one waits",
    .source = "stories.md 2, blind-vs-sighted; Kubernetes device plug-ins",
    .is_blind = true,
};

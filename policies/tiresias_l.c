/* tiresias_l.c - Tiresias without knowledge of lengths. */
#include "sched/policy.h"

POLICY_PART(tiresias_l) = {
    .axis = AXIS_PRESET,
    .name = "tiresias-l",
    .summary = "two queues by attained GPU-time, preemptive, consolidated",
    .source = "Gu et al., NSDI 19; policies.md 3.4. Threshold of its simulator, every model is "
              "consolidated",
    .oracle = "recorded runs of the Tiresias simulator, job by job by the same walk "
              "(tests/exact/test_tiresias.c); differences told in docs/forms.md",
    .composition = "order=2dlas,t1=3250,walk=desired,place=consolidate",
};

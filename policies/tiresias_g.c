/* tiresias_g.c - Tiresias with the distribution of lengths. */
#include "sched/policy.h"

POLICY_PART(tiresias_g) = {
    .axis = AXIS_PRESET,
    .name = "tiresias-g",
    .summary = "the same queues, inside them the largest Gittins index first",
    .source = "Gu et al., NSDI 19; policies.md 3.5. Every model is consolidated",
    .oracle = "the index against hand cases, known laws and the definition (tests/unit/test_gittins.c); "
              "differences told in docs/forms.md",
    .composition = "order=gittins,t1=3250,walk=desired,place=consolidate",
};

/* place_bestfit.c - the node with the fewest free GPUs that has room. */
#include "sched/policy.h"

POLICY_PART(place_bestfit) = {
    .axis = AXIS_PLACE,
    .name = "bestfit",
    .summary = "the node with the fewest free GPUs that has room",
    .source = "policies.md 9, GPUs only",
    .pick = PICK_LEAST_FREE,
};

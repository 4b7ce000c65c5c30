/* place_firstfit.c - the lowest node index with room. */
#include "sched/policy.h"

POLICY_PART(place_firstfit) = {
    .axis = AXIS_PLACE,
    .name = "firstfit",
    .summary = "the first node with room",
    .source = "policies.md 9",
    .pick = PICK_FIRST,
};

/* place_spread.c - worst fit under its other name. */
#include "sched/policy.h"

POLICY_PART(place_spread) = {
    .axis = AXIS_PLACE,
    .name = "spread",
    .summary = "the same as worstfit",
    .source = "policies.md 9",
    .pick = PICK_MOST_FREE,
};

/* place_worstfit.c - the node with the most free GPUs: spread. */
#include "sched/policy.h"

POLICY_PART(place_worstfit) = {
    .axis = AXIS_PLACE,
    .name = "worstfit",
    .summary = "the node with the most free GPUs (spread)",
    .source = "policies.md 9",
    .pick = PICK_MOST_FREE,
};

/* place_consolidate.c - as few nodes as can be: fullest hold first, best fit for the rest. */
#include "sched/policy.h"

POLICY_PART(place_consolidate) = {
    .axis = AXIS_PLACE,
    .name = "consolidate",
    .summary = "fewest nodes: those that hold most replicas, best fit for the rest",
    .source = "policies.md 9.1",
    .pick = PICK_FEWEST_NODES,
};

/* place_topology.c - as close together as the fleet allows. */
#include "sched/policy.h"

POLICY_PART(place_topology) = {
    .axis = AXIS_PLACE,
    .name = "topology",
    .summary = "the lowest level that holds the gang, fewest domains in it, least left over",
    .source = "policies.md 9 and 9.5",
    .pick = PICK_TOPOLOGY,
};

/* place_random.c - uniform over the nodes with room, drawn per job. */
#include "sched/policy.h"

POLICY_PART(place_random) = {
    .axis = AXIS_PLACE,
    .name = "random",
    .summary = "any node with room, uniform, drawn by seed and job",
    .source = "policies.md 9",
    .pick = PICK_RANDOM,
};

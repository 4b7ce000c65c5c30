/* place_buddy.c - aligned blocks of powers of two. */
#include "sched/policy.h"

POLICY_PART(place_buddy) = {
    .axis = AXIS_PLACE,
    .name = "buddy",
    .summary = "the smallest free aligned block of 2^k GPUs, other sizes cut into such blocks",
    .source = "Knowlton, CACM 1965; policies.md 9.7, decomposed and not rounded up",
    .pick = PICK_BUDDY,
};

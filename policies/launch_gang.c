/* launch_gang.c - all members of a job start at the same instant or none does. */
#include "sched/policy.h"

POLICY_PART(launch_gang) = {
    .axis = AXIS_LAUNCH,
    .name = "gang",
    .summary = "all members of a job start together",
    .source = "policies.md 1",
};

/* launch_pod.c - every replica starts on its own, holds and waits: the deliberate bad baseline. */
#include "sched/policy.h"

POLICY_PART(launch_pod) = {
    .axis = AXIS_LAUNCH,
    .name = "pod",
    .summary = "replicas start one by one and hold while the rest wait (no gangs, may deadlock)",
    .source = "default behaviour of a pod scheduler without gangs; stories.md T2",
    .options = {{"timeout", "an incomplete job gives its devices back after this long, 0s = never",
                 0, 0, INT64_MAX / 4, true}},
    .pod_by_pod = true,
};

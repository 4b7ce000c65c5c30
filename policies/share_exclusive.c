/* share_exclusive.c - a share gets a whole device for itself; the rest of it is held idle. */
#include "sched/policy.h"

POLICY_PART(share_exclusive) = {
    .axis = AXIS_SHARE,
    .name = "exclusive",
    .summary = "a share gets a whole device for itself; the rest of it is held idle",
    .source = "policies.md 2, axis S",
    .share = SHARE_EXCLUSIVE,
};

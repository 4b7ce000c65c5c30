/* share_milli.c - a share is what was asked for: part of a device, beside others. */
#include "sched/policy.h"

POLICY_PART(share_milli) = {
    .axis = AXIS_SHARE,
    .name = "milli",
    .summary = "a share is what was asked for: part of a device, beside others",
    .source = "policies.md 8.1",
    .share = SHARE_MILLI,
};

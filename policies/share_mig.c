/* share_mig.c - a share gets the smallest MIG instance that covers it; the rest of it is held idle. */
#include "sched/policy.h"

POLICY_PART(share_mig) = {
    .axis = AXIS_SHARE,
    .name = "mig",
    .summary = "a share gets the smallest MIG instance that covers it; the rest of it is held idle",
    .source = "policies.md 11; MIG User Guide",
    .share = SHARE_MIG,
};

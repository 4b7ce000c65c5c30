/* order_srsf.c - smallest estimated GPU-time first; without preemption the remaining service is all of it. */
#include "sched/policy.h"

static int64_t key(const struct order_view *v, const int64_t *options)
{
    (void)options;
    return policy_gpu_time(v);
}

POLICY_PART(order_srsf) = {
    .axis = AXIS_ORDER,
    .name = "srsf",
    .summary = "smallest estimated GPU-time first, then submission",
    .source = "policies.md 3.2",
    .key = key,
    .needs_estimate = true,
};

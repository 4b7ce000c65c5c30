/* order_srsf.c - smallest remaining GPU-time first; where the walk only starts jobs that is all of it. */
#include "sched/policy.h"

static int64_t key(const struct order_view *v, const int64_t *options)
{
    (void)options;
    return policy_gpu_time(v);
}

POLICY_PART(order_srsf) = {
    .axis = AXIS_ORDER,
    .name = "srsf",
    .summary = "smallest remaining GPU-time first, then submission",
    .source = "policies.md 3.2",
    .key = key,
    .rank = ORDER_SERVICE,
    .needs_estimate = true,
};

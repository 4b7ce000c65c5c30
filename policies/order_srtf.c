/* order_srtf.c - shortest remaining time first. */
#include "sched/policy.h"

static int64_t key(const struct order_view *v, const int64_t *options)
{
    (void)options;
    return v->estimate;
}

POLICY_PART(order_srtf) = {
    .axis = AXIS_ORDER,
    .name = "srtf",
    .summary =
        "shortest remaining time first (of what is estimated; total where the walk only starts)",
    .source = "policies.md 3.2",
    .key = key,
    .rank = ORDER_REMAINING,
    .needs_estimate = true,
};

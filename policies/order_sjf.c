/* order_sjf.c - shortest estimate first. */
#include "sched/policy.h"

static int64_t key(const struct order_view *v, const int64_t *options)
{
    (void)options;
    return v->estimate;
}

POLICY_PART(order_sjf) = {
    .axis = AXIS_ORDER,
    .name = "sjf",
    .summary = "shortest estimate first, then submission",
    .source = "policies.md 3.2",
    .key = key,
    .needs_estimate = true,
};

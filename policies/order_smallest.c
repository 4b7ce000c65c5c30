/* order_smallest.c - fewest GPUs first; the sjf of the Tiresias simulator, which is not shortest job. */
#include "sched/policy.h"

static int64_t key(const struct order_view *v, const int64_t *options)
{
    (void)options;
    return (int64_t)v->demand_milli;
}

POLICY_PART(order_smallest) = {
    .axis = AXIS_ORDER,
    .name = "smallest",
    .summary = "fewest GPUs first, then submission",
    .source = "policies.md 3.1",
    .key = key,
};

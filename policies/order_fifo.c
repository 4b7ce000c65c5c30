/* order_fifo.c - first come, first served. */
#include "sched/policy.h"

static int64_t key(const struct order_view *v, const int64_t *options)
{
    (void)options;
    (void)v;
    return 0; /* every tie goes to the job index, which is the order of submission */
}

POLICY_PART(order_fifo) = {
    .axis = AXIS_ORDER,
    .name = "fifo",
    .summary = "in order of submission",
    .source = "policies.md 3.1",
    .key = key,
};

/* order_priority.c - the recorded priority, larger first. */
#include "sched/policy.h"

static int64_t key(const struct order_view *v, const int64_t *options)
{
    (void)options;
    return -(int64_t)v->priority;
}

POLICY_PART(order_priority) = {
    .axis = AXIS_ORDER,
    .name = "priority",
    .summary = "larger priority first, then submission",
    .source = "policies.md 3.6, the static part",
    .key = key,
};

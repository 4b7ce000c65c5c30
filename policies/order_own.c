/* order_own.c - the order of an outside policy that only brings parts. */
#include "sched/policy.h"

/* Without parts nobody says anything: submission decides. */
static int64_t own_key(const struct order_view *v, const int64_t *options)
{
    (void)v;
    (void)options;
    return 0;
}

POLICY_PART(order_own) = {
    .axis = AXIS_ORDER,
    .name = "own",
    .summary = "the key() of an outside policy that brings parts, then submission",
    .source = "",
    .key = own_key,
    .from_parts = true,
};

/* order_drf.c - dominant resource fairness over tenants. */
#include "sched/policy.h"

POLICY_PART(order_drf) = {
    .axis = AXIS_ORDER,
    .name = "drf",
    .summary = "the tenant with the smallest dominant share first, its jobs by submission",
    .source = "Ghodsi et al., NSDI 11; policies.md 3.8",
    .oracle = "the example of the paper and a loop over all owners (tests/property/test_drf.c)",
    .rank = ORDER_DRF,
};

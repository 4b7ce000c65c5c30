/* order_fairtree.c - Slurm's Fair Tree alone. */
#include "sched/policy.h"

POLICY_PART(order_fairtree) = {
    .axis = AXIS_ORDER,
    .name = "fairtree",
    .summary = "users by fair share along the tree of tenants and users, then submission",
    .source = "Slurm, Fair Tree Fairshare Algorithm; policies.md 3.7",
    .options = {{"half_life", "PriorityDecayHalfLife", 604800 * NS_PER_S, NS_PER_S, INT64_MAX,
                 true},
                {"period", "PriorityCalcPeriod", 300 * NS_PER_S, NS_PER_S, INT64_MAX / 4, true}},
    .rank = ORDER_FAIRTREE,
};

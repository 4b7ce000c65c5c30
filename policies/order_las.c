/* order_las.c - least attained GPU-time first, in quanta. */
#include "sched/policy.h"

POLICY_PART(order_las) = {
    .axis = AXIS_ORDER,
    .name = "las",
    .summary =
        "least attained GPU-time first, compared in quanta; running jobs before pending ones",
    .source = "policies.md 3.4; Nuyens and Wierman, Performance Evaluation 65, 2008",
    .options = {{"quantum", "GPU-seconds that count as equal", 3600, 1, 1000000000, false}},
    .rank = ORDER_LAS,
    .needs_desired = true,
};

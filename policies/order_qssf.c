/* order_qssf.c - Helios: smallest predicted GPU-time first. The prediction is the estimate part, history by default. */
#include "sched/policy.h"

static int64_t key(const struct order_view *v, const int64_t *options)
{
    (void)options;
    return policy_gpu_time(v);
}

POLICY_PART(order_qssf) = {
    .axis = AXIS_ORDER,
    .name = "qssf",
    .summary = "smallest predicted GPU-time first (combine with estimate=history)",
    .source = "Hu et al., Characterization and Prediction of Deep Learning Workloads (Helios), SC "
              "21; policies.md 3.3",
    .key = key,
    .needs_estimate = true,
};

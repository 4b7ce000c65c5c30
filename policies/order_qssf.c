/* order_qssf.c - Helios: smallest predicted GPU-time first. The prediction is the estimate part, history by default. */
#include "sched/policy.h"

/* GPU-time in milli-GPU x ms: 64 bits hold 1e5 GPUs for 292 years only at this coarseness. */
static int64_t gpu_time(const struct order_view *v)
{
    wide_t t = (wide_t)(v->estimate / 1000000) * (wide_t)v->demand_milli;
    return t > INT64_MAX ? INT64_MAX : (int64_t)t;
}

static int64_t key(const struct order_view *v, const int64_t *options)
{
    (void)options;
    return gpu_time(v);
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

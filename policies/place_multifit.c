/* place_multifit.c - best fit over several resources: the node with least CPU and GPU left afterwards. */
#include "sched/policy.h"

/* Both resources count as parts of the largest node of the published cluster, half each. */
#define CPU_MOST 128000.0
#define GPU_MOST 8000.0

static int64_t multifit_score(const struct fragmentation_mix *mix, const struct node_view *node,
                              const struct task_view *task, uint32_t *device)
{
    double cpu = 0, gpu;
    (void)mix;

    if (device && task->gpus && task->milli < 1000)
        *device = node_view_tightest(node, task->milli);
    if (node->cpu_milli != NODE_VIEW_ANY)
        cpu = (double)(node->cpu_milli - task->cpu_milli) / CPU_MOST * 0.5;
    gpu = (double)((int64_t)node->idle - (int64_t)task->gpus * task->milli) / GPU_MOST * 0.5;
    return -(int64_t)((1 - (cpu + gpu)) * 100);
}

POLICY_PART(place_multifit) = {
    .axis = AXIS_PLACE,
    .name = "multifit",
    .summary = "best fit over CPU and GPU: least of both left, in steps of a hundredth",
    .source = "the BestFit baseline of Weng et al., USENIX ATC'23; policies.md 9",
    .oracle = "decisions of the published program, GPU by GPU (tests/exact/test_fgd_oracle.c)",
    .pick = PICK_LEAST_FREE,
    .score = multifit_score,
};

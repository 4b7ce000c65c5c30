/* place_dotprod.c - the smallest product of what is free and what is asked, over CPU and GPU. */
#include "sched/policy.h"

/* Both resources count as parts of the largest node of the published cluster. */
#define CPU_MOST 128000.0
#define GPU_MOST 8000.0

static int64_t dotprod_score(const struct fragmentation_mix *mix, const struct node_view *node,
                             const struct task_view *task, uint32_t *device)
{
    double cpu = 0, gpu;
    (void)mix;

    if (device && task->gpus && task->milli < 1000)
        *device = node_view_tightest(node, task->milli);
    if (node->cpu_milli != NODE_VIEW_ANY)
        cpu = (double)node->cpu_milli / CPU_MOST * ((double)task->cpu_milli / CPU_MOST);
    gpu = (double)node->idle / GPU_MOST * ((double)((int64_t)task->gpus * task->milli) / GPU_MOST);
    return -(int64_t)((1 - (cpu + gpu) / 2) * 100);
}

POLICY_PART(place_dotprod) = {
    .axis = AXIS_PLACE,
    .name = "dotprod",
    .summary = "smallest product of free and asked, over CPU and GPU, in steps of a hundredth",
    .source = "the DotProd baseline of Weng et al., USENIX ATC'23",
    .oracle = "decisions of the published program, GPU by GPU (tests/exact/test_fgd_oracle.c)",
    .pick = PICK_LEAST_FREE,
    .score = dotprod_score,
};

/* place_gpuclustering.c - tasks of one kind (a share, 1, 2, 4, 8 GPUs) together, kinds apart. */
#include "sched/policy.h"

static int64_t gpuclustering_score(const struct fragmentation_mix *mix,
                                   const struct node_view *node, const struct task_view *task,
                                   uint32_t *device)
{
    int64_t used = 8000 - (int64_t)node->idle, fuller;
    uint32_t kind = UINT32_C(1) << node_view_kind(task->gpus, task->milli);
    (void)mix;

    if (!task->gpus)
        return 0;
    if (device && task->milli < 1000)
        *device = node_view_tightest(node, task->milli);
    fuller = 25 * used / 8000;
    if (node->kinds == kind)
        return -fuller - 75;
    if (node->kinds & kind)
        return -fuller - 50;
    return node->kinds ? -fuller : -fuller - 25;
}

POLICY_PART(place_gpuclustering) = {
    .axis = AXIS_PLACE,
    .name = "gpuclustering",
    .summary = "nodes that hold the same kind of task first, nodes of other kinds last",
    .source = "the GpuClustering baseline of Weng et al., USENIX ATC'23",
    .oracle = "decisions of the published program, GPU by GPU (tests/exact/test_fgd_oracle.c)",
    .pick = PICK_LEAST_FREE,
    .score = gpuclustering_score,
};

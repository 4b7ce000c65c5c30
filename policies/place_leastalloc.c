/* place_leastalloc.c - the node of which the least share of GPUs would be allocated. On nodes of one size that is
 * worstfit. */
#include "sched/policy.h"

static int64_t leastalloc_score(const struct fragmentation_mix *mix, const struct node_view *node,
                                const struct task_view *task, uint32_t *device)
{
    int64_t free = (int64_t)node->idle - (int64_t)task->gpus * task->milli;
    (void)mix;

    if (!task->gpus)
        return 0;
    if (device && task->milli < 1000)
        *device = node_view_tightest(node, task->milli);
    return -free * 1000 / node->gpus;
}

POLICY_PART(place_leastalloc) = {
    .axis = AXIS_PLACE,
    .name = "leastalloc",
    .summary = "the node of which the least share of GPUs is allocated afterwards",
    .source = "Kubernetes, NodeResourcesFit with LeastAllocated, over GPUs alone",
    .pick = PICK_MOST_FREE,
    .score = leastalloc_score,
};

/* place_gpupacking.c - devices in use first, then nodes in use, then idle nodes. */
#include "sched/policy.h"

/* What the task's devices have free, tightest first, in percent; *untouched of them are completely free. */
static int64_t tightest(const struct node_view *node, const struct task_view *task,
                        uint32_t *untouched)
{
    int64_t percent = 0;
    uint32_t left = task->gpus, low = task->milli;

    *untouched = 0;
    while (left) {
        uint32_t free = 1001, count = 0;
        for (uint32_t i = 0; i < node->gpus; i++)
            if (node->left[i] >= low && node->left[i] <= free) {
                count = node->left[i] == free ? count + 1 : 1;
                free = node->left[i];
            }
        if (!count)
            break;
        count = count < left ? count : left;
        percent += (int64_t)count * (free * 100 / 1000);
        if (free == 1000)
            *untouched += count;
        left -= count;
        low = free + 1;
    }
    return percent;
}

static int64_t gpupacking_score(const struct fragmentation_mix *mix, const struct node_view *node,
                                const struct task_view *task, uint32_t *device)
{
    int64_t gpus = node->gpus, percent, score;
    uint32_t untouched;
    (void)mix;

    if (!task->gpus)
        return 0;
    if (device && task->milli < 1000)
        *device = node_view_tightest(node, task->milli);
    if (node->whole == node->gpus)
        return -(33 - gpus > gpus ? 33 - gpus : gpus);
    percent = tightest(node, task, &untouched);
    if (untouched) {
        score = 50 - (int64_t)untouched;
        return -(score > 33 ? score : 33);
    }
    score = 100 - percent / 10;
    return -(score > 50 ? score : 50);
}

POLICY_PART(place_gpupacking) = {
    .axis = AXIS_PLACE,
    .name = "gpupacking",
    .summary = "devices in use first, then nodes in use, then idle nodes",
    .source = "the GpuPacking baseline of Weng et al., USENIX ATC'23",
    .oracle = "decisions of the published program, GPU by GPU (tests/exact/test_fgd_oracle.c)",
    .pick = PICK_LEAST_FREE,
    .score = gpupacking_score,
};

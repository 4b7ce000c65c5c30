/* place_fgd.c - Fragmentation Gradient Descent: where the task adds least fragmentation. */
#include "sched/policy.h"

#include <math.h>

/* 0..100, a half when nothing changes. */
static double score_of_gain(double gain_milli)
{
    return 100 * (1 / (1 + exp(-gain_milli / 1000)));
}

/* Whole numbers decide, unless the exact value is so near a step that the rounding of the published
 * doubles does (docs/decisions/0008-fgd-arithmetic.md). */
static bool decided(const struct fragmentation_mix *mix, int64_t gain, int64_t *score)
{
    double exact = score_of_gain((double)gain / (double)mix->kept);

    *score = (int64_t)exact;
    return fabs(exact - rint(exact)) >= 1e-6;
}

static int64_t score_on(const struct fragmentation_mix *mix, const struct node_view *node,
                        const struct task_view *task, uint32_t device)
{
    int64_t score;

    if (decided(mix, fragmentation_gain(mix, node, task, device), &score))
        return score;
    return (int64_t)score_of_gain(fragmentation_gain_as_published(mix, node, task, device));
}

/* Where a share scores best: the first such device. Devices with equal amounts free are equal. */
static int64_t best_share(const struct fragmentation_mix *mix, const struct node_view *node,
                          const struct task_view *task, uint32_t *device)
{
    uint64_t tried[16] = {0};
    int64_t best = -1;

    for (uint32_t i = 0; i < node->gpus; i++) {
        uint32_t free = node->left[i];
        int64_t score;
        if (free < task->milli || tried[free / 64] >> free % 64 & 1)
            continue;
        tried[free / 64] |= UINT64_C(1) << free % 64;
        score = score_on(mix, node, task, i);
        if (score > best) {
            best = score;
            if (device)
                *device = i;
        }
    }
    return best;
}

static int64_t fgd_score(const struct fragmentation_mix *mix, const struct node_view *node,
                         const struct task_view *task, uint32_t *device)
{
    bool share = task->gpus && task->milli < 1000;
    int64_t score;

    if (!node->idle || !mix->kept || (!task->gpus && fragmentation_same_cpu(mix, node, task)))
        return -50;
    /* No smaller gain truncates to more, so the device matters only where it is asked for. */
    if (!(share && device) && decided(mix, fragmentation_best_gain(mix, node, task), &score))
        return -score;
    return share ? -best_share(mix, node, task, device) : -score_on(mix, node, task, 0);
}

POLICY_PART(place_fgd) = {
    .axis = AXIS_PLACE,
    .name = "fgd",
    .summary = "where the task adds least fragmentation for the tasks of the trace",
    .source = "Weng et al., Beware of Fragmentation, USENIX ATC'23; scores as published",
    .oracle = "decisions of the published program, GPU by GPU (tests/exact/test_fgd_oracle.c)",
    .options = {{"coverage", "percent of the trace's tasks the target workload covers", 95, 1, 100,
                 false}},
    .pick = PICK_LEAST_FREE,
    .score = fgd_score,
    .needs_mix = true,
};

/* place_fgd.c - Fragmentation Gradient Descent: where the task adds least fragmentation. */
#include "sched/policy.h"

#include <math.h>

static int64_t published_score(double gain_milli)
{
    return (int64_t)(100 * (1 / (1 + exp(-gain_milli / 1000))));
}

/* 0..100, a half when nothing changes. Whole numbers decide, unless the exact value is so near a step
 * that the rounding of the published doubles does (docs/decisions/0008-fgd-arithmetic.md). */
static int64_t gain_score(const struct fragmentation_mix *mix, const struct node_view *node,
                          const struct task_view *task, uint32_t device)
{
    double gain = (double)fragmentation_gain(mix, node, task, device) / (double)mix->kept;
    double score = 100 / (1 + exp(-gain / 1000));

    if (fabs(score - rint(score)) < 1e-6)
        return published_score(fragmentation_gain_as_published(mix, node, task, device));
    return (int64_t)score;
}

static int64_t fgd_score(const struct fragmentation_mix *mix, const struct node_view *node,
                         const struct task_view *task, uint32_t *device)
{
    uint64_t tried[16] = {0}; /* devices with equal amounts free are equal */
    int64_t best = -1;

    if (!node->idle || !mix->kept)
        return -50;
    if (!task->gpus || task->milli == 1000)
        return -gain_score(mix, node, task, 0);
    for (uint32_t i = 0; i < node->gpus; i++) {
        uint32_t free = node->left[i];
        int64_t score;
        if (free < task->milli || tried[free / 64] >> free % 64 & 1)
            continue;
        tried[free / 64] |= UINT64_C(1) << free % 64;
        score = gain_score(mix, node, task, i);
        if (score > best) {
            best = score;
            if (device)
                *device = i;
        }
    }
    return -best;
}

POLICY_PART(place_fgd) = {
    .axis = AXIS_PLACE,
    .name = "fgd",
    .summary = "where the task adds least fragmentation for the tasks of the trace",
    .source = "Weng et al., Beware of Fragmentation, USENIX ATC'23; scores as published",
    .options = {{"coverage", "percent of the trace's tasks the target workload covers", 95, 1, 100,
                 false}},
    .pick = PICK_LEAST_FREE,
    .score = fgd_score,
    .needs_mix = true,
};

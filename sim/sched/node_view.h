/* node_view.h - one task and the free part of one node, as scores and the fragmentation measure look at
 * them: plain values, lent for one call. */
#ifndef BERTH_SCHED_NODE_VIEW_H
#define BERTH_SCHED_NODE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#define NODE_VIEW_ANY INT64_MAX /* free CPU or memory of a node where it is no constraint */

/* Kinds of GPU tasks, by GPUs of one task: a share, 1, 2-3, 4-7, 8 and more. */
enum { KIND_SHARE, KIND_1, KIND_2, KIND_4, KIND_8, NODE_VIEW_KINDS };

/* One replica of a request. */
struct task_view {
    int64_t cpu_milli, memory_mib; /* 0 = not stated */
    uint64_t types;                /* mask of acceptable GPU types */
    uint32_t gpus;                 /* 0 = CPU only */
    uint32_t milli;                /* of each GPU: 1000 = whole; 1..999 only with gpus = 1 */
};

struct node_view {
    int64_t cpu_milli, memory_mib; /* free; NODE_VIEW_ANY = no constraint */
    const uint16_t *left;          /* [gpus] free milli, 0..1000 */
    uint32_t idle;                 /* sum of left */
    uint16_t gpus;                 /* devices that are up */
    uint16_t whole, most;          /* completely free ones; the largest of left */
    uint8_t type;                  /* GPU type, 255 without GPUs */
    uint8_t kinds;                 /* bit k: a task of kind k holds a device here */
    bool up;                       /* false: nothing may start here */
};

/* Does the task fit now? */
static inline bool node_view_fits(const struct node_view *n, const struct task_view *t)
{
    if (t->gpus && (t->milli < 1000 ? n->most < t->milli : n->whole < t->gpus))
        return false;
    return n->up && n->cpu_milli >= t->cpu_milli && n->memory_mib >= t->memory_mib &&
           (!t->gpus || t->types >> n->type & 1);
}

static inline uint32_t node_view_kind(uint32_t gpus, uint32_t milli)
{
    return milli < 1000 ? KIND_SHARE
           : gpus >= 8  ? KIND_8
           : gpus >= 4  ? KIND_4
           : gpus >= 2  ? KIND_2
                        : KIND_1;
}

/* The device with least free that has room for the share, the lowest on a tie; gpus when none. */
static inline uint32_t node_view_tightest(const struct node_view *n, uint32_t milli)
{
    uint32_t best = n->gpus;

    for (uint32_t i = 0; i < n->gpus; i++)
        if (n->left[i] >= milli && (best == n->gpus || n->left[i] < n->left[best]))
            best = i;
    return best;
}

#endif

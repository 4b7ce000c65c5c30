/* fragmentation.h - how much idle GPU a target workload cannot use: the measure of FGD (Weng et al.,
 * Beware of Fragmentation, USENIX ATC'23) and its gradient.
 *
 * The target workload ("typical tasks") is a mix of task shapes with popularities, kept as whole counts. For
 * a node and a task of the mix, all idle GPU is fragment unless the task fits there (GPUs, CPU, type;
 * memory is not looked at); when it fits, the devices with less free than the task takes are. A task without
 * GPUs can use no GPU at all. Amounts are milli-GPU x count, whole numbers: divide by `kept` for milli-GPU.
 *
 * The published program computes in doubles; fragmentation_gain_as_published() repeats its order of
 * operations, see docs/decisions/0008. */
#ifndef BERTH_SCHED_FRAGMENTATION_H
#define BERTH_SCHED_FRAGMENTATION_H

#include "base/arena.h"
#include "sched/node_view.h"

/* What becomes of idle GPU, in the published order. */
enum fragment {
    FRAGMENT_LACK_BOTH, /* too few GPUs with room, too little CPU */
    FRAGMENT_LACK_GPU, /* too few GPUs with room; or on a device with less free than a task takes */
    FRAGMENT_USABLE,   /* the task fits */
    FRAGMENT_LACK_CPU, /* GPUs would do */
    FRAGMENT_CPU_ONLY_FITS, /* the task wants no GPU */
    FRAGMENT_CPU_ONLY_LACKS,
    FRAGMENT_TYPE, /* the task does not accept the node's GPU type */
    FRAGMENTS
};

/* One shape of the target workload. */
struct fragmentation_task {
    struct task_view task; /* memory is ignored */
    uint64_t count;        /* tasks of this shape */
    const char *accepts;   /* the types as text, only to order and tell apart; NULL = "" */
};

struct fragmentation_mix {
    uint32_t n;                      /* shapes kept */
    struct fragmentation_task *task; /* most popular first */
    uint64_t total, kept;            /* tasks before the cut and after it */
    double *popularity;              /* (count / total) / (kept / total), as published */
    /* Weights summed up, so that one node costs one look-up per device. */
    uint32_t n_types, n_cpu, n_milli, n_size;
    uint32_t *cpu_bucket, cpu_shift; /* CPU ranks at multiples of 2^cpu_shift */
    int64_t *cpu;                    /* CPU requests, ascending */
    uint16_t *milli, *size;          /* shares per GPU; sizes of tasks on several GPUs; ascending */
    uint16_t milli_rank[1001];       /* how many of `milli` are at most this */
    int64_t *on_one, *on_many;       /* by [type][CPU rank][milli or size rank]: tasks that fit */
};

/* Build from n shapes (copied; `accepts` borrowed): equal ones are merged, sorted by count, CPU, milli, GPUs,
 * text, types, all descending, and kept from the top until they are `coverage` percent (1..100) of all tasks.
 * n_types: GPU types of the fleet. Shares are of one GPU. Memory in the arena. */
void fragmentation_mix_build(struct fragmentation_mix *m, struct arena *a,
                             const struct fragmentation_task *list, uint32_t n, uint32_t coverage,
                             uint32_t n_types);

/* Idle GPU of a node by class, milli-GPU x count; sums to idle x kept. */
void fragmentation_amounts(const struct fragmentation_mix *m, const struct node_view *node,
                           int64_t out[FRAGMENTS]);

/* All classes but FRAGMENT_USABLE. */
static inline int64_t fragmentation_sum(const int64_t amount[FRAGMENTS])
{
    return amount[FRAGMENT_LACK_BOTH] + amount[FRAGMENT_LACK_GPU] + amount[FRAGMENT_LACK_CPU] +
           amount[FRAGMENT_CPU_ONLY_FITS] + amount[FRAGMENT_CPU_ONLY_LACKS] + amount[FRAGMENT_TYPE];
}

/* F(node) - F(node with the task on it), milli-GPU x count; larger is better. A share goes to `device`,
 * whole GPUs to devices that are completely free. The task must fit. */
int64_t fragmentation_gain(const struct fragmentation_mix *m, const struct node_view *node,
                           const struct task_view *task, uint32_t device);

/* The largest gain over the devices where a share may go; for other tasks the gain. */
int64_t fragmentation_best_gain(const struct fragmentation_mix *m, const struct node_view *node,
                                const struct task_view *task);

/* Does the task's CPU leave every task of the mix what it had? */
bool fragmentation_same_cpu(const struct fragmentation_mix *m, const struct node_view *node,
                            const struct task_view *task);

/* The gain in milli-GPU, in doubles, in the published order of operations. */
double fragmentation_gain_as_published(const struct fragmentation_mix *m,
                                       const struct node_view *node, const struct task_view *task,
                                       uint32_t device);

/* ---- a whole cluster ---- */

struct fragmentation_sums {
    int64_t amount[FRAGMENTS]; /* milli-GPU x count */
    int64_t idle;              /* milli-GPU */
    int64_t (*of)[FRAGMENTS];  /* by node, what is in the sums */
    int64_t *idle_of;
};

void fragmentation_sums_init(struct fragmentation_sums *s, uint32_t nodes, struct arena *a);

/* The node is like this now. */
void fragmentation_sums_update(struct fragmentation_sums *s, const struct fragmentation_mix *m,
                               uint32_t number, const struct node_view *node);

#endif

/* score.h - the node with the lowest score for a task, without rescoring the fleet.
 *
 * The score of a task on a node depends on the two alone (policies.md 9.4), so per task class a tree of
 * minima over the nodes is kept, and before it is asked only the nodes in the change log since its last use are
 * scored again. The answer is that of a full rescan: the lowest score, on a tie the lowest rank. Trees are
 * made when a class is first used, in room set aside at set-up; when there are more classes than room, the
 * tree used longest ago makes way.
 *
 * Which kinds of tasks hold devices of a node is counted here too, since a score may ask. */
#ifndef BERTH_SCHED_SCORE_H
#define BERTH_SCHED_SCORE_H

#include "cluster/occupancy.h"
#include "sched/job.h"
#include "sched/policy.h"

#define SCORE_NONE INT64_MAX /* the task does not fit on the node now */
#define SCORE_MOST                                                                                 \
    INT32_MAX /* scores of parts are below it, and above its negative: trees keep 32 bits */
#define SCORE_ROOM ((size_t)64 << 20) /* bytes for trees; at least one tree */

struct score_class {
    struct task_view task;
    uint32_t tree; /* in `minima`, or UINT32_MAX */
};

struct score_tree {
    uint64_t seen, used; /* change of the log it is up to date with; when it was last asked */
    uint32_t of;         /* class, or UINT32_MAX */
};

enum { SCORE_DEVICES = 8 }; /* devices whose state lies with the node's */

/* What scores look at, gathered once per change: one cache line, not a dozen. */
struct score_node {
    uint64_t at; /* change of the log it is from */
    struct node_view view;
    uint16_t left[SCORE_DEVICES];
};

struct score {
    struct occupancy *occ;               /* borrowed; its change log is ours */
    const struct policy_part *part;      /* borrowed */
    const struct fragmentation_mix *mix; /* borrowed; NULL unless the part needs one */
    struct change_log log;
    uint32_t *rank, *at_rank; /* by node, and the node of a rank; NULL = node index */
    uint8_t *kind; /* by device of the fleet: 1 << the kind of task that holds it; 0 = none */
    struct score_class *task;
    uint32_t n_tasks;
    uint32_t *slot, slots; /* classes by hash of the task, a power of two; UINT32_MAX = empty */
    struct score_tree *tree;
    int32_t *minima; /* per tree: levels of 16-fold minima, the leaves first */
    uint32_t n_trees, levels, level_at[12];
    uint32_t tree_size;
    uint64_t asked;
    struct score_node *node;
    uint16_t *whole; /* scratch: devices of a node when the occupancy keeps no shares */
    uint64_t scored; /* calls of the scorer, for benchmarks */
};

/* The target workload of a trace: every task of every job, cut at `coverage` percent. */
void score_mix(struct fragmentation_mix *m, const struct job_set *jobs, uint32_t coverage,
               uint32_t n_types, struct arena *a);

/* Set up for a trial: `part` has a score. `rank` by node (a permutation) breaks ties, NULL = node index.
 * Takes over o->changed. Memory in the arena. */
void score_init(struct score *s, struct occupancy *o, const struct job_set *jobs,
                const struct policy_part *part, const struct fragmentation_mix *mix,
                const uint32_t *rank, struct arena *a);

/* One replica of a request, `gpus` devices. */
struct task_view score_task(const struct request *r, uint32_t gpus);

/* The best node for the task, or NODE_NONE: from the trees, and by looking at every node. Equal. */
uint32_t score_best(struct score *s, const struct task_view *task, int64_t *score);
uint32_t score_rescan(struct score *s, const struct task_view *task, int64_t *score);

/* The score on this node, SCORE_NONE when the task does not fit; `device` as in policy.h. */
int64_t score_of(struct score *s, const struct task_view *task, uint32_t node, uint32_t *device);

/* The node as scores see it, valid until the next call. */
struct node_view score_view(struct score *s, uint32_t node);

/* A task of this kind has taken the devices; they have been given back. After the occupancy was told. */
void score_taken(struct score *s, const struct held *h, uint32_t kind);
void score_given_back(struct score *s, const struct held *h);

#endif

/* node_pick.h - which nodes, for equal replicas of one group: from the index of nodes by free devices, by
 * looking at every candidate, or share by share. For place.c; not for others. */
#ifndef BERTH_SCHED_NODE_PICK_H
#define BERTH_SCHED_NODE_PICK_H

#include "sched/place.h"

/* One uniform part of a request with its level wish resolved to a set of nodes. */
struct want {
    const struct request *r;
    uint32_t gpus, replicas; /* devices per replica */
    uint32_t job;
    enum level inside;     /* LEVEL_NUMA or LEVEL_NVLINK: inside one such run of a node's devices */
    bool charged;          /* CPU or memory counts */
    const uint32_t *nodes; /* candidates, NULL = all */
    uint32_t n_nodes;
};

/* Do CPU or memory count for this request here? */
bool node_pick_charges(const struct placer *p, const struct request *r);

/* Whole devices, no charge, every node a candidate: answered by counts. */
bool node_pick_index_fits(const struct placer *p, const struct want *w);

/* Take all replicas, or nothing and say false. The pieces are added to p->out. */
bool node_pick_index(struct placer *p, const struct want *w);
bool node_pick_scan(struct placer *p, const struct want *w);
bool node_pick_share(struct placer *p, const struct want *w);

/* May a replica lie on the node: type, health, candidates, CPU and memory, devices not asked. */
bool node_pick_allows(const struct placer *p, const struct want *w, uint32_t node);

/* The node where the rule opens one more whole device, NODE_NONE when none is free; `rng` of the job.
 * Its first free device is *gpu. */
uint32_t node_pick_open(const struct placer *p, const struct want *w, struct rng *rng,
                        uint32_t *gpu);

/* The same by score, shares and whole GPUs: p->score is set. */
bool node_pick_score(struct placer *p, const struct want *w);

/* Give back the pieces from index `from` of p->out on, as if they had never been taken. */
void node_pick_undo(struct placer *p, const struct request *r, size_t from);

#endif

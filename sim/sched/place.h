/* place.h - find devices for a gang: count reject, then domain, then nodes, then devices.
 *
 * A replica lies on one node. Placements are made by taking devices from the occupancy at once;
 * on failure everything is given back, so the caller sees all or nothing. Rules (policies.md 9):
 * first-fit = lowest node index; least free (best fit); most free (spread); random, uniform over
 * nodes with room, drawn by (seed, job, replica); fewest nodes = nodes by decreasing number of
 * replicas they hold, then best fit for the rest (9.1); by score = replica by replica, the node with the
 * lowest score at that moment (9.4), and on it the device the score names. */
#ifndef BERTH_SCHED_PLACE_H
#define BERTH_SCHED_PLACE_H

#include "base/rng.h"
#include "base/vec.h"
#include "cluster/occupancy.h"
#include "sched/job.h"
#include "sched/policy.h"
#include "sched/score.h"

struct placer {
    struct occupancy *occ;
    const struct job_set *jobs;
    enum place_pick pick;
    struct score *score; /* NULL = by pick alone */
    uint64_t seed;
    bool
        blind; /* topology is not looked at: a pick that misses the required level is no placement */
    VEC(struct held) out;         /* pieces of the placement being made */
    const uint64_t *prefer;       /* [node * words] devices to use first, or NULL */
    const uint32_t *prefer_nodes; /* nodes that hold them, in order */
    uint32_t n_prefer;
};

/* Why a request cannot be placed now, from the outside in. */
enum room {
    ROOM_YES,
    ROOM_TOO_FEW,
    ROOM_GPU_TYPE,
    ROOM_SHARE,
    ROOM_CPU_MEMORY,
    ROOM_NVLINK,
    ROOM_LEVEL,
    ROOM_MIG,
    ROOM_NODE
};

/* After the occupancy is set up: use the score of a placement part that has one; the target workload, when
 * it needs one, is that of the jobs, cut at options[0] percent. No-op for other parts. Memory in the arena. */
void place_by_score(struct placer *p, const struct policy_part *part, const int64_t *options,
                    struct arena *a);

/* Could the request be placed now? Changes nothing that can be seen. */
bool place_fits(struct placer *p, const struct request *r);

/* Place it: true, and p->out holds the pieces (CPU and memory charged); or false and nothing
 * changed. `job` keys the random rule. */
bool place_take(struct placer *p, const struct request *r, uint32_t job);

/* Some replicas of a request of equal replicas, without level wishes, after what p->out holds
 * already: true when all fit; else nothing more is taken. */
bool place_replicas(struct placer *p, const struct request *r, uint32_t gpus, uint32_t replicas,
                    uint32_t job);

/* Shares or MIG instances of a request on one node. */
bool place_shares_on(struct placer *p, const struct request *r, uint32_t replicas, uint32_t node,
                     uint32_t job);

/* Devices of the request were taken from the occupancy by other means than the calls here: scores may ask
 * which kind of task holds a device. The kind of a gang is that of its largest replica. */
void place_taken(struct placer *p, const struct request *r, const struct held *h, uint32_t n);

/* Take a placement made earlier again, or give one back, CPU and memory included. */
void place_hold(struct placer *p, const struct request *r, const struct held *h, uint32_t n);
void place_release(struct placer *p, const struct request *r, const struct held *h, uint32_t n);

/* Could exactly these pieces be taken now? */
bool place_open(const struct placer *p, const struct request *r, const struct held *h, uint32_t n);

/* Why not: ROOM_YES when it fits. */
enum room place_why(struct placer *p, const struct request *r);

/* The same for a request that is known not to fit; ROOM_YES when a blind placement did not see that it
 * does. */
enum room place_why_not(struct placer *p, const struct request *r);

/* The border's word for a reason (BERTH_BLOCK_*); not for ROOM_YES. */
uint32_t place_block(enum room why);

/* Replicas of `gpus` devices each that fit on the node now with the request's CPU and memory. */
uint32_t place_capacity(const struct placer *p, const struct request *r, uint32_t gpus,
                        uint32_t node);

#endif

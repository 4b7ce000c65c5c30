/* attribution.h - why free capacity is free, and why pending jobs wait.
 *
 * After a pass every class of pending jobs, in policy order, books up to what its jobs ask for, out
 * of the capacity that is free and not booked yet, to the cause that blocks the class; what nobody
 * books is no demand. docs/model.md, section Ledger, has the rule. O(classes). */
#ifndef BERTH_SCHED_ATTRIBUTION_H
#define BERTH_SCHED_ATTRIBUTION_H

#include "sched/core.h"

/* Causes from the host's point of view; fragmentation with its sub-causes. */
enum block {
    BLOCK_POLICY,
    BLOCK_RESERVED,
    BLOCK_QUOTA,
    BLOCK_TOO_FEW,
    BLOCK_FRAG_NODE,
    BLOCK_FRAG_NVLINK,
    BLOCK_FRAG_CPU_MEMORY,
    BLOCK_FRAG_GPU_TYPE,
    BLOCK_FRAG_SHARE,
    BLOCK_FRAG_LEVEL,
    BLOCK_FRAG_MIG,
    BLOCKS
};

struct booking {
    uint32_t request;
    uint8_t block, gpu_type;
    int64_t milli;
};
struct blocked {
    uint32_t request;
    uint8_t block;
};

struct attribution {
    struct core *core;
    VEC(struct booking) bookings; /* of the instant; amounts > 0 */
    VEC(struct blocked) blocked;  /* every class with pending jobs, when all are wanted */
    bool all;                     /* causes of all classes, not only while capacity is left */
    VEC(uint32_t) trial;          /* auxiliary heap over the queue's heap of classes */
};

void attribution_init(struct attribution *a, struct core *c, bool all);
void attribution_free(struct attribution *a);
void attribution_reserve(struct attribution *a); /* a safe point, see core_reserve */

/* Recompute for the present instant, after core_pass(). */
void attribution_update(struct attribution *a);

/* The cause that blocks a class now. */
enum block attribution_cause(struct core *c, uint32_t request);

#endif

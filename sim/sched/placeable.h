/* placeable.h - how well free whole devices hang together (policies.md 10, points 2, 3 and 6), read from the
 * indexes of the occupancy: no call looks at the nodes one by one.
 *
 * Levels below the node count as the node. At a level nobody stated the fleet is one domain. Devices lent
 * in shares are not free. */
#ifndef BERTH_SCHED_PLACEABLE_H
#define BERTH_SCHED_PLACEABLE_H

#include "cluster/occupancy.h"
#include "sched/node_view.h"

#define PLACEABLE_ANY UINT32_MAX /* every GPU type together */

/* Free devices on nodes with fewer than `gpus` of them: of no use to a replica of that size. O(types x GPUs
 * of a node). */
uint32_t placeable_scattered(const struct occupancy *o, uint32_t type, uint32_t gpus);

/* Devices of the largest gang of equal replicas of `gpus` each that one domain of the level has room for
 * now, CPU and memory aside. O(domains x types x GPUs of a node). */
uint32_t placeable_gang(const struct occupancy *o, uint32_t type, enum level l, uint32_t gpus);

/* 1 - largest free block / all that is free, a block being what is free in one domain of the level: 0 when it
 * is all in one block or nothing is free. */
double placeable_external(const struct occupancy *o, uint32_t type, enum level l);

/* The node as scores and the fragmentation measure look at it, but for the kinds of tasks on it. `left` is
 * filled, room for the node's devices, and borrowed by the answer. O(devices of the node). */
struct node_view placeable_view(const struct occupancy *o, uint32_t node, uint16_t *left);

#endif

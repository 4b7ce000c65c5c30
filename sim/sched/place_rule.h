/* place_rule.h - placements that are more than an order of nodes. For place.c; not for others. */
#ifndef BERTH_SCHED_PLACE_RULE_H
#define BERTH_SCHED_PLACE_RULE_H

#include "sched/node_pick.h"

/* Buddy (policies.md 9.7): blocks of 2^k devices, aligned inside the node. A replica that is no power of two is
 * cut into powers of two, the largest first, so nothing is rounded up and no device is wasted; a part
 * for which no node has an aligned block is halved, down to single devices, so what fits by count is
 * never refused. Of all nodes that hold the replica: fewest parts, then the smallest free block that the
 * first part is cut from, then fewest free devices, then the lowest index. Several replicas of a whole
 * node each take blocks of 2^k nodes, aligned inside their leaf (rack, else NVLink domain, else all
 * candidates), the smallest free one first. Whole devices only, not inside a run of a node. Takes all
 * replicas, or nothing and says false. */
bool place_buddy(struct placer *p, const struct want *w);

/* Topology (policies.md 9 and 9.5) for one group of equal replicas of whole devices that no single node holds,
 * up to the required level: the lowest level with a domain that holds them, of its domains the one
 * that needs fewest of the next level below, then the one with least left over, then the lowest.
 * Inside, from level to level, the domains that hold most, and of those that hold all the rest the
 * tightest. All or nothing. */
bool place_topology(struct placer *p, const struct want *w);

#endif

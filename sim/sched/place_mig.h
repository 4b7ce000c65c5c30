/* place_mig.h - which device and which start for MIG instances. For place.c; not for others.
 *
 * A partitioned device with a legal start comes before a whole one; of several the one with fewest free
 * slots, then the least cost to the demand, then the lowest. On the device the start costs the
 * demand least (policies.md 11, FGD on slots). First fit takes the lowest device and the lowest start,
 * fewest nodes the rightmost start. */
#ifndef BERTH_SCHED_PLACE_MIG_H
#define BERTH_SCHED_PLACE_MIG_H

#include "sched/node_pick.h"

/* Take an instance for every replica, or nothing and say false. The pieces are added to p->out. */
bool place_mig_take(struct placer *p, const struct want *w);

/* Do free slots, compute slices and media engines suffice by count? ROOM_YES, ROOM_TOO_FEW, or
 * ROOM_SHARE when they would with what is left of devices lent in shares. */
enum room place_mig_count(const struct placer *p, const struct request *r);

/* Free milli-GPU of partitioned devices of these types. */
int64_t place_mig_free(const struct placer *p, uint64_t types);

#endif

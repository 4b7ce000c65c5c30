/* share.h - what a request for a part of a device is given (policies.md 2, axis S).
 *
 * As asked; or a whole device for each replica, of a MIG profile too; or, for a fraction, the smallest MIG
 * instance that covers it in slices and slots, on the accepted types of the one layout that most devices
 * have (a fraction whose types cannot be partitioned stays one). The core gives the request that form when
 * it copies it, so that orders, placements and usage see what is taken, not what was asked for. */
#ifndef BERTH_SCHED_SHARE_H
#define BERTH_SCHED_SHARE_H

#include "sched/core.h"

/* Turn a request as asked into one as given. The groups need no change: a replica of a share has one
 * device. */
void share_give(struct request *r, enum share share, const struct berth_view *v);

/* On a core fresh from core_init(): true, or false and why in `text` when requests are given more than the
 * whole fleet has room for, or no type can be partitioned though shares are asked for. */
bool share_possible(struct core *c, char *text, size_t room);

#endif

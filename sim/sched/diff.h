/* diff.h - the desired set on nodes: stop and start what differs from what runs (policies.md 2.1).
 *
 * The plan is desired_nodes() on the core's own record of who holds what: tentative stops and starts are
 * tried there and taken back; what remains is proposed to the host, stops first, the last of the order
 * first, then starts in order. Jobs in both sets keep their devices. A job that is stopped for another
 * and finds other devices is stopped and started at once. */
#ifndef BERTH_SCHED_DIFF_H
#define BERTH_SCHED_DIFF_H

#include "sched/core.h"

struct diff { /* beside the desired set: where tentative starts go */
    struct core *core;
    struct desired_host calls;
    struct {
        uint32_t first, n; /* pieces in core.held */
    } * tried;             /* by slot */
};

struct diff *diff_new(struct core *c, struct arena *a);
void diff_free(struct diff *d);
void diff_grow(struct diff *d, uint32_t had, uint32_t room);

#endif

/* gauge.h - how badly the free capacity lies, measured on the host's record whatever the policy is
 * (policies.md 10, points 1 to 3): scattered GPUs, the largest gang that has room, FGD's F for the mix of the
 * workload.
 *
 * F is kept per node and brought up to date for the nodes that changed since the last reading; the others
 * come from the occupancy's indexes. A reading costs the changed nodes, not the fleet. */
#ifndef BERTH_HOST_GAUGE_H
#define BERTH_HOST_GAUGE_H

#include "host/host.h"
#include "sched/fragmentation.h"

enum { GAUGE_GANGS = 4, GAUGE_COVERAGE = 95 /* percent of tasks in the mix, as published */ };

struct gauge {
    struct host *host;
    struct fragmentation_mix mix;
    struct fragmentation_sums sums;
    struct change_log log;
    uint64_t seen;
    uint16_t *left; /* scratch */
};

struct gauge_reading {
    int64_t scattered_milli[GAUGE_GANGS]; /* free on nodes with fewer than 1, 2, 4, 8 whole GPUs free */
    int64_t largest_gang;                 /* GPUs */
    int64_t fgd_milli;
};

/* Takes over the host's change log. Memory in the arena. */
void gauge_init(struct gauge *g, struct host *h, struct arena *a);

struct gauge_reading gauge_read(struct gauge *g);

#endif

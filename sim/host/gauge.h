/* gauge.h - how badly the free capacity lies, measured on the host's record whatever the policy is
 * (policies.md 10, points 1 to 3 and 7): scattered GPUs, the largest gang that has room, FGD's F for the mix of the
 * workload, and the slots of MIG that no instance asked for can have.
 *
 * F is kept per node and brought up to date for the nodes that changed since the last reading; the others
 * come from the occupancy's indexes. A reading costs the changed nodes, not the fleet, and nothing when none changed. */
#ifndef BERTH_HOST_GAUGE_H
#define BERTH_HOST_GAUGE_H

#include "host/host.h"
#include "sched/fragmentation.h"

enum { GAUGE_GANGS = 4, GAUGE_COVERAGE = 95 /* percent of tasks in the mix, as published */ };

/* The largest gang of single GPUs that one domain of the level has room for. */
enum { GAUGE_EVERY_TYPE = 255 };
struct gauge_gang {
    uint8_t
        level; /* LEVEL_NODE; NVLink domain, rack and pod where stated; LEVEL_SITE, the fleet unless
                         sites are */
    uint8_t gpu_type; /* or GAUGE_EVERY_TYPE; by type only where there are several */
    int64_t gpus;
};

struct gauge_reading {
    int64_t
        scattered_milli[GAUGE_GANGS]; /* free on nodes with fewer than 1, 2, 4, 8 whole GPUs free */
    int64_t largest_gang;             /* GPUs */
    int64_t fgd_milli;
    /* on GPU types that jobs ask MIG instances of; 0 elsewhere: free, and of it the slots that no legal
     * start covers, the mean over the profiles weighted by what jobs ask for */
    int64_t mig_free_milli, mig_holes_milli;
};

struct gauge {
    struct host *host;
    struct fragmentation_mix mix;
    struct fragmentation_sums sums;
    struct change_log log;
    uint64_t seen;
    uint16_t *left; /* scratch */
    struct gauge_reading last;
    struct gauge_gang *gang; /* in order of level, every type first; values of the last reading */
    uint32_t n_gangs;
    uint64_t mig_types; /* GPU types of which jobs ask for instances */
    bool read;          /* at least once */
};

/* Takes over the host's change log. Memory in the arena. */
void gauge_init(struct gauge *g, struct host *h, struct arena *a);

/* What holds now; with it g->gang. Valid until the next call. */
const struct gauge_reading *gauge_read(struct gauge *g);

#endif

/* fragmentation.h - how badly free capacity lies, integrated over time.
 *
 * The engine may tell the metrics (engine/observer.h) or not; when it does, it does at every instant. */
#ifndef BERTH_METRICS_FRAGMENTATION_H
#define BERTH_METRICS_FRAGMENTATION_H

#include "engine/observer.h"
#include "metrics/outcome.h"

enum { FRAGMENTATION_GANGS = LEVELS * (TOPOLOGY_TYPES + 1) };

struct fragmentation {
    bool known, fgd_known, mig_known;
    int64_t now[FRAG_METRICS], free_milli, mig_free_milli; /* until the next instant */
    wide_t sum[FRAG_METRICS], free, mig_free;              /* x ns */
    struct observed_gang gang[FRAGMENTATION_GANGS];        /* until the next instant */
    wide_t gang_sum[FRAGMENTATION_GANGS];                  /* GPUs x ns */
    uint32_t n_gangs;
};

/* `dt` >= 0 ns of the ledger's time have passed. */
void fragmentation_advance(struct fragmentation *f, ns_t dt);

/* What holds from now on; free_milli by GPU type. */
void fragmentation_settle(struct fragmentation *f, const struct observed_state *s, uint32_t types);

/* Means over `span` ns of the ledger's time. Memory in the arena. */
struct outcome_fragmentation fragmentation_means(const struct fragmentation *f, ns_t span,
                                                 struct arena *a);

#endif

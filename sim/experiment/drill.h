/* drill.h - small seeded workloads that policies are put through: bursts, gangs, zero-length jobs, and the
 * same again renamed, shifted or scaled. Integers only: equal on every machine. */
#ifndef BERTH_EXPERIMENT_DRILL_H
#define BERTH_EXPERIMENT_DRILL_H

#include "base/arena.h"
#include "sched/job.h"

struct drill_shape {
    uint64_t seed;
    bool storm;         /* hundreds of jobs in one instant, most of which end in one instant */
    bool shares;        /* some jobs ask for part of a GPU */
    bool levels;        /* some gangs must lie inside a node or a rack */
    bool sizes;         /* CPU and memory count */
    const char *prefix; /* of the names of jobs, tenants and users */
    ns_t shift;         /* added to every submission */
    int64_t scale;      /* every time is multiplied by it, before the shift */
    uint32_t turn;      /* added to every rack's number, modulo the racks */
};

struct drill {
    struct arena arena;
    struct topology fleet;
    struct job_set jobs;
};

void drill_init(struct drill *w, const struct drill_shape *shape);
void drill_free(struct drill *w);

#endif

/* shape.h - totals over several nodes to replicas of a gang. */
#ifndef BERTH_INGEST_SHAPE_H
#define BERTH_INGEST_SHAPE_H

#include "sched/job.h"

/* `gpus` over `nodes` nodes as evenly as it goes: one group, or two when it does not
 * divide (the larger replicas first). nodes of at least 1. Returns the number of groups. */
uint32_t shape_split(uint32_t gpus, uint32_t nodes, struct job_group groups[2]);

/* The share of one replica of an amount for all, rounded up. */
int64_t shape_each(int64_t total, uint32_t replicas);

#endif

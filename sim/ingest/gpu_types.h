/* gpu_types.h - names of GPU types in a trace to a mask of the fleet's types. */
#ifndef BERTH_INGEST_GPU_TYPES_H
#define BERTH_INGEST_GPU_TYPES_H

#include "cluster/catalog.h"
#include "sched/job.h"

struct gpu_types;

/* Both are borrowed; `catalog` may be NULL. */
struct gpu_types *gpu_types_open(const struct topology *fleet, const struct catalog *catalog);
void gpu_types_close(struct gpu_types *t); /* NULL is fine */

/* `text` holds catalogue ids, aliases or names of the fleet's types joined by '|'; NULL or
 * "" is any type. 0 and a mask that is not 0, or -1 and why in *reason (borrowed until the
 * next call): a name nobody knows, or types that the fleet does not have. */
int gpu_types_mask(struct gpu_types *t, const char *text, uint64_t *mask, const char **reason);

#endif

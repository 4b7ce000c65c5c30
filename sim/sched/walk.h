/* walk.h - the cursors of a walk, shared by the files that implement walks. */
#ifndef BERTH_SCHED_WALK_H
#define BERTH_SCHED_WALK_H

#include "sched/core.h"

/* One cursor per class with pending jobs, as a heap by job; no-op when they exist. */
void walk_cursors(struct core *c);
void walk_sink(struct core *c, uint32_t at); /* restore the heap below `at` */
void walk_pop(struct core *c);               /* the first cursor is done */

/* Was the class refused since the last release? */
bool walk_refused(const struct core *c, uint32_t request);

/* Start `job`, the one under the first cursor, with the placement in c->placer.out. */
void walk_commit(struct core *c, uint32_t job);

#endif

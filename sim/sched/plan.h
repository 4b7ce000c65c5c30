/* plan.h - conservative backfill: every pending job holds a reservation on concrete nodes.
 *
 * The plan keeps, per node, the intervals during which running and planned jobs hold devices, CPU
 * and memory there. A new job is planned at the earliest instant at which every replica has a node
 * for the whole estimate, behind nobody's back: plans already made never move later. After an early
 * end plans are pulled forward one by one in queue order ("pull each forward only", policies.md 4.3);
 * a job that finds its nodes taken because somebody overran is planned again. Shares are planned as
 * whole devices, which can only delay, never break, a promise. */
#ifndef BERTH_SCHED_PLAN_H
#define BERTH_SCHED_PLAN_H

#include "base/arena.h"
#include "sched/state.h"
#include <stdint.h>

struct core;
struct plan;

struct plan *plan_new(struct core *c, struct arena *a);
void plan_free(struct plan *p);
void plan_grow(struct plan *p, uint32_t had, uint32_t room); /* for that many slots */
void plan_submit(struct plan *p, uint32_t job);              /* it has no plan yet */
void plan_finish(struct plan *p, uint32_t job);              /* before its devices come back */

/* What came back early and is not yet given to anybody; the plan of a job that is in the books. */
void plan_state(struct plan *p, struct state *s);
void plan_state_job(struct plan *p, struct state *s, uint32_t job);

#endif

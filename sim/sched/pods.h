/* pods.h - pod-by-pod launch without gangs: the deliberate bad baseline.
 *
 * Every replica is started on its own as soon as it fits; the pending jobs take turns, one replica
 * each, in queue order. Replicas that are placed hold their devices while the job waits for the rest;
 * the job runs once all are there. With a timeout, a job that has held without being complete for
 * that long gives everything back at once and queues again. Hold and wait may deadlock: that is what
 * it is for. */
#ifndef BERTH_SCHED_PODS_H
#define BERTH_SCHED_PODS_H

#include "base/arena.h"
#include "base/units.h"
#include "sched/state.h"
#include <stdbool.h>
#include <stdint.h>

struct core;
struct pods;

struct pods *pods_new(struct core *c, struct arena *a);
/* False, with the reason in `why`: a job requires a level, which single replicas do not keep. */
bool pods_possible(const struct core *c, char *why, size_t room);

void pods_free(struct pods *p);
void pods_grow(struct pods *p, uint32_t had, uint32_t room); /* for that many slots */
void pods_submit(struct pods *p, uint32_t job);              /* it holds nothing yet */
void pods_pass(struct pods *p);

/* The time of a hold is up: give it back, unless the timer is of an earlier hold. */
void pods_timer(struct pods *p, uint64_t cookie);

/* Holds of the pending jobs; how often each slot held, as timers of earlier holds are stale. */
void pods_state(struct pods *p, struct state *s);

#endif

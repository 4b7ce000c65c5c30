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
#include <stdbool.h>
#include <stdint.h>

struct core;
struct pods;

struct pods *pods_new(struct core *c, struct arena *a);
void pods_free(struct pods *p);
void pods_pass(struct pods *p);

/* Jobs that began to hold something in the last pass, and the number of the hold: a timer set for an
 * earlier hold of the job is stale. Nothing when there is no timeout. */
const uint32_t *pods_began(const struct pods *p, size_t *n);
uint32_t pods_hold(const struct pods *p, uint32_t job);
ns_t pods_timeout(const struct pods *p);

/* The time of this hold is up: give it back. False when the timer was stale. */
bool pods_expire(struct pods *p, uint32_t job, uint32_t hold);

/* GPUs held by incomplete jobs, in milli-GPU, by GPU type. */
const int64_t *pods_held_milli(const struct pods *p);

/* Replicas of a job that are placed, and its first one's node; for messages about a stuck run. */
uint32_t pods_placed(const struct pods *p, uint32_t job);

/* A hash of who holds what: equal states of a system without progress have equal hashes. */
uint64_t pods_state(const struct pods *p);

#endif

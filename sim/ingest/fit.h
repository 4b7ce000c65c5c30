/* fit.h - could a request ever be placed on the empty fleet?
 *
 * Counts only nodes that are up and devices that are not down: nothing repairs them yet,
 * so a job that needs them would wait for ever. */
#ifndef BERTH_INGEST_FIT_H
#define BERTH_INGEST_FIT_H

#include "sched/job.h"

struct fit;

struct fit *fit_open(const struct topology *fleet); /* `fleet` is borrowed */
void fit_close(struct fit *f);                      /* NULL is fine */

/* GPUs that can be had on the types of a mask: in all, and on one node. */
uint64_t fit_gpus(const struct fit *f, uint64_t types);
uint32_t fit_largest_node(const struct fit *f, uint64_t types);

bool fit_states_cpu(const struct fit *f); /* does any node say how many CPUs it has? */
bool fit_states_memory(const struct fit *f);

/* 0 when an empty fleet could hold the request; else -1 and `reason` (at least 200 bytes)
 * says what is too small: "asks for 16 GPUs, the fleet has 8". `groups` are the request's
 * own, the larger replicas first. */
int fit_check(struct fit *f, const struct request *r, const struct job_group *groups, char *reason);

#endif

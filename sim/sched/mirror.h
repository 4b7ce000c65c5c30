/* mirror.h - what the core copies from the policy's view: the fleet, the requests, and the jobs by slot, in
 * the form that the rest of the core works on. */
#ifndef BERTH_SCHED_MIRROR_H
#define BERTH_SCHED_MIRROR_H

#include "abi/berth_policy.h"
#include "base/arena.h"
#include "sched/job.h"
#include "sched/policy.h"

/* The fleet as it is at create(): devices that are neither free nor held by a job then are not there. */
struct topology *mirror_fleet(const struct berth_view *v, struct arena *a);

/* Requests and groups, shares as the composition gives them (sched/share.h); no jobs yet. */
struct job_set *mirror_jobs(const struct berth_view *v, enum share share, struct arena *a);
void mirror_free(struct job_set *j);

/* Room for `room` slots where there was room for `had`. */
void mirror_grow(struct job_set *j, uint32_t had, uint32_t room);

/* A job takes a slot. Its length is NS_UNKNOWN unless `truth` is given. */
void mirror_job(struct job_set *j, uint32_t slot, const struct berth_job *from,
                const struct berth_clairvoyant *truth, void *ctx);

#endif

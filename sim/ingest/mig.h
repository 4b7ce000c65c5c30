/* mig.h - MIG profiles that a trace asks for, on the GPU types of a fleet. */
#ifndef BERTH_INGEST_MIG_H
#define BERTH_INGEST_MIG_H

#include "sched/job.h"

enum { MIG_REASON = 400 };

/* The name as boards have it: "nvidia.com/mig-1g.10gb.me", "mig-1g.10gb+me" -> "1g.10gb+me". Cut to
 * `room` bytes. */
const char *mig_name(const char *text, char *to, size_t room);

/* Does it look like a profile's name: "1g.10gb", "3g.40gb+me"? */
bool mig_is_name(const char *text);

/* Narrow r->types to those that can carve the profile, and set r->mig and r->share_milli. A name that
 * means different profiles on different types keeps those that agree with the first; `dropped` is
 * then the first type that does not, else NULL. -1 when no type has it: `reason` (MIG_REASON bytes)
 * says what they have. */
int mig_resolve(const struct topology *fleet, const char *name, struct request *r,
                const char **dropped, char *reason);

/* Members that ask for several instances become as many replicas of one; each gets its part of CPU and
 * memory. A job of one member then wants one node, as it had. */
void mig_split(struct request *r, struct job_group *groups, uint32_t n);

#endif

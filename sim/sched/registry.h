/* registry.h - the table of policy parts, built from the files in policies/. */
#ifndef BERTH_SCHED_REGISTRY_H
#define BERTH_SCHED_REGISTRY_H

#include "sched/policy.h"

/* All parts, sorted by file name, NULL at the end. */
const struct policy_part *const *registry_parts(void);

/* By axis and name, or NULL. */
const struct policy_part *registry_find(enum axis axis, const char *name);

/* "order", "walk", "displace", "place", "estimate", "launch", "preset". */
const char *registry_axis_name(enum axis axis);

#endif

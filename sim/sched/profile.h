/* profile.h - devices in use as a step function of future time, by GPU type: what a plan asks before it looks
 * at nodes. That the count suffices is necessary for a seat on nodes, never enough.
 *
 * Contiguous arrays, scanned linearly: below 1e5 points that beats trees (performance.md 2, point 10). */
#ifndef BERTH_SCHED_PROFILE_H
#define BERTH_SCHED_PROFILE_H

#include "base/units.h"
#include "base/vec.h"
#include <stdbool.h>
#include <stdint.h>

struct profile_point {
    ns_t at;
    uint32_t ends; /* uses that end here: room on a node appears only at such points */
};

struct profile {
    VEC(struct profile_point) point; /* from `at` until the next point; the first is in the past */
    VEC(uint32_t) used;              /* [point * types + type] */
    uint32_t types;
};

void profile_init(struct profile *p, uint32_t types);
void profile_free(struct profile *p);

/* So many more devices of the type are in use during [from, to), or with `more` false fewer again. A use is
 * taken back as it was given. O(points). */
void profile_use(struct profile *p, ns_t from, ns_t to, uint32_t type, uint32_t devices, bool more);

/* Forget what was before now, and points at which nothing changes. O(points). */
void profile_trim(struct profile *p, ns_t now);

/* The most devices of a type in use at any instant of [from, from + length). O(points in the interval + log
 * points). */
uint32_t profile_most(const struct profile *p, uint32_t type, ns_t from, ns_t length);

/* The first point after `at` where some use ends, NS_NEVER when there is none. */
ns_t profile_next_end(const struct profile *p, ns_t at);

/* Do `devices` of the types in the mask stay free during [from, from + length), when `total` by type exist?
 * If not, *until is an instant before which no start that is not earlier than `from` will do. O(points in
 * the interval + log points). */
bool profile_has(const struct profile *p, const uint32_t *total, uint64_t types, uint64_t devices,
                 ns_t from, ns_t length, ns_t *until);

#endif

/* drf.h - dominant resource fairness: the owner whose largest share of any resource is smallest, by
 * weight, is served next (policies.md 3.8; Ghodsi et al., NSDI'11).
 *
 *     share = max over r of (allocated_r / total_r) / weight
 *
 * kept as a fraction and compared by cross multiplication on 128 bits, so that ties are ties; they end
 * in the owner's number. The owners with something pending lie in a heap: O(log owners) per change, and
 * an allocation changes one owner. */
#ifndef BERTH_SCHED_DRF_H
#define BERTH_SCHED_DRF_H

#include "base/arena.h"
#include "sched/state.h"
#include <stdbool.h>
#include <stdint.h>

#define DRF_NONE UINT32_MAX
#define DRF_TOTAL_MAX                                                                              \
    ((uint64_t)1 << 48) /* of one resource, in its unit: milli-GPU, milli-CPU, MiB */
#define DRF_WEIGHT_MAX UINT32_C(65535)

enum { DRF_RESOURCES = 4 };

struct drf_share { /* top / bottom, bottom >= 1; exact */
    uint64_t top, bottom;
};

struct drf_owner {
    uint64_t allocated[DRF_RESOURCES];
    struct drf_share share;
    uint32_t weight;
    uint32_t place; /* in the heap; DRF_NONE = not in it */
};

struct drf {
    struct drf_owner *owner; /* in the arena, as the heap */
    uint32_t n;
    uint32_t *heap, n_heap;
    uint64_t total[DRF_RESOURCES];
    uint32_t n_resources;
};

/* n owners, nothing allocated, none in the heap. total[r] <= DRF_TOTAL_MAX, 0 = not counted; weight NULL =
 * all 1, else 1..DRF_WEIGHT_MAX. */
void drf_init(struct drf *d, uint32_t n, const uint64_t *total, uint32_t n_resources,
              const uint32_t *weight, struct arena *a);

/* The cluster's totals changed (nodes failed or came back): all shares anew, O(owners). */
void drf_set_totals(struct drf *d, const uint64_t *total);

/* In the heap while the owner has a candidate to offer: take it out when its queue is empty or, for the
 * rest of a pass, when its first job cannot start. */
void drf_offer(struct drf *d, uint32_t owner);
void drf_withhold(struct drf *d, uint32_t owner);

/* What one job takes or gives back, by resource. A release is at most what is allocated. */
void drf_allocate(struct drf *d, uint32_t owner, const uint64_t *amount);
void drf_release(struct drf *d, uint32_t owner, const uint64_t *amount);

/* The owner in the heap with the smallest share, DRF_NONE when it is empty. O(1). */
uint32_t drf_first(const struct drf *d);

/* Exact comparison of shares: less than 0, 0, more than 0. */
int drf_compare(struct drf_share a, struct drf_share b);

/* Volcano's rule: with `need` more, would the taker's share stay below the victim's without `gives`? */
bool drf_may_displace(const struct drf *d, uint32_t taker, const uint64_t *need, uint32_t victim,
                      const uint64_t *gives);

/* What the owners hold. */
void drf_state(struct drf *d, struct state *s);

#endif

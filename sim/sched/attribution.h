/* attribution.h - why pending jobs wait, class by class in policy order: what the core answers to the
 * host's "berth.explain/1". */
#ifndef BERTH_SCHED_ATTRIBUTION_H
#define BERTH_SCHED_ATTRIBUTION_H

#include "sched/core.h"

struct attribution {
    struct core *core;
    VEC(uint32_t) trial; /* auxiliary heap over the queue's heap of classes */
};

void attribution_free(struct attribution *a);
void attribution_reserve(struct attribution *a); /* a safe point, see core_reserve */

/* Begin a listing after a pass, then one class a call: false when there is none left. O(log classes)
 * and a question about room each; `out->block` is BERTH_BLOCK_*. */
void attribution_begin(struct attribution *a);
bool attribution_next(struct attribution *a, struct berth_blocked *out);

#endif

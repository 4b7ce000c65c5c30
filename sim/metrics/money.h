/* money.h - dollars of a run: what the fleet cost, split over the ledger's buckets.
 * The rule is in docs/model.md, section Money. */
#ifndef BERTH_METRICS_MONEY_H
#define BERTH_METRICS_MONEY_H

#include "metrics/outcome.h"
#include "model/price.h"

/* Fill o->money for [o->warmup, o->horizon). `prices` is by node of o->fleet and may be NULL
 * (then only rent and staff can be known); money is not known when `price_given` is false.
 * Tables lie in `a`. 0, or -1 with STATUS_INPUT when the cost cannot be counted in cents. */
int money_fill(struct outcome *o, const struct price_node *prices, const struct price_inputs *p,
               bool price_given, struct arena *a, struct diag *d);

/* Largest remainder: share `total` whole cents out in proportion to `exact` (not negative),
 * so that the parts sum to the total; equal remainders go to the first. All zero: to the
 * first part. n at least 1. */
void money_share(const double *exact, size_t n, int64_t total, int64_t *out);

/* "1234.56" into `to` (at least 24 bytes); returns `to`. */
char *money_text(int64_t cents, char *to);

#endif

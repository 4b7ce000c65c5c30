/* workload.h - synthetic workloads: a model file (JSON) in, jobs out.
 *
 * Arrivals: Poisson, with rates by hour of day and day of week. Sizes: a table of shapes
 * with weights. Run times by size: exponential, lognormal, Weibull, hyper-exponential, or
 * constant, cut at a maximum. Estimates: none, exact, a factor of the run time drawn uniformly,
 * or that rounded up to a list of favourites. Users: Zipf. Ends: weights. Every section names its
 * source in the file. Draws are keyed by (seed, purpose, job), so changing one law does not
 * shift another's. The keys are in scenarios/README.md. */
#ifndef BERTH_EXPERIMENT_WORKLOAD_H
#define BERTH_EXPERIMENT_WORKLOAD_H

#include "ingest/ingest.h"

struct workload; /* a checked model, in the arena */

int workload_load(const char *file, struct arena *a, struct workload **out, struct diag *d);

const char *workload_name(const struct workload *w);

/* Draw jobs until the model's duration or job count is reached and hand them to the sink. */
int workload_draw(const struct workload *w, uint64_t seed, uint32_t replication, struct sink *s,
                  struct diag *d);

#endif

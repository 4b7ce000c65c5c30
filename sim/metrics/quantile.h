/* quantile.h - order statistics, job- and GPU-weighted. */
#ifndef BERTH_METRICS_QUANTILE_H
#define BERTH_METRICS_QUANTILE_H

#include "metrics/outcome.h"

/* Quantiles by nearest rank (smallest x with at least p of the weight at or below it) and
 * the weighted mean. Sorts value/weight pairs in place; weight may be NULL = all 1. NAN
 * fields when n is 0. */
struct weighted {
    double value, weight;
};
void quantile_sort(struct weighted *x, size_t n);
double quantile_at(const struct weighted *sorted, size_t n, double p);
struct quantiles quantile_summary(struct weighted *x, size_t n);

/* Fill o->stats from o->results, o->jobs, o->warmup and o->horizon: jobs submitted at or
 * after the warm-up; wait and JCT over those that started (JCT: ended); bounded slowdown
 * max(1, jct / max(run, 10 s)) (Feitelson); scratch is allocated and freed inside. */
void quantile_jobs(struct outcome *o);

#endif

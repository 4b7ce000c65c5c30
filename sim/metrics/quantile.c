/* quantile.c - order statistics, job- and GPU-weighted. */
#include "metrics/quantile.h"
#include "base/vec.h"

#include <math.h>
#include <stdlib.h>

#define SLOWDOWN_FLOOR_S 10.0

/* By value, then by weight, so that the sums below do not depend on the order of the input. */
static int by_value(const void *a, const void *b)
{
    const struct weighted *x = a, *y = b;

    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->weight < y->weight ? -1 : x->weight > y->weight;
}

void quantile_sort(struct weighted *x, size_t n)
{
    if (n > 1)
        qsort(x, n, sizeof *x, by_value);
}

static double total_weight(const struct weighted *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += x[i].weight;
    return sum;
}

/* p x total may come out a rounding error above a sum of whole weights that it equals. */
static double rank_of(double p, double total)
{
    return p * total * (1 - 1e-12);
}

double quantile_at(const struct weighted *sorted, size_t n, double p)
{
    double rank = rank_of(p, total_weight(sorted, n)), sum = 0;

    if (n == 0 || !(rank >= 0))
        return NAN;
    for (size_t i = 0; i < n; i++) {
        sum += sorted[i].weight;
        if (sum >= rank && sorted[i].weight > 0)
            return sorted[i].value;
    }
    return sorted[n - 1].value;
}

struct quantiles quantile_summary(struct weighted *x, size_t n)
{
    struct quantiles q = {NAN, NAN, NAN, NAN, NAN, NAN};
    double *const at[4] = {&q.p50, &q.p90, &q.p95, &q.p99};
    static const double level[4] = {0.50, 0.90, 0.95, 0.99};
    double total, sum = 0, weight = 0;
    int next = 0;

    quantile_sort(x, n);
    total = total_weight(x, n);
    if (n == 0 || !(total > 0))
        return q;
    for (size_t i = 0; i < n; i++) {
        if (!(x[i].weight > 0))
            continue;
        weight += x[i].weight;
        sum += x[i].weight * x[i].value;
        while (next < 4 && weight >= rank_of(level[next], total))
            *at[next++] = x[i].value;
        q.max = x[i].value;
    }
    q.mean = sum / total;
    return q;
}

static double seconds(ns_t t)
{
    return (double)t / (double)NS_PER_S;
}

enum measure { WAIT, FIRST_WAIT, JCT, SLOWDOWN };

/* One value per job that has it; returns how many. */
static size_t collect(const struct outcome *o, enum measure what, bool by_gpu, struct weighted *x)
{
    size_t n = 0;

    for (uint32_t j = 0; j < o->jobs->n; j++) {
        const struct job_spec *s = &o->jobs->specs[j];
        const struct job_result *r = &o->results[j];
        if (s->submit < o->warmup || r->start == NS_UNKNOWN)
            continue;
        if ((what == JCT || what == SLOWDOWN) && r->end == NS_UNKNOWN)
            continue;
        double gpus = (double)o->jobs->requests[s->request].demand_milli / 1000;
        double weight = by_gpu ? gpus * seconds(s->run) : 1;
        double value = seconds(what == WAIT         ? outcome_job_pending(o, j)
                               : what == FIRST_WAIT ? r->start - s->submit
                                                    : r->end - s->submit);
        if (what == SLOWDOWN)
            value = fmax(1, value / fmax(seconds(outcome_job_worked(o, j)), SLOWDOWN_FLOOR_S));
        x[n++] = (struct weighted){value, weight};
    }
    return n;
}

static void count_jobs(struct outcome *o)
{
    struct outcome_jobs *s = &o->stats;
    ns_t first = NS_NEVER, last = NS_UNKNOWN;

    *s = (struct outcome_jobs){0};
    for (uint32_t j = 0; j < o->jobs->n; j++) {
        const struct job_result *r = &o->results[j];
        ns_t submit = o->jobs->specs[j].submit;
        if (submit < first)
            first = submit;
        if (r->end > last)
            last = r->end;
        /* a start proves that it was submitted, also at the last instant */
        if (submit < o->warmup || (r->start == NS_UNKNOWN && submit >= o->horizon))
            continue;
        s->n++;
        s->started += r->start != NS_UNKNOWN;
        s->finished += r->end != NS_UNKNOWN;
        s->pending += r->start == NS_UNKNOWN;
    }
    s->makespan_s = last == NS_UNKNOWN ? NAN : seconds(last - first);
}

void quantile_jobs(struct outcome *o)
{
    struct {
        struct quantiles *to;
        enum measure what;
        bool by_gpu;
    } table[] = {
        {&o->stats.wait, WAIT, false},         {&o->stats.jct, JCT, false},
        {&o->stats.slowdown, SLOWDOWN, false}, {&o->stats.wait_gpu, WAIT, true},
        {&o->stats.jct_gpu, JCT, true},        {&o->stats.first_wait, FIRST_WAIT, false},
    };
    VEC(struct weighted) x = {0};

    count_jobs(o);
    VEC_RESERVE(&x, o->jobs->n);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        *table[i].to = quantile_summary(x.at, collect(o, table[i].what, table[i].by_gpu, x.at));
    VEC_FREE(&x);
}

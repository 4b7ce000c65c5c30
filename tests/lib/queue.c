/* queue.c - single-class queues for closed-form tests. */
#include "lib/queue.h"

#include "base/stats.h"
#include "experiment/workload.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

void queue_jobs(struct job_set *out, struct arena *a, uint64_t seed, uint32_t replication,
                uint32_t n, double per_s, const struct law *service)
{
    struct rng arrival, length;
    double at = 0;

    *out = (struct job_set){.n = n, .n_requests = 1, .n_groups = 1, .origin = NS_UNKNOWN};
    out->specs = ARENA_ARRAY(a, struct job_spec, n);
    out->requests = ARENA_NEW(a, struct request);
    out->groups = ARENA_NEW(a, struct job_group);
    *out->groups = (struct job_group){1, 1};
    *out->requests = (struct request){.n_groups = 1,
                                      .replicas = 1,
                                      .gpus = 1,
                                      .demand_milli = 1000,
                                      .types = ~UINT64_C(0),
                                      .size_class = job_size_class(1, 0)};
    intern_add(&out->tenants, "t", 1);
    rng_stream(&arrival, seed, RNG_ARRIVAL, replication, 0);
    rng_stream(&length, seed, RNG_LENGTH, replication, 0);
    for (uint32_t i = 0; i < n; i++) {
        at += rng_exponential(&arrival, 1 / per_s);
        out->specs[i] = (struct job_spec){.submit = (ns_t)(at * 1e9),
                                          .limit = NS_UNKNOWN,
                                          .run = (ns_t)(law_draw(service, &length) * 1e9)};
    }
}

void queue_model(struct job_set *out, struct arena *a, const char *file, uint64_t seed)
{
    struct ingest_options opt = {.max_rejects = 0};
    struct ingest_summary summary;
    struct workload *w;
    struct sink *s;
    struct diag d = {0};

    if (workload_load(file, a, &w, &d) < 0)
        fail_msg("%s", d.message);
    s = ingest_begin(workload_name(w), &opt, NULL, NULL, a);
    if (workload_draw(w, seed, 0, s, &d) < 0 || ingest_finish(s, out, &summary, &d) < 0)
        fail_msg("%s", d.message);
}

double *queue_simulate(const struct job_set *jobs, uint32_t servers, struct arena *a)
{
    struct trial_config c = {.jobs = jobs, .policy = "fifo", .seed = 1, .horizon = NS_NEVER};
    double *wait = ARENA_ARRAY(a, double, jobs->n);
    struct topology fleet;
    struct outcome o;
    struct diag d = {0};

    c.useful[JOB_DONE] = 1;
    c.fleet = &fleet;
    builders_fleet(&fleet, a, 1, servers);
    if (trial_run(&c, a, &o, &d) < 0)
        fail_msg("%s", d.message);
    for (uint32_t i = 0; i < jobs->n; i++)
        wait[i] = (double)(o.results[i].start - jobs->specs[i].submit) / 1e9;
    return wait;
}

double *queue_recursion(const struct job_set *jobs, uint32_t servers, struct arena *a)
{
    double *wait = ARENA_ARRAY(a, double, jobs->n);
    ns_t *free_at = ARENA_ARRAY(a, ns_t, servers);

    for (uint32_t i = 0; i < jobs->n; i++) {
        const struct job_spec *j = &jobs->specs[i];
        uint32_t first = 0;
        ns_t start;

        for (uint32_t s = 1; s < servers; s++)
            if (free_at[s] < free_at[first])
                first = s;
        start = free_at[first] > j->submit ? free_at[first] : j->submit;
        free_at[first] = start + j->run;
        wait[i] = (double)(start - j->submit) / 1e9;
    }
    return wait;
}

void queue_expect_equal(const double *simulated, const double *recursion, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (simulated[i] != recursion[i])
            fail_msg("job %u waits %.9f s, the recursion says %.9f s", i, simulated[i],
                     recursion[i]);
}

void queue_expect_mean(const char *what, const double *x, uint32_t n, double formula, double width)
{
    uint32_t cut = n / 20;
    struct stats_interval i = stats_interval_batches(x + cut, n - cut, 20, 0.99);

    print_message("%s: simulated %.6g s +- %.2g %%, formula %.6g s (%+.2f %%)\n", what, i.mean,
                  100 * i.half / formula, formula, 100 * (i.mean / formula - 1));
    if (!(fabs(i.mean - formula) <= i.half))
        fail_msg("%s: the formula lies outside the interval", what);
    if (!(i.half <= width * formula))
        fail_msg("%s: the interval is wider than %g of the formula and proves little", what, width);
}

/* test_little.c - Little's law, L = lambda W, on every run: an identity, not a limit, when all jobs
 * have left (Little 1961; Stidham 1974). */
#include "lib/builders.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static int by_time(const void *a, const void *b)
{
    ns_t x = *(const ns_t *)a, y = *(const ns_t *)b;

    return (x > y) - (x < y);
}

/* The integral of the number in system, by sweeping over arrivals and departures. */
static wide_t number_times_time(const struct outcome *o)
{
    uint32_t n = o->jobs->n, in = 0, out = 0;
    ns_t *end = malloc(n * sizeof *end), now = 0;
    wide_t area = 0;

    assert_non_null(end);
    for (uint32_t i = 0; i < n; i++)
        end[i] = o->results[i].end;
    qsort(end, n, sizeof *end, by_time);
    while (out < n) {
        bool arrives = in < n && o->jobs->specs[in].submit <= end[out];
        ns_t at = arrives ? o->jobs->specs[in].submit : end[out];

        area += (wide_t)(in - out) * (at - now);
        now = at;
        if (arrives)
            in++;
        else
            out++;
    }
    free(end);
    return area;
}

static void check_run(const struct job_set *jobs, const struct topology *fleet, const char *policy)
{
    struct arena a;
    struct outcome o;
    wide_t stay = 0;

    arena_init(&a);
    builders_run(jobs, fleet, policy, NS_NEVER, &a, &o, 0);
    for (uint32_t i = 0; i < jobs->n; i++)
        stay += o.results[i].end - jobs->specs[i].submit;
    assert_true(number_times_time(&o) == stay);
    if (!(o.little_n > 0) || fabs(o.little_n / o.little_lambda_w - 1) > 1e-9)
        fail_msg("%s: L = %.12g, lambda W = %.12g", policy, o.little_n, o.little_lambda_w);
    if (fabs(o.little_n - (double)stay / (double)o.horizon) > 1e-9 * o.little_n)
        fail_msg("%s: L = %.12g, %.12g by the sum of stays", policy, o.little_n,
                 (double)stay / (double)o.horizon);
    arena_free(&a);
}

static void it_holds_for_every_policy_and_workload(void **state)
{
    static const char *const policies[] = {
        "fifo",
        "order=fifo,walk=skip,place=bestfit",
        "order=sjf,walk=skip,estimate=exact",
        "order=smallest,walk=easy,estimate=exact",
        "order=fifo,walk=easy,estimate=limit",
        "order=fifo,walk=conservative,estimate=limit,place=consolidate",
    };
    static const double load[] = {0.5, 0.9, 1.5};

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct topology fleet;
        struct job_set jobs;
        struct arena a;

        arena_init(&a);
        builders_fleet(&fleet, &a, 8, 8);
        builders_random(&jobs, &a, seed, 800, 64, 8, 32, load[seed - 1], 3);
        for (size_t p = 0; p < sizeof policies / sizeof *policies; p++)
            check_run(&jobs, &fleet, policies[p]);
        builders_free(&jobs);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_holds_for_every_policy_and_workload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

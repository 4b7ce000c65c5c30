/* test_erlang_c.c - 64 servers at 57.6 erlangs: the simulated mean wait within 2 % of Erlang's C.
 *
 * The plain mean of a million waits has a standard error of 4 % here, because waits come in long
 * busy spells. A control variate removes most of it: in M/M/infinity with the same arrivals and
 * run times the number in system is Poisson (Erlang), so the mean of its excess over 64 is known,
 * and it rises and falls with the waits (Lavenberg and Welch, Management Science 27, 1981). */
#include "base/stats.h"
#include "lib/queue.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { SERVERS = 64, REPLICATIONS = 20, JOBS = 200000, CUT = JOBS / 20 };
#define ERLANGS 57.6

/* E[(N - c)+] for N Poisson with mean a: sum over n > c of P(N >= n). */
static double poisson_excess(int c, double a)
{
    double p = exp(-a), below = 0, excess = 0;

    for (int n = 0; n < 400; n++, p *= a / n) {
        if (n > c)
            excess += 1 - below;
        below += p;
    }
    return excess;
}

/* A binary heap of end times, smallest first: who is still there with endless servers. */
struct endless {
    ns_t end[1024];
    uint32_t n;
};

static void endless_add(struct endless *e, ns_t end)
{
    uint32_t i = e->n++;

    assert_true(e->n < 1024);
    for (; i && e->end[(i - 1) / 2] > end; i = (i - 1) / 2)
        e->end[i] = e->end[(i - 1) / 2];
    e->end[i] = end;
}

static void endless_drop(struct endless *e)
{
    ns_t last = e->end[--e->n];
    uint32_t i = 0;

    for (uint32_t child; (child = 2 * i + 1) < e->n; i = child) {
        if (child + 1 < e->n && e->end[child + 1] < e->end[child])
            child++;
        if (e->end[child] >= last)
            break;
        e->end[i] = e->end[child];
    }
    e->end[i] = last;
}

static double mean_excess(const struct job_set *jobs)
{
    struct endless there = {.n = 0};
    uint64_t sum = 0;

    for (uint32_t i = 0; i < jobs->n; i++) {
        const struct job_spec *j = &jobs->specs[i];

        while (there.n && there.end[0] <= j->submit)
            endless_drop(&there);
        if (i >= CUT && there.n > SERVERS)
            sum += there.n - SERVERS;
        endless_add(&there, j->submit + j->run);
    }
    return (double)sum / (jobs->n - CUT);
}

static void the_mean_wait_of_64_servers_is_within_2_per_cent(void **state)
{
    const struct law service = {.kind = LAW_EXPONENTIAL, .a = 1, .most = INFINITY};
    const double formula = stats_erlang_c(SERVERS, ERLANGS) / (SERVERS - ERLANGS);
    const double known = poisson_excess(SERVERS, ERLANGS);
    double wait[REPLICATIONS], excess[REPLICATIONS], cross = 0, square = 0, slope, mean_x, mean_y;
    struct stats_interval plain, i;

    (void)state;
    for (uint32_t k = 0; k < REPLICATIONS; k++) {
        struct job_set jobs;
        struct arena a;

        arena_init(&a);
        queue_jobs(&jobs, &a, 1, k, JOBS, ERLANGS, &service);
        wait[k] = stats_mean(queue_simulate(&jobs, SERVERS, &a) + CUT, JOBS - CUT);
        excess[k] = mean_excess(&jobs);
        builders_free(&jobs);
        arena_free(&a);
    }
    mean_x = stats_mean(excess, REPLICATIONS);
    mean_y = stats_mean(wait, REPLICATIONS);
    for (int k = 0; k < REPLICATIONS; k++) {
        cross += (excess[k] - mean_x) * (wait[k] - mean_y);
        square += (excess[k] - mean_x) * (excess[k] - mean_x);
    }
    slope = cross / square;
    plain = stats_interval_mean(wait, REPLICATIONS, 0.99);
    for (int k = 0; k < REPLICATIONS; k++)
        wait[k] -= slope * (excess[k] - known);
    i = stats_interval_mean(wait, REPLICATIONS, 0.99);
    print_message("M/M/64: formula %.6f, plain %.6f +- %.6f, controlled %.6f +- %.6f (%+.2f %%)\n",
                  formula, plain.mean, plain.half, i.mean, i.half, 100 * (i.mean / formula - 1));
    assert_true(fabs(plain.mean - formula) <= plain.half);
    assert_true(fabs(i.mean - formula) <= i.half);
    assert_true(fabs(i.mean / formula - 1) <= 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mean_wait_of_64_servers_is_within_2_per_cent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_mm1.c - M/M/1: the simulated mean wait against rho / (1 - rho) E[S]. */
#include "lib/queue.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Poisson arrivals, exponential service (Erlang 1909): mean wait before service. */
static double mm1_wait(double load, double service)
{
    return load / (1 - load) * service;
}

static void the_models_mean_wait_lies_in_its_interval(void **state)
{
    struct arena a;
    struct job_set jobs;
    double *wait;

    (void)state;
    arena_init(&a);
    queue_model(&jobs, &a, "scenarios/models/mm1.json", 1);
    wait = queue_simulate(&jobs, 1, &a);
    queue_expect_equal(wait, queue_recursion(&jobs, 1, &a), jobs.n);
    queue_expect_mean("M/M/1, load 0.8", wait, jobs.n, mm1_wait(0.8, 60), 0.12);
    ingest_free(&jobs);
    arena_free(&a);
}

static void so_do_other_loads(void **state)
{
    static const double load[] = {0.3, 0.5, 0.7};
    const struct law service = {.kind = LAW_EXPONENTIAL, .a = 60, .most = INFINITY};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct arena a;
        struct job_set jobs;
        double *wait;

        arena_init(&a);
        queue_jobs(&jobs, &a, 1, (uint32_t)i, 300000, load[i] / 60, &service);
        wait = queue_simulate(&jobs, 1, &a);
        queue_expect_equal(wait, queue_recursion(&jobs, 1, &a), jobs.n);
        queue_expect_mean("M/M/1", wait, jobs.n, mm1_wait(load[i], 60), 0.06);
        builders_free(&jobs);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_models_mean_wait_lies_in_its_interval),
        cmocka_unit_test(so_do_other_loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_mmc.c - M/M/c: the simulated mean wait against C(c, a) E[S] / (c - a). */
#include "base/stats.h"
#include "lib/queue.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct law minute = {.kind = LAW_EXPONENTIAL, .a = 60, .most = INFINITY};

static double mmc_wait(uint32_t servers, double erlangs, double service)
{
    return stats_erlang_c(servers, erlangs) * service / (servers - erlangs);
}

static void a_few_servers_wait_as_the_formula_says(void **state)
{
    static const struct {
        uint32_t servers;
        double erlangs, width;
    } cases[] = {
        {2, 1.5, 0.08},
        {4, 3, 0.1},
        {8, 6, 0.1},
        {16, 14, 0.15},
    };

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct arena a;
        struct job_set jobs;
        double *wait;

        arena_init(&a);
        queue_jobs(&jobs, &a, 1, (uint32_t)i, 300000, cases[i].erlangs / 60, &minute);
        wait = queue_simulate(&jobs, cases[i].servers, &a);
        queue_expect_equal(wait, queue_recursion(&jobs, cases[i].servers, &a), jobs.n);
        queue_expect_mean("M/M/c", wait, jobs.n, mmc_wait(cases[i].servers, cases[i].erlangs, 60),
                          cases[i].width);
        builders_free(&jobs);
        arena_free(&a);
    }
}

static void the_models_64_servers_do_too(void **state)
{
    struct arena a;
    struct job_set jobs;
    double *wait;

    (void)state;
    arena_init(&a);
    queue_model(&jobs, &a, "scenarios/models/mmc.json", 1);
    wait = queue_simulate(&jobs, 64, &a);
    queue_expect_equal(wait, queue_recursion(&jobs, 64, &a), jobs.n);
    queue_expect_mean("M/M/64, load 0.9", wait, jobs.n, mmc_wait(64, 57.6, 60), 0.3);
    ingest_free(&jobs);
    arena_free(&a);
}

/* The same servers as nodes of one GPU: placement must not matter. */
static void nodes_of_one_gpu_are_as_good_as_one_node(void **state)
{
    struct trial_config c = {.policy = "fifo", .seed = 1, .horizon = NS_NEVER};
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
    struct diag d;
    struct arena a;
    double *one_node;

    (void)state;
    arena_init(&a);
    queue_jobs(&jobs, &a, 2, 0, 50000, 6.0 / 60, &minute);
    one_node = queue_simulate(&jobs, 8, &a);
    builders_fleet(&fleet, &a, 8, 1);
    c.jobs = &jobs;
    c.fleet = &fleet;
    assert_int_equal(trial_run(&c, &a, &o, &d), 0);
    for (uint32_t i = 0; i < jobs.n; i++)
        assert_true((double)(o.results[i].start - jobs.specs[i].submit) / 1e9 == one_node[i]);
    builders_free(&jobs);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_servers_wait_as_the_formula_says),
        cmocka_unit_test(the_models_64_servers_do_too),
        cmocka_unit_test(nodes_of_one_gpu_are_as_good_as_one_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

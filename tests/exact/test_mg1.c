/* test_mg1.c - M/G/1: the simulated mean wait against the formula of Pollaczek and Khinchine. */
#include "lib/queue.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* lambda E[S^2] / (2 (1 - rho)); `variation` is Var[S] / E[S]^2. */
static double mg1_wait(double load, double service, double variation)
{
    return load * service * (1 + variation) / (2 * (1 - load));
}

static void the_models_lognormal_run_times_wait_as_the_formula_says(void **state)
{
    struct arena a;
    struct job_set jobs;
    double *wait;

    (void)state;
    arena_init(&a);
    queue_model(&jobs, &a, "scenarios/models/mg1.json", 1);
    wait = queue_simulate(&jobs, 1, &a);
    queue_expect_equal(wait, queue_recursion(&jobs, 1, &a), jobs.n);
    queue_expect_mean("M/G/1, lognormal, variation 2", wait, jobs.n, mg1_wait(0.7, 60, 2), 0.12);
    ingest_free(&jobs);
    arena_free(&a);
}

static void every_law_waits_by_its_variation_alone(void **state)
{
    /* Branches of equal weight with means 60 (1 -+ sqrt(1/2)): E[S] = 60, E[S^2] = 3 x 60^2. */
    const double fast = 60 * (1 - sqrt(0.5)), slow = 60 * (1 + sqrt(0.5));
    const double g2 = tgamma(1 + 2 / 1.5), g1 = tgamma(1 + 1 / 1.5);
    const struct {
        const char *name;
        struct law law;
        double load, variation, width;
    } cases[] = {
        {"M/D/1", {.kind = LAW_CONSTANT, .a = 60, .most = INFINITY}, 0.8, 0, 0.06},
        {"M/H2/1",
         {.kind = LAW_HYPEREXPONENTIAL,
          .n = 2,
          .until = {0.5, 1},
          .mean = {fast, slow},
          .most = INFINITY},
         0.6,
         2,
         0.08},
        {"M/Weibull/1",
         {.kind = LAW_WEIBULL, .a = 60 / g1, .b = 1.5, .most = INFINITY},
         0.7,
         g2 / (g1 * g1) - 1,
         0.06},
    };

    (void)state;
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a;
        struct job_set jobs;
        double *wait;

        arena_init(&a);
        assert_true(fabs(law_mean(&cases[i].law) - 60) < 1e-9);
        queue_jobs(&jobs, &a, 1, i, 300000, cases[i].load / 60, &cases[i].law);
        wait = queue_simulate(&jobs, 1, &a);
        queue_expect_equal(wait, queue_recursion(&jobs, 1, &a), jobs.n);
        queue_expect_mean(cases[i].name, wait, jobs.n,
                          mg1_wait(cases[i].load, 60, cases[i].variation), cases[i].width);
        builders_free(&jobs);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_models_lognormal_run_times_wait_as_the_formula_says),
        cmocka_unit_test(every_law_waits_by_its_variation_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

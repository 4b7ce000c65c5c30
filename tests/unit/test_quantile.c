/* test_quantile.c - order statistics by nearest rank, weighted and not. */
#include "lib/mini_outcome.h"
#include "metrics/quantile.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-9 * fmax(1, fabs(b)));
}

static void nearest_rank_takes_a_value_that_is_there(void **s)
{
    struct weighted x[4] = {{3600, 1}, {0, 1}, {3000, 1}, {0, 1}};

    (void)s;
    quantile_sort(x, 4);
    near(quantile_at(x, 4, 0.5), 0);
    near(quantile_at(x, 4, 0.51), 3000);
    near(quantile_at(x, 4, 0.75), 3000);
    near(quantile_at(x, 4, 1), 3600);
    near(quantile_at(x, 4, 0), 0);
}

/* 0.9 x 10 and 0.95 x 20 must not slip to the next rank by rounding. */
static void exact_ranks_do_not_slip(void **s)
{
    static const double level[] = {0.50, 0.90, 0.95, 0.99};
    struct weighted x[1000];

    (void)s;
    for (size_t n = 100; n <= 1000; n += 100) {
        for (size_t i = 0; i < n; i++)
            x[i] = (struct weighted){(double)(i + 1), 1};
        for (int k = 0; k < 4; k++)
            near(quantile_at(x, n, level[k]), round(level[k] * (double)n));
    }
}

static void weights_count_as_copies(void **s)
{
    (void)s;
    for (unsigned seed = 1; seed <= 50; seed++) {
        struct weighted few[20], many[200];
        size_t n = 0;
        unsigned x = seed;
        for (int i = 0; i < 20; i++) {
            x = x * 1664525u + 1013904223u;
            unsigned copies = 1 + (x >> 8) % 9;
            few[i] = (struct weighted){(double)(x >> 16), copies};
            for (unsigned k = 0; k < copies; k++)
                many[n++] = (struct weighted){few[i].value, 1};
        }
        struct quantiles a = quantile_summary(few, 20), b = quantile_summary(many, n);
        near(a.mean, b.mean);
        near(a.p50, b.p50);
        near(a.p90, b.p90);
        near(a.p95, b.p95);
        near(a.p99, b.p99);
        near(a.max, b.max);
    }
}

static void the_order_of_the_input_does_not_matter(void **s)
{
    struct weighted a[3] = {{1, 0.1}, {1, 0.7}, {2, 0.3}}, b[3] = {{2, 0.3}, {1, 0.7}, {1, 0.1}};
    struct quantiles x = quantile_summary(a, 3), y = quantile_summary(b, 3);

    (void)s;
    assert_memory_equal(&x, &y, sizeof x);
}

static void nothing_has_no_quantiles(void **s)
{
    struct weighted x[1] = {{5, 0}};
    struct quantiles q = quantile_summary(NULL, 0);

    (void)s;
    assert_true(isnan(q.mean) && isnan(q.p50) && isnan(q.max));
    q = quantile_summary(x, 1);
    assert_true(isnan(q.mean) && isnan(q.p99));
    assert_true(isnan(quantile_at(NULL, 0, 0.5)));
}

static void weightless_values_are_never_chosen(void **s)
{
    struct weighted x[3] = {{1, 0}, {2, 5}, {9, 0}};
    struct quantiles q = quantile_summary(x, 3);

    (void)s;
    near(q.p50, 2);
    near(q.max, 2);
    near(q.mean, 2);
}

static void the_small_run_has_the_figures_worked_out_by_hand(void **s)
{
    struct mini_outcome m;

    (void)s;
    mini_outcome_init(&m);
    assert_int_equal(m.o.stats.n, 4);
    assert_int_equal(m.o.stats.finished, 4);
    near(m.o.stats.wait.mean, 1650);
    near(m.o.stats.wait.p50, 0);
    near(m.o.stats.wait.p95, 3600);
    near(m.o.stats.jct.mean, 5700);
    near(m.o.stats.jct.p50, 5400);
    near(m.o.stats.jct.max, 7200);
    near(m.o.stats.slowdown.mean, (1 + 1 + 11.0 / 6 + 3) / 4);
    near(m.o.stats.makespan_s, 9000);
    /* GPU-s 21600, 10800, 7200, 14400 */
    near(m.o.stats.wait_gpu.mean, (7200 * 3000.0 + 14400 * 3600.0) / 54000);
    near(m.o.stats.jct_gpu.mean,
         (21600 * 7200.0 + 10800 * 3600.0 + 7200 * 6600.0 + 14400 * 5400.0) / 54000);
    mini_outcome_free(&m);
}

static void jobs_before_the_warm_up_are_left_out(void **s)
{
    struct mini_outcome m;

    (void)s;
    mini_outcome_init(&m);
    m.o.warmup = 600 * NS_PER_S;
    quantile_jobs(&m.o);
    assert_int_equal(m.o.stats.n, 2);
    near(m.o.stats.wait.mean, 3300);
    near(m.o.stats.makespan_s, 9000);
    mini_outcome_free(&m);
}

static void jobs_that_wait_or_run_at_the_horizon_are_counted_apart(void **s)
{
    struct mini_outcome m;
    struct job_result r[4];

    (void)s;
    mini_outcome_init(&m);
    for (int i = 0; i < 4; i++)
        r[i] = m.o.results[i];
    r[2].end = NS_UNKNOWN;
    r[3].start = r[3].end = NS_UNKNOWN;
    m.o.results = r;
    quantile_jobs(&m.o);
    assert_int_equal(m.o.stats.n, 4);
    assert_int_equal(m.o.stats.started, 3);
    assert_int_equal(m.o.stats.finished, 2);
    assert_int_equal(m.o.stats.pending, 1);
    near(m.o.stats.wait.max, 3000);
    near(m.o.stats.jct.max, 7200);
    /* not yet submitted is not pending */
    m.o.horizon = 3600 * NS_PER_S;
    quantile_jobs(&m.o);
    assert_int_equal(m.o.stats.n, 3);
    assert_int_equal(m.o.stats.pending, 0);
    mini_outcome_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_rank_takes_a_value_that_is_there),
        cmocka_unit_test(exact_ranks_do_not_slip),
        cmocka_unit_test(weights_count_as_copies),
        cmocka_unit_test(the_order_of_the_input_does_not_matter),
        cmocka_unit_test(nothing_has_no_quantiles),
        cmocka_unit_test(weightless_values_are_never_chosen),
        cmocka_unit_test(the_small_run_has_the_figures_worked_out_by_hand),
        cmocka_unit_test(jobs_before_the_warm_up_are_left_out),
        cmocka_unit_test(jobs_that_wait_or_run_at_the_horizon_are_counted_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

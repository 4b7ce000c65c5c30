/* test_stats.c - quantiles, intervals and Erlang's formulas against tabled values. */
#include "base/stats.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("got %.15g, expected %.15g", got, want);
}

static void quantiles_agree_with_the_tables(void **s)
{
    (void)s;
    near(stats_normal_quantile(0.975), 1.959963984540054, 1e-9);
    near(stats_student_quantile(0.975, 9), 2.262157162740992, 1e-9);
    near(stats_student_quantile(0.95, 1), 6.313751514675043, 1e-8);
    near(stats_chi_square_quantile(0.95, 10), 18.307038053275146, 1e-8);
    near(stats_chi_square_quantile(0.025, 168) / 2, 2 * 33.500844870, 1e-6);
}

static void an_interval_of_a_mean_is_students(void **s)
{
    static const double x[] = {12, -3, 8, 5, 9, -1, 7, 4, 10, -2};
    struct stats_interval i = stats_interval_mean(x, 10, 0.95);

    (void)s;
    near(stats_variance(x, 10), 5.300943312279 * 5.300943312279, 1e-8);
    near(i.mean, 4.9, 1e-12);
    near(i.half, 3.792066406, 1e-8);
}

/* x(t) = max(0, 200 - 5t) + LCG mod 100 for t = 40..199 in ten batches of 16: the values and
 * the expected interval, half 5.217355388 and ratio 1.210066508, were computed by hand elsewhere
 * with the 31-bit generator x -> 1103515245 x + 12345, shifted right by 16. */
static void batch_means_give_the_hand_computed_interval(void **s)
{
    uint32_t state = 1;
    double x[200], mean[10];
    struct stats_interval i;

    (void)s;
    for (int t = 0; t < 200; t++) {
        state = (state * 1103515245u + 12345u) & 0x7fffffffu;
        x[t] = fmax(0, 200 - 5 * t) + (state >> 16) % 100;
    }
    near(x[0], 238, 0);
    i = stats_interval_batches(x + 40, 160, 10, 0.95);
    near(i.mean, 50.18125, 1e-9);
    near(i.half, 5.217355388, 1e-8);
    for (int b = 0; b < 10; b++)
        mean[b] = stats_mean(x + 40 + 16 * b, 16);
    near(stats_von_neumann(mean, 10), 1.210066508, 1e-8);
}

static void batches_leave_out_the_first_values_that_do_not_fill_one(void **s)
{
    static const double x[] = {1000, 1, 3, 2, 4};
    struct stats_interval i = stats_interval_batches(x, 5, 2, 0.9);

    (void)s;
    near(i.mean, 2.5, 1e-12);
    near(i.half, stats_student_quantile(0.95, 1) * 0.5, 1e-9);
}

static void erlangs_formulas_give_known_values(void **s)
{
    (void)s;
    near(stats_erlang_b(2, 1.5), 0.310344827586, 1e-11);
    near(stats_erlang_c(2, 1.5), 0.642857142857, 1e-11);
    near(stats_erlang_b(64, 57.6), 0.043123544740, 1e-11);
    near(stats_erlang_c(64, 57.6), 0.310663316533, 1e-11);
    near(stats_erlang_c(968, 900), 0.014855353370, 1e-11);
    near(stats_erlang_c(4, 4), 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_agree_with_the_tables),
        cmocka_unit_test(an_interval_of_a_mean_is_students),
        cmocka_unit_test(batch_means_give_the_hand_computed_interval),
        cmocka_unit_test(batches_leave_out_the_first_values_that_do_not_fill_one),
        cmocka_unit_test(erlangs_formulas_give_known_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

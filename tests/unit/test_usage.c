/* test_usage.c - decayed usage against hand calculations. */
#include "sched/usage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define S NS_PER_S
#define DAY (86400 * S)

static void usage_halves_every_half_life(void **s)
{
    (void)s;
    assert_true(usage_decay(1000, 0, 7 * DAY) == 1000);
    assert_true(usage_decay(1000, 7 * DAY, 7 * DAY) == 500);
    assert_true(usage_decay(1000, 21 * DAY, 7 * DAY) == 125);
    assert_true(usage_decay(1000000000, 7 * DAY / 2, 7 * DAY) == 707106781); /* 1e9 / sqrt 2 */
    assert_true(usage_decay(1000, 5 * DAY, NS_NEVER) == 1000);
    assert_true(usage_decay((wide_t)1 << 120, 126 * S, S) == 0);
    assert_true(usage_decay((wide_t)1 << 120, 400 * S, S) == 0);
}

static void the_power_is_right_to_nine_digits(void **s)
{
    (void)s;
    for (int k = 0; k <= 1000; k++) {
        ns_t passed = 7 * DAY / 1000 * k;
        double got = (double)usage_decay((wide_t)1 << 100, passed, 7 * DAY) / ldexp(1, 100);
        double want = pow(0.5, (double)passed / (double)(7 * DAY));
        if (fabs(got - want) > 1e-9 * want)
            fail_msg("0.5^%g: got %.15g, expected %.15g", k / 1000.0, got, want);
    }
}

/* 2 GPUs for 100 s, then 6 for 200 s: 1400 GPU-seconds in the period, however they came. */
static void service_counts_from_the_end_of_its_period(void **s)
{
    wide_t all = (wide_t)1400 * 1000 * S;
    struct arena a;
    struct usage u;

    (void)s;
    arena_init(&a);
    usage_init(&u, 2, 300 * S, &a);
    usage_hold(&u, 1, 2000, 0);
    usage_hold(&u, 1, 4000, 100 * S);
    assert_true(usage_at(&u, 1, 200 * S) == 0);
    usage_fold(&u, 300 * S);
    assert_true(usage_at(&u, 1, 300 * S) == all);
    assert_true(usage_at(&u, 1, 600 * S) == all / 2);
    assert_true(usage_at(&u, 0, 600 * S) == 0);
    usage_hold(&u, 1, -6000, 300 * S);
    usage_hold(&u, 0, 1000, 300 * S);
    usage_fold(&u, 600 * S);
    assert_true(usage_at(&u, 1, 600 * S) == all / 2);
    assert_true(usage_at(&u, 0, 600 * S) == (wide_t)300 * 1000 * S);
    arena_free(&a);
}

/* 1 GPU for ever with a half-life of one period: u = u / 2 + 1 tends to 2 periods' worth. */
static void a_new_epoch_changes_nothing(void **s)
{
    wide_t period = (wide_t)1000 * 60 * S, want = 0;
    struct arena a;
    struct usage u;

    (void)s;
    arena_init(&a);
    usage_init(&u, 1, 60 * S, &a);
    usage_hold(&u, 0, 1000, 0);
    for (int k = 1; k <= 200; k++) {
        usage_fold(&u, 60 * S * k);
        want = want / 2 + period;
        if (usage_at(&u, 0, 60 * S * k) - want > 2 || want - usage_at(&u, 0, 60 * S * k) > 2)
            fail_msg("period %d", k);
    }
    assert_true(u.epoch > 0);
    usage_hold(&u, 0, -1000, 60 * S * 200);
    usage_fold(&u, 60 * S * 1000); /* idle for 800 half-lives */
    assert_true(usage_at(&u, 0, 60 * S * 1000) == 0);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_halves_every_half_life),
        cmocka_unit_test(the_power_is_right_to_nine_digits),
        cmocka_unit_test(service_counts_from_the_end_of_its_period),
        cmocka_unit_test(a_new_epoch_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

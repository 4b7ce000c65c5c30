/* test_multifactor.c - multifactor priorities against hand calculations. */
#include "sched/multifactor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define S NS_PER_S
#define DAY (86400 * S)

/* Half the full age, a quarter of 64 GPUs, the fair share 0.75, QOS 3 of
 * 0..4: 500 + 1500 + 250 + 750 + 25, and 100 off for being nice. */
static void the_weighted_factors_add_up(void **s)
{
    struct multifactor m;
    struct multifactor_job j = {.submit = DAY,
                                .eligible = 2 * DAY,
                                .milli = 16000,
                                .priority = 3,
                                .fairshare = MULTIFACTOR_ONE / 4 * 3,
                                .nice = 100};

    (void)s;
    multifactor_init(&m, 64000);
    m.least = 0;
    m.most = 4;
    assert_int_equal(multifactor_priority(&m, &j, 3 * DAY), -100);
    m.weight[FACTOR_AGE] = 1000;
    m.weight[FACTOR_FAIRSHARE] = 2000;
    m.weight[FACTOR_SIZE] = 1000;
    m.weight[FACTOR_QOS] = 1000;
    m.weight[FACTOR_GPU] = 100;
    assert_int_equal(multifactor_priority(&m, &j, 2 * DAY + 7 * DAY / 2),
                     500 + 1500 + 250 + 750 + 25 - 100);
    assert_int_equal(multifactor_priority(&m, &j, 12 * DAY), 1000 + 1500 + 250 + 750 + 25 - 100);
    assert_int_equal(multifactor_priority(&m, &j, DAY), 1500 + 250 + 750 + 25 - 100);
    m.favor_small = true;
    assert_int_equal(multifactor_factor(&m, &j, FACTOR_SIZE, 0), MULTIFACTOR_ONE / 4 * 3);
    j.site = 7;
    assert_int_equal(multifactor_priority(&m, &j, DAY), 1500 + 750 + 750 + 25 - 100 + 7);
}

static void larger_priorities_come_first_then_submission_then_arrival(void **s)
{
    struct multifactor m;
    struct multifactor_job big = {.submit = 9, .milli = 4000}, small = {.submit = 1, .milli = 1000};
    struct desired_key x, y;

    (void)s;
    multifactor_init(&m, 8000);
    x = multifactor_key(&m, &big, 0, 0);
    y = multifactor_key(&m, &small, 0, 1);
    assert_true(desired_key_before(&y, &x));
    m.weight[FACTOR_SIZE] = 8;
    x = multifactor_key(&m, &big, 0, 0);
    assert_true(x.high == -4);
    y = multifactor_key(&m, &small, 0, 1);
    assert_true(desired_key_before(&x, &y));
    y = multifactor_key(&m, &big, 0, 1);
    assert_true(desired_key_before(&x, &y));
}

static void without_differences_the_qos_factor_is_zero(void **s)
{
    struct multifactor m;
    struct multifactor_job j = {.priority = 5};

    (void)s;
    multifactor_init(&m, 8000);
    m.least = m.most = 5;
    assert_int_equal(multifactor_factor(&m, &j, FACTOR_QOS, 0), 0);
    m.least = -5;
    assert_int_equal(multifactor_factor(&m, &j, FACTOR_QOS, 0), MULTIFACTOR_ONE);
    j.priority = 0;
    assert_int_equal(multifactor_factor(&m, &j, FACTOR_QOS, 0), MULTIFACTOR_ONE / 2);
}

static void keys_change_with_the_period_or_at_full_age(void **s)
{
    struct multifactor m;
    struct multifactor_job j = {.eligible = 100 * S};

    (void)s;
    multifactor_init(&m, 8000);
    m.weight[FACTOR_AGE] = 1;
    assert_true(multifactor_next_period(&m, 0) == 300 * S);
    assert_true(multifactor_next_period(&m, 299 * S) == 300 * S);
    assert_true(multifactor_next_period(&m, 300 * S) == 600 * S);
    assert_true(multifactor_next_change(&m, &j, 100 * S) == 300 * S);
    assert_true(multifactor_next_change(&m, &j, 7 * DAY) == 7 * DAY + 100 * S);
    assert_true(multifactor_next_change(&m, &j, 7 * DAY + 100 * S) == 7 * DAY + 300 * S);
    m.weight[FACTOR_AGE] = 0;
    assert_true(multifactor_next_change(&m, &j, 7 * DAY) == 7 * DAY + 300 * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_weighted_factors_add_up),
        cmocka_unit_test(larger_priorities_come_first_then_submission_then_arrival),
        cmocka_unit_test(without_differences_the_qos_factor_is_zero),
        cmocka_unit_test(keys_change_with_the_period_or_at_full_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_las.c - least attained service against hand calculations. */
#include "sched/las.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define S NS_PER_S

static bool ahead(const struct las_job *a, const struct las_job *b)
{
    struct desired_key x = las_key(a, 1), y = las_key(b, 0);

    return desired_key_before(&x, &y);
}

/* 4 GPUs and a threshold of 3250 GPU-seconds: 812.5 s; after 100 s, another 712.5 s. */
static void a_job_is_demoted_when_its_gpu_time_reaches_the_threshold(void **s)
{
    static const int64_t at[] = {3250, 7200};
    struct las l;
    struct las_job j;

    (void)s;
    las_init(&l, at, 2, 0, false);
    las_submit(&l, &j, 5 * S, 4000);
    assert_true(las_next_change(&l, &j) == NS_NEVER);
    las_start(&j, 1);
    assert_true(las_next_change(&l, &j) == 5 * S + 812500000000);
    las_advance(&j, &l, 105 * S);
    assert_true(las_next_change(&l, &j) == 105 * S + 712500000000);
    las_advance(&j, &l, 5 * S + 812500000000 - 1);
    assert_int_equal(las_due(&l, &j), LAS_STAYS);
    las_advance(&j, &l, 5 * S + 812500000000);
    assert_int_equal(las_due(&l, &j), LAS_DEMOTION);
    las_demote(&l, &j);
    assert_int_equal(j.queue, 1);
    assert_true(j.running);
    assert_int_equal(las_due(&l, &j), LAS_STAYS);
    /* (7200 - 3250) / 4 = 987.5 s more */
    assert_true(las_next_change(&l, &j) == 5 * S + 1800 * S);
    las_advance(&j, &l, 1805 * S);
    las_demote(&l, &j);
    assert_true(las_next_change(&l, &j) == NS_NEVER); /* the last queue */
}

/* 1 s of one GPU over 3 GPUs and over 0.3 GPUs: 1/3 s and 10/3 s, upwards. */
static void the_instant_of_a_demotion_is_rounded_up(void **s)
{
    static const int64_t at[] = {1};
    struct las l;
    struct las_job j;

    (void)s;
    las_init(&l, at, 1, 0, false);
    las_submit(&l, &j, 0, 3000);
    las_start(&j, 1);
    assert_true(las_next_change(&l, &j) == 333333334);
    las_advance(&j, &l, 333333334);
    assert_int_equal(las_due(&l, &j), LAS_DEMOTION);
    las_submit(&l, &j, 0, 300);
    las_start(&j, 1);
    assert_true(las_next_change(&l, &j) == 3333333334);
    las_submit(&l, &j, 0, 0);
    las_start(&j, 1);
    assert_true(las_next_change(&l, &j) == NS_NEVER);
}

static void by_time_the_size_does_not_matter(void **s)
{
    static const int64_t at[] = {100};
    struct las l;
    struct las_job j;

    (void)s;
    las_init(&l, at, 1, 0, true);
    las_submit(&l, &j, 0, 64000);
    las_start(&j, 1);
    assert_true(las_next_change(&l, &j) == 100 * S);
}

/* Knob 0.5: 101 s of running and then waiting for 50.5 s. */
static void a_starving_job_returns_to_the_first_queue(void **s)
{
    static const int64_t at[] = {100};
    struct las l;
    struct las_job j, other;

    (void)s;
    las_init(&l, at, 1, 500, false);
    las_submit(&l, &j, 0, 1000);
    las_advance(&j, &l, 10 * S);
    assert_true(j.waited == 0); /* it has not run yet */
    las_start(&j, 1);
    las_advance(&j, &l, 110 * S);
    las_demote(&l, &j);
    las_advance(&j, &l, 111 * S);
    las_stop(&l, &j);
    assert_true(las_next_change(&l, &j) == 111 * S + 50500000000);
    las_advance(&j, &l, 111 * S + 50500000000 - 1);
    assert_int_equal(las_due(&l, &j), LAS_STAYS);
    las_advance(&j, &l, 111 * S + 50500000000);
    assert_int_equal(las_due(&l, &j), LAS_PROMOTION);
    las_submit(&l, &other, 150 * S, 1000);
    assert_true(ahead(&other, &j));
    las_promote(&l, &j);
    assert_int_equal(j.queue, 0);
    assert_true(j.attained == 0 && j.ran == 0 && j.waited == 0);
    assert_true(ahead(&other, &j)); /* to the tail */
    assert_true(las_next_change(&l, &j) == NS_NEVER);
}

static void a_start_clears_the_waiting(void **s)
{
    static const int64_t at[] = {10};
    struct las l;
    struct las_job j;

    (void)s;
    las_init(&l, at, 1, 2000, false);
    las_submit(&l, &j, 0, 1000);
    las_start(&j, 1);
    las_advance(&j, &l, 10 * S);
    las_demote(&l, &j);
    las_stop(&l, &j);
    las_advance(&j, &l, 15 * S);
    las_start(&j, 2);
    las_advance(&j, &l, 16 * S);
    las_stop(&l, &j);
    assert_true(las_next_change(&l, &j) == 16 * S + 22 * S); /* 2 x 11 s, from now */
}

static void the_longest_waiting_by_its_running_time_is_promoted_first(void **s)
{
    struct las_job a = {.waited = 9 * S, .ran = 3 * S}, b = {.waited = 20 * S, .ran = 7 * S};

    (void)s;
    assert_true(las_promotes_before(&a, &b)); /* 3 against 2.857 */
    assert_false(las_promotes_before(&b, &a));
    assert_false(las_promotes_before(&a, &a));
}

/* a and b run, c and d wait. b and a stop, d and c start: stopped ones stand ahead of those that
 * waited, started ones behind those that ran. */
static void running_jobs_keep_their_place_ahead_of_pending_ones(void **s)
{
    static const int64_t at[] = {10};
    struct las l;
    struct las_job a, b, c, d, e;

    (void)s;
    las_init(&l, at, 1, 0, false);
    las_submit(&l, &a, 0, 1000);
    las_submit(&l, &b, 0, 1000);
    las_submit(&l, &c, 0, 1000);
    las_submit(&l, &d, 0, 1000);
    las_start(&b, 1);
    las_start(&a, 1);
    assert_true(ahead(&a, &b) && ahead(&b, &c) && ahead(&c, &d));
    las_start(&d, 2);
    assert_true(ahead(&a, &b) && ahead(&b, &d) && ahead(&d, &c));
    las_submit(&l, &e, 1, 1000);
    las_stop(&l, &b);
    las_stop(&l, &a);
    assert_true(ahead(&d, &a) && ahead(&a, &b) && ahead(&b, &c) && ahead(&c, &e));
    las_start(&c, 3);
    assert_true(ahead(&d, &c) && ahead(&c, &a));
}

/* Until the next walk a demoted job stands behind those that wait in its new queue. */
static void a_demoted_job_goes_to_the_tail_and_settles_after_the_walk(void **s)
{
    static const int64_t at[] = {10};
    struct las l;
    struct las_job runs, waits, comes;

    (void)s;
    las_init(&l, at, 1, 0, false);
    las_submit(&l, &runs, 0, 1000);
    las_submit(&l, &waits, 0, 1000);
    las_submit(&l, &comes, 0, 1000);
    las_start(&runs, 1);
    las_start(&waits, 1);
    las_advance(&waits, &l, 10 * S);
    las_demote(&l, &waits);
    las_stop(&l, &waits);
    las_advance(&runs, &l, 10 * S);
    las_demote(&l, &runs);
    assert_true(ahead(&comes, &waits) && ahead(&waits, &runs));
    las_settle(&runs, 2);
    assert_true(ahead(&comes, &runs) && ahead(&runs, &waits));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_demoted_when_its_gpu_time_reaches_the_threshold),
        cmocka_unit_test(the_instant_of_a_demotion_is_rounded_up),
        cmocka_unit_test(by_time_the_size_does_not_matter),
        cmocka_unit_test(a_starving_job_returns_to_the_first_queue),
        cmocka_unit_test(a_start_clears_the_waiting),
        cmocka_unit_test(the_longest_waiting_by_its_running_time_is_promoted_first),
        cmocka_unit_test(running_jobs_keep_their_place_ahead_of_pending_ones),
        cmocka_unit_test(a_demoted_job_goes_to_the_tail_and_settles_after_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_drf.c - dominant resource fairness against the paper's example and a loop over all owners. */
#include "base/rng.h"
#include "sched/drf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* Ghodsi et al., section 4.1: 9 CPUs and 18 GB; tasks of (1, 4) and (3, 1) end at 3 and 2 tasks. */
static void the_papers_example_ends_at_three_and_two_tasks(void **s)
{
    static const uint64_t total[] = {9, 18}, task[2][2] = {{1, 4}, {3, 1}};
    uint32_t tasks[2] = {0};
    uint64_t left[2] = {9, 18};
    struct arena a;
    struct drf d;

    (void)s;
    arena_init(&a);
    drf_init(&d, 2, total, 2, NULL, &a);
    drf_offer(&d, 0);
    drf_offer(&d, 1);
    for (uint32_t o; (o = drf_first(&d)) != DRF_NONE;) {
        if (task[o][0] > left[0] || task[o][1] > left[1]) {
            drf_withhold(&d, o);
            continue;
        }
        left[0] -= task[o][0];
        left[1] -= task[o][1];
        drf_allocate(&d, o, task[o]);
        tasks[o]++;
    }
    assert_int_equal(tasks[0], 3);
    assert_int_equal(tasks[1], 2);
    assert_int_equal(drf_compare(d.owner[0].share, d.owner[1].share), 0); /* 12/18 and 6/9 */
    arena_free(&a);
}

/* With 3 times the weight an owner has 3 times the share. */
static void shares_follow_the_weights(void **s)
{
    static const uint64_t total[] = {40}, one[] = {1};
    static const uint32_t weight[] = {1, 3};
    struct arena a;
    struct drf d;

    (void)s;
    arena_init(&a);
    drf_init(&d, 2, total, 1, weight, &a);
    drf_offer(&d, 0);
    drf_offer(&d, 1);
    for (int k = 0; k < 40; k++)
        drf_allocate(&d, drf_first(&d), one);
    assert_int_equal(d.owner[0].allocated[0], 10);
    assert_int_equal(d.owner[1].allocated[0], 30);
    arena_free(&a);
}

/* The taker holds 2 of 10, the victim 6: a swap of 2 would leave 4 and 4, of 1 leaves 3 and 5. */
static void displacing_must_leave_the_taker_below_its_victim(void **s)
{
    static const uint64_t total[] = {10}, two[] = {2}, six[] = {6}, one[] = {1};
    struct arena a;
    struct drf d;

    (void)s;
    arena_init(&a);
    drf_init(&d, 2, total, 1, NULL, &a);
    drf_allocate(&d, 0, two);
    drf_allocate(&d, 1, six);
    assert_true(drf_may_displace(&d, 0, one, 1, one));
    assert_false(drf_may_displace(&d, 0, two, 1, two));
    assert_false(drf_may_displace(&d, 1, one, 0, one));
    assert_false(drf_may_displace(&d, 1, one, 1, one));
    arena_free(&a);
}

static uint32_t naive_first(uint64_t (*held)[3], const uint64_t *total, const uint32_t *weight,
                            const bool *offers, uint32_t n)
{
    uint32_t best = DRF_NONE;
    long double least = 0;

    for (uint32_t i = 0; i < n; i++) {
        long double most = 0;
        for (int r = 0; r < 3; r++) {
            long double x = total[r] ? (long double)held[i][r] / (long double)total[r] : 0;
            most = x > most ? x : most;
        }
        most /= weight[i];
        if (offers[i] && (best == DRF_NONE || most < least - 1e-15L)) {
            best = i;
            least = most;
        }
    }
    return best;
}

static void the_heap_equals_a_loop_over_all_owners(void **s)
{
    (void)s;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        enum { N = 12 };
        uint64_t held[N][3] = {{0}}, total[3];
        uint32_t weight[N];
        bool offers[N] = {0};
        struct arena a;
        struct drf d;
        struct rng r;

        arena_init(&a);
        rng_stream(&r, seed, RNG_USER, 0, 0);
        for (int k = 0; k < 3; k++)
            total[k] = seed % 7 == 0 && k == 2 ? 0 : 20 + rng_below(&r, 80);
        for (int i = 0; i < N; i++)
            weight[i] = 1 + rng_below(&r, 4);
        drf_init(&d, N, total, 3, weight, &a);
        for (int step = 0; step < 400; step++) {
            uint32_t o = rng_below(&r, N), what = rng_below(&r, 8);
            uint64_t amount[3];
            for (int k = 0; k < 3; k++)
                amount[k] = rng_below(&r, 6);
            if (what < 3) {
                drf_allocate(&d, o, amount);
                for (int k = 0; k < 3; k++)
                    held[o][k] += amount[k];
            } else if (what < 5) {
                for (int k = 0; k < 3; k++) {
                    amount[k] = held[o][k] < amount[k] ? held[o][k] : amount[k];
                    held[o][k] -= amount[k];
                }
                drf_release(&d, o, amount);
            } else if (what < 7) {
                offers[o] = !offers[o];
                if (offers[o])
                    drf_offer(&d, o);
                else
                    drf_withhold(&d, o);
            } else if (rng_below(&r, 10) == 0) {
                total[0] = 20 + rng_below(&r, 80);
                drf_set_totals(&d, total);
            }
            assert_int_equal(drf_first(&d), naive_first(held, total, weight, offers, N));
        }
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_papers_example_ends_at_three_and_two_tasks),
        cmocka_unit_test(shares_follow_the_weights),
        cmocka_unit_test(displacing_must_leave_the_taker_below_its_victim),
        cmocka_unit_test(the_heap_equals_a_loop_over_all_owners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

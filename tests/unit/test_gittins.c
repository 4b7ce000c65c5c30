/* test_gittins.c - the Gittins index against hand cases, known laws and the definition. */
#include "base/rng.h"
#include "sched/gittins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void table(struct gittins *g, struct arena *a, const int64_t *s, uint32_t n, int64_t delta)
{
    gittins_init(g, n, delta, 1, a);
    for (uint32_t i = 0; i < n; i++)
        gittins_add(g, s[i]);
    gittins_build(g);
}

/* Half the jobs take 1, half 100. New: stop at 1 costs 1 per look and half of them end: 2 per
 * completion (going on to the end costs 101 / 2). After 1 only the long ones are left: 99. */
static void two_lengths_by_hand(void **s)
{
    static const int64_t two[] = {100, 1, 100, 1};
    struct arena a;
    struct gittins g;

    (void)s;
    arena_init(&a);
    table(&g, &a, two, 4, 0);
    assert_int_equal(gittins_key(&g, 0), 2);
    assert_int_equal(gittins_key(&g, 1), 99);
    assert_int_equal(gittins_key(&g, 60), 40);
    assert_int_equal(gittins_key(&g, 99), 1);
    assert_true(gittins_key(&g, 100) == GITTINS_LAST);
    arena_free(&a);
}

/* Samples 2, 4, 10 and D = 5: from 0 two of three end, (2 + 4 + 5) / 2 = 5.5; from 3 one of two,
 * (1 + 5) / 1; from 4 none. The published code would average totals instead of the excess over 3. */
static void a_fixed_interval_by_hand(void **s)
{
    static const int64_t three[] = {10, 2, 4};
    struct arena a;
    struct gittins g;

    (void)s;
    arena_init(&a);
    table(&g, &a, three, 3, 5);
    assert_int_equal(gittins_key(&g, 0), 5);
    assert_int_equal(gittins_key(&g, 3), 6);
    assert_true(gittins_key(&g, 4) == GITTINS_LAST);
    assert_int_equal(gittins_key(&g, 5), 5);
    assert_int_equal(gittins_key(&g, 9), 1);
    assert_true(gittins_key(&g, 10) == GITTINS_LAST);
    arena_free(&a);
}

static void a_fixed_length_gains_with_every_service(void **s)
{
    static const int64_t same[] = {5000, 5000, 5000};
    struct arena a;
    struct gittins g;

    (void)s;
    arena_init(&a);
    table(&g, &a, same, 3, 0);
    for (int64_t x = 0; x < 5000; x += 7)
        assert_int_equal(gittins_key(&g, x), 5000 - x);
    assert_true(gittins_key(&g, 5000) == GITTINS_LAST);
    arena_free(&a);
}

/* s(k) - s(k - 1) = M / (n - k + 1): at each sample the rest looks like the whole, as for the exponential
 * distribution of mean M. M is a multiple of 1..16, so that no rounding is left. */
static void an_exponential_length_keeps_its_index(void **s)
{
    enum { M = 720720, N = 16 };
    int64_t law[N], at = 0;
    struct arena a;
    struct gittins g;

    (void)s;
    arena_init(&a);
    for (int k = 0; k < N; k++)
        law[k] = at += M / (N - k);
    table(&g, &a, law, N, 0);
    assert_int_equal(gittins_key(&g, 0), M);
    for (int k = 0; k + 1 < N; k++)
        assert_int_equal(gittins_key(&g, law[k]), M);
    arena_free(&a);
}

static int64_t by_definition(const int64_t *s, uint32_t n, int64_t a, int64_t delta)
{
    wide_t best = 0, best_ends = 0;

    for (uint32_t j = 0; j < n; j++) {
        int64_t d = delta ? delta : s[j] - a;
        wide_t spent = 0, ends = 0;
        if (s[j] <= a)
            continue;
        for (uint32_t k = 0; k < n; k++) {
            if (s[k] <= a)
                continue;
            ends += s[k] - a <= d;
            spent += s[k] - a <= d ? s[k] - a : d;
        }
        if (ends && (!best_ends || spent * best_ends < best * ends)) {
            best = spent;
            best_ends = ends;
        }
    }
    return best_ends ? (int64_t)(best / best_ends) : GITTINS_LAST;
}

static void every_index_equals_the_definition(void **s)
{
    (void)s;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        int64_t x[40], span = seed % 2 ? 30 : 1000000;
        uint32_t n = 1 + (uint32_t)(seed % 40);
        int64_t delta = seed % 3 ? 0 : span / 5;
        struct arena a;
        struct gittins g;
        struct rng r;

        arena_init(&a);
        rng_stream(&r, seed, RNG_LENGTH, 0, 0);
        for (uint32_t i = 0; i < n; i++)
            x[i] = (int64_t)rng_below(&r, (uint32_t)span) >> rng_below(&r, 8);
        table(&g, &a, x, n, delta);
        for (int k = 0; k < 60; k++) {
            int64_t at = k < 30 ? x[(uint32_t)k % n] : (int64_t)rng_below(&r, (uint32_t)span);
            assert_true(gittins_key(&g, at) == by_definition(x, n, at, delta));
        }
        arena_free(&a);
    }
}

static void the_table_is_built_anew_when_the_samples_have_doubled(void **s)
{
    struct arena a;
    struct gittins g;

    (void)s;
    arena_init(&a);
    gittins_init(&g, 9, 0, 1, &a);
    assert_true(gittins_key(&g, 0) == GITTINS_LAST);
    for (uint32_t k = 1; k <= 20; k++)
        assert_int_equal(gittins_learn(&g, 1000 - k, 2), k == 2 || k == 4 || k == 8);
    assert_int_equal(g.n, 9);
    assert_int_equal(g.n_built, 8);
    assert_int_equal(gittins_key(&g, 998), 1);
    assert_true(gittins_key(&g, 999) == GITTINS_LAST);
    arena_free(&a);
}

static void keys_are_looked_up_at_multiples_of_the_quantum(void **s)
{
    struct arena a;
    struct gittins g;

    (void)s;
    arena_init(&a);
    gittins_init(&g, 1, 0, 100, &a);
    gittins_add(&g, 250);
    gittins_build(&g);
    assert_int_equal(gittins_key(&g, 99), 250);
    assert_int_equal(gittins_next(&g, 99), 100);
    assert_int_equal(gittins_key(&g, 100), 150);
    assert_int_equal(gittins_next(&g, 100), 200);
    assert_int_equal(gittins_key(&g, 299), 50);
    assert_int_equal(gittins_next(&g, 299), 300);
    assert_true(gittins_next(&g, 300) == GITTINS_LAST);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_lengths_by_hand),
        cmocka_unit_test(a_fixed_interval_by_hand),
        cmocka_unit_test(a_fixed_length_gains_with_every_service),
        cmocka_unit_test(an_exponential_length_keeps_its_index),
        cmocka_unit_test(every_index_equals_the_definition),
        cmocka_unit_test(the_table_is_built_anew_when_the_samples_have_doubled),
        cmocka_unit_test(keys_are_looked_up_at_multiples_of_the_quantum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

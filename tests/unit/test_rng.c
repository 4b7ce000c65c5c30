/* test_rng.c - the generator's known answers, and what streams promise. */
#include "base/rng.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void expect_block(const uint32_t counter[4], const uint32_t key[2], const uint32_t want[4])
{
    uint32_t got[4];

    rng_philox(counter, key, got);
    assert_memory_equal(got, want, sizeof got);
}

/* kat_vectors of the Random123 distribution, philox4x32 10. */
static void philox_gives_its_published_answers(void **s)
{
    (void)s;
    expect_block((const uint32_t[]){0, 0, 0, 0}, (const uint32_t[]){0, 0},
                 (const uint32_t[]){0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    expect_block((const uint32_t[]){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX},
                 (const uint32_t[]){UINT32_MAX, UINT32_MAX},
                 (const uint32_t[]){0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    expect_block((const uint32_t[]){0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                 (const uint32_t[]){0xa4093822, 0x299f31d0},
                 (const uint32_t[]){0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

static void a_stream_is_keyed_by_seed_and_purpose_name(void **s)
{
    static const uint32_t runtime[] = {0xf40f9aae, 0x14fd44b7, 0x301136d4, 0xef0f7edc};
    static const uint32_t failure[] = {0x0f074c97, 0x75c1f17e, 0x32f5582c, 0x66f11085};
    struct rng r;

    (void)s;
    rng_stream(&r, 1, RNG_LENGTH, 0, 17);
    assert_int_equal(r.key[0], 0xdda1224f);
    assert_int_equal(r.key[1], 0x82541aa8);
    assert_true(rng_u64(&r) == ((uint64_t)runtime[1] << 32 | runtime[0]));
    assert_true(rng_u64(&r) == ((uint64_t)runtime[3] << 32 | runtime[2]));
    rng_stream(&r, 1, RNG_FAILURE, 0, 17);
    assert_true(rng_u64(&r) == ((uint64_t)failure[1] << 32 | failure[0]));
}

static void every_part_of_the_name_changes_the_draw(void **s)
{
    static const struct {
        uint64_t seed;
        enum rng_purpose purpose;
        uint32_t rep;
        uint64_t entity;
    } name[] = {
        {1, RNG_SIZE, 0, 5}, {2, RNG_SIZE, 0, 5}, {1, RNG_USER, 0, 5},
        {1, RNG_SIZE, 1, 5}, {1, RNG_SIZE, 0, 6}, {1, RNG_SIZE, 0, UINT64_C(5) << 32},
    };
    uint64_t first[sizeof name / sizeof *name];
    struct rng r;

    (void)s;
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        rng_stream(&r, name[i].seed, name[i].purpose, name[i].rep, name[i].entity);
        first[i] = rng_u64(&r);
        for (size_t k = 0; k < i; k++)
            assert_true(first[i] != first[k]);
    }
}

static void below_is_uniform_and_in_range(void **s)
{
    enum { N = 7, DRAWS = 70000 };
    uint32_t seen[N] = {0};
    double chi = 0;
    struct rng r;

    (void)s;
    rng_stream(&r, 3, RNG_PLACE, 0, 0);
    for (int i = 0; i < DRAWS; i++) {
        uint32_t k = rng_below(&r, N);

        assert_true(k < N);
        seen[k]++;
    }
    for (int k = 0; k < N; k++)
        chi += pow((double)seen[k] - DRAWS / N, 2) * N / DRAWS;
    assert_true(chi < 22.46); /* chi-square, 6 degrees, p = 0.999 */
    assert_int_equal(rng_below(&r, 1), 0);
}

static void unit_stays_strictly_between_0_and_1(void **s)
{
    struct rng low = {.left = 4}, high = {.left = 4};

    (void)s;
    memset(high.block, 0xff, sizeof high.block);
    assert_true(rng_unit(&low) == 0x1p-53);
    assert_true(rng_unit(&high) == 1 - 0x1p-53);
}

/* Means of 200,000 draws within 4.5 standard errors. */
static void variates_have_the_mean_of_their_law(void **s)
{
    enum { DRAWS = 200000 };
    double sum[4] = {0};
    struct rng r;

    (void)s;
    rng_stream(&r, 11, RNG_LENGTH, 0, 0);
    for (int i = 0; i < DRAWS; i++) {
        sum[0] += rng_exponential(&r, 3);
        sum[1] += rng_normal(&r);
        sum[2] += rng_lognormal(&r, 1, 0.5);
        sum[3] += rng_weibull(&r, 2, 2);
    }
    const double mean[4] = {3, 0, exp(1.125), 2 * tgamma(1.5)};
    const double sd[4] = {3, 1, exp(1.125) * sqrt(expm1(0.25)), 2 * sqrt(1 - pow(tgamma(1.5), 2))};

    for (int i = 0; i < 4; i++)
        if (fabs(sum[i] / DRAWS - mean[i]) > 4.5 * sd[i] / sqrt(DRAWS))
            fail_msg("law %d: mean %g, expected %g", i, sum[i] / DRAWS, mean[i]);
}

static void one_variate_takes_one_uniform(void **s)
{
    struct rng a, b;

    (void)s;
    rng_stream(&a, 4, RNG_LENGTH, 0, 9);
    b = a;
    rng_lognormal(&a, 0, 1);
    rng_unit(&b);
    assert_memory_equal(&a, &b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_its_published_answers),
        cmocka_unit_test(a_stream_is_keyed_by_seed_and_purpose_name),
        cmocka_unit_test(every_part_of_the_name_changes_the_draw),
        cmocka_unit_test(below_is_uniform_and_in_range),
        cmocka_unit_test(unit_stays_strictly_between_0_and_1),
        cmocka_unit_test(variates_have_the_mean_of_their_law),
        cmocka_unit_test(one_variate_takes_one_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* rng.c - named random streams over Philox4x32-10, and variates by inversion. */
#include "base/rng.h"
#include "base/check.h"

#include <gsl/gsl_cdf.h>

/* The stream's name, not its number, makes the key: reordering the enum moves no draw. */
static const char *const purpose_name[] = {
    [RNG_ARRIVAL] = "arrival", [RNG_SIZE] = "size",         [RNG_LENGTH] = "runtime",
    [RNG_USER] = "user",       [RNG_ESTIMATE] = "estimate", [RNG_OUTCOME] = "outcome",
    [RNG_PLACE] = "policy",    [RNG_FAILURE] = "failure",   [RNG_REPAIR] = "repair",
    [RNG_PRICE] = "price",     [RNG_BOOTSTRAP] = "block",   [RNG_PREDICT] = "predict",
};

/* 64-bit FNV-1a. */
static uint64_t name_hash(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (; *text; text++)
        h = (h ^ (uint64_t)(unsigned char)*text) * UINT64_C(0x100000001b3);
    return h;
}

static uint64_t splitmix_finish(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];

    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0;
        uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;

        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

void rng_stream(struct rng *r, uint64_t seed, enum rng_purpose purpose, uint32_t replication,
                uint64_t entity)
{
    uint64_t key;

    check(purpose >= RNG_ARRIVAL && purpose <= RNG_PREDICT);
    key = splitmix_finish(seed ^ name_hash(purpose_name[purpose]));
    *r = (struct rng){.key = {(uint32_t)key, (uint32_t)(key >> 32)},
                      .replication = replication,
                      .entity_low = (uint32_t)entity,
                      .entity_high = (uint32_t)(entity >> 32)};
}

static uint32_t next_word(struct rng *r)
{
    if (r->left == 0) {
        const uint32_t counter[4] = {r->replication, r->entity_low, r->entity_high, r->draw};

        rng_philox(counter, r->key, r->block);
        r->draw++;
        r->left = 4;
    }
    return r->block[4 - r->left--];
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t low = next_word(r);

    return low | (uint64_t)next_word(r) << 32;
}

/* Lemire, Fast Random Integer Generation in an Interval, 2019: multiply, and draw again in
 * the rare low part that would favour some values. */
uint32_t rng_below(struct rng *r, uint32_t n)
{
    uint64_t product;
    uint32_t refuse;

    check(n >= 1);
    refuse = (0u - n) % n;
    do
        product = (uint64_t)next_word(r) * n;
    while ((uint32_t)product < refuse);
    return (uint32_t)(product >> 32);
}

double rng_unit(struct rng *r)
{
    return (double)(rng_u64(r) >> 11 | 1) * 0x1p-53;
}

double rng_exponential(struct rng *r, double mean)
{
    return gsl_cdf_exponential_Pinv(rng_unit(r), mean);
}

double rng_normal(struct rng *r)
{
    return gsl_cdf_ugaussian_Pinv(rng_unit(r));
}

double rng_lognormal(struct rng *r, double mu, double sigma)
{
    return gsl_cdf_lognormal_Pinv(rng_unit(r), mu, sigma);
}

double rng_weibull(struct rng *r, double scale, double shape)
{
    return gsl_cdf_weibull_Pinv(rng_unit(r), scale, shape);
}

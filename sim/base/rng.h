/* rng.h - named random streams: a draw depends on who asks and for what, never on
 * the order of events, so two policies meet the same workload and the same failures.
 *
 * Counter-based Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As
 * Easy as 1, 2, 3, SC'11). Key = finish of splitmix64 over (seed xor FNV-1a of the purpose's
 * name), counter = (replication, entity low, entity high, block index).
 *
 * The integers are the same on every machine. The variates go through log and exp of the C
 * library and GSL, which are not promised to round alike everywhere: equal bits are promised
 * for one build on one C library, and the recorded outputs are made with glibc. */
#ifndef BERTH_BASE_RNG_H
#define BERTH_BASE_RNG_H

#include <stdint.h>

enum rng_purpose {
    RNG_ARRIVAL = 1,
    RNG_SIZE,
    RNG_LENGTH,
    RNG_USER,
    RNG_ESTIMATE,
    RNG_OUTCOME,
    RNG_PLACE,
    RNG_FAILURE,
    RNG_REPAIR,
    RNG_PRICE,
    RNG_BOOTSTRAP,
    RNG_PREDICT
};

struct rng {
    uint32_t key[2];
    uint32_t replication, entity_low, entity_high;
    uint32_t draw; /* index of the next block of four words */
    uint32_t block[4];
    uint32_t left; /* words of block not yet handed out */
};

/* One block of the generator, for its known answers. */
void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* At most 2^34 words may be taken from one stream. */
void rng_stream(struct rng *r, uint64_t seed, enum rng_purpose purpose, uint32_t replication,
                uint64_t entity);
uint64_t rng_u64(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n); /* unbiased; n >= 1 */
double rng_unit(struct rng *r);                /* odd multiples of 2^-53: never 0 or 1 */

/* By inversion of rng_unit, one draw each, so that a longer draw stays longer when a
 * parameter changes; quantile functions of GSL where it has one. */
double rng_exponential(struct rng *r, double mean);
double rng_normal(struct rng *r);
double rng_lognormal(struct rng *r, double mu, double sigma);
double rng_weibull(struct rng *r, double scale, double shape);

#endif

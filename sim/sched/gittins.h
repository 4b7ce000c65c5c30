/* gittins.h - Gittins index of a job by the service it attained, from samples of total service
 * (policies.md 3.5 and 15.2; Aalto, Ayesta, Righter, Queueing Systems 63, 2009).
 *
 *     G(a) = max over D of  P(S - a <= D | S > a) / E[min(S - a, D) | S > a]
 *
 * with S drawn evenly from the samples, D either fixed or the best one; the best D ends at a sample. The
 * key is 1 / G(a), the expected service spent per completion, rounded down: smaller first, in the samples'
 * unit. Where no sample is larger than a (or, with a fixed D, none ends within it) G is 0 and the key
 * GITTINS_LAST.
 *
 * For the best D: with the samples sorted, P the sum of the first i and s the sample i - 1, the points
 * (P + (n - i) s, i) make every such quotient the slope of a line between a point and a later one. The
 * best D is a tangent to the upper hull of the points that follow. The hull of every suffix is one array
 * of successors, made in O(n) after sorting; a look-up is a binary search and the way along those
 * vertices that the point of the interval's start hides, on average over intervals at most one.
 *
 * Service is in milli-GPU x ms, the coarseness at which 64 bits hold 1e5 GPUs for 292 years. */
#ifndef BERTH_SCHED_GITTINS_H
#define BERTH_SCHED_GITTINS_H

#include "base/arena.h"
#include "base/units.h"
#include "sched/state.h"

#define GITTINS_LAST INT64_MAX

struct gittins {
    int64_t
        *sample;    /* the first n_built sorted, learned ones behind; in the arena, as all arrays */
    wide_t *sum;    /* [i]: of the first i samples */
    uint32_t *next; /* by point: the next vertex of the upper hull of it and all that follow */
    uint32_t n, room; /* samples; those beyond room are not kept */
    uint32_t n_built; /* in the table */
    int64_t delta;    /* fixed D; 0 = the best one */
    int64_t quantum;  /* keys are looked up at multiples of it, >= 1 */
};

/* room < 2^31 samples. quantum: the least service between two looks at a job, as it would change its key
 * at every instant otherwise (the published code: 3250 GPU-seconds, which is also its D). */
void gittins_init(struct gittins *g, uint32_t room, int64_t delta, int64_t quantum,
                  struct arena *a);

/* A sample known from the start (>= 0), and the table of all samples so far. O(n log n). */
void gittins_add(struct gittins *g, int64_t service);
void gittins_build(struct gittins *g);

/* A job ended with this total service. Builds the table anew when there are twice as many samples as in
 * the last one, starting with `first`: true, and then every key may have changed. */
bool gittins_learn(struct gittins *g, int64_t service, uint32_t first);

/* The key of a job that attained `service` >= 0; GITTINS_LAST for all while there is no table. */
int64_t gittins_key(const struct gittins *g, int64_t service);

/* The least service above at which the key may change; GITTINS_LAST when it will not. */
int64_t gittins_next(const struct gittins *g, int64_t service);

/* milli-GPU x ns in the unit of the samples, rounded down. */
static inline int64_t gittins_service(wide_t milli_ns)
{
    wide_t t = milli_ns / 1000000;

    return t > INT64_MAX ? INT64_MAX : (int64_t)t;
}

/* The samples, and how many of them the table is made of. */
void gittins_state(struct gittins *g, struct state *s);

#endif

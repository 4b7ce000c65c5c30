/* usage.h - what owners used, halved every half-life, for fair shares (policies.md 3.6, 15.12).
 *
 * Service enters at the end of a period, as in Slurm's PriorityCalcPeriod: inside a period it adds up
 * plainly, so that the number of job events in it changes nothing. What is stored is scaled to one epoch
 * for all owners, stored = value x 2^((then - epoch) / half-life), so that decay costs nothing and the
 * quotient of two owners' usages is the quotient of what is stored. Integers throughout: the power is a
 * product of 64-bit roots of one half, its exponent cut to 2^-32 half-lives.
 *
 * Usage is in milli-GPU x ns, or whatever the caller holds x ns. */
#ifndef BERTH_SCHED_USAGE_H
#define BERTH_SCHED_USAGE_H

#include "base/arena.h"
#include "base/units.h"
#include "sched/state.h"

struct usage_owner {
    wide_t stored; /* folded, in terms of the epoch */
    wide_t fresh;  /* of the present period until `since` */
    ns_t since;
    uint64_t milli; /* held now */
};

struct usage {
    struct usage_owner *owner; /* in the arena */
    uint32_t n;
    ns_t half_life; /* NS_NEVER = nothing decays */
    ns_t epoch, folded;
};

/* Owners 0..n-1, nothing used. half_life >= 1 s or NS_NEVER. */
void usage_init(struct usage *u, uint32_t n, ns_t half_life, struct arena *a);

/* The owner holds so much more (or less) from now on. O(1). */
void usage_hold(struct usage *u, uint32_t owner, int64_t milli, ns_t now);

/* The end of a period: what was used since the last one is stored. now must not go back. O(owners). */
void usage_fold(struct usage *u, ns_t now);

/* Usage at the last fold, as it is worth `now` >= the last fold; rounded down. */
wide_t usage_at(const struct usage *u, uint32_t owner, ns_t now);

/* v x 0.5^(passed / half_life), v >= 0, passed >= 0; rounded down. */
wide_t usage_decay(wide_t v, ns_t passed, ns_t half_life);

/* What the owners used and hold. */
void usage_state(struct usage *u, struct state *s);

#endif

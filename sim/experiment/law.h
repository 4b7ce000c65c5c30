/* law.h - a law of run times: read from a model file, drawn from a named stream. */
#ifndef BERTH_EXPERIMENT_LAW_H
#define BERTH_EXPERIMENT_LAW_H

#include "base/json.h"
#include "base/rng.h"

enum law_kind {
    LAW_CONSTANT,
    LAW_EXPONENTIAL,
    LAW_LOGNORMAL,
    LAW_WEIBULL,
    LAW_HYPEREXPONENTIAL,
    LAW_KINDS
};

#define LAW_BRANCHES 8

struct law {
    enum law_kind kind;
    double a, b;                /* constant: s; exponential: mean s; lognormal: mu, sigma of ln s;
                                   Weibull: scale s, shape */
    uint32_t n;                 /* branches of the hyper-exponential */
    double until[LAW_BRANCHES]; /* summed probabilities, the last is 1 */
    double mean[LAW_BRANCHES];  /* s */
    double most;                /* s: longer draws are cut to it; INFINITY = never */
};

/* The keys a law's object may have beside the caller's own. */
extern const char *const law_keys[];
extern const uint32_t law_n_keys;

/* Read "law" and its parameters out of an object. 0, or -1 with *d. */
int law_read(struct json *j, const json_node *of, struct law *out, struct diag *d);

/* One draw in seconds, cut at `most`. */
double law_draw(const struct law *l, struct rng *r);

/* Mean in seconds before the cut. */
double law_mean(const struct law *l);

#endif

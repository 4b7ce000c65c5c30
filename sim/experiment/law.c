/* law.c - laws of run times. */
#include "experiment/law.h"

#include <math.h>
#include <string.h>

static const char *const kind_name[LAW_KINDS] = {"constant", "exponential", "lognormal", "weibull",
                                                 "hyperexponential"};

const char *const law_keys[] = {"law",   "value", "mean",     "median", "sigma",
                                "scale", "shape", "branches", "max"};
const uint32_t law_n_keys = sizeof law_keys / sizeof *law_keys;

/* Which of law_keys each law uses; a parameter of another law is a mistake, not a comment. */
static const char *const kind_keys[LAW_KINDS] = {"value", "mean", "median sigma mean",
                                                 "scale shape", "branches"};

static bool word_in(const char *word, const char *words)
{
    size_t n = strlen(word);

    for (const char *at = words; (at = strstr(at, word)); at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}

/* A duration as seconds, > 0. */
static int read_seconds(struct json *j, const json_node *of, const char *key, double *out,
                        struct diag *d)
{
    const json_node *v = json_get(of, key);
    ns_t t = 0;

    if (!v)
        return json_missing(j, of, key, "a duration such as \"2h30m\"", d);
    if (json_as_duration(j, v, &t, d) < 0)
        return -1;
    if (t <= 0)
        return json_expected(j, v, d, "a duration above zero");
    *out = (double)t / (double)NS_PER_S;
    return 0;
}

static int read_factor(struct json *j, const json_node *of, const char *key, double *out,
                       struct diag *d)
{
    if (!json_get(of, key))
        return json_missing(j, of, key, "a number from 0.01 to 100", d);
    return json_real(j, of, key, 0.01, 100, out, d);
}

/* Median and sigma, or median and mean: sigma = sqrt(2 ln(mean / median)). */
static int read_lognormal(struct json *j, const json_node *of, struct law *out, struct diag *d)
{
    double median = 0, mean = 0;

    if (read_seconds(j, of, "median", &median, d) < 0)
        return -1;
    out->a = log(median);
    if (!json_get(of, "mean"))
        return read_factor(j, of, "sigma", &out->b, d);
    if (json_get(of, "sigma"))
        return json_fail_member(j, json_get(of, "sigma"), d,
                                "sigma and mean are both given, expected one of them");
    if (read_seconds(j, of, "mean", &mean, d) < 0)
        return -1;
    if (mean <= median)
        return json_expected(j, json_get(of, "mean"), d, "a mean above the median");
    out->b = sqrt(2 * log(mean / median));
    return 0;
}

static int read_branches(struct json *j, const json_node *of, struct law *out, struct diag *d)
{
    static const char *const known[] = {"weight", "mean"};
    const json_node *list = NULL;
    double sum = 0;

    if (json_array(j, of, "branches", &list, d) < 0)
        return -1;
    if (!list || json_count(list) < 1 || json_count(list) > LAW_BRANCHES)
        return json_fail(j, list ? list : of, d,
                         "found %u branches, expected from 1 to %d objects with weight and mean",
                         json_count(list), LAW_BRANCHES);
    JSON_EACH (branch, list) {
        double weight = 0;

        if (json_is(j, branch, JSON_OBJECT, d) < 0 || json_check_keys(j, branch, known, 2, d) < 0)
            return -1;
        if (!json_get(branch, "weight"))
            return json_missing(j, branch, "weight", "a number above zero", d);
        if (json_real(j, branch, "weight", 1e-9, 1e9, &weight, d) < 0 ||
            read_seconds(j, branch, "mean", &out->mean[out->n], d) < 0)
            return -1;
        out->until[out->n++] = sum += weight;
    }
    for (uint32_t i = 0; i < out->n; i++)
        out->until[i] /= sum;
    return 0;
}

int law_read(struct json *j, const json_node *of, struct law *out, struct diag *d)
{
    uint32_t kind = 0;

    *out = (struct law){.most = INFINITY};
    if (!json_get(of, "law"))
        return json_missing(j, of, "law",
                            "constant, exponential, lognormal, weibull or "
                            "hyperexponential",
                            d);
    if (json_choice(j, of, "law", kind_name, LAW_KINDS, &kind, d) < 0)
        return -1;
    out->kind = (enum law_kind)kind;
    for (uint32_t i = 1; i + 1 < law_n_keys; i++)
        if (json_get(of, law_keys[i]) && !word_in(law_keys[i], kind_keys[kind]))
            return json_fail_member(j, json_get(of, law_keys[i]), d,
                                    "key '%s' belongs to another law, expected those of %s: %s",
                                    law_keys[i], kind_name[kind], kind_keys[kind]);
    if (json_get(of, "max") && read_seconds(j, of, "max", &out->most, d) < 0)
        return -1;
    switch (out->kind) {
    case LAW_CONSTANT:
        return read_seconds(j, of, "value", &out->a, d);
    case LAW_EXPONENTIAL:
        return read_seconds(j, of, "mean", &out->a, d);
    case LAW_LOGNORMAL:
        return read_lognormal(j, of, out, d);
    case LAW_WEIBULL:
        if (read_seconds(j, of, "scale", &out->a, d) < 0)
            return -1;
        return read_factor(j, of, "shape", &out->b, d);
    default:
        return read_branches(j, of, out, d);
    }
}

static double draw_uncut(const struct law *l, struct rng *r)
{
    uint32_t branch = 0;

    switch (l->kind) {
    case LAW_CONSTANT:
        return l->a;
    case LAW_EXPONENTIAL:
        return rng_exponential(r, l->a);
    case LAW_LOGNORMAL:
        return rng_lognormal(r, l->a, l->b);
    case LAW_WEIBULL:
        return rng_weibull(r, l->a, l->b);
    default:
        for (double u = rng_unit(r); branch + 1 < l->n && u >= l->until[branch];)
            branch++;
        return rng_exponential(r, l->mean[branch]);
    }
}

double law_draw(const struct law *l, struct rng *r)
{
    return fmin(draw_uncut(l, r), l->most);
}

double law_mean(const struct law *l)
{
    double sum = 0;

    switch (l->kind) {
    case LAW_LOGNORMAL:
        return exp(l->a + l->b * l->b / 2);
    case LAW_WEIBULL:
        return l->a * tgamma(1 + 1 / l->b);
    case LAW_HYPEREXPONENTIAL:
        for (uint32_t i = 0; i < l->n; i++)
            sum += (l->until[i] - (i ? l->until[i - 1] : 0)) * l->mean[i];
        return sum;
    default:
        return l->a;
    }
}

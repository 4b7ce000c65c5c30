/* samples.h - numbers behind a policy's name, and what Tiresias computes from samples of GPU service.
 *
 * A policy with lists has no option table: it reads its text itself, "limits=3250:7200,samples=121:122".
 * Floating point is here because the program rounds decimals; results are kept as integers. */
#ifndef TIRESIAS_SAMPLES_H
#define TIRESIAS_SAMPLES_H

#include "jobs.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define GITTINS_STEP 3250 /* GPU-seconds: the quantum of the index */

struct samples {
    int64_t *at; /* rising, GPU-seconds */
    uint32_t n;
    int64_t *index; /* by sample: Gittins index in 1/10,000 */
};

/* Up to `room` numbers of "name=1:2:3"; how many there are, `to` may be NULL. */
static inline uint32_t samples_list(const char *text, const char *name, int64_t *to, uint32_t room)
{
    size_t n = strlen(name);
    uint32_t found = 0;

    while (strncmp(text, name, n) || text[n] != '=') {
        text = strchr(text, ',');
        if (!text)
            return 0;
        text++;
    }
    for (text += n; *text == '=' || *text == ':'; found++) {
        char *end;
        int64_t value = strtoll(text + 1, &end, 10);
        if (found < room)
            to[found] = value;
        text = end;
    }
    return found;
}

/* Correctly rounded, ties of the binary value to even, as round() of Python does. */
static inline double samples_round(double x, int decimals)
{
    char text[64];

    snprintf(text, sizeof text, "%.*f", decimals, x);
    return strtod(text, NULL);
}

/* First sample above `a`; n when there is none. */
static inline uint32_t samples_above(const struct samples *s, int64_t a)
{
    uint32_t i = 0;

    while (i < s->n && s->at[i] <= a)
        i++;
    return i;
}

static inline int samples_compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static inline bool samples_read(struct samples *s, const struct berth_host *host, const char *text)
{
    s->n = samples_list(text, "samples", NULL, 0);
    s->at = s->n ? jobs_alloc(host, s->n, sizeof *s->at) : NULL;
    if (!s->at)
        return false;
    samples_list(text, "samples", s->at, s->n);
    qsort(s->at, s->n, sizeof *s->at, samples_compare);
    return true;
}

static inline int64_t gittins_of(const struct samples *s, int64_t a)
{
    uint32_t i = samples_above(s, a), n = s->n,
             j = a + GITTINS_STEP > s->at[n - 1] - 1 ? n - 1 : samples_above(s, a + GITTINS_STEP);
    int64_t sum = GITTINS_STEP * (int64_t)(n - j), effort;
    double chance;

    for (uint32_t k = i; k < j; k++)
        sum += s->at[k];
    chance = samples_round(((double)j - (double)i) / (double)(n - i), 5);
    effort = sum / (n - i);
    return llround(samples_round(chance * 1e6 / (double)effort, 4) * 1e4);
}

/* Fill the table of indices. */
static inline bool samples_rank(struct samples *s, const struct berth_host *host)
{
    s->index = jobs_alloc(host, s->n, sizeof *s->index);
    if (!s->index)
        return false;
    for (uint32_t i = 0; i < s->n; i++)
        s->index[i] = gittins_of(s, s->at[i] - 1);
    return true;
}

static inline int64_t samples_index(const struct samples *s, int64_t service)
{
    return service >= s->at[s->n - 1] ? 0 : s->index[samples_above(s, service)];
}

/* What a job that has run for `a` is expected to need, in 1/100: the mean of the samples above, but the
 * last one. */
static inline int64_t samples_expected(const struct samples *s, int64_t a)
{
    uint32_t i = samples_above(s, a), last = s->n - 1;
    int64_t sum = 0;

    if (i >= s->n)
        return 0;
    if (i == last)
        return s->at[last] * 100;
    for (uint32_t k = i; k < last; k++)
        sum += s->at[k];
    return llround(samples_round((double)sum / (double)(last - i), 2) * 100);
}

#endif

/* series.c - the recorded step functions, thinned. */
#include "metrics/series.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

/* Rows before the horizon: a collector may close the series with a row at it. */
static size_t rows_of(const struct outcome *o)
{
    size_t n = o->series ? o->n_series : 0;

    while (n > 0 && o->series[n - 1].at >= o->horizon)
        n--;
    return n;
}

/* Columns divide [from, to) evenly without overflow or drift. */
static ns_t column_start(const struct series *s, size_t columns, size_t i)
{
    return s->from + (ns_t)((wide_t)(s->to - s->from) * (wide_t)i / (wide_t)columns);
}

/* Sums of value x time over one column. */
struct sums {
    wide_t pending_jobs, running_jobs, pending_milli, bucket[BUCKETS], frag[FRAGS],
        metric[FRAG_METRICS];
};

static void add(struct sums *s, const struct series_row *r, ns_t span)
{
    s->pending_jobs += (wide_t)r->pending_jobs * span;
    s->running_jobs += (wide_t)r->running_jobs * span;
    s->pending_milli += (wide_t)r->pending_milli * span;
    for (int b = 0; b < BUCKETS; b++)
        s->bucket[b] += (wide_t)r->bucket[b] * span;
    for (int f = 0; f < FRAGS; f++)
        s->frag[f] += (wide_t)r->frag[f] * span;
    for (int k = 0; k < FRAG_METRICS; k++)
        s->metric[k] += (wide_t)r->metric[k] * span;
}

void series_divide(const wide_t *sum, int n, ns_t span, int32_t *to)
{
    wide_t run = 0;
    wide_t before = 0;

    for (int i = 0; i < n; i++) {
        run += sum[i];
        wide_t now = (run + span / 2) / span;
        to[i] = (int32_t)(now - before);
        before = now;
    }
}

static struct series_row mean_of(const struct sums *s, ns_t at, ns_t span)
{
    struct series_row r = {
        .at = at,
        .pending_jobs = (uint32_t)((s->pending_jobs + span / 2) / span),
        .running_jobs = (uint32_t)((s->running_jobs + span / 2) / span),
        .pending_milli = (uint64_t)((s->pending_milli + span / 2) / span),
    };

    series_divide(s->bucket, BUCKETS, span, r.bucket);
    series_divide(s->frag, FRAGS, span, r.frag);
    for (int k = 0; k < FRAG_METRICS; k++)
        series_divide(&s->metric[k], 1, span, &r.metric[k]);
    return r;
}

static void thin(const struct outcome *o, struct series *out, size_t columns)
{
    size_t at = 0;

    for (size_t c = 0; c < columns; c++) {
        ns_t from = column_start(out, columns, c), to = column_start(out, columns, c + 1);
        struct sums sums = {0};
        if (to <= from)
            continue;
        for (ns_t now = from; now < to;) {
            while (at + 1 < out->recorded && o->series[at + 1].at <= now)
                at++;
            ns_t until = at + 1 < out->recorded ? o->series[at + 1].at : out->to;
            until = until < to ? until : to;
            add(&sums, &o->series[at], until - now);
            now = until;
        }
        out->row[out->n++] = mean_of(&sums, from, to - from);
    }
    out->thinned = true;
}

void series_means(const struct outcome *o, size_t most, size_t columns, struct series *out)
{
    *out = (struct series){.recorded = rows_of(o)};
    if (out->recorded == 0)
        return;
    out->from = o->series[0].at;
    out->to = o->horizon;
    bool all = out->recorded <= most;
    out->row = malloc((all ? out->recorded : columns) * sizeof *out->row);
    check(out->row && columns > 0);
    if (!all) {
        thin(o, out, columns);
        return;
    }
    memcpy(out->row, o->series, out->recorded * sizeof *out->row);
    out->n = out->recorded;
}

void series_free(struct series *s)
{
    free(s->row);
    *s = (struct series){0};
}

/* Points of one column in order of time, each once. */
static size_t column_points(const struct series_point *first, const struct series_point *low,
                            const struct series_point *high, const struct series_point *last,
                            struct series_point *to)
{
    const struct series_point *order[4] = {first, low->at <= high->at ? low : high,
                                           low->at <= high->at ? high : low, last};
    size_t n = 0;

    for (int i = 0; i < 4; i++)
        if (n == 0 || to[n - 1].at < order[i]->at)
            to[n++] = *order[i];
    return n;
}

size_t series_steps(const struct outcome *o, double (*of)(const struct series_row *),
                    size_t columns, struct series_point *to)
{
    struct series s = {.recorded = rows_of(o), .to = o->horizon};
    size_t n = 0, i = 0;

    if (s.recorded == 0)
        return 0;
    s.from = o->series[0].at;
    if (s.recorded <= 4 * columns) {
        for (; i < s.recorded; i++)
            to[n++] = (struct series_point){o->series[i].at, of(&o->series[i])};
    }
    for (size_t c = 0; c < columns && i < s.recorded; c++) {
        ns_t end = column_start(&s, columns, c + 1);
        struct series_point first, low, high, last;
        if (o->series[i].at >= end)
            continue;
        first = (struct series_point){o->series[i].at, of(&o->series[i])};
        for (low = high = last = first; i < s.recorded && o->series[i].at < end; i++) {
            last = (struct series_point){o->series[i].at, of(&o->series[i])};
            low = last.value < low.value ? last : low;
            high = last.value > high.value ? last : high;
        }
        n += column_points(&first, &low, &high, &last, to + n);
    }
    to[n] = (struct series_point){s.to, to[n - 1].value};
    return n + 1;
}

/* metrics_om.c - the outcome as OpenMetrics text, for dashboards that know Prometheus. */
#include "metrics/money.h"
#include "metrics/report.h"
#include "metrics/series.h"

#include <math.h>

enum { POINTS = 1000 }; /* most points of simulated time per bucket */

/* Backslash, quote and line feed are escaped in a label's value. */
static void write_value(struct writer *w, const char *text)
{
    writer_char(w, '"');
    for (; *text; text++) {
        if (*text == '\n') {
            writer_print(w, "\\n");
            continue;
        }
        if (*text == '\\' || *text == '"')
            writer_char(w, '\\');
        writer_char(w, *text);
    }
    writer_char(w, '"');
}

static void sample(struct writer *w, const struct outcome *o, const char *name, const char *label,
                   const char *value)
{
    writer_print(w, "%s{scenario=", name);
    write_value(w, o->scenario);
    writer_print(w, ",policy=");
    write_value(w, o->policy_name);
    writer_print(w, ",seed=\"%llu\"", (unsigned long long)o->seed);
    if (label && value) {
        writer_print(w, ",%s=", label);
        write_value(w, value);
    }
    writer_print(w, "} ");
}

/* OpenMetrics has NaN for "not known". */
static void number(struct writer *w, double v, int decimals)
{
    if (isnan(v))
        writer_print(w, "NaN");
    else
        writer_real(w, v, decimals);
}

static void write_build(struct writer *w, const struct outcome *o)
{
    writer_print(w, "# TYPE berth_build info\n"
                    "# HELP berth_build The program that made this file.\n"
                    "berth_build_info{version=");
    write_value(w, o->program_version);
    if (o->policy_abi) {
        writer_print(w, ",abi=");
        write_value(w, o->policy_abi);
    }
    writer_print(w, "} 1\n");
}

static void write_ledger(struct writer *w, const struct outcome *o)
{
    char text[24];

    writer_print(w, "# TYPE berth_gpu_seconds counter\n# UNIT berth_gpu_seconds seconds\n"
                    "# HELP berth_gpu_seconds GPU time of the whole run, by ledger bucket.\n");
    for (int b = 0; b < BUCKETS; b++) {
        sample(w, o, "berth_gpu_seconds_total", "bucket", bucket_info[b].name);
        number(w, (double)o->total.bucket[b] / 1e12, 3);
        writer_char(w, '\n');
    }
    if (!o->money.known)
        return;
    writer_print(w, "# TYPE berth_cost_usd counter\n# UNIT berth_cost_usd usd\n"
                    "# HELP berth_cost_usd Fleet cost of the run, by ledger bucket.\n");
    for (int b = 0; b < BUCKETS; b++) {
        if (!o->money.bucket_cents[b])
            continue;
        sample(w, o, "berth_cost_usd_total", "bucket", bucket_info[b].name);
        writer_print(w, "%s\n", money_text(o->money.bucket_cents[b], text));
    }
}

/* Points of one bucket together, in order, until it is empty for good. */
static void write_series(struct writer *w, const struct outcome *o)
{
    struct series s;

    if (!o->series)
        return;
    series_means(o, POINTS, POINTS, &s);
    writer_print(w,
                 "# TYPE berth_gpus gauge\n# UNIT berth_gpus gpus\n"
                 "# HELP berth_gpus GPUs in a bucket at a moment of simulated time%s.\n",
                 s.thinned ? ", means over equal steps" : "");
    for (int b = 0; b < BUCKETS; b++) {
        size_t n = s.n;
        while (n > 0 && !s.row[n - 1].bucket[b])
            n--;
        for (size_t i = 0; i < s.n && n > 0 && i <= n; i++) {
            ns_t zero = o->jobs->origin == NS_UNKNOWN ? 0 : o->jobs->origin;
            sample(w, o, "berth_gpus", "bucket", bucket_info[b].name);
            number(w, (double)s.row[i].bucket[b] / 1000, 3);
            writer_char(w, ' ');
            writer_seconds(w, zero + s.row[i].at, (zero + s.row[i].at) % NS_PER_S ? 9 : 0);
            writer_char(w, '\n');
        }
    }
    series_free(&s);
}

static void write_waits(struct writer *w, const struct outcome *o)
{
    static const char name[] = "berth_job_wait_seconds";
    const struct quantiles *q = &o->stats.wait;
    const struct {
        const char *at;
        double v;
    } row[] = {{"0.5", q->p50}, {"0.9", q->p90}, {"0.95", q->p95}, {"0.99", q->p99}};

    writer_print(w,
                 "# TYPE %s summary\n# UNIT %s seconds\n"
                 "# HELP %s Time from submission to start, job-weighted.\n",
                 name, name, name);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        sample(w, o, name, "quantile", row[i].at);
        writer_print(w, isnan(row[i].v) ? "NaN\n" : "%.1f\n", row[i].v);
    }
    double n = (double)o->stats.started;
    sample(w, o, "berth_job_wait_seconds_sum", NULL, NULL);
    writer_print(w, "%.1f\n", n > 0 ? q->mean * n : 0);
    sample(w, o, "berth_job_wait_seconds_count", NULL, NULL);
    writer_print(w, "%.0f\n", n);
}

/* Only of runs that stopped jobs. */
static void write_stops(struct writer *w, const struct outcome *o)
{
    uint64_t all = 0;

    for (int k = 0; k < STOP_REASONS; k++)
        all += o->stops[k];
    if (!all)
        return;
    writer_print(w, "# TYPE berth_job_stops counter\n"
                    "# HELP berth_job_stops Times a job gave its GPUs back before its end.\n");
    for (int k = 0; k < STOP_REASONS; k++) {
        sample(w, o, "berth_job_stops_total", "reason", outcome_stop_name[k]);
        writer_print(w, "%llu\n", (unsigned long long)o->stops[k]);
    }
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    (void)c;
    (void)d;
    write_build(w, o);
    write_ledger(w, o);
    write_series(w, o);
    write_waits(w, o);
    write_stops(w, o);
    writer_print(w, "# TYPE berth_useful_ratio gauge\n# UNIT berth_useful_ratio ratio\n"
                    "# HELP berth_useful_ratio Useful GPU time over all GPU time.\n");
    sample(w, o, "berth_useful_ratio", NULL, NULL);
    number(w, o->capacity ? (double)o->total.bucket[BUCKET_USEFUL] / (double)o->capacity : NAN, 6);
    writer_print(w, "\n# EOF\n");
    return 0;
}

REPORT(metrics_om) = {
    .name = "metrics_om",
    .file = "metrics.om",
    .summary = "the outcome as OpenMetrics text, for Prometheus",
    .on_by_default = true,
    .write = write_report,
};

/* series_csv.c - what holds from each moment to the next: milli-GPU per bucket, jobs. */
#include "metrics/report.h"

static void write_row(struct writer *w, const struct outcome *o, const struct series_row *r)
{
    writer_seconds(w, r->at, 9);
    for (int b = 0; b < BUCKETS; b++) {
        writer_char(w, ',');
        writer_int(w, r->bucket[b]);
    }
    writer_char(w, ',');
    writer_int(w, r->pending_jobs);
    writer_char(w, ',');
    writer_int(w, r->running_jobs);
    writer_char(w, ',');
    writer_int(w, (int64_t)r->pending_milli);
    for (int f = 0; f < FRAGS; f++) {
        writer_char(w, ',');
        writer_int(w, r->frag[f]);
    }
    for (int k = 0; k < FRAG_METRICS; k++) {
        if (!outcome_measured(o, (enum frag_metric)k))
            continue;
        writer_char(w, ',');
        writer_int(w, r->metric[k]);
    }
    writer_char(w, '\n');
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    /* The last row closes the series: nothing holds from the horizon on. */
    struct series_row end = {.at = o->horizon};

    (void)c;
    (void)d;
    writer_print(w, "time_s");
    for (int b = 0; b < BUCKETS; b++)
        writer_print(w, ",%s", bucket_info[b].name);
    writer_print(w, ",pending_jobs,running_jobs,pending_milli");
    for (int f = 0; f < FRAGS; f++)
        writer_print(w, ",fragmentation_%s", frag_name[f]);
    for (int k = 0; k < FRAG_METRICS; k++)
        if (outcome_measured(o, (enum frag_metric)k))
            writer_print(w, ",%s_milli", fragmentation_name[k]);
    writer_char(w, '\n');
    for (size_t i = 0; o->series && i < o->n_series && o->series[i].at < o->horizon; i++)
        write_row(w, o, &o->series[i]);
    write_row(w, o, &end);
    return 0;
}

REPORT(series_csv) = {
    .name = "series_csv",
    .file = "series.csv",
    .summary = "one row per change: milli-GPU per bucket, pending, running",
    .on_by_default = true,
    .write = write_report,
};

/* philly_jobs.c - Philly's log as one row per finished job (the AdaptDL simulator's file):
 * submit as local text, length, GPUs, virtual cluster. Not sorted. */
#include "ingest/header.h"
#include "ingest/table.h"

enum { TIMESTAMP, DURATION, NUM_GPUS, CLUSTER, COLUMNS };

static const struct csv_column columns[COLUMNS] = {
    {"timestamp", true},
    {"duration", true},
    {"num_gpus", true},
    {"cluster", false},
};

static int philly_jobs_guess(const char *head, size_t n, struct trace_near *near)
{
    static const char *const required[] = {"timestamp", "duration", "num_gpus"};
    static const char *const known[] = {"gpu_time", "cluster"};
    const struct header_rule rule = {.format = "philly_jobs",
                                     .delimiter = ',',
                                     .required = required,
                                     .n_required = 3,
                                     .known = known,
                                     .n_known = 2};
    return header_guess(&rule, head, n, near);
}

static enum table_verdict take(struct table *t, struct trace_row *row)
{
    int64_t gpus;

    if (!table_time(t, TIMESTAMP, &row->submit) ||
        !table_seconds(t, DURATION, NS_UNKNOWN, &row->run) ||
        !table_whole(t, NUM_GPUS, 1, TABLE_GPUS_MAX, &gpus))
        return table_reject(t, t->word);
    row->gpus = (uint32_t)gpus;
    row->gpus_column = csv_column_of(t->csv, NUM_GPUS);
    row->tenant = table_text(t, CLUSTER);
    return TABLE_JOB;
}

static int philly_jobs_read(struct input *in, const struct trace_options *opt, struct sink *s,
                            struct diag *d)
{
    sink_origin(s, 0);
    sink_unsorted_ok(s);
    sink_note(s, "unknown",
              "waits, outcomes and users; some 35,000 mostly larger jobs of the full "
              "log are not in the published file");
    return table_read(in, ',', columns, COLUMNS, take, NULL, opt, s, d);
}

TRACE_FORMAT(philly_jobs) = {
    .name = "philly_jobs",
    .summary = "Microsoft Philly, 2017: a row per finished job",
    .source = "github.com/petuum/adaptdl (osdi21-artifact)",
    .columns = "timestamp, duration, num_gpus, cluster",
    .jobs = true,
    .guess = philly_jobs_guess,
    .read = philly_jobs_read,
};

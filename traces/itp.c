/* itp.c - Microsoft's ITP clusters of 2021 (the ElasticFlow release): one row is one job
 * with its submission, length and number of GPUs, nothing else. */
#include "ingest/header.h"
#include "ingest/table.h"

enum { JOB_ID, SUBMISSION_TIME, DURATION, NUM_GPU, COLUMNS };

static const char *const header[COLUMNS] = {"job_id", "submission_time", "duration", "num_gpu"};

static const struct csv_column columns[COLUMNS] = {
    {"job_id", true},
    {"submission_time", true},
    {"duration", true},
    {"num_gpu", true},
};

static int itp_guess(const char *head, size_t n, struct trace_near *near)
{
    const struct header_rule rule = {
        .format = "itp", .delimiter = ',', .required = header, .n_required = COLUMNS};
    return header_guess(&rule, head, n, near);
}

static enum table_verdict take(struct table *t, struct trace_row *row)
{
    int64_t gpus;

    row->job_id = table_text(t, JOB_ID);
    if (!table_seconds(t, SUBMISSION_TIME, NS_UNKNOWN, &row->submit) ||
        !table_seconds(t, DURATION, NS_UNKNOWN, &row->run) ||
        !table_whole(t, NUM_GPU, 1, TABLE_GPUS_MAX, &gpus))
        return table_reject(t, t->word);
    row->gpus = (uint32_t)gpus;
    row->gpus_column = csv_column_of(t->csv, NUM_GPU);
    return TABLE_JOB;
}

static int itp_read(struct input *in, const struct trace_options *opt, struct sink *s,
                    struct diag *d)
{
    sink_note(s, "time", "seconds after the collection began (2021-03-04, zone not published)");
    sink_note(s, "unknown", "waits, outcomes, users, shapes and GPU models are not in the file");
    return table_read(in, ',', columns, COLUMNS, take, NULL, opt, s, d);
}

TRACE_FORMAT(itp) = {
    .name = "itp",
    .summary = "Microsoft ITP clusters, 2021",
    .source = "github.com/microsoft/elasticflow-traces",
    .columns = "job_id, submission_time, duration, num_gpu",
    .jobs = true,
    .guess = itp_guess,
    .read = itp_read,
};

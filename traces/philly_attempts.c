/* philly_attempts.c - Philly's log as one row per scheduling attempt (the Lumos file). A
 * retried job has several rows with the same submit time and no common name, so each is
 * a job of its own and its wait is for comparison only. */
#include "ingest/header.h"
#include "ingest/table.h"

enum { NUMBER, RUN_TIME, WAIT_TIME, SUBMIT_TIME, GPU_NUM, COLUMNS };

static const char *const header[COLUMNS] = {"", "run_time", "wait_time", "submit_time", "gpu_num"};

static const struct csv_column columns[COLUMNS] = {
    {"", true}, {"run_time", true}, {"wait_time", false}, {"submit_time", true}, {"gpu_num", true},
};

static int philly_attempts_guess(const char *head, size_t n, struct trace_near *near)
{
    const struct header_rule rule = {
        .format = "philly_attempts", .delimiter = ',', .required = header, .n_required = COLUMNS};
    return header_guess(&rule, head, n, near);
}

static enum table_verdict take(struct table *t, struct trace_row *row)
{
    int64_t gpus;

    row->job_id = table_text(t, NUMBER);
    if (!table_seconds(t, SUBMIT_TIME, NS_UNKNOWN, &row->submit) ||
        !table_seconds(t, RUN_TIME, NS_UNKNOWN, &row->run) ||
        !table_seconds(t, WAIT_TIME, NS_UNKNOWN, &row->wait) ||
        !table_whole(t, GPU_NUM, 1, TABLE_GPUS_MAX, &gpus))
        return table_reject(t, t->word);
    row->gpus = (uint32_t)gpus;
    row->gpus_column = csv_column_of(t->csv, GPU_NUM);
    return TABLE_JOB;
}

static int philly_attempts_read(struct input *in, const struct trace_options *opt, struct sink *s,
                                struct diag *d)
{
    sink_origin(s, 0);
    sink_note(s, "retries", "every attempt is a job; retries share their job's submit time");
    sink_note(s, "unknown", "outcomes, users, virtual clusters and shapes");
    return table_read(in, ',', columns, COLUMNS, take, NULL, opt, s, d);
}

TRACE_FORMAT(philly_attempts) = {
    .name = "philly_attempts",
    .summary = "Microsoft Philly, 2017: a row per scheduling attempt",
    .source = "github.com/DIR-LAB/lumos",
    .columns = "(row number), run_time, wait_time, submit_time, gpu_num",
    .jobs = true,
    .guess = philly_attempts_guess,
    .read = philly_attempts_read,
};

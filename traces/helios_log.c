/* helios_log.c - SenseTime's Helios clusters as first published (HeliosData): 13 columns
 * of Slurm accounting with local text times and the virtual cluster. */
#include "ingest/header.h"
#include "ingest/shape.h"
#include "ingest/table.h"

enum {
    JOB_ID,
    USER,
    VC,
    GPU_NUM,
    CPU_NUM,
    NODE_NUM,
    STATE,
    SUBMIT_TIME,
    START_TIME,
    END_TIME,
    DURATION,
    COLUMNS
};

static const struct csv_column columns[COLUMNS] = {
    {"job_id", true},     {"user", false},     {"vc", false},       {"gpu_num", true},
    {"cpu_num", false},   {"node_num", false}, {"state", true},     {"submit_time", true},
    {"start_time", true}, {"end_time", true},  {"duration", false},
};

static int helios_log_guess(const char *head, size_t n, struct trace_near *near)
{
    static const char *const required[] = {"job_id",      "vc",         "gpu_num",
                                           "cpu_num",     "node_num",   "state",
                                           "submit_time", "start_time", "end_time"};
    static const char *const known[] = {"user", "jobname", "duration", "queue"};
    const struct header_rule rule = {.format = "helios_log",
                                     .delimiter = ',',
                                     .required = required,
                                     .n_required = 9,
                                     .known = known,
                                     .n_known = 4};
    return header_guess(&rule, head, n, near);
}

static enum table_verdict take(struct table *t, struct trace_row *row)
{
    struct job_group *groups = t->own;
    int64_t gpus, cpus, nodes;
    enum table_verdict verdict;

    if (!table_whole(t, GPU_NUM, 0, TABLE_GPUS_MAX, &gpus) ||
        !table_whole(t, CPU_NUM, 0, INT64_C(1) << 40, &cpus) ||
        !table_whole(t, NODE_NUM, 0, TABLE_GPUS_MAX, &nodes))
        return table_reject(t, t->word);
    if ((verdict = table_state(t, STATE, row)) != TABLE_JOB)
        return verdict;
    row->job_id = table_text(t, JOB_ID);
    row->user = table_text(t, USER);
    row->tenant = table_text(t, VC);
    row->gpus = (uint32_t)gpus;
    row->gpus_column = csv_column_of(t->csv, GPU_NUM);
    row->cpu_milli = cpus * 1000;
    if (nodes > 0) {
        row->groups = groups;
        row->n_groups = shape_split((uint32_t)gpus, (uint32_t)nodes, groups);
        row->cpu_milli = shape_each(row->cpu_milli, (uint32_t)nodes);
    }
    return table_span(t, SUBMIT_TIME, row);
}

static int helios_log_read(struct input *in, const struct trace_options *opt, struct sink *s,
                           struct diag *d)
{
    struct job_group groups[2];

    sink_origin(s, 0);
    return table_read(in, ',', columns, COLUMNS, take, groups, opt, s, d);
}

TRACE_FORMAT(helios_log) = {
    .name = "helios_log",
    .summary = "SenseTime Helios, 2020: the original log with text times",
    .source = "github.com/S-Lab-System-Group/HeliosData",
    .columns = "job_id, user, vc, gpu_num, cpu_num, node_num, state, submit_time, start_time, "
               "end_time, duration",
    .jobs = true,
    .guess = helios_log_guess,
    .read = helios_log_read,
};

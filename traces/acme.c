/* acme.c - Shanghai AI Laboratory's Acme clusters, 2023: Seren (13 columns) and Kalos (17, with
 * memory of each pod). Times carry their zone; `duration` is seconds. */
#include "ingest/header.h"
#include "ingest/shape.h"
#include "ingest/table.h"

enum {
    JOB_ID,
    USER,
    NODE_NUM,
    GPU_NUM,
    CPU_NUM,
    MEMORY_GB,
    STATE,
    SUBMIT_TIME,
    START_TIME,
    END_TIME,
    DURATION,
    COLUMNS
};

static const struct csv_column columns[COLUMNS] = {
    {"job_id", true},     {"user", false},           {"node_num", true},  {"gpu_num", true},
    {"cpu_num", false},   {"mem_per_pod_GB", false}, {"state", true},     {"submit_time", true},
    {"start_time", true}, {"end_time", true},        {"duration", false},
};

static int acme_guess(const char *head, size_t n, struct trace_near *near)
{
    static const char *const required[] = {"job_id",     "node_num", "gpu_num",
                                           "type",       "state",    "submit_time",
                                           "start_time", "end_time", "gpu_time"};
    static const char *const known[] = {
        "user",      "cpu_num",   "mem_per_pod_GB", "shared_mem_per_pod",
        "fail_time", "stop_time", "duration",       "queue"};
    const struct header_rule rule = {.format = "acme",
                                     .delimiter = ',',
                                     .required = required,
                                     .n_required = 9,
                                     .known = known,
                                     .n_known = 8};
    return header_guess(&rule, head, n, near);
}

/* Gigabytes of one pod, with or without decimals, to MiB. */
static bool memory(struct table *t, int64_t *mib)
{
    size_t n;
    const char *text = csv_field(t->csv, MEMORY_GB, &n);
    ns_t gigabytes = 0; /* times 10^9: bytes */

    if (n > 0 && (!units_seconds(text, n, &gigabytes, NULL) || gigabytes < 0)) {
        t->word = "number";
        diag_expected(&t->why, csv_at(t->csv, MEMORY_GB), "mem_per_pod_GB", text,
                      "gigabytes as a number");
        return false;
    }
    *mib = gigabytes / (1 << 20) + (gigabytes % (1 << 20) != 0);
    return true;
}

static enum table_verdict take(struct table *t, struct trace_row *row)
{
    struct job_group *groups = t->own;
    int64_t gpus, cpus, nodes;
    enum table_verdict verdict;

    if (!table_whole(t, GPU_NUM, 0, TABLE_GPUS_MAX, &gpus) ||
        !table_whole(t, CPU_NUM, 0, INT64_C(1) << 40, &cpus) ||
        !table_whole(t, NODE_NUM, 1, TABLE_GPUS_MAX, &nodes) || !memory(t, &row->memory_mib))
        return table_reject(t, t->word);
    if ((verdict = table_state(t, STATE, row)) != TABLE_JOB)
        return verdict;
    row->job_id = table_text(t, JOB_ID);
    row->user = table_text(t, USER);
    row->gpus_column = csv_column_of(t->csv, GPU_NUM);
    row->groups = groups;
    row->n_groups = shape_split((uint32_t)gpus, (uint32_t)nodes, groups);
    row->cpu_milli = shape_each(cpus * 1000, (uint32_t)nodes);
    return table_span(t, SUBMIT_TIME, row);
}

static int acme_read(struct input *in, const struct trace_options *opt, struct sink *s,
                     struct diag *d)
{
    struct job_group groups[2];

    sink_origin(s, 0);
    return table_read(in, ',', columns, COLUMNS, take, groups, opt, s, d);
}

TRACE_FORMAT(acme) = {
    .name = "acme",
    .summary = "Acme, 2023: the Seren and Kalos clusters",
    .source = "github.com/InternLM/AcmeTrace",
    .columns = "job_id, user, node_num, gpu_num, cpu_num, mem_per_pod_GB, state, submit_time, "
               "start_time, end_time, duration",
    .jobs = true,
    .guess = acme_guess,
    .read = acme_read,
};

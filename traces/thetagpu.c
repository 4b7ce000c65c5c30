/* thetagpu.c - ALCF ThetaGPU, 2023 (the Lumos file): waits and requested wall times on 24
 * DGX A100 nodes. Not sorted; a column of numbers may be written "1.0".
 *
 * `gpu_num` equals `node_num` on every row: it counts allocation units, which were whole
 * nodes in one queue and single GPUs in another, and the queue is not in the file. The
 * default reading is that a unit is one GPU; --resource node reads it as a node of eight. */
#include "ingest/header.h"
#include "ingest/table.h"

#include <string.h>

#define NODE_GPUS 8

enum { JOB, USER, PROJECT, GPU_NUM, SUBMIT_TIME, WAIT_TIME, RUN_TIME, WALL_TIME, STATUS, COLUMNS };

static const struct csv_column columns[COLUMNS] = {
    {"job", true},      {"user", false},       {"project", false},
    {"gpu_num", true},  {"submit_time", true}, {"wait_time", false},
    {"run_time", true}, {"wall_time", false},  {"new_status", true},
};

static int thetagpu_guess(const char *head, size_t n, struct trace_near *near)
{
    static const char *const required[] = {
        "job",      "gpu_num",   "submit_time", "wait_time",
        "run_time", "wall_time", "node_hour",   "new_status",
    };
    static const char *const known[] = {"", "user", "project", "state", "cpu_num", "node_num"};
    const struct header_rule rule = {.format = "thetagpu",
                                     .delimiter = ',',
                                     .required = required,
                                     .n_required = 8,
                                     .known = known,
                                     .n_known = 6};
    return header_guess(&rule, head, n, near);
}

/* "24166353244411.0" is a hash that went through a column of fractions. */
static const char *whole_name(const char *text, char *to, size_t room)
{
    size_t n;

    if (!text)
        return NULL;
    n = strlen(text);
    if (n < 3 || strcmp(text + n - 2, ".0") != 0 || n - 2 >= room)
        return text;
    memcpy(to, text, n - 2);
    to[n - 2] = '\0';
    return to;
}

struct reading {
    bool nodes;
    struct job_group group;
    char user[32], project[32];
};

static enum table_verdict take(struct table *t, struct trace_row *row)
{
    struct reading *own = t->own;
    int64_t units;

    row->job_id = table_text(t, JOB);
    row->user = whole_name(table_text(t, USER), own->user, sizeof own->user);
    row->tenant = whole_name(table_text(t, PROJECT), own->project, sizeof own->project);
    if (!table_whole(t, GPU_NUM, 1, TABLE_GPUS_MAX / NODE_GPUS, &units) ||
        !table_seconds(t, SUBMIT_TIME, NS_UNKNOWN, &row->submit) ||
        !table_seconds(t, WAIT_TIME, NS_UNKNOWN, &row->wait) ||
        !table_seconds(t, RUN_TIME, NS_UNKNOWN, &row->run) ||
        !table_seconds(t, WALL_TIME, NS_UNKNOWN, &row->limit) ||
        !table_outcome(t, STATUS, &row->end))
        return table_reject(t, t->word);
    if (own->nodes) {
        own->group = (struct job_group){.replicas = (uint32_t)units, .gpus = NODE_GPUS};
        row->groups = &own->group;
        row->n_groups = 1;
    } else {
        row->gpus = (uint32_t)units;
    }
    row->gpus_column = csv_column_of(t->csv, GPU_NUM);
    return TABLE_JOB;
}

static int thetagpu_read(struct input *in, const struct trace_options *opt, struct sink *s,
                         struct diag *d)
{
    struct reading own = {.nodes = opt->resource && strcmp(opt->resource, "node") == 0};

    sink_origin(s, 0);
    sink_unsorted_ok(s);
    sink_note(s, "size",
              own.nodes ? "a unit of gpu_num is read as a node of 8 GPUs"
                        : "a unit of gpu_num is read as one GPU; --resource node reads "
                          "it as a node of 8");
    return table_read(in, ',', columns, COLUMNS, take, &own, opt, s, d);
}

TRACE_FORMAT(thetagpu) = {
    .name = "thetagpu",
    .summary = "ALCF ThetaGPU, 2023",
    .source = "github.com/DIR-LAB/lumos",
    .columns =
        "job, user, project, gpu_num, submit_time, wait_time, run_time, wall_time, new_status",
    .jobs = true,
    .guess = thetagpu_guess,
    .read = thetagpu_read,
};

/* pai.c - Alibaba PAI, 2020: the task table, with or without the header line that its
 * publishers keep in a file of its own.
 *
 * A row is one task of a job: inst_num replicas that each ask for plan_gpu hundredths of a
 * GPU. Tasks of one job differ in size and share, and are jobs of their own here. */
#include "base/arena.h"
#include "base/vec.h"
#include "ingest/header.h"
#include "ingest/table.h"

#include <string.h>

enum {
    JOB_NAME,
    TASK_NAME,
    INST_NUM,
    STATUS,
    START_TIME,
    END_TIME,
    PLAN_CPU,
    PLAN_MEM,
    PLAN_GPU,
    GPU_TYPE,
    COLUMNS
};

static const char *const header[COLUMNS] = {
    "job_name", "task_name", "inst_num", "status",   "start_time",
    "end_time", "plan_cpu",  "plan_mem", "plan_gpu", "gpu_type",
};

static const struct csv_column columns[COLUMNS] = {
    {"job_name", true},    {"task_name", true}, {"inst_num", true},  {"status", true},
    {"start_time", false}, {"end_time", false}, {"plan_cpu", false}, {"plan_mem", false},
    {"plan_gpu", false},   {"gpu_type", false},
};

struct running {
    char *id, *type, *text;
    struct trace_row row;
    struct job_group group;
};

struct reading {
    struct arena arena;
    struct job_group group;
    VEC(struct running) running; /* no end: seen until the latest time of the file */
    ns_t latest;
    char id[256];
};

/* Ten columns, the fourth a status: the table as it was published. */
static bool is_bare(const char *head, size_t n)
{
    static const char *const words[] = {"Terminated,", "Failed,", "Running,", "Waiting,"};
    const char *end = memchr(head, '\n', n), *status = NULL;
    size_t commas = 0;

    for (const char *p = head; p < (end ? end : head + n); p++)
        if (*p == ',' && ++commas == 3)
            status = p + 1;
    for (size_t i = 0; commas == 9 && i < sizeof words / sizeof *words; i++)
        if (strncmp(status, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

static int pai_guess(const char *head, size_t n, struct trace_near *near)
{
    const struct header_rule rule = {
        .format = "pai", .delimiter = ',', .required = header, .n_required = COLUMNS};
    return is_bare(head, n) ? GUESS_YES : header_guess(&rule, head, n, near);
}

/* A count of hundredths or gigabytes that may have decimals, in thousandths. */
static bool thousandths(struct table *t, uint32_t want, int64_t most, int64_t *out)
{
    size_t n;
    const char *text = csv_field(t->csv, want, &n);
    ns_t v = 0;

    if (n == 0 || (units_seconds(text, n, &v, NULL) && v >= 0 && v / NS_PER_S <= most)) {
        *out = (v + 999999) / 1000000;
        return true;
    }
    t->word = "number";
    diag_expected(&t->why, csv_at(t->csv, want), header[want], text, "a number of 0 or more");
    return false;
}

static bool size(struct table *t, struct reading *own, struct trace_row *row)
{
    int64_t replicas, gpu, cpu, memory;

    if (!table_whole(t, INST_NUM, 1, TABLE_GPUS_MAX, &replicas) ||
        !thousandths(t, PLAN_GPU, 409600, &gpu) || !thousandths(t, PLAN_CPU, 100000000, &cpu) ||
        !thousandths(t, PLAN_MEM, 100000000, &memory))
        return false;
    gpu = (gpu + 99) / 100; /* thousandths of a percent to milli-GPU */
    if (gpu > 1000 && gpu % 1000 != 0) {
        t->word = "shape";
        diag_expected(&t->why, csv_at(t->csv, PLAN_GPU), "plan_gpu",
                      csv_field(t->csv, PLAN_GPU, NULL), "at most 100 or whole hundreds");
        return false;
    }
    own->group = (struct job_group){.replicas = (uint32_t)replicas,
                                    .gpus = gpu == 0     ? 0
                                            : gpu < 1000 ? 1
                                                         : (uint32_t)(gpu / 1000)};
    row->groups = &own->group;
    row->n_groups = 1;
    row->gpus_column = csv_column_of(t->csv, INST_NUM);
    row->share_milli = gpu > 0 && gpu < 1000 ? (uint32_t)gpu : 0;
    row->cpu_milli = (cpu + 99) / 100;
    row->memory_mib = (memory * 1000000 + (1 << 20) - 1) >> 20;
    return true;
}

static bool outcome(struct table *t, enum job_end *out, bool *waits)
{
    static const struct {
        const char *word;
        enum job_end end;
    } words[] = {
        {"Terminated", JOB_DONE},
        {"Failed", JOB_FAILED},
        {"Running", JOB_CENSORED},
        {"Waiting", JOB_ENDS},
    };
    const char *text = csv_field(t->csv, STATUS, NULL);

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i].word) == 0) {
            *waits = words[i].end == JOB_ENDS;
            *out = *waits ? JOB_CENSORED : words[i].end;
            return true;
        }
    t->word = "state";
    diag_expected(&t->why, csv_at(t->csv, STATUS), "status", text,
                  "Terminated, Failed, Running or Waiting");
    return false;
}

static char *copy(struct arena *a, const char *text)
{
    return text ? arena_text(a, text, strlen(text)) : NULL;
}

static enum table_verdict take(struct table *t, struct trace_row *row)
{
    struct reading *own = t->own;
    bool waits;
    ns_t end;

    if (!outcome(t, &row->end, &waits) || !size(t, own, row) ||
        !table_seconds(t, START_TIME, NS_UNKNOWN, &row->submit) ||
        !table_seconds(t, END_TIME, NS_UNKNOWN, &end))
        return table_reject(t, t->word);
    if (waits || row->submit == NS_UNKNOWN)
        return table_skip(t, "never ran");
    own->latest = row->submit > own->latest ? row->submit : own->latest;
    own->latest = end > own->latest ? end : own->latest;
    snprintf(own->id, sizeof own->id, "%.120s/%.120s", csv_field(t->csv, JOB_NAME, NULL),
             csv_field(t->csv, TASK_NAME, NULL));
    row->job_id = own->id;
    row->gpu_types = table_text(t, GPU_TYPE);
    if (end == NS_UNKNOWN) {
        struct running r = {.row = *row,
                            .group = own->group,
                            .id = copy(&own->arena, own->id),
                            .type = copy(&own->arena, row->gpu_types),
                            .text = copy(&own->arena, row->text)};
        r.row.end = JOB_CENSORED;
        VEC_PUSH(&own->running, r);
        return TABLE_KEPT;
    }
    if (end < row->submit)
        return table_backwards(t, END_TIME, "end_time", "start_time", row->submit - end);
    row->run = end - row->submit;
    return TABLE_JOB;
}

static int pai_read(struct input *in, const struct trace_options *opt, struct sink *s,
                    struct diag *d)
{
    struct reading own = {.latest = 0};
    const char *head;
    size_t n;
    int result;

    if (input_head(in, &head, &n, d) < 0)
        return -1;
    arena_init(&own.arena);
    sink_unsorted_ok(s);
    sink_note(s, "submit", "the start of a task: when it was submitted is not in this table");
    result = (is_bare(head, n) ? table_read_bare : table_read)(in, ',', columns, COLUMNS, take,
                                                               &own, opt, s, d);
    for (size_t i = 0; result == 0 && i < own.running.n; i++) {
        struct running *r = &own.running.at[i];

        r->row.job_id = r->id;
        r->row.gpu_types = r->type;
        r->row.text = r->text;
        r->row.groups = &r->group;
        r->row.run = own.latest - r->row.submit;
        result = sink_row(s, &r->row, d);
    }
    VEC_FREE(&own.running);
    arena_free(&own.arena);
    return result;
}

TRACE_FORMAT(pai) = {
    .name = "pai",
    .summary = "Alibaba PAI tasks, 2020 (shares of a GPU)",
    .source = "github.com/alibaba/clusterdata, cluster-trace-gpu-v2020",
    .columns = "job_name, task_name, inst_num, status, start_time, end_time, plan_cpu, plan_mem, "
               "plan_gpu, gpu_type",
    .jobs = true,
    .guess = pai_guess,
    .read = pai_read,
};

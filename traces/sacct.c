/* sacct.c - Slurm accounting as printed by `sacct --parsable2`.
 *
 * Rows become jobs in three steps. Steps (12.0, 12.batch) belong to a row already there and
 * are counted away. Rows of one number, task and component are attempts in order of submit
 * (--duplicates). Components (12+0, 12+1) of one attempt are a gang with several groups. */
#include "base/vec.h"
#include "ingest/header.h"
#include "ingest/slurm_row.h"

#include <string.h>
#include <strings.h>

#define TASKS_MAX 4000001 /* the largest MaxArraySize Slurm allows */
#define GROUPS_MAX 1024

struct part {
    struct slurm_row row;
    uint32_t attempt; /* 0, 1, ... */
    bool bad;         /* rejected already: its gang cannot be replayed */
};

struct job {
    size_t first, n;
    ns_t submit;
    uint32_t line, attempt;
};

struct reading {
    struct slurm_reader reader;
    struct arena arena;
    VEC(struct part) parts;
    VEC(struct job) jobs;
};

static int sacct_guess(const char *head, size_t n, struct trace_near *near)
{
    static const char *const by_submit[] = {"JobID", "State", "Submit"};
    static const char *const by_eligible[] = {"JobID", "State", "Eligible"};
    struct header_rule rule = {
        .format = "sacct", .delimiter = '|', .required = by_submit, .n_required = 3};
    const char *end = memchr(head, '\n', n);
    size_t blank = strspn(head, " ");

    if (header_guess(&rule, head, n, near) != GUESS_NO && memchr(head, '|', n))
        return GUESS_YES;
    rule.required = by_eligible;
    if (header_guess(&rule, head, n, NULL) != GUESS_NO && memchr(head, '|', n))
        return GUESS_YES;
    /* the padded table, so that the reader can name the flag that is missing */
    if (end && n - blank > 6 && strncasecmp(head + blank, "JobID ", 6) == 0 && end[1] == '-' &&
        end[2] == '-')
        return GUESS_YES;
    return GUESS_NO;
}

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_task(const struct part *x, const struct part *y)
{
    int c = compare(x->row.id.job, y->row.id.job);

    return c ? c : compare((uint64_t)(x->row.id.task + 1), (uint64_t)(y->row.id.task + 1));
}

/* Attempts of one component next to each other, in order of submit. */
static int by_component(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    int c = by_task(x, y);

    c = c ? c : compare((uint64_t)(x->row.id.component + 1), (uint64_t)(y->row.id.component + 1));
    c = c ? c : (x->row.submit > y->row.submit) - (x->row.submit < y->row.submit);
    return c ? c : compare(x->row.line, y->row.line);
}

/* Components of one attempt next to each other. */
static int by_attempt(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    int c = by_task(x, y);

    c = c ? c : compare(x->attempt, y->attempt);
    return c ? c
             : compare((uint64_t)(x->row.id.component + 1), (uint64_t)(y->row.id.component + 1));
}

static int by_line(const void *a, const void *b)
{
    return compare(((const struct job *)a)->line, ((const struct job *)b)->line);
}

/* A waiting array stands for its tasks; none of them ran. */
static int skip_tasks(struct reading *own, const struct slurm_row *row, struct sink *s,
                      struct diag *d)
{
    struct slurm_tasks list = {.text = row->tasks, .n = row->id.tasks_n};
    const struct slurm_table *t = &own->reader.table;
    int64_t task;
    uint32_t n = 0;
    int got;

    while ((got = slurm_text_task(&list, &task)) == 1 && n < TASKS_MAX) {
        sink_skip(s, "never ran", row->line);
        n++;
    }
    if (got == 0)
        return 0;
    if (list.n - list.at >= 3 && memcmp(list.text + list.at, "...", 3) == 0) {
        size_t from = list.at > 0 ? list.at - 1 : 0; /* mark ",...]" */

        return diag_fail(d, STATUS_INPUT,
                         slurm_table_at(t, own->reader.column[SLURM_JOBID], row->id.tasks + from,
                                        list.n - from + 1),
                         "array task list was cut off by sacct; set SLURM_BITSTR_LEN=0 and export "
                         "again");
    }
    return diag_fail(d, STATUS_INPUT,
                     slurm_table_at(t, own->reader.column[SLURM_JOBID], row->id.tasks + list.at, 1),
                     got < 0 ? "array task list is not one, expected numbers and ranges such as "
                               "1-3,7,9-20:2"
                             : "array has more than 4000001 waiting tasks, expected fewer");
}

/* One row of the file. -1 when the run must stop. */
static int take(struct reading *own, struct sink *s, struct diag *d)
{
    struct part p = {.bad = false};
    struct diag why;
    const char *kind = NULL;
    struct slurm_id id;

    if (!slurm_row_id(&own->reader, &id, &why)) {
        kind = "number";
    } else if (id.step) {
        sink_fold(s, "step", own->reader.table.number);
        return 0;
    } else {
        kind = slurm_row_read(&own->reader, &p.row, &why);
    }
    if (!kind && p.row.tasks && !p.row.ran)
        return skip_tasks(own, &p.row, s, d);
    if (kind) {
        if (sink_reject(s, kind, &why, own->reader.table.line) < 0) {
            *d = why;
            return -1;
        }
        if (id.component < 0)
            return 0;
        p.bad = true;
    }
    VEC_PUSH(&own->parts, p);
    return 0;
}

/* Number the attempts, then find the runs of parts that are one job. */
static void gather(struct reading *own)
{
    struct part *p = own->parts.at;
    size_t n = own->parts.n;

    if (n == 0)
        return;
    qsort(p, n, sizeof *p, by_component);
    for (size_t i = 1; i < n; i++)
        if (by_task(&p[i - 1], &p[i]) == 0 && p[i - 1].row.id.component == p[i].row.id.component)
            p[i].attempt = p[i - 1].attempt + 1;
    qsort(p, n, sizeof *p, by_attempt);
    for (size_t i = 0, k; i < n; i = k) {
        struct job job = {
            .first = i, .submit = p[i].row.submit, .line = p[i].row.line, .attempt = p[i].attempt};

        for (k = i; k < n && by_task(&p[i], &p[k]) == 0 && p[k].attempt == job.attempt; k++) {
            job.line = p[k].row.line < job.line ? p[k].row.line : job.line;
            job.submit = p[k].row.submit > job.submit ? p[k].row.submit : job.submit;
        }
        job.n = k - i;
        VEC_PUSH(&own->jobs, job);
    }
}

/* --retries merge: an attempt the system cut short goes on in the next one. */
static void merge(struct reading *own, struct sink *s)
{
    for (size_t i = 0; i + 1 < own->jobs.n; i++) {
        struct job *job = &own->jobs.at[i], *next = job + 1;
        const struct part *a = &own->parts.at[job->first], *b = &own->parts.at[next->first];

        if (by_task(a, b) != 0 || !a->row.ran || !b->row.ran || a->bad || b->bad ||
            (a->row.end != JOB_PREEMPTED && a->row.end != JOB_NODE_FAIL))
            continue;
        for (size_t k = 0; k < job->n; k++)
            sink_fold(s, "attempt", own->parts.at[job->first + k].row.line);
        next->submit = job->submit;
        job->n = 0;
    }
}

static int emit(struct reading *own, const struct job *job, struct sink *s, struct diag *d)
{
    const struct part *p = &own->parts.at[job->first];
    struct job_group groups[GROUPS_MAX];
    char id[64];
    int n;
    struct trace_row row = {
        .job_id = id,
        .submit = job->submit,
        .run = p->row.run,
        .limit = p->row.limit,
        .wait = p->row.start == NS_UNKNOWN ? NS_UNKNOWN : p->row.start - job->submit,
        .groups = groups,
        .share_milli = p->row.share_milli,
        .tenant = p->row.account,
        .user = p->row.user,
        .priority = p->row.priority,
        .end = p->row.end,
        .line = p->row.line,
        .text = p->row.text,
        .gpus_column = p->row.size_column,
    };

    for (size_t i = 0; i < job->n; i++)
        if (p[i].bad) { /* counted as rejected when it was read */
            for (size_t k = 0; k < job->n; k++)
                if (!p[k].bad)
                    sink_fold(s, "component", p[k].row.line);
            return 0;
        }
    for (size_t i = 1; i < job->n; i++)
        sink_fold(s, "component", p[i].row.line);
    if (!p->row.ran) {
        sink_skip(s, "never ran", p->row.line);
        return 0;
    }
    for (size_t i = 0; i < job->n; i++) {
        const struct slurm_row *r = &p[i].row;

        if (row.n_groups + r->n_groups > GROUPS_MAX)
            return diag_fail(
                d, STATUS_INPUT,
                (struct diag_at){.file = input_name(own->reader.table.in), .line = r->line},
                "a heterogeneous job has more than %d groups", GROUPS_MAX);
        for (uint32_t k = 0; k < r->n_groups; k++)
            groups[row.n_groups++] = r->groups[k];
        /* members share one CPU and memory figure: the largest is enough for all */
        row.cpu_milli = r->cpu_milli > row.cpu_milli ? r->cpu_milli : row.cpu_milli;
        row.memory_mib = r->memory_mib > row.memory_mib ? r->memory_mib : row.memory_mib;
        row.run = r->run > row.run ? r->run : row.run;
        row.gpu_types = r->types ? r->types : row.gpu_types;
        row.mig_profile = r->mig ? r->types : row.mig_profile;
        row.share_milli = r->share_milli ? r->share_milli : row.share_milli;
    }
    if (row.wait < 0 && row.wait != NS_UNKNOWN) {
        sink_warn(s, "early-start", row.line, "a job started before it was submitted");
        row.wait = 0;
    }
    n = snprintf(id, sizeof id, "%llu", (unsigned long long)p->row.id.job);
    if (p->row.id.task >= 0)
        n += snprintf(id + n, sizeof id - (size_t)n, "_%lld", (long long)p->row.id.task);
    if (job->attempt > 0)
        snprintf(id + n, sizeof id - (size_t)n, "#%u", job->attempt + 1);
    return sink_row(s, &row, d);
}

static int read_rows(struct reading *own, struct sink *s, struct diag *d)
{
    struct slurm_table *t = &own->reader.table;
    int got;

    while ((got = slurm_table_next(t, d)) > 0) {
        sink_count_row(s);
        if (got == 1 ? take(own, s, d) < 0 : sink_reject(s, "fields", d, t->line) < 0)
            return -1;
    }
    return got;
}

static int sacct_read(struct input *in, const struct trace_options *opt, struct sink *s,
                      struct diag *d)
{
    struct reading own = {.reader = {.sink = s, .shards = SLURM_ROW_SHARDS}};
    int result;

    own.reader.by_submit = opt->submit_time == SUBMIT_SUBMIT;
    own.reader.arena = &own.arena;
    arena_init(&own.arena);
    sink_origin(s, 0);
    sink_unsorted_ok(s);
    if (zone_open(&own.reader.zone, opt->tz, d) < 0)
        return -1;
    result = slurm_table_open(&own.reader.table, in, d);
    if (result == 0)
        result = slurm_row_columns(&own.reader, d);
    if (result == 0)
        result = read_rows(&own, s, d);
    if (result == 0) {
        gather(&own);
        if (opt->retries == RETRIES_MERGE)
            merge(&own, s);
        if (own.jobs.n > 0)
            qsort(own.jobs.at, own.jobs.n, sizeof *own.jobs.at, by_line);
        if (own.parts.n > 0 && !own.reader.any_gpu)
            sink_warn(s, "no-gres", 1,
                      "no row has gres/gpu: accounting knows GPUs only when "
                      "AccountingStorageTRES names them");
    }
    for (size_t i = 0; result == 0 && i < own.jobs.n; i++)
        if (own.jobs.at[i].n > 0)
            result = emit(&own, &own.jobs.at[i], s, d);
    VEC_FREE(&own.parts);
    VEC_FREE(&own.jobs);
    slurm_table_close(&own.reader.table);
    zone_close(&own.reader.zone);
    arena_free(&own.arena);
    return result;
}

TRACE_FORMAT(sacct) = {
    .name = "sacct",
    .summary = "Slurm accounting, sacct --parsable2",
    .source = "slurm.schedmd.com/sacct.html",
    .columns = "JobID, Submit, Eligible, Start, End, ElapsedRaw (or Elapsed), Suspended, State, "
               "Timelimit, NNodes, AllocCPUS, ReqMem, ReqTRES, AllocTRES, Account, User, Priority",
    .counted = "jobs",
    .jobs = true,
    .guess = sacct_guess,
    .read = sacct_read,
};

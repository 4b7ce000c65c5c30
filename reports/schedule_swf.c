/* schedule_swf.c - the simulated schedule in the Standard Workload Format 2.2, a processor
 * being one GPU. */
#include "metrics/calendar.h"
#include "metrics/report.h"

#include <stdlib.h>
#include <string.h>

enum { NAMED_JOBS = 20 }; /* most jobs whose number is given in a comment */

/* Queues are tenants by name; users are numbered by their first queue, then by name. */
struct numbers {
    uint32_t *queue, *user;
};

struct entry {
    uint32_t rank, id;
    const char *name;
};

static int by_rank(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return strcmp(x->name, y->name);
}

static uint32_t *number(struct entry *e, uint32_t n)
{
    uint32_t *to = calloc(n + 1, sizeof *to);

    qsort(e, n, sizeof *e, by_rank);
    for (uint32_t i = 0; to && i < n; i++)
        to[e[i].id] = i + 1;
    return to;
}

static int make_numbers(const struct job_set *j, struct numbers *out, struct diag *d)
{
    uint32_t tenants = j->tenants.n, users = j->user ? j->users.n : 0;
    struct entry *tenant = calloc(tenants + 1, sizeof *tenant);
    struct entry *user = calloc(users + 1, sizeof *user);

    *out = (struct numbers){0};
    for (uint32_t i = 0; tenant && i < tenants; i++)
        tenant[i] = (struct entry){0, i, intern_text(&j->tenants, i)};
    if (tenant)
        out->queue = number(tenant, tenants);
    for (uint32_t i = 0; user && i < users; i++)
        user[i] = (struct entry){UINT32_MAX, i, intern_text(&j->users, i)};
    for (uint32_t i = 0; user && users && out->queue && i < j->n; i++) {
        uint32_t t = j->requests[j->specs[i].request].tenant;
        uint32_t queue = t < tenants ? out->queue[t] : 0;
        if (queue < user[j->user[i]].rank)
            user[j->user[i]].rank = queue;
    }
    if (user)
        out->user = number(user, users);
    free(tenant);
    free(user);
    if (out->queue && out->user)
        return 0;
    return diag_fail(d, STATUS_INPUT, (struct diag_at){0}, "out of memory for %u users", users);
}

/* "2 nodes x 4 h100-sxm + 1 node x 8 a100-40": runs of equal nodes. */
static void write_computer(struct writer *w, const struct topology *t)
{
    for (uint32_t i = 0, n; i < t->n_nodes; i += n) {
        for (n = 1; i + n < t->n_nodes && t->gpus[i + n] == t->gpus[i] &&
                    t->gpu_type[i + n] == t->gpu_type[i];)
            n++;
        writer_print(w, "%s%u node%s x %u %s", i ? " + " : "", n, n == 1 ? "" : "s", t->gpus[i],
                     t->gpu_type[i] < t->n_types ? t->type_name[t->gpu_type[i]] : "GPUs");
    }
}

static void write_clock(struct writer *w, const struct outcome *o)
{
    ns_t last = 0;
    char to[40];

    if (o->jobs->origin == NS_UNKNOWN) {
        writer_print(w, "; Note: the time of day is not known; times are seconds from the first "
                        "submission\n");
        return;
    }
    for (uint32_t i = 0; i < o->jobs->n; i++)
        last = o->results[i].end > last ? o->results[i].end : last;
    writer_print(w, "; UnixStartTime: %lld\n; TimeZoneString: UTC\n",
                 (long long)(o->jobs->origin / NS_PER_S));
    writer_print(w, "; StartTime: %s\n", calendar_long(o->jobs->origin, to));
    writer_print(w, "; EndTime: %s\n", calendar_long(o->jobs->origin + last, to));
}

/* Names as `Queue: number name` lines, in order of number. */
static void write_queues(struct writer *w, const struct outcome *o, const uint32_t *queue)
{
    uint32_t n = o->jobs->tenants.n, *id = calloc(n + 1, sizeof *id);

    writer_print(w, "; MaxQueues: %u\n", n);
    for (uint32_t i = 0; id && queue && i < n; i++)
        id[queue[i]] = i;
    for (uint32_t k = 1; id && k <= n; k++)
        writer_print(w, "; Queue: %u %s\n", k, intern_text(&o->jobs->tenants, id[k]));
    free(id);
}

/* Runs of jobs that were stopped have lines of their own. */
static size_t records_of(const struct outcome *o)
{
    return o->jobs->n + o->n_runs;
}

static void write_header(struct writer *w, const struct outcome *o, const struct numbers *numbers)
{
    char name[16];

    writer_print(w, "; Version: 2.2\n; Computer: ");
    write_computer(w, o->fleet);
    writer_print(w, " (simulated)\n; Installation: berth %s, scenario %s, policy %s, seed %llu\n",
                 o->program_version, o->scenario, o->composition, (unsigned long long)o->seed);
    writer_print(w, "; Conversion: berth run, schedule computed and not recorded\n");
    writer_print(w, "; MaxJobs: %u\n; MaxRecords: %u\n; Preemption: %s\n", o->jobs->n,
                 (uint32_t)records_of(o), o->n_runs ? "Yes" : "No");
    write_clock(w, o);
    writer_print(w, "; MaxNodes: %u\n; MaxProcs: %u\n", o->fleet->n_nodes, o->fleet->n_gpus);
    write_queues(w, o, numbers->queue);
    writer_print(w, "; MaxPartitions: %u\n", o->fleet->n_types);
    for (uint32_t k = 0; k < o->fleet->n_types; k++)
        writer_print(w, "; Partition: %u %s\n", k + 1, o->fleet->type_name[k]);
    writer_print(w, "; Note: a processor is one GPU; job numbers are ");
    for (uint32_t i = 0; o->jobs->n <= NAMED_JOBS && i < o->jobs->n; i++)
        writer_print(w, "%s=%u%s", job_name(o->jobs, i, name), i + 1,
                     i + 1 < o->jobs->n ? " " : ", see jobs.csv\n");
    if (o->jobs->n > NAMED_JOBS || o->jobs->n == 0)
        writer_print(w, "the rows of jobs.csv in order\n");
}

static void write_time(struct writer *w, ns_t t)
{
    if (t == NS_UNKNOWN) {
        writer_print(w, "-1");
    } else if (t % NS_PER_S == 0) {
        writer_int(w, t / NS_PER_S);
    } else {
        writer_seconds(w, t, 9);
    }
}

/* 1 done, 0 failed, 5 cancelled, -1 not known: cut off by the log or by the horizon. */
static int status_of(const struct outcome *o, uint32_t job)
{
    static const int status[JOB_ENDS] = {
        [JOB_DONE] = 1,      [JOB_FAILED] = 0,    [JOB_KILLED] = 5,   [JOB_TIMEOUT] = 0,
        [JOB_PREEMPTED] = 0, [JOB_NODE_FAIL] = 0, [JOB_CENSORED] = -1};

    if (o->results[job].start == NS_UNKNOWN)
        return 5;
    return o->results[job].end == NS_UNKNOWN ? -1 : status[o->jobs->specs[job].end];
}

/* One line; submit is unknown for all runs of a job but its first. */
static void write_line(struct writer *w, const struct outcome *o, uint32_t job,
                       const struct numbers *numbers, ns_t submit, ns_t wait, ns_t ran, int status,
                       int type)
{
    const struct job_spec *s = &o->jobs->specs[job];
    const struct request *q = &o->jobs->requests[s->request];
    bool started = ran != NS_UNKNOWN;
    int queue = numbers->queue && o->jobs->tenants.n ? (int)numbers->queue[q->tenant] : -1;

    writer_print(w, "%u ", job + 1);
    write_time(w, submit);
    writer_char(w, ' ');
    write_time(w, wait);
    writer_char(w, ' ');
    write_time(w, ran);
    writer_print(w, " %d -1 -1 %u ", started ? (int)q->gpus : -1, q->gpus);
    write_time(w, s->limit);
    writer_print(w, " -1 %d %d %d -1 %d %d -1 -1\n", status,
                 o->jobs->user ? (int)numbers->user[o->jobs->user[job]] : -1, queue, queue,
                 type < 0 ? -1 : type + 1);
}

/* As the format's definition has it: first the whole job with the sum of its runs, then the runs; all of
 * them "to be continued" (2) but the last, which is done (3) or was killed (4). */
static void write_runs(struct writer *w, const struct outcome *o, uint32_t job,
                       const struct numbers *numbers)
{
    const struct job_spec *s = &o->jobs->specs[job];
    uint32_t runs = outcome_runs(o, job);
    ns_t before = s->submit;

    for (uint32_t k = 0; k < runs; k++) {
        struct job_run run = outcome_run(o, job, k);
        bool last = run.stop == STOP_REASONS && o->results[job].end != NS_UNKNOWN;
        write_line(w, o, job, numbers, k ? NS_UNKNOWN : s->submit, run.start - before,
                   run.end - run.start,
                   !last                    ? 2
                   : status_of(o, job) == 1 ? 3
                                            : 4,
                   outcome_run_type(o, &run));
        before = run.end;
    }
}

static void write_job(struct writer *w, const struct outcome *o, uint32_t job,
                      const struct numbers *numbers)
{
    const struct job_spec *s = &o->jobs->specs[job];
    const struct job_result *r = &o->results[job];
    const struct job_history *h = outcome_history(o, job);
    bool started = r->start != NS_UNKNOWN;

    write_line(w, o, job, numbers, s->submit, started ? r->start - s->submit : NS_UNKNOWN,
               started ? outcome_job_ran(o, job) : NS_UNKNOWN, status_of(o, job),
               outcome_job_type(o, job));
    if (h && h->n_runs)
        write_runs(w, o, job, numbers);
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    struct numbers numbers;
    int rc = make_numbers(o->jobs, &numbers, d);

    (void)c;
    if (rc == 0) {
        write_header(w, o, &numbers);
        for (uint32_t job = 0; job < o->jobs->n; job++)
            write_job(w, o, job, &numbers);
    }
    free(numbers.queue);
    free(numbers.user);
    return rc;
}

REPORT(schedule_swf) = {
    .name = "schedule_swf",
    .file = "schedule.swf",
    .summary = "the computed schedule as SWF 2.2, a processor being one GPU",
    .on_by_default = true,
    .write = write_report,
};

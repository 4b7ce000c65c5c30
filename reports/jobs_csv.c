/* jobs_csv.c - one row per job: Batsim's columns in Batsim's order, then ours. */
#include "metrics/report.h"
#include "base/vec.h"

static const char header[] =
    "job_id,workload_name,profile,submission_time,requested_number_of_resources,requested_time,"
    "success,final_state,starting_time,execution_time,finish_time,waiting_time,turnaround_time,"
    "stretch,allocated_resources,consumed_energy,metadata,tenant,user,gpu_type,shape,nodes,"
    "bounded_slowdown,useful_gpu_s,discarded_gpu_s,wait_policy_s,wait_quota_s,"
    "wait_fragmentation_s,wait_too_few_s,starts,cost_usd,wait_reserved_s,first_wait_s,preemptions,"
    "migrations,"
    "suspensions,node_failures,lost_gpu_s,overhead_gpu_s\n";

/* In the order of the header; new ones only at its end. */
static const enum wait_cause waits_first[] = {WAIT_POLICY, WAIT_QUOTA, WAIT_FRAGMENTATION,
                                              WAIT_TOO_FEW};

struct range {
    uint32_t first, last;
}; /* devices, numbered through the fleet */
struct devices {
    VEC(struct range) ranges;
    VEC(uint32_t) nodes;
};

static int by_first(const void *a, const void *b)
{
    const struct range *x = a, *y = b;

    return x->first < y->first ? -1 : x->first > y->first;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void add_segment(const struct outcome *o, const struct segment *s, struct devices *h)
{
    uint32_t first = o->fleet->first_gpu[s->node] + outcome_base(s);

    VEC_PUSH(&h->nodes, s->node);
    for (uint32_t bit = 0; bit < 64; bit++) {
        uint32_t from = bit;
        while (bit < 64 && s->mask >> bit & 1)
            bit++;
        if (bit > from)
            VEC_PUSH(&h->ranges, (struct range){first + from, first + bit - 1});
    }
}

/* All devices it held in any of its runs. */
static void collect(const struct outcome *o, uint32_t job, struct devices *h)
{
    uint32_t runs = o->segments ? outcome_runs(o, job) : 0;

    h->ranges.n = h->nodes.n = 0;
    for (uint32_t k = 0; k < runs; k++) {
        struct job_run run = outcome_run(o, job, k);
        for (uint32_t i = 0; i < run.n_segments; i++)
            add_segment(o, &o->segments[run.first_segment + i], h);
    }
    if (h->ranges.n > 1)
        qsort(h->ranges.at, h->ranges.n, sizeof *h->ranges.at, by_first);
    if (h->nodes.n > 1)
        qsort(h->nodes.at, h->nodes.n, sizeof *h->nodes.at, by_number);
}

/* Canonical: closed intervals, rising, joined where they touch; "0-3 7". */
static void write_devices(struct writer *w, const struct devices *h)
{
    for (size_t i = 0; i < h->ranges.n; i++) {
        struct range range = h->ranges.at[i];
        while (i + 1 < h->ranges.n && h->ranges.at[i + 1].first <= range.last + 1) {
            i++;
            range.last = h->ranges.at[i].last > range.last ? h->ranges.at[i].last : range.last;
        }
        writer_int(w, range.first);
        if (range.last > range.first) {
            writer_char(w, '-');
            writer_int(w, range.last);
        }
        if (i + 1 < h->ranges.n)
            writer_char(w, ' ');
    }
}

/* A node's name as it is, the list quoted when one of them needs it. */
static void write_nodes(struct writer *w, const struct outcome *o, const struct devices *h)
{
    bool quote = false;
    char to[16];

    for (size_t i = 0; i < h->nodes.n && !quote; i++)
        quote = strpbrk(topology_node_name(o->fleet, h->nodes.at[i], to), ",\"\r\n") != NULL;
    if (quote)
        writer_char(w, '"');
    for (size_t i = 0, n = 0; i < h->nodes.n; i++) {
        if (i && h->nodes.at[i] == h->nodes.at[i - 1])
            continue;
        if (n++)
            writer_char(w, ' ');
        for (const char *c = topology_node_name(o->fleet, h->nodes.at[i], to); *c; c++) {
            if (*c == '"')
                writer_char(w, '"');
            writer_char(w, *c);
        }
    }
    if (quote)
        writer_char(w, '"');
}

static void write_time(struct writer *w, ns_t t)
{
    writer_char(w, ',');
    if (t != NS_UNKNOWN)
        writer_seconds(w, t, 6);
}

/* Milli-GPU x ns as GPU-seconds, at most 6 decimals. */
static void write_gpu_s(struct writer *w, wide_t held)
{
    writer_char(w, ',');
    writer_real(w, (double)held / 1e12, 6);
}

static void write_wait(struct writer *w, const struct outcome *o, uint32_t job, enum wait_cause c)
{
    writer_char(w, ',');
    if (o->waits)
        writer_real(w, (double)o->waits[job][c] / 1e9, 6);
}

/* Batsim's part. Execution is all the time it held devices and waiting all the time it was pending, so
 * that together they are the turnaround however often it was stopped. Batsim's stretch is turnaround over execution time, "inf" for a job of no length. */
static void write_batsim(struct writer *w, const struct outcome *o, uint32_t job,
                         const struct devices *h)
{
    const struct job_spec *s = &o->jobs->specs[job];
    const struct job_result *r = &o->results[job];
    bool started = r->start != NS_UNKNOWN, ended = r->end != NS_UNKNOWN;
    ns_t ran = outcome_job_ran(o, job);
    char name[16];

    writer_csv(w, job_name(o->jobs, job, name));
    writer_char(w, ',');
    writer_csv(w, o->scenario);
    writer_print(w, ",recorded");
    write_time(w, s->submit);
    writer_print(w, ",%u,", o->jobs->requests[s->request].gpus);
    if (s->limit == NS_UNKNOWN)
        writer_print(w, "-1.000000");
    else
        writer_seconds(w, s->limit, 6);
    writer_print(w, ",%s,%s",
                 !ended               ? ""
                 : s->end == JOB_DONE ? "1"
                                      : "0",
                 outcome_job_state(o, job));
    write_time(w, started ? r->start : NS_UNKNOWN);
    write_time(w, ended ? ran : NS_UNKNOWN);
    write_time(w, ended ? r->end : NS_UNKNOWN);
    write_time(w, started ? outcome_job_pending(o, job) : NS_UNKNOWN);
    write_time(w, ended ? r->end - s->submit : NS_UNKNOWN);
    if (ended && ran > 0)
        writer_print(w, ",%.6f,", (double)(r->end - s->submit) / (double)ran);
    else
        writer_print(w, ended ? ",inf," : ",,");
    write_devices(w, h);
    /* What Batsim has no word for, so that nothing is lost between its final states. */
    if (s->end == JOB_PREEMPTED || s->end == JOB_NODE_FAIL || s->end == JOB_CENSORED)
        writer_print(w, ",-1.000000,\"end=%s\",", job_end_name(s->end));
    else
        writer_print(w, ",-1.000000,\"\",");
}

/* Every run at the price of its GPU type; nothing when a type is not known. */
static void write_cost(struct writer *w, const struct outcome *o, uint32_t job)
{
    uint32_t runs = outcome_runs(o, job);
    uint64_t milli = o->jobs->requests[o->jobs->specs[job].request].demand_milli;
    bool known = o->money.known && (runs || o->results[job].start == NS_UNKNOWN);
    double usd = 0;

    for (uint32_t k = 0; k < runs && milli && known; k++) {
        struct job_run run = outcome_run(o, job, k);
        int type = outcome_run_type(o, &run);
        known = type >= 0 || run.end == run.start;
        if (type >= 0)
            usd += (double)((wide_t)milli * (run.end - run.start)) / 3.6e15 *
                   o->money.usd_per_held_gpu_hour[type];
    }
    if (known)
        writer_print(w, "%.2f", usd);
}

/* Times stopped, and what it cost: GPU-seconds of lost work and of overhead. */
static void write_stops(struct writer *w, const struct outcome *o, uint32_t job)
{
    static const enum stop_reason order[] = {STOP_PREEMPTED, STOP_MIGRATED, STOP_SUSPENDED,
                                             STOP_NODE_FAILURE};
    const struct job_history *h = outcome_history(o, job);
    wide_t milli = (wide_t)o->jobs->requests[o->jobs->specs[job].request].demand_milli;

    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        writer_print(w, ",%u", h ? h->stops[order[i]] : 0);
    write_gpu_s(w, h ? milli * h->lost : 0);
    write_gpu_s(w, h ? milli * h->overhead : 0);
}

static void write_ours(struct writer *w, const struct outcome *o, uint32_t job,
                       const struct devices *h)
{
    const struct job_spec *s = &o->jobs->specs[job];
    const struct job_result *r = &o->results[job];
    int type = outcome_job_type(o, job);
    ns_t worked = outcome_job_worked(o, job);
    wide_t work = (wide_t)o->jobs->requests[s->request].demand_milli * worked;
    char shape[256];

    if (o->jobs->tenants.n)
        writer_csv(w, intern_text(&o->jobs->tenants, o->jobs->requests[s->request].tenant));
    writer_char(w, ',');
    if (o->jobs->user)
        writer_csv(w, intern_text(&o->jobs->users, o->jobs->user[job]));
    writer_char(w, ',');
    if (type >= 0)
        writer_csv(w, o->fleet->type_name[type]);
    writer_char(w, ',');
    writer_csv(w, outcome_job_shape(o, job, shape, sizeof shape));
    writer_char(w, ',');
    write_nodes(w, o, h);
    writer_char(w, ',');
    if (r->end != NS_UNKNOWN) {
        double jct = (double)(r->end - s->submit) / 1e9, run = (double)worked / 1e9;
        double slowdown = jct / (run > 10 ? run : 10);
        writer_print(w, "%.6f", slowdown > 1 ? slowdown : 1);
    }
    write_gpu_s(w, o->useful[s->end] ? work : 0);
    write_gpu_s(w, o->useful[s->end] ? 0 : work);
    for (size_t i = 0; i < sizeof waits_first / sizeof *waits_first; i++)
        write_wait(w, o, job, waits_first[i]);
    writer_print(w, ",%u,", r->starts);
    write_cost(w, o, job);
    write_wait(w, o, job, WAIT_RESERVED);
    write_time(w, r->start == NS_UNKNOWN ? NS_UNKNOWN : r->start - s->submit);
    write_stops(w, o, job);
    writer_char(w, '\n');
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    struct devices h = {0};

    (void)c;
    (void)d;
    writer_print(w, "%s", header);
    for (uint32_t job = 0; job < o->jobs->n; job++) {
        collect(o, job, &h);
        write_batsim(w, o, job, &h);
        write_ours(w, o, job, &h);
    }
    VEC_FREE(&h.ranges);
    VEC_FREE(&h.nodes);
    return 0;
}

REPORT(jobs_csv) = {
    .name = "jobs_csv",
    .file = "jobs.csv",
    .summary = "one row per job: when, where, why it waited, what it cost",
    .on_by_default = true,
    .write = write_report,
};

/* trace_json.c - the schedule as a Chrome trace that opens in Perfetto.
 *
 * pid 0 is the cluster: counters, and each job's life as an async span. pid n+1 is node n with
 * one thread per GPU. Slices of a thread never overlap: shares of one GPU get threads of their
 * own. Above the budget there is one slice per node instead of per GPU, and above that jobs
 * from some moment on are left out; otherData says so. */
#include "metrics/lanes.h"
#include "metrics/report.h"
#include "metrics/series.h"

/* What a browser tab can hold, by typical lengths of the lines below. */
enum { BUDGET = 100000000, SLICE_BYTES = 180, JOB_BYTES = 520, WAIT_BYTES = 260, COUNTERS = 5000 };

enum { TRACKS_PER_LANE = 4096 }; /* devices of a node at most */

struct slice {
    ns_t start, end;
    uint32_t job, segment, lane;
    uint8_t stop; /* enum stop_reason */
};

/* The end of something, a job's waiting or its life; or a job that was stopped waits again. */
enum moment_kind { WAIT_ENDS, LIFE_ENDS, WAIT_BEGINS };
struct moment {
    ns_t at;
    uint32_t job;
    uint8_t what; /* enum moment_kind */
    uint8_t stop; /* WAIT_BEGINS: enum stop_reason */
};

struct picture {
    struct writer *w;
    const struct outcome *o;
    bool by_node;
    uint32_t jobs;            /* the first so many are shown */
    VEC(struct slice) slices; /* by start, then job */
    VEC(struct moment) ends;  /* by time, then job */
    VEC(struct moment) waits; /* that begin when a job was stopped; by time, then job */
    struct lanes *place;      /* by device, or by node */
    uint32_t places;
    bool first;
};

static ns_t end_of(const struct outcome *o, uint32_t job)
{
    ns_t end = o->results[job].end;

    return end == NS_UNKNOWN ? o->horizon : end;
}

static ns_t start_of(const struct outcome *o, uint32_t job)
{
    ns_t start = o->results[job].start;

    return start == NS_UNKNOWN ? o->horizon : start;
}

/* ---- what to show ---- */

static uint32_t devices(const struct segment *s)
{
    uint32_t n = 0;

    for (uint64_t m = s->mask; m; m &= m - 1)
        n++;
    return n;
}

/* Per GPU if it fits the budget, else per node, else per node for as many jobs as fit. */
static void choose(struct picture *p)
{
    const struct outcome *o = p->o;
    uint64_t by_gpu = 0, by_node = 0;

    for (uint32_t job = 0; job < o->jobs->n; job++) {
        uint32_t runs = outcome_runs(o, job);
        by_gpu += JOB_BYTES + (runs > 1 ? runs - 1 : 0) * (uint64_t)WAIT_BYTES;
        for (uint32_t k = 0; o->segments && k < runs; k++) {
            struct job_run run = outcome_run(o, job, k);
            for (uint32_t i = 0; i < run.n_segments; i++)
                by_gpu += SLICE_BYTES * (uint64_t)devices(&o->segments[run.first_segment + i]);
        }
    }
    p->jobs = o->jobs->n;
    p->by_node = by_gpu > BUDGET;
    for (uint32_t job = 0; p->by_node && job < o->jobs->n; job++) {
        uint32_t runs = outcome_runs(o, job);
        by_node += JOB_BYTES + (runs > 1 ? runs - 1 : 0) * (uint64_t)WAIT_BYTES;
        for (uint32_t k = 0; o->segments && k < runs; k++)
            by_node += (uint64_t)SLICE_BYTES * outcome_run(o, job, k).n_segments;
        if (by_node > BUDGET) {
            p->jobs = job;
            break;
        }
    }
    p->places = p->by_node ? o->fleet->n_nodes : o->fleet->n_gpus;
}

static int by_start(const void *a, const void *b)
{
    const struct slice *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->job != y->job)
        return x->job < y->job ? -1 : 1;
    return x->segment < y->segment ? -1 : x->segment > y->segment;
}

static int by_time(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->job != y->job)
        return x->job < y->job ? -1 : 1;
    return x->what < y->what ? -1 : x->what > y->what;
}

static uint32_t first_device(const struct outcome *o, const struct segment *s)
{
    uint32_t bit = 0;

    while (bit < 63 && !(s->mask >> bit & 1))
        bit++;
    return o->fleet->first_gpu[s->node] + outcome_base(s) + bit;
}

static void assign_lane(struct picture *p, struct slice *slice)
{
    const struct segment *s = &p->o->segments[slice->segment];
    ns_t end = slice->end;

    if (p->by_node) {
        slice->lane = lanes_take(&p->place[s->node], slice->start, end);
    } else if (s->milli < 1000) {
        slice->lane = lanes_take(&p->place[first_device(p->o, s)], slice->start, end);
    } else {
        /* whole GPUs never overlap: their lane is the first */
        for (uint32_t bit = 0; bit < 64; bit++)
            if (s->mask >> bit & 1) {
                struct lanes *l =
                    &p->place[p->o->fleet->first_gpu[s->node] + outcome_base(s) + bit];
                if (l->until.n == 0)
                    VEC_PUSH(&l->until, end);
                l->until.at[0] = end;
            }
    }
}

static void add_end(struct picture *p, ns_t at, uint32_t job, enum moment_kind what)
{
    VEC_PUSH(&p->ends, (struct moment){at, job, (uint8_t)what, 0});
}

/* Slices of a run, and the wait after it when it was stopped. A wait without length is not shown. */
static void add_run(struct picture *p, const struct job_run *run, ns_t next)
{
    for (uint32_t i = 0; p->o->segments && i < run->n_segments; i++) {
        uint32_t segment = run->first_segment + i;
        if (p->by_node || p->o->segments[segment].mask) /* CPU and memory lie on no device */
            VEC_PUSH(&p->slices,
                     (struct slice){run->start, run->end, run->job, segment, 0, run->stop});
    }
    if (run->stop == STOP_REASONS || next == run->end)
        return;
    VEC_PUSH(&p->waits, (struct moment){run->end, run->job, WAIT_BEGINS, run->stop});
    add_end(p, next, run->job, WAIT_ENDS);
}

static void sort(struct picture *p)
{
    if (p->slices.n)
        qsort(p->slices.at, p->slices.n, sizeof *p->slices.at, by_start);
    if (p->ends.n)
        qsort(p->ends.at, p->ends.n, sizeof *p->ends.at, by_time);
    if (p->waits.n)
        qsort(p->waits.at, p->waits.n, sizeof *p->waits.at, by_time);
}

static void collect(struct picture *p)
{
    const struct outcome *o = p->o;

    for (uint32_t job = 0; job < p->jobs; job++) {
        const struct job_result *r = &o->results[job];
        ns_t submit = o->jobs->specs[job].submit;
        uint32_t runs = outcome_runs(o, job);
        if (submit >= o->horizon && r->start == NS_UNKNOWN)
            continue;
        for (uint32_t k = 0; k < runs; k++) {
            struct job_run run = outcome_run(o, job, k);
            add_run(p, &run, k + 1 < runs ? outcome_run(o, job, k + 1).start : o->horizon);
        }
        if (start_of(o, job) > submit)
            add_end(p, start_of(o, job), job, WAIT_ENDS);
        if (end_of(o, job) > submit)
            add_end(p, end_of(o, job), job, LIFE_ENDS);
    }
    sort(p);
    for (size_t i = 0; i < p->slices.n; i++)
        assign_lane(p, &p->slices.at[i]);
}

/* ---- events ---- */

static void event(struct picture *p, const char *ph, uint32_t pid, uint32_t tid)
{
    writer_print(p->w, "%s\n{\"ph\":\"%s\",\"pid\":%u,\"tid\":%u", p->first ? "" : ",", ph, pid,
                 tid);
    p->first = false;
}

/* Microseconds with the decimals they need. */
static void write_us(struct picture *p, const char *key, ns_t t)
{
    writer_print(p->w, ",\"%s\":", key);
    writer_int(p->w, t / 1000);
    if (t % 1000)
        writer_print(p->w, ".%03d", (int)(t % 1000));
}

static void write_name(struct picture *p, uint32_t pid, uint32_t tid, const char *what,
                       const char *name, uint32_t sort)
{
    event(p, "M", pid, tid);
    writer_print(p->w, ",\"name\":\"%s_name\",\"args\":{\"name\":", what);
    writer_json(p->w, name);
    writer_print(p->w, "}}");
    event(p, "M", pid, tid);
    writer_print(p->w, ",\"name\":\"%s_sort_index\",\"args\":{\"sort_index\":%u}}", what, sort);
}

static uint32_t track(uint32_t device, uint32_t lane)
{
    return lane * TRACKS_PER_LANE + device + 1;
}

static void name_node(struct picture *p, uint32_t node)
{
    const struct topology *t = p->o->fleet;
    const struct lanes *place = p->by_node ? &p->place[node] : &p->place[t->first_gpu[node]];
    uint32_t n = p->by_node ? 1 : t->gpus[node], most = 0;
    char name[320], to[16];

    for (uint32_t g = 0; g < n; g++)
        most = place[g].until.n > most ? (uint32_t)place[g].until.n : most;
    if (most == 0)
        return;
    snprintf(name, sizeof name, "%.200s (%u x %.60s)", topology_node_name(t, node, to),
             t->gpus[node],
             t->gpu_type[node] < t->n_types ? t->type_name[t->gpu_type[node]] : "GPU");
    write_name(p, node + 1, 0, "process", name, node + 1);
    for (uint32_t g = 0; g < n; g++)
        for (uint32_t lane = 0; lane < place[g].until.n; lane++) {
            if (p->by_node)
                snprintf(name, sizeof name, "jobs / %u", lane + 1);
            else if (place[g].until.n > 1)
                snprintf(name, sizeof name, lane < 26 ? "GPU %u / %c" : "GPU %u / %u", g,
                         lane < 26 ? 'a' + lane : lane);
            else
                snprintf(name, sizeof name, "GPU %u", g);
            write_name(p, node + 1, track(g, lane), "thread", name, g * most + lane + 1);
        }
}

static void write_slice(struct picture *p, const struct slice *slice)
{
    const struct outcome *o = p->o;
    const struct segment *s = &o->segments[slice->segment];
    const struct job_spec *spec = &o->jobs->specs[slice->job];
    const char *bucket = bucket_info[o->useful[spec->end] ? BUCKET_USEFUL : BUCKET_DISCARDED].name;
    uint32_t tenant = o->jobs->requests[spec->request].tenant;
    uint64_t mask = p->by_node ? 1 : s->mask;
    char name[16], slot[24];

    for (uint32_t bit = 0; bit < 64; bit++) {
        if (!(mask >> bit & 1))
            continue;
        writer_print(p->w, ",\n{\"ph\":\"X\",\"cat\":\"%s\",\"pid\":%u,\"tid\":%u", bucket,
                     s->node + 1, track(p->by_node ? 0 : outcome_base(s) + bit, slice->lane));
        write_us(p, "ts", slice->start);
        write_us(p, "dur", slice->end - slice->start);
        writer_print(p->w, ",\"name\":");
        writer_json(p->w, job_name(o->jobs, slice->job, name));
        writer_print(p->w, ",\"args\":{\"tenant\":");
        writer_json(p->w,
                    tenant < o->jobs->tenants.n ? intern_text(&o->jobs->tenants, tenant) : NULL);
        if (p->by_node)
            writer_print(p->w, ",\"gpus\":%u", devices(s));
        if (outcome_instance(o, s, slot, sizeof slot))
            writer_print(p->w, ",\"mig\":\"%s\"", slot);
        writer_print(p->w, ",\"state\":\"%s\"}}",
                     slice->stop == STOP_REASONS ? outcome_job_state(o, slice->job)
                                                 : outcome_stop_name[slice->stop]);
    }
}

static void write_counters(struct picture *p, const struct series_row *row, const bool *shown)
{
    const char *comma = "";

    event(p, "C", 0, 0);
    write_us(p, "ts", row->at);
    writer_print(p->w, ",\"name\":\"GPUs by bucket\",\"args\":{");
    for (int b = 0; b < BUCKETS; b++)
        if (shown[b]) {
            writer_print(p->w, "%s\"%s\":", comma, bucket_info[b].name);
            writer_real(p->w, (double)row->bucket[b] / 1000, 3);
            comma = ",";
        }
    writer_print(p->w, "}}");
    event(p, "C", 0, 0);
    write_us(p, "ts", row->at);
    writer_print(p->w, ",\"name\":\"pending jobs\",\"args\":{\"jobs\":%u}}", row->pending_jobs);
}

static void write_span(struct picture *p, char ph, uint32_t job, ns_t at, bool life)
{
    const struct outcome *o = p->o;
    uint32_t tenant = o->jobs->requests[o->jobs->specs[job].request].tenant;
    char name[600], to[16];

    writer_print(p->w, ",\n{\"ph\":\"%c\",\"cat\":\"job\",\"id\":\"%u\",\"pid\":0,\"tid\":0", ph,
                 job + 1);
    write_us(p, "ts", at);
    snprintf(name, sizeof name, "%.280s %.280s", job_name(o->jobs, job, to),
             tenant < o->jobs->tenants.n ? intern_text(&o->jobs->tenants, tenant) : "");
    writer_print(p->w, ",\"name\":");
    writer_json(p->w, life ? name : "waiting");
}

static void write_moment(struct picture *p, const struct moment *m)
{
    write_span(p, m->what == WAIT_BEGINS ? 'b' : 'e', m->job, m->at, m->what == LIFE_ENDS);
    if (m->what == LIFE_ENDS)
        writer_print(p->w, ",\"args\":{\"state\":\"%s\"}", outcome_job_state(p->o, m->job));
    if (m->what == WAIT_BEGINS)
        writer_print(p->w, ",\"args\":{\"why\":\"%s\"}", outcome_stop_name[m->stop]);
    writer_char(p->w, '}');
}

/* The sub-cause can be told when the run had only one. */
static void write_why(struct picture *p, uint32_t job)
{
    enum wait_cause why = outcome_job_why(p->o, job);
    int causes = 0, only = 0;

    if (why == WAIT_CAUSES)
        return;
    for (int f = 0; f < FRAGS; f++)
        if (p->o->frag[f]) {
            causes++;
            only = f;
        }
    writer_print(p->w, ",\"args\":{\"why\":\"%s", wait_cause_name[why]);
    if (why == WAIT_FRAGMENTATION && causes == 1)
        writer_print(p->w, " (%s)", frag_name[only]);
    writer_print(p->w, "\"}");
}

static void open_span(struct picture *p, uint32_t job)
{
    const struct outcome *o = p->o;
    ns_t submit = o->jobs->specs[job].submit;
    char shape[256];

    if (submit >= o->horizon && o->results[job].start == NS_UNKNOWN)
        return;
    write_span(p, 'b', job, submit, true);
    writer_print(p->w, ",\"args\":{\"gpus\":");
    writer_real(p->w, (double)o->jobs->requests[o->jobs->specs[job].request].demand_milli / 1000,
                3);
    writer_print(p->w, ",\"shape\":\"%s\"}}", outcome_job_shape(o, job, shape, sizeof shape));
    if (start_of(o, job) > submit) {
        write_span(p, 'b', job, submit, false);
        write_why(p, job);
        writer_char(p->w, '}');
    }
    /* a life without length ends where it begins, not before */
    if (end_of(o, job) == submit)
        write_moment(p, &(struct moment){submit, job, LIFE_ENDS, 0});
}

/* One instant after the other; in one instant ends, then slices, counters, submissions, waits that begin
 * again. */
static void write_events(struct picture *p, const struct series *s, const bool *shown)
{
    size_t closed = 0, sliced = 0, row = 0, waited = 0;
    uint32_t job = 0;

    for (;;) {
        ns_t now = NS_NEVER;
        if (closed < p->ends.n && p->ends.at[closed].at < now)
            now = p->ends.at[closed].at;
        if (sliced < p->slices.n && p->slices.at[sliced].start < now)
            now = p->slices.at[sliced].start;
        if (row < s->n && s->row[row].at < now)
            now = s->row[row].at;
        if (job < p->jobs && p->o->jobs->specs[job].submit < now)
            now = p->o->jobs->specs[job].submit;
        if (waited < p->waits.n && p->waits.at[waited].at < now)
            now = p->waits.at[waited].at;
        if (now == NS_NEVER)
            return;
        while (closed < p->ends.n && p->ends.at[closed].at == now)
            write_moment(p, &p->ends.at[closed++]);
        while (sliced < p->slices.n && p->slices.at[sliced].start == now)
            write_slice(p, &p->slices.at[sliced++]);
        while (row < s->n && s->row[row].at == now)
            write_counters(p, &s->row[row++], shown);
        while (job < p->jobs && p->o->jobs->specs[job].submit == now)
            open_span(p, job++);
        while (waited < p->waits.n && p->waits.at[waited].at == now)
            write_moment(p, &p->waits.at[waited++]);
    }
}

static void write_head(struct picture *p, const struct series *s)
{
    const struct outcome *o = p->o;

    writer_print(
        p->w, "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"program\":\"berth %s\",\"scenario\":",
        o->program_version);
    writer_json(p->w, o->scenario);
    writer_print(p->w, ",\"seed\":\"%llu\",\"time\":\"1 us here is 1 us simulated\"",
                 (unsigned long long)o->seed);
    if (p->by_node || s->thinned || p->jobs < o->jobs->n || !o->segments) {
        writer_print(p->w, ",\"left_out\":\"");
        if (!o->segments)
            writer_print(p->w, "slices: devices were not recorded; ");
        if (p->by_node)
            writer_print(p->w, "GPUs: one slice per node; ");
        if (s->thinned)
            writer_print(p->w, "counters: means over %u steps of %zu changes; ", (unsigned)s->n,
                         s->recorded);
        if (p->jobs < o->jobs->n)
            writer_print(p->w, "the last %u of %u jobs submitted; ", o->jobs->n - p->jobs,
                         o->jobs->n);
        writer_print(p->w, "the file stays below %d MB\"", BUDGET / 1000000);
    }
    writer_print(p->w, "},\"traceEvents\":[");
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    struct picture p = {.w = w, .o = o, .first = true};
    bool shown[BUCKETS] = {false};
    struct series s;

    (void)c;
    choose(&p);
    p.place = calloc(p.places + 1, sizeof *p.place);
    if (!p.place)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){0}, "out of memory for %u tracks",
                         p.places);
    collect(&p);
    series_means(o, COUNTERS, COUNTERS, &s);
    for (size_t i = 0; i < s.n; i++)
        for (int b = 0; b < BUCKETS; b++)
            shown[b] |= s.row[i].bucket[b] != 0;
    write_head(&p, &s);
    write_name(&p, 0, 0, "process", "cluster", 0);
    for (uint32_t node = 0; node < o->fleet->n_nodes; node++)
        name_node(&p, node);
    write_events(&p, &s, shown);
    writer_print(w, "\n]}\n");
    series_free(&s);
    for (uint32_t i = 0; i < p.places; i++)
        VEC_FREE(&p.place[i].until);
    free(p.place);
    VEC_FREE(&p.slices);
    VEC_FREE(&p.ends);
    VEC_FREE(&p.waits);
    return 0;
}

REPORT(trace_json) = {
    .name = "trace_json",
    .file = "trace.json",
    .summary = "the schedule as a Chrome trace that opens in Perfetto",
    .on_by_default = true,
    .write = write_report,
};

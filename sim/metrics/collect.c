/* collect.c - the observer that fills an outcome. */
#include "metrics/collect.h"

#include "metrics/series.h"
#include <string.h>

_Static_assert(sizeof(struct held) == sizeof(struct segment), "segments are the pieces as told");

/* BERTH_BLOCK_* of abi/berth_policy.h: policy, reserved, quota, too few, and six of fragmentation. */
static enum wait_cause cause_of(uint8_t block)
{
    static const uint8_t first[] = {WAIT_POLICY, WAIT_RESERVED, WAIT_QUOTA, WAIT_TOO_FEW};
    return block < sizeof first ? (enum wait_cause)first[block] : WAIT_FRAGMENTATION;
}

/* ---- series ---- */

static void step_add(struct collect *c, ns_t dt)
{
    for (int b = 0; b < BUCKETS; b++)
        c->step_sum[b] += (wide_t)c->now.bucket[b] * dt;
    for (int f = 0; f < FRAGS; f++)
        c->step_sum[BUCKETS + f] += (wide_t)c->now.frag[f] * dt;
    for (int k = 0; k < FRAG_METRICS; k++)
        c->step_sum[BUCKETS + FRAGS + k] += (wide_t)c->now.metric[k] * dt;
}

/* The mean of a step that began at `at` and lasted `span`. */
static void step_emit(struct collect *c, ns_t at, ns_t span)
{
    struct series_row row = c->now;

    row.at = at;
    series_divide(c->step_sum, BUCKETS, span, row.bucket);
    series_divide(c->step_sum + BUCKETS, FRAGS, span, row.frag);
    for (int k = 0; k < FRAG_METRICS; k++)
        series_divide(c->step_sum + BUCKETS + FRAGS + k, 1, span, row.metric + k);
    memset(c->step_sum, 0, sizeof c->step_sum);
    VEC_PUSH(&c->series, row);
}

static void series_advance(struct collect *c, ns_t now)
{
    ns_t at = c->last;

    for (; c->step_end <= now; at = c->step_end - c->step) {
        step_add(c, c->step_end - at);
        step_emit(c, c->step_end - c->step, c->step);
        c->step_end += c->step;
    }
    step_add(c, now - at);
}

static void series_row(struct collect *c, ns_t now)
{
    struct series_row *row = &c->now;

    memset(row->bucket, 0, sizeof row->bucket);
    row->at = now;
    for (uint32_t type = 0; type < c->fleet->n_types; type++)
        for (int b = 0; b < BUCKETS; b++)
            row->bucket[b] += (int32_t)c->ledger.rate[type][b];
    for (int f = 0; f < FRAGS; f++)
        row->frag[f] = (int32_t)c->ledger.frag_rate[f];
    for (int k = 0; k < FRAG_METRICS; k++)
        row->metric[k] = (int32_t)c->fragmentation.now[k];
    if (c->step)
        return;
    if (c->series.n && c->series.at[c->series.n - 1].at == now)
        c->series.at[c->series.n - 1] = *row;
    else
        VEC_PUSH(&c->series, *row);
}

/* ---- what the engine tells ---- */

static void on_advance(void *ctx, ns_t now)
{
    struct collect *c = ctx;
    ns_t dt = now - c->last, from = c->last > c->warmup ? c->last : c->warmup;

    for (size_t i = 0; i < c->blocked.n; i++)
        c->clock[c->blocked.at[i].request][cause_of(c->blocked.at[i].block)] += dt;
    if (now > from) {
        c->in_system += (wide_t)(c->pending + c->running) * (now - from);
        fragmentation_advance(&c->fragmentation, now - from);
    }
    if (c->step)
        series_advance(c, now);
    c->last = now;
    ledger_advance(&c->ledger, now);
    history_reserve(&c->history);
    if (c->keep_segments)
        VEC_RESERVE(&c->segments,
                    c->segments.n + 2 * (size_t)c->fleet->n_gpus + c->fleet->n_nodes + 64);
}

/* A job's waits are its class's clocks while it is pending: less at the begin, plus at the end. */
static void count_wait(struct collect *c, uint32_t job, int sign)
{
    for (int k = 0; c->waits && k < WAIT_CAUSES; k++)
        c->waits[job][k] += sign * c->clock[c->jobs->specs[job].request][k];
}

static void on_submit(void *ctx, uint32_t job, ns_t now)
{
    struct collect *c = ctx;

    c->pending++;
    if (c->eligible)
        c->eligible[job] = now;
    count_wait(c, job, -1);
}

static void on_start(void *ctx, uint32_t job, ns_t now, const struct held *h, uint32_t n)
{
    struct collect *c = ctx;
    struct job_result *r = &c->results[job];

    c->pending--;
    c->running++;
    count_wait(c, job, 1);
    r->starts++;
    if (c->keep_segments && n) {
        r->first_segment = (uint32_t)c->segments.n;
        r->n_segments = n;
        VEC_RESERVE(&c->segments, c->segments.n + n);
        memcpy(c->segments.at + c->segments.n, h, n * sizeof *h);
        c->segments.n += n;
    }
    if (r->start == NS_UNKNOWN) {
        r->start = now;
        ledger_hold(&c->ledger, c->jobs->specs[job].request,
                    history_bucket(&c->history, job, PHASE_WORK), h, n, 1);
    } else {
        history_restart(&c->history, job, now, h, n);
    }
}

static void on_phase(void *ctx, uint32_t job, ns_t now, enum phase p, const struct held *h,
                     uint32_t n)
{
    struct collect *c = ctx;

    history_phase(&c->history, job, now, p, h, n);
}

static void on_lose(void *ctx, uint32_t job, ns_t now, ns_t work, const struct held *h, uint32_t n)
{
    struct collect *c = ctx;

    history_lose(&c->history, job, now, work, h, n);
}

static void on_stop(void *ctx, uint32_t job, ns_t now, const struct held *h, uint32_t n,
                    enum stop_reason why)
{
    struct collect *c = ctx;

    c->running--;
    c->pending++;
    c->stops[why] += now >= c->warmup;
    count_wait(c, job, -1);
    history_stop(&c->history, job, now, h, n, why);
}

static void on_finish(void *ctx, uint32_t job, ns_t now, const struct held *h, uint32_t n)
{
    struct collect *c = ctx;
    struct job_result *r = &c->results[job];
    enum bucket work = history_bucket(&c->history, job, PHASE_WORK);

    c->running--;
    if (r->history) {
        history_finish(&c->history, job, now, h, n);
    } else {
        ledger_hold(&c->ledger, c->jobs->specs[job].request, work, h, n, -1);
        ledger_job(&c->ledger, c->jobs->specs[job].request, work, r->start, now);
    }
    r->end = now;
}

static void on_settle(void *ctx, ns_t now, const struct observed_state *s)
{
    struct collect *c = ctx;

    ledger_settle(&c->ledger, s);
    fragmentation_settle(&c->fragmentation, s, c->fleet->n_types);
    if (c->waits) {
        c->blocked.n = 0;
        VEC_RESERVE(&c->blocked, s->n_blocked);
        if (s->n_blocked)
            memcpy(c->blocked.at, s->blocked, s->n_blocked * sizeof *s->blocked);
        c->blocked.n = s->n_blocked;
    }
    if (!c->keep_series)
        return;
    c->now.pending_jobs = s->pending_jobs;
    c->now.running_jobs = s->running_jobs;
    c->now.pending_milli = s->pending_milli;
    series_row(c, now);
}

struct observer collect_init(struct collect *c, const struct job_set *jobs,
                             const struct topology *fleet, const struct collect_config *config,
                             struct arena *a)
{
    memset(c, 0, sizeof *c);
    c->jobs = jobs;
    c->fleet = fleet;
    c->warmup = config->warmup;
    c->step = c->step_end = config->keep_series ? config->series_step : 0;
    c->keep_series = config->keep_series;
    c->keep_segments = config->keep_segments;
    ledger_init(&c->ledger, jobs, fleet, config->warmup, a);
    c->results = ARENA_ARRAY(a, struct job_result, jobs->n + 1);
    for (uint32_t i = 0; i < jobs->n; i++)
        c->results[i].start = c->results[i].end = NS_UNKNOWN;
    history_init(&c->history, jobs, config->useful, &c->ledger, c->results, c->keep_segments);
    if (jobs->after)
        c->eligible = ARENA_ARRAY(a, ns_t, jobs->n + 1);
    for (uint32_t i = 0; c->eligible && i < jobs->n; i++)
        c->eligible[i] = NS_UNKNOWN;
    if (config->keep_waits) {
        c->waits = arena_alloc(a, jobs->n + 1, sizeof *c->waits);
        c->clock = arena_alloc(a, jobs->n_requests + 1, sizeof *c->clock);
    }
    return (struct observer){.ctx = c,
                             .wants_blocked = config->keep_waits,
                             .advance = on_advance,
                             .submit = on_submit,
                             .start = on_start,
                             .phase = on_phase,
                             .lose = on_lose,
                             .stop = on_stop,
                             .finish = on_finish,
                             .settle = on_settle};
}

/* Jobs that run or wait at the end are booked up to it. False when Little's law does not hold: the
 * integral of jobs in the system is the sum of their times in it, in integers. */
static bool close_jobs(struct collect *c, ns_t end, struct outcome *o)
{
    wide_t in_system = 0;

    for (uint32_t job = 0; job < c->jobs->n; job++) {
        struct job_result *r = &c->results[job];
        const struct job_spec *s = &c->jobs->specs[job];
        ns_t from = c->eligible ? c->eligible[job] : s->submit,
             to = r->end == NS_UNKNOWN ? end : r->end;
        bool told = from != NS_UNKNOWN && from < end;
        const struct job_history *h = outcome_history(o, job);
        if (r->start != NS_UNKNOWN && r->end == NS_UNKNOWN && !h)
            ledger_job(&c->ledger, s->request, history_bucket(&c->history, job, PHASE_WORK),
                       r->start, end);
        if (told && (r->start == NS_UNKNOWN || (h && h->waiting)))
            count_wait(c, job, 1);
        from = from > c->warmup ? from : c->warmup;
        if (told && to > from)
            in_system += to - from;
        if (c->waits)
            o->blocked_fitting += c->waits[job][WAIT_FRAGMENTATION];
    }
    if (end > c->warmup) {
        o->little_n = (double)c->in_system / (double)(end - c->warmup);
        o->little_lambda_w = (double)in_system / (double)(end - c->warmup);
    }
    return in_system == c->in_system;
}

static void fill_ledger(struct collect *c, struct outcome *o, struct arena *a)
{
    const struct job_set *j = c->jobs;
    struct ledger_row *tenant = ARENA_ARRAY(a, struct ledger_row, j->tenants.n + 1);
    struct ledger_row *size = ARENA_ARRAY(a, struct ledger_row, JOB_SIZES);

    for (uint32_t type = 0; type < c->fleet->n_types; type++)
        for (int b = 0; b < BUCKETS; b++)
            o->total.bucket[b] += c->ledger.by_type[type].bucket[b];
    for (uint32_t i = 0; i < j->n_requests; i++)
        for (int b = 0; b < BUCKETS; b++) {
            wide_t v = c->ledger.by_request[i].bucket[b];
            if (j->requests[i].tenant < j->tenants.n)
                tenant[j->requests[i].tenant].bucket[b] += v;
            size[j->requests[i].size_class].bucket[b] += v;
        }
    for (int b = 0; b < BUCKET_POLICY; b++)
        o->allocated += o->total.bucket[b];
    for (int b = 0; b < BUCKETS; b++)
        o->capacity += o->total.bucket[b];
    memcpy(o->frag, c->ledger.frag, sizeof o->frag);
    o->by_type = c->ledger.by_type;
    o->by_tenant = tenant;
    o->by_size = size;
}

/* What grew with the run moves to the arena. */
static void hand_over(struct collect *c, struct outcome *o, struct arena *a)
{
    o->results = c->results;
    o->waits = (const ns_t(*)[WAIT_CAUSES])c->waits;
    o->series_step = c->step;
    o->n_series = c->series.n;
    if (c->keep_series) {
        struct series_row *rows = ARENA_ARRAY(a, struct series_row, c->series.n + 1);
        if (c->series.n)
            memcpy(rows, c->series.at, c->series.n * sizeof *rows);
        o->series = rows;
    }
    if (c->keep_segments) {
        struct segment *all = ARENA_ARRAY(a, struct segment, c->segments.n + 1);
        if (c->segments.at)
            memcpy(all, c->segments.at, c->segments.n * sizeof *all);
        o->segments = all;
    }
    history_close(&c->history, c->last, o, a);
    history_free(&c->history);
    VEC_FREE(&c->series);
    VEC_FREE(&c->segments);
    VEC_FREE(&c->blocked);
}

bool collect_finish(struct collect *c, ns_t end, struct outcome *o, struct arena *a)
{
    bool little, exact;

    on_advance(c, end);
    if (c->step && c->last > c->step_end - c->step) /* the last, shorter step */
        step_emit(c, c->step_end - c->step, c->last - (c->step_end - c->step));
    o->horizon = end;
    hand_over(c, o, a);
    little = close_jobs(c, end, o);
    ledger_close(&c->ledger);
    exact = ledger_exact(&c->ledger, end > c->warmup ? end : c->warmup);
    fill_ledger(c, o, a);
    memcpy(o->stops, c->stops, sizeof o->stops);
    o->fragmentation =
        fragmentation_means(&c->fragmentation, end > c->warmup ? end - c->warmup : 0, a);
    return exact && little;
}

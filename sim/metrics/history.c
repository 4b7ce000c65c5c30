/* history.c - jobs that do more than start and end. */
#include "metrics/history.h"

#include "base/check.h"
#include <string.h>

/* Histories, layers or runs that begin in a usual instant. */
#define USUAL 256

static const uint8_t phase_bucket[PHASES] = {
    [PHASE_WORK] = BUCKET_USEFUL,
    [PHASE_STARTUP] = BUCKET_STARTUP,
    [PHASE_COMM_STALL] = BUCKET_COMM_STALL,
    [PHASE_INPUT_STALL] = BUCKET_INPUT_STALL,
    [PHASE_INTERFERENCE] = BUCKET_INTERFERENCE,
    [PHASE_HELD_IDLE] = BUCKET_HELD_IDLE,
    [PHASE_CHECKPOINT] = BUCKET_CHECKPOINT,
    [PHASE_RESTORE] = BUCKET_RESTORE,
};

void history_init(struct history *h, const struct job_set *jobs, const uint8_t *useful,
                  struct ledger *l, struct job_result *results, bool keep_runs)
{
    *h = (struct history){.jobs = jobs,
                          .useful = useful,
                          .ledger = l,
                          .results = results,
                          .keep_runs = keep_runs,
                          .types = l->fleet->n_types};
}

void history_free(struct history *h)
{
    VEC_FREE(&h->all);
    VEC_FREE(&h->layer);
    VEC_FREE(&h->milli);
    VEC_FREE(&h->runs);
}

void history_reserve(struct history *h)
{
    VEC_RESERVE(&h->all, h->all.n + USUAL);
    VEC_RESERVE(&h->layer, h->layer.n + USUAL);
    VEC_RESERVE(&h->milli, h->milli.n + USUAL * (size_t)h->types);
    if (h->keep_runs)
        VEC_RESERVE(&h->runs, h->runs.n + USUAL);
}

enum bucket history_bucket(const struct history *h, uint32_t job, enum phase p)
{
    if (p == PHASE_WORK && !h->useful[h->jobs->specs[job].end])
        return BUCKET_DISCARDED;
    return (enum bucket)phase_bucket[p];
}

/* ---- layers ---- */

static int64_t *milli_of(struct history *h, uint32_t layer)
{
    return h->milli.at + (size_t)layer * h->types;
}

static void count_types(const struct history *h, uint32_t job, const struct held *held, uint32_t n,
                        int64_t *milli)
{
    uint32_t request = h->jobs->specs[job].request;

    memset(milli, 0, h->types * sizeof *milli);
    for (uint32_t i = 0; i < n; i++)
        if (held[i].mask)
            milli[h->ledger->fleet->gpu_type[held[i].node]] +=
                ledger_asked(h->ledger, request, &held[i]);
}

static uint32_t layer_new(struct history *h)
{
    uint32_t slot = h->recycled;

    if (slot) {
        h->recycled = h->layer.at[slot].below;
        return slot;
    }
    /* slot 0 stays empty: it means none */
    do {
        VEC_PUSH(&h->layer, (struct history_layer){0});
        VEC_RESERVE(&h->milli, h->layer.n * h->types);
        h->milli.n = h->layer.n * h->types;
    } while (h->layer.n < 2);
    return (uint32_t)h->layer.n - 1;
}

static void layer_drop(struct history *h, uint32_t slot)
{
    h->layer.at[slot].below = h->recycled;
    h->recycled = slot;
}

/* The newest layer is of the devices the job holds now. */
static void layer_for(struct history *h, uint32_t job, struct job_history *j,
                      const struct held *held, uint32_t n)
{
    int64_t milli[TOPOLOGY_TYPES];
    uint32_t slot = j->layer;

    count_types(h, job, held, n, milli);
    if (slot && !memcmp(milli, milli_of(h, slot), h->types * sizeof *milli))
        return;
    if (!slot || h->layer.at[slot].booked) {
        uint32_t below = slot;
        slot = layer_new(h);
        h->layer.at[slot] = (struct history_layer){.below = below};
        j->layer = slot;
    }
    memcpy(milli_of(h, slot), milli, h->types * sizeof *milli);
}

/* ---- one job ---- */

static struct job_history *of(struct history *h, uint32_t job)
{
    uint32_t at = h->results[job].history;

    return at ? &h->all.at[at - 1] : NULL;
}

/* The history of a started job; it begins with the work since its first start. */
static struct job_history *begin(struct history *h, uint32_t job, const struct held *held,
                                 uint32_t n)
{
    struct job_history *j = of(h, job);

    if (j)
        return j;
    check(h->results[job].start != NS_UNKNOWN && h->results[job].end == NS_UNKNOWN);
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): room means memory */
    VEC_PUSH(&h->all, (struct job_history){0});
    h->results[job].history = (uint32_t)h->all.n;
    j = &h->all.at[h->all.n - 1];
    layer_for(h, job, j, held, n);
    h->layer.at[j->layer].since = h->results[job].start;
    h->layer.at[j->layer].phase = PHASE_WORK;
    return j;
}

/* Book what a running job did since its phase began, and begin it anew. */
static void book(struct history *h, uint32_t job, struct job_history *j, ns_t now)
{
    struct history_layer *layer = &h->layer.at[j->layer];
    ns_t from = layer->since > h->ledger->from ? layer->since : h->ledger->from;
    ns_t dt = now - layer->since;
    enum phase p = (enum phase)layer->phase;

    ledger_job(h->ledger, h->jobs->specs[job].request, history_bucket(h, job, p), layer->since,
               now);
    j->ran += dt;
    if (p == PHASE_WORK) {
        j->work += dt;
        layer->booked += now > from ? now - from : 0;
    }
    if (p == PHASE_STARTUP || p == PHASE_CHECKPOINT || p == PHASE_RESTORE)
        j->overhead += dt;
    layer->since = now;
}

static void let_go(struct history *h, uint32_t job, struct job_history *j, ns_t now,
                   const struct held *held, uint32_t n)
{
    enum phase p = (enum phase)h->layer.at[j->layer].phase;

    book(h, job, j, now);
    ledger_hold(h->ledger, h->jobs->specs[job].request, history_bucket(h, job, p), held, n, -1);
}

static void open_run(struct history *h, uint32_t job, struct job_history *j, ns_t start)
{
    const struct job_result *r = &h->results[job];

    j->first_run = (uint32_t)h->runs.n;
    j->n_runs++;
    VEC_PUSH(&h->runs, (struct job_run){.start = start,
                                        .end = NS_UNKNOWN,
                                        .first_segment = r->first_segment,
                                        .n_segments = r->n_segments,
                                        .job = job,
                                        .stop = STOP_REASONS});
}

/* ---- what the engine tells ---- */

void history_restart(struct history *h, uint32_t job, ns_t now, const struct held *held, uint32_t n)
{
    struct job_history *j = of(h, job);

    check(j && j->waiting);
    layer_for(h, job, j, held, n);
    h->layer.at[j->layer].since = now;
    h->layer.at[j->layer].phase = PHASE_WORK;
    j->waiting = false;
    ledger_hold(h->ledger, h->jobs->specs[job].request, history_bucket(h, job, PHASE_WORK), held, n,
                1);
    if (h->keep_runs)
        open_run(h, job, j, now);
}

void history_phase(struct history *h, uint32_t job, ns_t now, enum phase p, const struct held *held,
                   uint32_t n)
{
    struct job_history *j = begin(h, job, held, n);

    check(!j->waiting);
    let_go(h, job, j, now, held, n);
    h->layer.at[j->layer].phase = (uint8_t)p;
    ledger_hold(h->ledger, h->jobs->specs[job].request, history_bucket(h, job, p), held, n, 1);
}

/* Take up to `work` from one layer. Returns what is left to take. */
static ns_t lose_from(struct history *h, uint32_t job, uint32_t slot, ns_t work)
{
    struct history_layer *layer = &h->layer.at[slot];
    ns_t take = work < layer->booked ? work : layer->booked;

    layer->booked -= take;
    ledger_lose(h->ledger, h->jobs->specs[job].request, history_bucket(h, job, PHASE_WORK),
                milli_of(h, slot), take);
    return work - take;
}

void history_lose(struct history *h, uint32_t job, ns_t now, ns_t work, const struct held *held,
                  uint32_t n)
{
    struct job_history *j = begin(h, job, held, n);

    check(j->layer);
    if (!j->waiting)
        book(h, job, j, now);
    check(work >= 0 && work <= j->work - j->lost);
    j->lost += work;
    work = lose_from(h, job, j->layer, work);
    while (work && h->layer.at[j->layer].below) {
        uint32_t below = h->layer.at[j->layer].below;
        work = lose_from(h, job, below, work);
        if (h->layer.at[below].booked)
            break;
        h->layer.at[j->layer].below = h->layer.at[below].below;
        layer_drop(h, below);
    }
    /* what is left now was done before the ledger began */
}

void history_stop(struct history *h, uint32_t job, ns_t now, const struct held *held, uint32_t n,
                  enum stop_reason why)
{
    struct job_history *j = begin(h, job, held, n);

    check(!j->waiting);
    let_go(h, job, j, now, held, n);
    j->waiting = true;
    j->stops[why]++;
    if (!h->keep_runs)
        return;
    if (!j->n_runs)
        open_run(h, job, j, h->results[job].start);
    h->runs.at[j->first_run].end = now;
    h->runs.at[j->first_run].stop = (uint8_t)why;
}

void history_finish(struct history *h, uint32_t job, ns_t now, const struct held *held, uint32_t n)
{
    struct job_history *j = of(h, job);

    check(!j->waiting);
    let_go(h, job, j, now, held, n);
    while (j->layer) {
        uint32_t slot = j->layer;
        j->layer = h->layer.at[slot].below;
        layer_drop(h, slot);
    }
    if (j->n_runs)
        h->runs.at[j->first_run].end = now;
}

/* ---- the end ---- */

/* Runs in order of start become runs by job, each job's in order. */
static const struct job_run *sort_runs(struct history *h, struct arena *a)
{
    struct job_run *sorted = ARENA_ARRAY(a, struct job_run, h->runs.n + 1);
    uint32_t first = 0;

    if (!h->all.at)
        return sorted;
    for (size_t i = 0; i < h->all.n; i++) {
        h->all.at[i].first_run = first;
        first += h->all.at[i].n_runs;
        h->all.at[i].n_runs = 0;
    }
    for (size_t i = 0; i < h->runs.n; i++) {
        struct job_history *j = &h->all.at[h->results[h->runs.at[i].job].history - 1];
        sorted[j->first_run + j->n_runs++] = h->runs.at[i];
    }
    return sorted;
}

void history_close(struct history *h, ns_t end, struct outcome *o, struct arena *a)
{
    struct job_history *all;

    for (uint32_t job = 0; h->all.n && job < h->jobs->n; job++) {
        struct job_history *j = of(h, job);
        if (j && j->layer && !j->waiting)
            book(h, job, j, end);
    }
    if (h->keep_runs) {
        o->runs = sort_runs(h, a);
        o->n_runs = h->runs.n;
    }
    all = ARENA_ARRAY(a, struct job_history, h->all.n + 1);
    if (h->all.at)
        memcpy(all, h->all.at, h->all.n * sizeof *all);
    o->histories = all;
    o->n_histories = (uint32_t)h->all.n;
}

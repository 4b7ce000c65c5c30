/* lifecycle.c - carrying out accepted decisions: start, stop, move, finish, and what each takes. */
#include "engine/lifecycle.h"

#include "base/bits.h"
#include "base/check.h"

void lifecycle_reserve(struct engine *e)
{
    size_t slots = e->host->job.room;

    if (e->job.n >= slots)
        return;
    VEC_RESERVE(&e->job, slots);
    VEC_RESERVE(&e->leaving, slots);
    memset(e->job.at + e->job.n, 0, (slots - e->job.n) * sizeof *e->job.at);
    e->job.n = slots;
}

static uint32_t number_of(const struct engine *e, uint32_t slot)
{
    return (uint32_t)e->host->job.at[slot].key;
}

static void later(struct engine *e, ns_t at, enum event_kind kind, uint32_t slot)
{
    event_queue_push(&e->future, at, kind, event_of(slot, e->host->more.at[slot].generation));
}

/* From here on events set before are stale. */
static void next_life(struct engine *e, uint32_t slot)
{
    e->host->more.at[slot].generation++;
}

/* ---- what the observer and the idle counts see ---- */

static void count_idle(struct engine *e, const struct held *h, uint32_t n, int64_t sign)
{
    for (uint32_t i = 0; i < n; i++)
        if (h[i].mask)
            e->idle_milli[e->host->topo->gpu_type[h[i].node]] +=
                sign * (int64_t)bits_count(h[i].mask) * h[i].milli;
}

static void tell_start(struct engine *e, uint32_t slot, const struct held *h, uint32_t n)
{
    count_idle(e, h, n, -1);
    e->job.at[slot].told = true;
    if (e->observer)
        e->observer->start(e->observer->ctx, number_of(e, slot), e->now, h, n);
}

static void tell_phase(struct engine *e, uint32_t slot, enum phase phase, const struct held *h,
                       uint32_t n)
{
    if (e->observer)
        e->observer->phase(e->observer->ctx, number_of(e, slot), e->now, phase, h, n);
}

static void tell_stop(struct engine *e, uint32_t slot, const struct held *h, uint32_t n,
                      enum stop_reason why)
{
    count_idle(e, h, n, 1);
    e->job.at[slot].told = false;
    if (e->observer)
        e->observer->stop(e->observer->ctx, number_of(e, slot), e->now, h, n, why);
}

/* ---- who is still on the devices that a job has claimed ---- */

static bool overlap(const struct held *a, uint32_t n, const struct held *b, uint32_t m)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < m; k++)
            if (a[i].node == b[k].node && a[i].base == b[k].base && a[i].mask & b[k].mask)
                return true;
    return false;
}

/* When the last of those whose devices these are has gone; now when nobody is there. */
static ns_t all_gone(const struct engine *e, const struct held *h, uint32_t n)
{
    ns_t at = e->now;

    for (size_t i = 0; i < e->leaving.n; i++) {
        const struct engine_job *j = &e->job.at[e->leaving.at[i]];
        if (j->gone > at && overlap(h, n, e->host->held.all.at + j->old_first, j->old_n))
            at = j->gone;
    }
    return at;
}

static void leave(struct engine *e, uint32_t slot, uint32_t first, uint32_t n, ns_t until)
{
    struct engine_job *j = &e->job.at[slot];

    j->old_first = first;
    j->old_n = n;
    j->gone = until;
    VEC_PUSH(&e->leaving, slot);
}

static void left(struct engine *e, uint32_t slot)
{
    for (size_t i = 0; i < e->leaving.n; i++)
        if (e->leaving.at[i] == slot) {
            e->leaving.at[i] = e->leaving.at[--e->leaving.n];
            break;
        }
    e->job.at[slot].gone = 0;
}

/* ---- work ---- */

static ns_t run_of(const struct engine *e, uint32_t slot)
{
    return e->jobs->specs[number_of(e, slot)].run;
}

/* Work done up to now; what checkpoints on the way have made safe. */
static void settle_work(struct engine *e, uint32_t slot)
{
    struct engine_job *j = &e->job.at[slot];

    if (j->work_from < e->now)
        j->done += e->now - j->work_from;
    j->work_from = NS_NEVER;
    if (e->costs.interval) {
        ns_t kept = j->done - j->done % e->costs.interval;
        j->safe = kept > j->safe ? kept : j->safe;
    }
}

static void work(struct engine *e, uint32_t slot)
{
    struct engine_job *j = &e->job.at[slot];

    j->work_from = e->now;
    host_progress(e->host, slot, e->now, j->done, j->safe);
    later(e, e->now + run_of(e, slot) - j->done, EVENT_FINISH, slot);
}

/* Its devices are there: it restores what it has saved, and works. */
static void begin(struct engine *e, uint32_t slot, bool at_once, uint64_t cookie)
{
    struct engine_job *j = &e->job.at[slot];
    uint32_t n;
    const struct held *h = host_held(e->host, slot, &n);

    j->ready = 0;
    tell_start(e, slot, h, n);
    host_started(e->host, slot, e->now, at_once, cookie);
    if (j->done && e->costs.restore) {
        tell_phase(e, slot, PHASE_RESTORE, h, n);
        host_progress(e->host, slot, e->now + e->costs.restore, j->done, j->safe);
        later(e, e->now + e->costs.restore, EVENT_WORK, slot);
    } else {
        work(e, slot);
    }
}

/* ---- decisions ---- */

static void start(struct engine *e, const struct host_effect *f)
{
    struct engine_job *j = &e->job.at[f->slot];
    uint32_t n;
    const struct held *h = host_held(e->host, f->slot, &n);

    j->ready = e->leaving.n ? all_gone(e, h, n) : e->now;
    if (j->gone > j->ready) /* it saves its own state first */
        j->ready = j->gone;
    if (j->ready > e->now)
        later(e, j->ready, EVENT_READY, f->slot);
    else
        begin(e, f->slot, true, f->cookie);
}

static void lose(struct engine *e, uint32_t slot, const struct held *h, uint32_t n)
{
    struct engine_job *j = &e->job.at[slot];
    ns_t gone = j->done - j->safe;

    if (gone && e->observer)
        e->observer->lose(e->observer->ctx, number_of(e, slot), e->now, gone, h, n);
    j->done = j->safe;
}

static void stopped(struct engine *e, uint32_t slot, uint32_t first, uint32_t n, bool at_once,
                    ns_t lost)
{
    struct engine_job *j = &e->job.at[slot];

    host_progress(e->host, slot, e->now, j->done, j->safe);
    host_stopped(e->host, slot, first, n, e->now, at_once, lost);
}

static void preempt(struct engine *e, const struct host_effect *f)
{
    struct engine_job *j = &e->job.at[f->slot];
    const struct held *h = e->host->held.all.at + f->first;
    ns_t before;

    if (j->gone > e->now) { /* it stops already, and was to start again after that */
        j->ready = 0;
        pieces_drop(&e->host->held, f->first, f->n);
        return;
    }
    next_life(e, f->slot);
    if (!j->told) { /* it was still waiting for its devices */
        j->ready = 0;
        stopped(e, f->slot, f->first, f->n, true, 0);
        return;
    }
    settle_work(e, f->slot);
    before = j->done;
    if (f->mode == BERTH_STOP_REQUEUE) {
        lose(e, f->slot, h, f->n);
    } else if (j->done > j->safe) {
        j->safe = j->done;
        if (e->costs.save) {
            tell_phase(e, f->slot, PHASE_CHECKPOINT, h, f->n);
            leave(e, f->slot, f->first, f->n, e->now + e->costs.save);
            later(e, e->now + e->costs.save, EVENT_STOPPED, f->slot);
            return;
        }
    }
    tell_stop(e, f->slot, h, f->n, STOP_PREEMPTED);
    stopped(e, f->slot, f->first, f->n, true, before - j->done);
}

static void migrate(struct engine *e, const struct host_effect *f)
{
    struct engine_job *j = &e->job.at[f->slot];
    const struct held *old = e->host->held.all.at + f->old_first;

    ns_t drained;

    next_life(e, f->slot);
    settle_work(e, f->slot);
    j->safe = j->done;
    /* The new place may still be somebody's who leaves it. */
    drained = e->leaving.n ? all_gone(e, e->host->held.all.at + f->first, f->n) : e->now;
    if (drained < e->now + e->costs.save)
        drained = e->now + e->costs.save;
    leave(e, f->slot, f->old_first, f->old_n, drained + e->costs.restore);
    if (drained > e->now)
        tell_phase(e, f->slot, PHASE_CHECKPOINT, old, f->old_n);
    later(e, drained, EVENT_DRAINED, f->slot);
}

void lifecycle_submit(struct engine *e, uint32_t slot)
{
    e->job.at[slot] = (struct engine_job){.work_from = NS_NEVER};
}

void lifecycle_carry_out(struct engine *e, const struct host_effect *f)
{
    switch (f->kind) {
    case HOST_START:
        start(e, f);
        break;
    case HOST_PREEMPT:
        preempt(e, f);
        break;
    case HOST_MIGRATE:
        migrate(e, f);
        break;
    case HOST_WAKE:
        event_queue_push(&e->future, f->at, EVENT_TIMER, f->cookie);
        break;
    case HOST_UNWAKE:
        VEC_PUSH(&e->unwoken, f->cookie);
        break;
    default:
        break; /* holds and promises are the host's record */
    }
}

/* ---- events ---- */

static uint32_t finish(struct engine *e, uint32_t slot)
{
    uint32_t n, number = number_of(e, slot);
    const struct held *h = host_held(e->host, slot, &n);

    count_idle(e, h, n, 1);
    e->job.at[slot].told = false;
    if (e->observer)
        e->observer->finish(e->observer->ctx, number, e->now, h, n);
    host_finish(e->host, slot, e->now, run_of(e, slot));
    return number;
}

static void drained(struct engine *e, uint32_t slot)
{
    struct engine_job *j = &e->job.at[slot];
    uint32_t n;
    const struct held *h = host_held(e->host, slot, &n);

    tell_stop(e, slot, e->host->held.all.at + j->old_first, j->old_n, STOP_MIGRATED);
    tell_start(e, slot, h, n);
    if (e->costs.restore)
        tell_phase(e, slot, PHASE_RESTORE, h, n);
    later(e, j->gone, EVENT_MOVED, slot);
}

static void moved(struct engine *e, uint32_t slot)
{
    struct engine_job *j = &e->job.at[slot];
    uint32_t n;
    const struct held *h = host_held(e->host, slot, &n);

    pieces_drop(&e->host->held, j->old_first, j->old_n);
    left(e, slot);
    if (e->costs.restore)
        tell_phase(e, slot, PHASE_WORK, h, n);
    host_moved(e->host, slot, e->now, e->costs.save + e->costs.restore == 0);
    work(e, slot);
}

bool lifecycle_event(struct engine *e, const struct event *ev, uint32_t *ended)
{
    uint32_t slot = (uint32_t)ev->what, n;
    struct engine_job *j;
    const struct held *h;

    if (e->host->more.at[slot].generation != ev->what >> 32)
        return false;
    switch (event_kind(ev)) {
    case EVENT_FINISH:
        *ended = finish(e, slot);
        return true;
    case EVENT_STOPPED:
        j = &e->job.at[slot];
        left(e, slot);
        tell_stop(e, slot, e->host->held.all.at + j->old_first, j->old_n, STOP_PREEMPTED);
        stopped(e, slot, j->old_first, j->old_n, false, 0);
        return false;
    case EVENT_DRAINED:
        drained(e, slot);
        return false;
    case EVENT_MOVED:
        moved(e, slot);
        return false;
    case EVENT_READY:
        if (e->job.at[slot].ready == e->now)
            begin(e, slot, false, 0);
        return false;
    case EVENT_WORK:
        h = host_held(e->host, slot, &n);
        tell_phase(e, slot, PHASE_WORK, h, n);
        work(e, slot);
        return false;
    default:
        check(false);
        return false;
    }
}

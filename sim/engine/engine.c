/* engine.c - the clock and the loop. */
#include "engine/engine.h"

#include "base/check.h"
#include "engine/lifecycle.h"

_Static_assert(sizeof(struct booking) == sizeof(struct observed_booking), "told as they are");
_Static_assert((int)GAUGE_GANGS == (int)OBSERVED_GANGS, "one gang size each");
_Static_assert(sizeof(struct blocked) == sizeof(struct observed_block), "told as they are");

/* Three equal states in a row: the second may be chance, the third is a circle (stories.md T2). */
#define LIVELOCK_REPEATS 3

void engine_init(struct engine *e, struct host *h, const struct observer *observer, ns_t horizon,
                 struct arena *a)
{
    const struct job_set *jobs = h->jobs;

    *e = (struct engine){.jobs = jobs, .host = h, .observer = observer, .horizon = horizon};
    event_queue_init(&e->future);
    booking_init(&e->bookings, h, observer && observer->wants_blocked);
    for (uint32_t type = 0; type < h->topo->n_types; type++)
        e->idle_milli[type] = h->occ.pool[type].free_milli;
    if (!jobs->after)
        return;
    e->ended_job = ARENA_ARRAY(a, uint8_t, jobs->n + 1);
    e->waiting_for = ARENA_ARRAY(a, uint32_t, jobs->n + 1);
    e->first_waiting = ARENA_ARRAY(a, uint32_t, jobs->n + 1);
    for (uint32_t i = 0; i < jobs->n; i++)
        e->first_waiting[i] = JOB_NONE;
}

void engine_free(struct engine *e)
{
    event_queue_free(&e->future);
    booking_free(&e->bookings);
    VEC_FREE(&e->job);
    VEC_FREE(&e->leaving);
    VEC_FREE(&e->states);
    VEC_FREE(&e->unwoken);
}

static void submit(struct engine *e, uint32_t job)
{
    lifecycle_submit(e, host_submit(e->host, job, e->now));
    if (e->observer)
        e->observer->submit(e->observer->ctx, job, e->now);
}

static void arrive(struct engine *e, uint32_t job)
{
    uint32_t before = e->jobs->after ? e->jobs->after[job] : JOB_NONE;

    if (before != JOB_NONE && e->ended_job && !e->ended_job[before]) {
        e->waiting_for[job] = e->first_waiting[before];
        e->first_waiting[before] = job;
        return;
    }
    submit(e, job);
}

static void release_dependents(struct engine *e, uint32_t job)
{
    e->ended_job[job] = 1;
    for (uint32_t next = e->first_waiting[job]; next != JOB_NONE;) {
        uint32_t waiting = next;
        next = e->waiting_for[next];
        submit(e, waiting);
    }
}

/* True when the same state came back often enough without a start or an end in between. */
static bool going_in_circles(struct engine *e)
{
    uint64_t progress = e->host->decisions + e->ended, state = host_hold_state(e->host);
    uint32_t seen = 1;

    if (progress != e->progress)
        e->states.n = 0;
    e->progress = progress;
    for (size_t i = 0; i < e->states.n; i++)
        seen += e->states.at[i] == state;
    VEC_PUSH(&e->states, state);
    return seen >= LIVELOCK_REPEATS && e->cursor == e->jobs->n && !e->host->view.n_running;
}

/* Books why capacity is free. What is idle in fact and claimed already, by starts and moves that wait for
 * devices, is reserved for them; everything else is free to claim. idle[type]: neither held by a job nor
 * by parts of one. */
static void book(struct engine *e, int64_t *idle)
{
    const struct host *h = e->host;
    struct bookings *b = &e->bookings;
    int64_t free[TOPOLOGY_TYPES];

    for (uint32_t type = 0; type < h->topo->n_types; type++) {
        idle[type] = e->idle_milli[type] - h->held_milli[type];
        free[type] = h->occ.pool[type].free_milli;
        if (free[type] > idle[type])
            free[type] = idle[type];
    }
    booking_update(b, free);
    for (size_t i = 0; i < h->job.n && e->leaving.n; i++) {
        const struct berth_job *j = &h->job.at[i];
        if (j->state != BERTH_JOB_STARTING && j->state != BERTH_JOB_MOVING)
            continue;
        for (uint32_t type = 0; type < h->topo->n_types; type++) {
            int64_t claimed = idle[type] - free[type];
            if (claimed > 0 && h->jobs->requests[j->request].types >> type & 1) {
                VEC_PUSH(&b->booked, (struct booking){j->request, BERTH_BLOCK_RESERVED,
                                                      (uint8_t)type, claimed});
                free[type] = idle[type];
            }
        }
    }
}

_Static_assert(sizeof(struct gauge_gang) == sizeof(struct observed_gang) &&
                   offsetof(struct gauge_gang, gpus) == offsetof(struct observed_gang, gpus),
               "gangs are told as they are measured");

static void tell(struct engine *e)
{
    const struct host *h = e->host;
    int64_t idle[TOPOLOGY_TYPES];
    struct observed_fragmentation lies = {.largest_gang = 0};

    book(e, idle);
    if (e->gauge) {
        const struct gauge_reading *r = gauge_read(e->gauge);
        memcpy(lies.scattered_milli, r->scattered_milli, sizeof lies.scattered_milli);
        lies.largest_gang = r->largest_gang;
        lies.fgd_milli = r->fgd_milli;
        lies.gangs = (const struct observed_gang *)(const void *)e->gauge->gang;
        lies.n_gangs = e->gauge->n_gangs;
        lies.has_mig = e->gauge->mig_types != 0;
        lies.mig_holes_milli = r->mig_holes_milli;
        lies.mig_free_milli = r->mig_free_milli;
    }
    e->observer->settle(
        e->observer->ctx, e->now,
        &(struct observed_state){
            .pending_jobs = h->view.n_pending,
            .running_jobs = h->view.n_running,
            .pending_milli = h->pending_milli,
            .bookings = (const struct observed_booking *)(const void *)e->bookings.booked.at,
            .n_bookings = e->bookings.booked.n,
            .blocked = (const struct observed_block *)(const void *)e->bookings.blocked.at,
            .n_blocked = e->bookings.blocked.n,
            .free_milli = idle,
            .gang_wait_milli = h->held_milli,
            .fragmentation = e->gauge ? &lies : NULL,
        });
}

static ns_t next_instant(const struct engine *e)
{
    ns_t next = event_queue_next(&e->future);

    if (e->cursor < e->jobs->n && e->jobs->specs[e->cursor].submit < next)
        next = e->jobs->specs[e->cursor].submit;
    return next;
}

static void reserve(struct engine *e)
{
    uint32_t arriving = 1;

    while (e->cursor + arriving < e->jobs->n &&
           e->jobs->specs[e->cursor + arriving].submit == e->now)
        arriving++;
    if (e->ended_job) /* each end may release its dependents */
        arriving += e->jobs->n - e->ended < 4096 ? e->jobs->n - e->ended : 4096;
    host_reserve(e->host, arriving);
    booking_reserve(&e->bookings);
    VEC_RESERVE(&e->bookings.booked, e->bookings.booked.n + e->host->job.room);
    lifecycle_reserve(e);
    event_queue_reserve(&e->future, (size_t)e->host->topo->n_gpus + e->host->job.room + 64);
}

static bool unwanted(struct engine *e, uint64_t cookie)
{
    for (size_t i = 0; i < e->unwoken.n; i++)
        if (e->unwoken.at[i] == cookie) {
            e->unwoken.at[i] = e->unwoken.at[--e->unwoken.n];
            return true;
        }
    return false;
}

/* Everything due at this instant. */
static void happen(struct engine *e)
{
    struct event ev;

    while (event_queue_next(&e->future) == e->now && event_queue_pop(&e->future, &ev)) {
        uint32_t job;
        if (event_kind(&ev) == EVENT_TIMER) {
            if (!unwanted(e, ev.what))
                host_timer(e->host, ev.what, e->now);
        } else if (lifecycle_event(e, &ev, &job)) {
            e->ended++;
            if (e->ended_job)
                release_dependents(e, job);
        }
        e->events++;
    }
    while (e->cursor < e->jobs->n && e->jobs->specs[e->cursor].submit == e->now) {
        arrive(e, e->cursor++);
        e->events++;
    }
}

/* False when the policy broke its contract. */
static bool decide(struct engine *e, bool *holds_began)
{
    struct host *h = e->host;

    do {
        if (!host_decide(h, e->now))
            return false;
        e->passes++;
        *holds_began = *holds_began || h->holds_began;
        for (size_t i = 0; i < h->effects.n; i++)
            lifecycle_carry_out(e, &h->effects.at[i]);
    } while (h->waking);
    return true;
}

enum engine_end engine_run(struct engine *e)
{
    uint64_t told = 0;
    ns_t next;

    while ((next = next_instant(e)) < e->horizon) {
        bool holds_began = false;
        check(next >= e->now);
        e->now = next;
        reserve(e);
        if (e->observer)
            e->observer->advance(e->observer->ctx, e->now);
        happen(e);
        if (!decide(e, &holds_began))
            return ENGINE_POLICY;
        if (e->observer)
            tell(e);
        if (holds_began && going_in_circles(e))
            return ENGINE_LIVELOCK;
        if (e->tick && e->events - told >= 1u << 14) {
            told = e->events;
            e->tick(e->tick_ctx, e->now, e->ended, e->events);
        }
    }
    if (next != NS_NEVER || (e->horizon != NS_NEVER && e->host->view.n_running))
        return ENGINE_HORIZON;
    return e->ended == e->jobs->n ? ENGINE_FINISHED : ENGINE_DEADLOCK;
}

/* engine.c - the clock and the loop. */
#include "engine/engine.h"

#include "base/check.h"
#include "sched/pods.h"

_Static_assert(sizeof(struct booking) == sizeof(struct observed_booking), "told as they are");
_Static_assert(sizeof(struct blocked) == sizeof(struct observed_block), "told as they are");

/* Three equal states in a row: the second may be chance, the third is a circle (stories.md T2). */
#define LIVELOCK_REPEATS 3

void engine_init(struct engine *e, const struct job_set *jobs, struct core *c,
                 const struct observer *observer, ns_t horizon, struct arena *a)
{
    *e = (struct engine){.jobs = jobs, .core = c, .observer = observer, .horizon = horizon};
    event_queue_init(&e->future);
    attribution_init(&e->attribution, c, observer && observer->wants_blocked);
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
    attribution_free(&e->attribution);
    VEC_FREE(&e->states);
}

static void submit(struct engine *e, uint32_t job)
{
    core_submit(e->core, job, e->now);
    if (e->observer)
        e->observer->submit(e->observer->ctx, job, e->now);
}

static void arrive(struct engine *e, uint32_t job)
{
    uint32_t before = e->jobs->after ? e->jobs->after[job] : JOB_NONE;

    if (before != JOB_NONE && !e->ended_job[before]) {
        e->waiting_for[job] = e->first_waiting[before];
        e->first_waiting[before] = job;
        return;
    }
    submit(e, job);
}

static void finish(struct engine *e, uint32_t job)
{
    uint32_t n;
    const struct held *h = core_held(e->core, job, &n);

    if (e->observer)
        e->observer->finish(e->observer->ctx, job, e->now, h, n);
    core_finish(e->core, job, e->now, e->jobs->specs[job].run);
    e->ended++;
    if (!e->ended_job)
        return;
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
    uint64_t progress = e->core->decisions + e->ended, state = pods_state(e->core->pods);
    uint32_t seen = 1;

    if (progress != e->progress)
        e->states.n = 0;
    e->progress = progress;
    for (size_t i = 0; i < e->states.n; i++)
        seen += e->states.at[i] == state;
    VEC_PUSH(&e->states, state);
    return seen >= LIVELOCK_REPEATS && e->cursor == e->jobs->n && !e->core->n_running;
}

static void tell(struct engine *e)
{
    const struct core *c = e->core;
    int64_t free[TOPOLOGY_TYPES];
    static const int64_t none[TOPOLOGY_TYPES];

    attribution_update(&e->attribution);
    for (uint32_t type = 0; type < c->topo->n_types; type++)
        free[type] = c->occ.pool[type].free_milli;
    e->observer->settle(
        e->observer->ctx, e->now,
        &(struct observed_state){
            .pending_jobs = c->queue.n,
            .running_jobs = c->n_running,
            .pending_milli = c->queue.demand_milli,
            .bookings = (const struct observed_booking *)(const void *)e->attribution.bookings.at,
            .n_bookings = e->attribution.bookings.n,
            .blocked = (const struct observed_block *)(const void *)e->attribution.blocked.at,
            .n_blocked = e->attribution.blocked.n,
            .free_milli = free,
            .gang_wait_milli = c->pods ? pods_held_milli(c->pods) : none,
        });
}

/* True when incomplete jobs began to hold devices with a time limit. */
static bool carry_out(struct engine *e)
{
    struct core *c = e->core;
    size_t n_began = 0;

    for (uint32_t i = 0; i < c->n_started; i++) {
        uint32_t job = c->started[i], n;
        const struct held *h = core_held(c, job, &n);
        if (e->observer)
            e->observer->start(e->observer->ctx, job, e->now, h, n);
        event_queue_push(&e->future, e->now + e->jobs->specs[job].run, EVENT_FINISH, job, 0);
    }
    if (c->pods && c->queue.n) {
        const uint32_t *began = pods_began(c->pods, &n_began);
        for (size_t i = 0; i < n_began; i++)
            event_queue_push(&e->future, e->now + pods_timeout(c->pods), EVENT_HOLD_TIMEOUT,
                             began[i], pods_hold(c->pods, began[i]));
    }
    return n_began > 0;
}

static ns_t next_instant(const struct engine *e)
{
    ns_t next = event_queue_next(&e->future);

    if (e->cursor < e->jobs->n && e->jobs->specs[e->cursor].submit < next)
        next = e->jobs->specs[e->cursor].submit;
    return next;
}

enum engine_end engine_run(struct engine *e)
{
    struct event ev;
    uint64_t told = 0;
    ns_t next;

    while ((next = next_instant(e)) < e->horizon) {
        bool holds_began;
        check(next >= e->now);
        e->now = next;
        core_reserve(e->core);
        attribution_reserve(&e->attribution);
        event_queue_reserve(&e->future, (size_t)e->core->topo->n_gpus + e->core->queue.n + 64);
        if (e->observer)
            e->observer->advance(e->observer->ctx, e->now);
        while (event_queue_next(&e->future) == e->now && event_queue_pop(&e->future, &ev)) {
            if (event_kind(&ev) == EVENT_FINISH)
                finish(e, ev.job);
            else
                pods_expire(e->core->pods, ev.job, ev.generation);
            e->events++;
        }
        while (e->cursor < e->jobs->n && e->jobs->specs[e->cursor].submit == e->now) {
            arrive(e, e->cursor++);
            e->events++;
        }
        core_pass(e->core, e->now);
        e->passes++;
        holds_began = carry_out(e);
        if (e->observer)
            tell(e);
        if (holds_began && going_in_circles(e))
            return ENGINE_LIVELOCK;
        if (e->tick && e->events - told >= 1u << 14) {
            told = e->events;
            e->tick(e->tick_ctx, e->now, e->ended, e->events);
        }
    }
    if (next != NS_NEVER || (e->horizon != NS_NEVER && e->core->n_running))
        return ENGINE_HORIZON;
    return e->ended == e->jobs->n ? ENGINE_FINISHED : ENGINE_DEADLOCK;
}

/* window.c - the Slurm-style walk: main pass, backfill pass, and when the next one is due. */
#include "sched/window.h"

#include "base/check.h"
#include "sched/walk.h"
#include "sched/window_map.h"

/* What the last search for a request found: a longer job of the same kind starts no earlier. */
struct found {
    uint64_t pass;
    ns_t length;
    int64_t at; /* slice, INT64_MAX = none inside the window */
};

struct window {
    struct core *core;
    struct window_map map;
    const int64_t *options;
    uint64_t *blocked; /* by tenant: the main pass that found a blocked job of his */
    uint64_t pass;
    struct found *found; /* by request */
    int64_t tests;
    bool reserving; /* the last backfill pass held slices for somebody */
    ns_t woken;     /* a timer is set for then */
    VEC(struct held) keep;
    VEC(struct window_amount) charged;
};

struct window *window_new(struct core *c, struct arena *a)
{
    struct window *w = ARENA_NEW(a, struct window);
    const struct topology *t = c->topo;

    w->core = c;
    w->options = c->policy->option[AXIS_WALK];
    w->blocked = ARENA_ARRAY(a, uint64_t, c->view->n_queues + 1);
    w->found = ARENA_ARRAY(a, struct found, c->jobs->n_requests + 1);
    w->woken = NS_UNKNOWN;
    window_map_init(&w->map, c, w->options[WINDOW_RESOLUTION], w->options[WINDOW_SPAN], a);
    VEC_RESERVE(&w->keep, t->n_gpus + (size_t)t->n_nodes * c->occ.words);
    VEC_RESERVE(&w->charged, t->n_nodes);
    return w;
}

void window_free(struct window *w)
{
    window_map_free(&w->map);
    VEC_FREE(&w->keep);
    VEC_FREE(&w->charged);
}

void window_state(struct window *w, struct state *s)
{
    state_i64(s, &w->woken);
    state_bool(s, &w->reserving);
}

static const struct request *request_of(const struct window *w, uint32_t job)
{
    return &w->core->jobs->requests[w->core->jobs->specs[job].request];
}

/* ---- the main pass ---- */

/* Start from the head; a job that does not fit blocks those behind it in its scope. False when jobs were
 * left out because of the depth. */
static bool main_pass(struct window *w, int64_t depth)
{
    struct core *c = w->core;
    uint32_t job;

    walk_begin(c);
    while ((job = walk_next(c)) != JOB_END_OF_QUEUE) {
        uint32_t tenant = request_of(w, job)->tenant;
        tenant = tenant < c->view->n_queues ? tenant : c->view->n_queues;
        if (w->blocked[tenant] == w->pass) {
            walk_step_class(c, job);
            continue;
        }
        if (!depth--)
            return false;
        if (walk_start(c, job))
            continue;
        if (!w->options[WINDOW_PER_TENANT])
            return true;
        w->blocked[tenant] = w->pass;
        walk_step_class(c, job);
    }
    return true;
}

/* ---- the backfill pass ---- */

/* A share must not stay on a device beyond the instant at which somebody counts on it as whole. */
static void hold_parts(struct window *w, int64_t to)
{
    struct core *c = w->core;
    const struct topology *t = c->topo;
    struct occupancy *o = &c->occ;

    for (uint32_t node = 0; node < t->n_nodes; node++)
        for (uint32_t i = 0; i < t->gpus[node]; i++) {
            uint32_t gpu = t->first_gpu[node] + i;
            struct held h = {node, (uint16_t)(i & ~63u), o->left[gpu], UINT64_C(1) << i % 64};
            if (!w->map.whole[gpu] || !window_map_lent_beyond(&w->map, gpu, node, to))
                continue;
            if (occupancy_close(o, node, i, &h)) {
                w->keep.at[w->keep.n++] = h;
            } else if (h.milli) {
                occupancy_take_mask(o, &h);
                w->keep.at[w->keep.n++] = h;
            }
        }
}

/* Take what earlier candidates have reserved, between now and the job's end, out of the occupancy. */
static void hold(struct window *w, const struct request *r, int64_t to)
{
    struct core *c = w->core;
    struct occupancy *o = &c->occ;

    w->keep.n = w->charged.n = 0;
    for (uint32_t node = 0; node < c->topo->n_nodes; node++) {
        struct window_amount open = window_map_least(&w->map, node), taken = {.node = node};
        if (o->n_free[node] > open.gpus)
            w->keep.n +=
                occupancy_take(o, node, o->n_free[node] - open.gpus, NULL, w->keep.at + w->keep.n);
        taken.cpu = o->cpu ? o->cpu[node] - open.cpu : 0;
        taken.memory = o->memory ? o->memory[node] - open.memory : 0;
        if (taken.cpu > 0 || taken.memory > 0) {
            occupancy_charge(o, node, taken.cpu, taken.memory);
            w->charged.at[w->charged.n++] = taken;
        }
    }
    if (r->share_milli)
        hold_parts(w, to);
}

static void unhold(struct window *w, const struct request *r)
{
    struct occupancy *o = &w->core->occ;
    uint64_t returned = o->returned;

    place_release(&w->core->placer, r, w->keep.at, (uint32_t)w->keep.n);
    for (size_t i = 0; i < w->charged.n; i++)
        occupancy_charge(o, w->charged.at[i].node, -w->charged.at[i].cpu, -w->charged.at[i].memory);
    o->returned = returned;
}

/* Start the job now if that delays no reservation of this pass. */
static bool start_now(struct window *w, uint32_t job, int64_t to)
{
    struct core *c = w->core;
    const struct request *r = request_of(w, job);
    bool placed;

    window_map_look(&w->map, 0, to);
    if (!r->share_milli && !window_map_holds(&w->map, r))
        return false;
    hold(w, r, to);
    placed = place_take(&c->placer, r, (uint32_t)core_key(c, job));
    unhold(w, r);
    if (!placed)
        return false;
    window_map_start(&w->map, r, c->placer.out.at, (uint32_t)c->placer.out.n, to);
    walk_commit(c, job);
    return true;
}

static bool spent(struct window *w)
{
    return w->options[WINDOW_TESTS] && w->tests++ >= w->options[WINDOW_TESTS];
}

/* The job's earliest start. True when it was started; else it holds its slices, if they begin inside the
 * window. */
static bool consider(struct window *w, uint32_t job)
{
    struct core *c = w->core;
    struct window_map *m = &w->map;
    const struct request *r = request_of(w, job);
    struct found *f = &w->found[c->jobs->specs[job].request];
    ns_t length = c->queue.link[job].estimate;
    int64_t slices = window_map_slices(m, length), from = m->origin;

    if (f->pass == w->pass && f->length <= length)
        from = f->at;
    *f = (struct found){w->pass, length, INT64_MAX};
    if (from == m->origin) {
        if (spent(w))
            return false;
        if (start_now(w, job, window_map_end(m, c->now, length))) {
            f->at = m->origin;
            return true;
        }
    }
    for (uint32_t i = 1; i < m->n_rows; i++) {
        int64_t at = m->row[i].at;
        if (at < from)
            continue;
        if (spent(w))
            return false;
        if (!window_map_may(m, i, r))
            continue;
        window_map_look(m, i, window_map_after(at, slices));
        if (!window_map_seat(m, r))
            continue;
        f->at = at;
        window_map_reserve(m, r, at, window_map_after(at, slices));
        w->reserving = true;
        return false;
    }
    return false;
}

/* Does a pending job that the walk has not passed yet fit now? */
static bool somebody_fits(struct core *c)
{
    for (uint32_t i = 0; i < c->n_cursor; i++) {
        uint32_t request = c->cursor[i].request;
        if (walk_refused(c, request))
            continue;
        if (place_fits(&c->placer, &c->jobs->requests[request]))
            return true;
        c->refused[request] = c->occ.returned + 1;
    }
    return false;
}

static void backfill_pass(struct window *w)
{
    struct core *c = w->core;
    int64_t most = w->options[WINDOW_MOST];

    walk_begin(c);
    walk_cursors(c);
    w->tests = 0;
    w->reserving = false;
    if (!somebody_fits(c))
        return;
    window_map_build(&w->map);
    /* Once nobody who is left fits now, what they would reserve is of no consequence. */
    while (most-- && c->n_cursor && somebody_fits(c)) {
        uint32_t job = c->cursor[0].job;
        if (!consider(w, job))
            walk_step(c, job);
        if (w->options[WINDOW_TESTS] && w->tests > w->options[WINDOW_TESTS])
            break;
    }
}

/* ---- when ---- */

static ns_t next_multiple(ns_t at, ns_t of)
{
    ns_t part = at % of;
    return part ? (at > NS_NEVER - (of - part) ? NS_NEVER : at + of - part) : at;
}

static void wake(struct window *w, ns_t at)
{
    struct core *c = w->core;
    struct berth_decision d = {
        .size = sizeof d, .kind = BERTH_DO_WAKE, .job = BERTH_NONE, .at = at};

    if (at == NS_NEVER || (w->woken > c->now && w->woken <= at))
        return;
    w->woken = at;
    check(c->host->emit(c->host->ctx, &d) == 0);
}

void walk_window(struct core *c, const int64_t *options)
{
    struct window *w = c->window;
    ns_t next = c->now + 1, due = NS_NEVER, at;
    bool all = c->now % options[WINDOW_MAIN] == 0;
    bool backfill = c->now % options[WINDOW_INTERVAL] == 0;
    bool complete;
    uint64_t starts;

    w->pass++;
    complete = main_pass(w, all ? INT64_MAX : options[WINDOW_DEPTH]);
    starts = c->starts;
    if (backfill)
        backfill_pass(w);
    c->reserving = w->reserving;
    walk_begin(c);
    walk_cursors(c);
    if (somebody_fits(c)) {
        /* Who fits and was looked at is behind somebody's slices: until those move that stays so, unless
         * the pass started somebody, which makes it see other jobs, or seats, the next time. */
        at = next_multiple(backfill && starts == c->starts ? window_map_moves(&w->map) : next,
                           options[WINDOW_INTERVAL]);
        due = complete ? NS_NEVER : next_multiple(next, options[WINDOW_MAIN]);
        due = at < due ? at : due;
    }
    c->cursors_made = false;
    wake(w, due);
}

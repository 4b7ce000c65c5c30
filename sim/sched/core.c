/* core.c - the scheduling core: submit, requeue, finish, pass, start. */
#include "sched/core.h"

#include "base/check.h"
#include "sched/diff.h"
#include "sched/displace.h"
#include "sched/mirror.h"
#include "sched/plan.h"
#include "sched/pods.h"
#include "sched/window.h"
#include <string.h>

void core_init(struct core *c, const struct berth_host *host, const struct berth_view *view,
               const struct composition *policy, uint64_t seed, struct arena *a)
{
    memset(c, 0, sizeof *c);
    c->host = host;
    c->view = view;
    c->policy = policy;
    c->arena = a;
    c->topo = mirror_fleet(view, a);
    c->jobs = mirror_jobs(view, policy->part[AXIS_SHARE]->share, a);
    occupancy_init(&c->occ, c->topo, a, view->left_milli != NULL, view->cpu_free != NULL,
                   view->memory_free != NULL);
    c->placer = (struct placer){
        .occ = &c->occ, .jobs = c->jobs, .pick = policy->part[AXIS_PLACE]->pick, .seed = seed};
    c->placer.blind = policy->part[AXIS_VIEW]->is_blind;
    place_by_score(&c->placer, policy->part[AXIS_PLACE], policy->option[AXIS_PLACE], a);
    queue_init(&c->queue, c->jobs, policy->part[AXIS_WALK]->needs_estimate, a);
    estimate_init(&c->estimate, c->jobs, view->n_users, policy, a);
    c->tracks_ends = policy->part[AXIS_WALK]->needs_estimate;
    if (c->tracks_ends)
        c->prefer = ARENA_ARRAY(a, uint64_t, (size_t)c->topo->n_nodes * c->occ.words);
    pieces_init(&c->held);
    c->refused = ARENA_ARRAY(a, uint64_t, c->jobs->n_requests + 1);
    c->cursor = ARENA_ARRAY(a, struct cursor, c->jobs->n_requests + 1);
    c->reserved_job = JOB_NONE;
    if (policy->part[AXIS_WALK]->keeps_plan &&
        policy->part[AXIS_WALK]->keeps_plan(policy->option[AXIS_WALK]))
        c->plan = plan_new(c, a);
    if (policy->part[AXIS_WALK]->keeps_window)
        c->window = window_new(c, a);
    if (policy->part[AXIS_LAUNCH]->pod_by_pod)
        c->pods = pods_new(c, a);
    if (policy->part[AXIS_ORDER]->rank != ORDER_FIXED || policy->part[AXIS_WALK]->is_desired) {
        c->rank = ARENA_NEW(a, struct rank);
        rank_init(c->rank, c);
        if (c->rank->kind == ORDER_DRF)
            c->queue.drf = &c->rank->drf;
    }
    if (policy->part[AXIS_DISPLACE]->displace != DISPLACE_NONE)
        c->displace = displace_new(c, a);
    if (policy->part[AXIS_WALK]->is_desired) {
        c->desired = ARENA_NEW(a, struct desired);
        c->diff = diff_new(c, a);
    }
    core_reserve(c, 64);
}

void core_free(struct core *c)
{
    free(c->queue.link);
    free(c->run);
    free(c->running);
    ends_free(&c->ends);
    free(c->promise);
    mirror_free(c->jobs);
    if (c->rank)
        rank_free(c->rank);
    if (c->diff)
        diff_free(c->diff);
    if (c->displace)
        displace_free(c->displace);
    VEC_FREE(&c->placer.out);
    pieces_free(&c->held);
    VEC_FREE(&c->reserved);
    VEC_FREE(&c->keep);
    VEC_FREE(&c->walked);
    VEC_FREE(&c->prefer_nodes);
    VEC_FREE(&c->lifted);
    if (c->plan)
        plan_free(c->plan);
    if (c->window)
        window_free(c->window);
    if (c->pods)
        pods_free(c->pods);
}

/* Room for `slots` elements where there is room for `had`; what is new is zero. */
static void *grown(void *at, size_t had, size_t slots, size_t size)
{
    char *to = realloc(at, slots * size);

    check(to != NULL);
    memset(to + had * size, 0, (slots - had) * size);
    return to;
}

static void grow(struct core *c, uint32_t slots)
{
    uint32_t had = c->room, room = had ? had : 1024;

    while (room < slots)
        room *= 2;
    c->queue.link = grown(c->queue.link, had, room, sizeof *c->queue.link);
    c->run = grown(c->run, had, room, sizeof *c->run);
    c->running = grown(c->running, had, room, sizeof *c->running);
    mirror_grow(c->jobs, had, room);
    if (c->tracks_ends) {
        ends_reserve(&c->ends, room);
        c->promise = grown(c->promise, had, room, sizeof *c->promise);
    }
    if (c->rank)
        rank_grow(c->rank, had, room);
    if (c->diff) {
        desired_reserve(c->desired, room, c->jobs->n_requests, c->arena);
        diff_grow(c->diff, had, room);
    }
    if (c->displace)
        displace_grow(c->displace, had, room);
    if (c->plan)
        plan_grow(c->plan, had, room);
    if (c->pods)
        pods_grow(c->pods, had, room);
    c->room = room;
}

void core_reserve(struct core *c, uint32_t slots)
{
    /* A pass hands out at most every device once, each in a piece of its own plus one for its CPU;
     * jobs that only ask for CPU hold a piece each. */
    size_t most = (size_t)c->topo->n_gpus * 2 + c->topo->n_nodes + slots + 64;

    if (slots > c->room)
        grow(c, slots);
    VEC_RESERVE(&c->placer.out, most);
    if (c->held.all.room < c->held.all.n + 2 * most)
        VEC_RESERVE(&c->held.all, c->held.all.n + 4 * most);
    VEC_RESERVE(&c->reserved, most);
    VEC_RESERVE(&c->keep, most);
    VEC_RESERVE(&c->walked, most);
    VEC_RESERVE(&c->prefer_nodes, most);
    VEC_RESERVE(&c->lifted, most);
}

static struct end end_of(const struct core *c, uint32_t job)
{
    return (struct end){c->run[job].ends, core_key(c, job), job};
}

/* ---- what happens ---- */

ns_t core_estimate(const struct core *c, uint32_t job)
{
    const struct berth_parts *p = c->parts;
    ns_t own = p && p->estimate ? p->estimate(p->self, c->view, job) : BERTH_UNKNOWN;

    return own == BERTH_UNKNOWN ? estimate_job(&c->estimate, job) : estimate_bound(own);
}

int64_t core_order_key(const struct core *c, uint32_t job, const struct order_view *v)
{
    const struct policy_part *order = c->policy->part[AXIS_ORDER];

    return order->from_parts && c->parts ? c->parts->key(c->parts->self, c->view, job)
                                         : order->key(v, c->policy->option[AXIS_ORDER]);
}

static void enqueue(struct core *c, uint32_t job)
{
    const struct berth_job *j = berth_job_at(c->view, job);
    const struct request *r = &c->jobs->requests[j->request];
    ns_t estimate = core_estimate(c, job);
    struct order_view v = {j->submit, estimate, r->gpus, r->demand_milli, j->priority};

    queue_add(&c->queue, job, c->rank ? rank_pending_key(c->rank, job) : core_order_key(c, job, &v),
              j->key, estimate);
    if (c->promise)
        c->promise[job] = NS_UNKNOWN;
}

void core_submit(struct core *c, uint32_t job)
{
    mirror_job(c->jobs, job, berth_job_at(c->view, job), c->truth, c->host->ctx);
    if (c->plan)
        plan_submit(c->plan, job);
    if (c->pods)
        pods_submit(c->pods, job);
    if (c->displace)
        displace_submit(c->displace, job);
    if (c->rank) {
        c->queue.link[job].seq = berth_job_at(c->view, job)->key;
        c->queue.link[job].estimate = core_estimate(c, job);
        rank_submit(c->rank, job);
    }
    enqueue(c, job);
    if (c->desired)
        desired_insert(c->desired, job, rank_key(c->rank, job),
                       (uint32_t)c->jobs->requests[c->jobs->specs[job].request].demand_milli,
                       c->jobs->specs[job].request, false);
}

/* A job does not run any more; its devices are free already. */
static void forget_run(struct core *c, uint32_t job)
{
    struct core_run *r = &c->run[job];

    if (c->plan)
        plan_finish(c->plan, job);
    pieces_drop(&c->held, r->first, r->n);
    r->n = 0;
    if (c->tracks_ends)
        ends_remove(&c->ends, end_of(c, job));
    c->running[r->turn] = c->running[--c->n_running];
    c->run[c->running[r->turn]].turn = r->turn;
}

static void give_back(struct core *c, uint32_t job)
{
    const struct core_run *r = &c->run[job];

    c->occ.returned++;
    place_release(&c->placer, &c->jobs->requests[c->jobs->specs[job].request],
                  c->held.all.at + r->first, r->n);
    forget_run(c, job);
}

void core_requeue(struct core *c, uint32_t job)
{
    give_back(c, job);
    if (c->rank)
        rank_stop(c->rank, job);
    if (c->desired)
        desired_set_running(c->desired, job, false);
    enqueue(c, job);
}

void core_stopped(struct core *c, uint32_t job, int64_t mode)
{
    struct berth_decision d = {.size = sizeof d, .kind = BERTH_DO_PREEMPT, .job = job, .arg = mode};

    check(c->host->emit(c->host->ctx, &d) == 0);
    c->occ.returned++;
    forget_run(c, job);
    enqueue(c, job);
}

void core_finish(struct core *c, uint32_t job, ns_t ran)
{
    give_back(c, job);
    if (c->rank)
        rank_finish(c->rank, job, ran);
    if (c->desired)
        desired_erase(c->desired, job);
    estimate_learn(&c->estimate, job, ran);
}

static void propose_start(struct core *c, uint32_t job, const struct held *h, uint32_t n)
{
    struct berth_decision d = {.size = sizeof d,
                               .kind = BERTH_DO_START,
                               .job = job,
                               .n_pieces = n,
                               .pieces = (const struct berth_piece *)(const void *)h};

    /* What the core believes is free is what the host shows: it only ever proposes that. */
    check(c->host->emit(c->host->ctx, &d) == 0);
}

void core_resume(struct core *c, uint32_t job, uint32_t first, uint32_t n, ns_t ends)
{
    c->run[job].first = first;
    c->run[job].n = n;
    c->run[job].ends = ends;
    if (c->tracks_ends)
        ends_add(&c->ends, end_of(c, job));
    c->run[job].turn = c->n_running;
    c->running[c->n_running++] = job;
}

static void note_start(struct core *c, uint32_t job, uint32_t first, uint32_t n)
{
    ns_t estimate = c->queue.link[job].estimate;

    queue_remove(&c->queue, job);
    core_resume(c, job, first, n, estimate == NS_NEVER ? NS_NEVER : c->now + estimate);
    c->starts++;
}

void core_start(struct core *c, uint32_t job, bool complete)
{
    uint32_t n = (uint32_t)c->placer.out.n;

    propose_start(c, job, c->placer.out.at, complete ? 0 : n);
    note_start(c, job, pieces_store(&c->held, c->placer.out.at, n), n);
    if (c->rank)
        rank_start(c->rank, job);
}

void core_start_on(struct core *c, uint32_t job, uint32_t first, uint32_t n)
{
    propose_start(c, job, c->held.all.at + first, n);
    note_start(c, job, first, n);
}

void core_moved(struct core *c, uint32_t job, uint32_t first, uint32_t n)
{
    struct berth_decision d = {
        .size = sizeof d,
        .kind = BERTH_DO_MIGRATE,
        .job = job,
        .n_pieces = n,
        .pieces = (const struct berth_piece *)(const void *)(c->held.all.at + first)};

    check(c->host->emit(c->host->ctx, &d) == 0);
    c->occ.returned++;
    pieces_drop(&c->held, c->run[job].first, c->run[job].n);
    c->run[job].first = first;
    c->run[job].n = n;
}

void core_promise(struct core *c, uint32_t job, ns_t at)
{
    struct berth_decision d = {.size = sizeof d, .kind = BERTH_DO_RESERVE, .job = job, .at = at};

    if (c->promise[job] == at)
        return;
    c->promise[job] = at;
    check(c->host->emit(c->host->ctx, &d) == 0);
}

void core_pass(struct core *c)
{
    const struct policy_part *walk = c->policy->part[AXIS_WALK];

    c->reserving = false;
    c->cursors_made = false;
    if (c->rank)
        rank_update(c->rank);
    if (c->pods)
        pods_pass(c->pods);
    else if (c->queue.n)
        walk->pass(c, c->policy->option[AXIS_WALK]);
    if (c->rank)
        rank_settle(c->rank);
}

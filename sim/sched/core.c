/* core.c - the scheduling core of one trial: submit, finish, pass, start. */
#include "sched/core.h"

#include "base/check.h"
#include "sched/plan.h"
#include "sched/pods.h"
#include <string.h>

void core_init(struct core *c, const struct job_set *jobs, const struct topology *t,
               const struct composition *policy, uint64_t seed, bool keep_held, struct arena *a)
{
    bool shares = false, cpu = false, memory = false, node_cpu = false, node_memory = false;

    memset(c, 0, sizeof *c);
    c->jobs = jobs;
    c->topo = t;
    c->policy = policy;
    c->arena = a;
    for (uint32_t i = 0; i < jobs->n_requests; i++) {
        shares = shares || jobs->requests[i].share_milli;
        cpu = cpu || jobs->requests[i].cpu_milli;
        memory = memory || jobs->requests[i].memory_mib;
    }
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        node_cpu = node_cpu || t->cpu_milli[i];
        node_memory = node_memory || t->memory_mib[i];
    }
    occupancy_init(&c->occ, t, a, shares, cpu && node_cpu, memory && node_memory);
    c->placer = (struct placer){
        .occ = &c->occ, .jobs = jobs, .pick = policy->part[AXIS_PLACE]->pick, .seed = seed};
    place_by_score(&c->placer, policy->part[AXIS_PLACE], policy->option[AXIS_PLACE], a);
    queue_init(&c->queue, jobs, policy->part[AXIS_WALK]->needs_estimate, a);
    estimate_init(&c->estimate, jobs, policy, a);
    c->run = ARENA_ARRAY(a, struct core_run, jobs->n + 1);
    c->tracks_ends = policy->part[AXIS_WALK]->needs_estimate;
    if (c->tracks_ends) {
        c->ends = ARENA_ARRAY(a, uint32_t, jobs->n + 1);
        c->promise = ARENA_ARRAY(a, ns_t, jobs->n + 1);
        for (uint32_t i = 0; i < jobs->n; i++)
            c->promise[i] = NS_UNKNOWN;
        c->prefer = ARENA_ARRAY(a, uint64_t, (size_t)t->n_nodes * c->occ.words);
    }
    pieces_init(&c->held, keep_held);
    c->started = ARENA_ARRAY(a, uint32_t, jobs->n + 1);
    c->refused = ARENA_ARRAY(a, uint64_t, jobs->n_requests + 1);
    c->cursor = ARENA_ARRAY(a, struct cursor, jobs->n_requests + 1);
    c->reserved_job = JOB_NONE;
    digest_init(&c->digest);
    if (policy->part[AXIS_WALK]->keeps_plan &&
        policy->part[AXIS_WALK]->keeps_plan(policy->option[AXIS_WALK]))
        c->plan = plan_new(c, a);
    if (policy->part[AXIS_LAUNCH]->pod_by_pod)
        c->pods = pods_new(c, a);
}

void core_free(struct core *c)
{
    VEC_FREE(&c->placer.out);
    pieces_free(&c->held);
    VEC_FREE(&c->reserved);
    VEC_FREE(&c->keep);
    VEC_FREE(&c->walked);
    VEC_FREE(&c->trial);
    VEC_FREE(&c->prefer_nodes);
    if (c->plan)
        plan_free(c->plan);
    if (c->pods)
        pods_free(c->pods);
}

void core_reserve(struct core *c)
{
    /* A pass hands out at most every device once, each in a piece of its own plus one for its CPU. */
    size_t most = (size_t)c->topo->n_gpus * 2 + c->topo->n_nodes + 64;

    VEC_RESERVE(&c->placer.out, most);
    if (c->held.all.room < c->held.all.n + 2 * most)
        VEC_RESERVE(&c->held.all, c->held.all.n + 4 * most);
    VEC_RESERVE(&c->reserved, most);
    VEC_RESERVE(&c->keep, most);
    VEC_RESERVE(&c->walked, most);
    VEC_RESERVE(&c->trial, most);
    VEC_RESERVE(&c->prefer_nodes, most);
}

/* ---- the heap of expected ends ---- */

static bool sooner(const struct core *c, uint32_t a, uint32_t b)
{
    return c->run[a].ends < c->run[b].ends || (c->run[a].ends == c->run[b].ends && a < b);
}

static void ends_put(struct core *c, uint32_t at, uint32_t job)
{
    c->ends[at] = job;
    c->run[job].place = at;
}

static void ends_sift(struct core *c, uint32_t at)
{
    uint32_t job = c->ends[at];

    while (at && sooner(c, job, c->ends[(at - 1) / 4])) {
        ends_put(c, at, c->ends[(at - 1) / 4]);
        at = (at - 1) / 4;
    }
    for (;;) {
        uint32_t first = 4 * at + 1, best = first;
        if (first >= c->n_ends)
            break;
        for (uint32_t i = first + 1; i < first + 4 && i < c->n_ends; i++)
            if (sooner(c, c->ends[i], c->ends[best]))
                best = i;
        if (!sooner(c, c->ends[best], job))
            break;
        ends_put(c, at, c->ends[best]);
        at = best;
    }
    ends_put(c, at, job);
}

static void ends_add(struct core *c, uint32_t job)
{
    c->ends[c->n_ends] = job;
    ends_sift(c, c->n_ends++);
}

static void ends_remove(struct core *c, uint32_t job)
{
    uint32_t at = c->run[job].place, last = c->ends[--c->n_ends];

    if (last != job) {
        ends_put(c, at, last);
        ends_sift(c, at);
    }
}

/* ---- what happens ---- */

void core_submit(struct core *c, uint32_t job, ns_t now)
{
    const struct job_spec *s = &c->jobs->specs[job];
    const struct request *r = &c->jobs->requests[s->request];
    ns_t estimate = estimate_job(&c->estimate, job);
    struct order_view v = {s->submit, estimate, r->gpus, r->demand_milli,
                           c->jobs->priority ? c->jobs->priority[job] : 0};

    c->now = now;
    queue_add(&c->queue, job, c->policy->part[AXIS_ORDER]->key(&v, c->policy->option[AXIS_ORDER]),
              estimate);
}

void core_finish(struct core *c, uint32_t job, ns_t now, ns_t ran)
{
    const struct core_run *r = &c->run[job];

    c->now = now;
    if (c->plan)
        plan_finish(c->plan, job);
    c->occ.returned++;
    place_release(&c->placer, &c->jobs->requests[c->jobs->specs[job].request],
                  c->held.all.at + r->first, r->n);
    pieces_drop(&c->held, r->first, r->n);
    if (c->tracks_ends)
        ends_remove(c, job);
    c->n_running--;
    estimate_learn(&c->estimate, job, ran);
}

void core_start(struct core *c, uint32_t job)
{
    ns_t estimate = c->queue.link[job].estimate;
    const struct held *h = c->placer.out.at;
    uint32_t n = (uint32_t)c->placer.out.n;

    c->run[job].first = pieces_store(&c->held, h, n);
    c->run[job].n = n;
    queue_remove(&c->queue, job);
    c->run[job].ends = estimate == NS_NEVER ? NS_NEVER : c->now + estimate;
    if (c->tracks_ends)
        ends_add(c, job);
    if (c->promise && c->promise[job] != NS_UNKNOWN && c->now > c->promise[job])
        c->broken++;
    c->n_running++;
    c->starts++;
    c->decisions++;
    c->started[c->n_started++] = job;
    digest_word(&c->digest, (uint64_t)c->now);
    digest_word(&c->digest, job);
    for (uint32_t i = 0; i < n; i++) {
        digest_word(&c->digest, (uint64_t)h[i].node << 32 | (uint64_t)h[i].base << 16 | h[i].milli);
        digest_word(&c->digest, h[i].mask);
    }
}

void core_pass(struct core *c, ns_t now)
{
    const struct policy_part *walk = c->policy->part[AXIS_WALK];

    c->now = now;
    c->n_started = 0;
    c->reserving = false;
    c->cursors_made = false;
    if (!c->queue.n)
        return;
    if (c->pods)
        pods_pass(c->pods);
    else
        walk->pass(c, c->policy->option[AXIS_WALK]);
}

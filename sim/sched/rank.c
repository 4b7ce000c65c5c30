/* rank.c - keys of orders that change while jobs wait and run. */
#include "sched/rank.h"

#include "base/check.h"
#include "sched/core.h"

/* Samples of finished jobs that the Gittins order keeps; the table is first made of this many
 * (policies.md 3.5: at least 1000). */
enum { GITTINS_SAMPLES = 1 << 16, GITTINS_FIRST = 1000 };

/* ---- the heap of changes ---- */

static bool sooner(const struct rank *r, uint32_t a, uint32_t b)
{
    return r->job[a].next < r->job[b].next ||
           (r->job[a].next == r->job[b].next && core_key(r->core, a) < core_key(r->core, b));
}

static void put(struct rank *r, uint32_t at, uint32_t job)
{
    r->due[at] = job;
    r->job[job].place = at;
}

static void sift(struct rank *r, uint32_t at)
{
    uint32_t job = r->due[at], child;

    for (; at && sooner(r, job, r->due[(at - 1) / 2]); at = (at - 1) / 2)
        put(r, at, r->due[(at - 1) / 2]);
    for (; (child = 2 * at + 1) < r->n_due; at = child) {
        if (child + 1 < r->n_due && sooner(r, r->due[child + 1], r->due[child]))
            child++;
        if (!sooner(r, r->due[child], job))
            break;
        put(r, at, r->due[child]);
    }
    put(r, at, job);
}

static void undue(struct rank *r, uint32_t job)
{
    uint32_t at = r->job[job].place, last;

    if (at == RANK_NONE)
        return;
    last = r->due[--r->n_due];
    r->job[job].place = RANK_NONE;
    if (last != job) {
        put(r, at, last);
        sift(r, at);
    }
}

static void set_due(struct rank *r, uint32_t job, ns_t next)
{
    undue(r, job);
    r->job[job].next = next;
    if (next == NS_NEVER)
        return;
    r->due[r->n_due] = job;
    r->job[job].place = r->n_due;
    sift(r, r->n_due++);
}

/* ---- setting up ---- */

static uint64_t fleet_milli(const struct core *c)
{
    uint64_t milli = 0;

    for (uint32_t type = 0; type < c->topo->n_types; type++)
        milli += (uint64_t)c->occ.pool[type].capacity_milli;
    return milli ? milli : 1;
}

static uint32_t owners(const struct core *c)
{
    return c->view->n_users ? c->view->n_users : c->view->n_queues;
}

static uint32_t owner_of(const struct core *c, uint32_t job)
{
    const struct berth_job *j = berth_job_at(c->view, job);

    return c->view->n_users ? (j->user == BERTH_NONE ? 0 : j->user) : j->queue;
}

static void init_multifactor(struct rank *r)
{
    struct core *c = r->core;
    const int64_t *o = r->options;
    bool tree = r->kind == ORDER_FAIRTREE;

    multifactor_init(&r->multifactor, fleet_milli(c));
    if (tree) {
        r->multifactor.weight[FACTOR_FAIRSHARE] = 1u << 20;
        r->multifactor.calc_period = o[1];
    } else {
        r->multifactor.weight[FACTOR_AGE] = (uint32_t)o[0];
        r->multifactor.weight[FACTOR_FAIRSHARE] = (uint32_t)o[1];
        r->multifactor.weight[FACTOR_SIZE] = (uint32_t)o[2];
        r->multifactor.weight[FACTOR_QOS] = (uint32_t)o[3];
        r->multifactor.max_age = o[5];
        r->multifactor.calc_period = o[6];
        r->multifactor.favor_small = o[7] != 0;
    }
    usage_init(&r->usage, owners(c) + 1, tree ? o[0] : o[4], c->arena);
    fairtree_init(&r->tree, c->view->n_queues + owners(c) + 2, c->arena);
    for (uint32_t i = 0; i < c->view->n_queues; i++)
        fairtree_account(&r->tree, FAIRTREE_ROOT, 1);
    r->association = ARENA_ARRAY(c->arena, uint32_t, owners(c) + 1);
    r->period = multifactor_next_period(&r->multifactor, c->now);
}

static void init_drf(struct rank *r)
{
    struct core *c = r->core;
    uint64_t total[3] = {fleet_milli(c), 0, 0};

    for (uint32_t i = 0; i < c->topo->n_nodes; i++) {
        total[1] += c->occ.cpu ? (uint64_t)c->topo->cpu_milli[i] : 0;
        total[2] += c->occ.memory ? (uint64_t)c->topo->memory_mib[i] : 0;
    }
    drf_init(&r->drf, c->view->n_queues + 1, total, 3, NULL, c->arena);
}

void rank_init(struct rank *r, struct core *c)
{
    const struct composition *p = c->policy;
    const int64_t *o = p->option[AXIS_ORDER], *walk = p->option[AXIS_WALK];

    *r = (struct rank){
        .core = c, .kind = p->part[AXIS_ORDER]->rank, .options = o, .woken = NS_NEVER};
    if (p->part[AXIS_WALK]->is_desired) {
        r->min_run = walk[0];
        r->cool_down = walk[1];
    }
    r->period = NS_NEVER;
    switch (r->kind) {
    case ORDER_QUEUES:
    case ORDER_GITTINS: {
        int64_t seconds[3];
        uint32_t n = 0;
        while (n < 3 && o[n] > 0 && (!n || o[n] >= seconds[n - 1])) {
            seconds[n] = o[n];
            n++;
        }
        las_init(&r->las, seconds, n, (uint32_t)o[3], false);
        break;
    }
    default:
        las_init(&r->las, NULL, 0, 0, false);
    }
    if (r->kind == ORDER_GITTINS)
        gittins_init(&r->gittins, GITTINS_SAMPLES, o[4] * 1000000, o[5] * 1000000, c->arena);
    if (r->kind == ORDER_MULTIFACTOR || r->kind == ORDER_FAIRTREE)
        init_multifactor(r);
    if (r->kind == ORDER_DRF)
        init_drf(r);
}

void rank_free(struct rank *r)
{
    free(r->job);
    free(r->due);
    VEC_FREE(&r->moved);
    VEC_FREE(&r->promoted);
}

void rank_grow(struct rank *r, uint32_t had, uint32_t room)
{
    r->job = realloc(r->job, room * sizeof *r->job);
    r->due = realloc(r->due, room * sizeof *r->due);
    check(r->job && r->due);
    for (uint32_t i = had; i < room; i++)
        r->job[i] = (struct rank_job){.place = RANK_NONE, .next = NS_NEVER};
    VEC_RESERVE(&r->moved, room);
    VEC_RESERVE(&r->promoted, room);
}

/* ---- keys ---- */

static const struct request *request_of(const struct rank *r, uint32_t job)
{
    return &r->core->jobs->requests[r->core->jobs->specs[job].request];
}

static ns_t remaining(const struct rank *r, uint32_t job)
{
    const struct las_job *s = &r->job[job].service;
    ns_t ran = s->ran, left;

    if (s->running && s->since < r->core->now)
        ran += r->core->now - s->since;
    left = r->core->queue.link[job].estimate - ran;
    return left > 0 ? left : 0;
}

static int64_t service_of(const struct rank *r, uint32_t job)
{
    const struct las_job *s = &r->job[job].service;
    wide_t a = s->attained;

    if (s->running && s->since < r->core->now)
        a += (wide_t)(r->core->now - s->since) * s->milli;
    return gittins_service(a);
}

static uint32_t fairshare(struct rank *r, uint32_t job)
{
    const struct core *c = r->core;
    uint32_t owner = owner_of(c, job);

    return r->association[owner] ? r->tree.node[r->association[owner]].factor : FAIRTREE_ONE;
}

static int64_t priority_key(const struct rank *r, uint32_t job)
{
    const struct berth_job *j = berth_job_at(r->core->view, job);
    struct multifactor_job m = {.submit = j->submit,
                                .eligible = j->submit,
                                .milli = request_of(r, job)->demand_milli,
                                .priority = j->priority,
                                .fairshare = fairshare((struct rank *)r, job)};

    return -multifactor_priority(&r->multifactor, &m, r->core->now);
}

int64_t rank_pending_key(const struct rank *r, uint32_t job)
{
    switch (r->kind) {
    case ORDER_MULTIFACTOR:
    case ORDER_FAIRTREE:
        return priority_key(r, job);
    case ORDER_DRF:
        return 0; /* the queue compares owners first */
    default:
        return r->job[job].fixed;
    }
}

struct desired_key rank_key(const struct rank *r, uint32_t job)
{
    const struct rank_job *j = &r->job[job];
    uint64_t seq = core_key(r->core, job);
    wide_t service;

    if (j->safe_until > r->core->now && j->service.running)
        return (struct desired_key){INT64_MIN, 0, seq};
    switch (r->kind) {
    case ORDER_REMAINING:
        return (struct desired_key){remaining(r, job), 0, seq};
    case ORDER_SERVICE:
        service = (wide_t)(remaining(r, job) / 1000000) * j->service.milli;
        return (struct desired_key){service > INT64_MAX ? INT64_MAX : (int64_t)service, 0, seq};
    case ORDER_LAS:
        return (struct desired_key){service_of(r, job) / (r->options[0] * 1000000),
                                    !j->service.running, seq};
    case ORDER_QUEUES:
        return las_key(&j->service, seq);
    case ORDER_GITTINS:
        return (struct desired_key){j->service.queue, gittins_key(&r->gittins, service_of(r, job)),
                                    seq};
    case ORDER_MULTIFACTOR:
    case ORDER_FAIRTREE:
        return (struct desired_key){priority_key(r, job), 0, seq};
    default:
        return (struct desired_key){j->fixed, 0, seq};
    }
}

/* Milli-GPU x ms of service to an instant, by ceiling division. */
static ns_t when_attained(const struct rank *r, uint32_t job, int64_t service)
{
    const struct las_job *s = &r->job[job].service;
    wide_t left = (wide_t)service * 1000000 - s->attained;

    if (!s->milli || service == INT64_MAX)
        return NS_NEVER;
    left = left > 0 ? (left + s->milli - 1) / s->milli : 1;
    return left < (wide_t)NS_NEVER - s->since ? s->since + (ns_t)left : NS_NEVER;
}

/* When the key changes by itself, counted from an advanced state. */
static ns_t next_change(const struct rank *r, uint32_t job)
{
    const struct rank_job *j = &r->job[job];
    ns_t next = NS_NEVER, at;

    if (j->service.running && j->safe_until > r->core->now)
        next = j->safe_until;
    switch (r->kind) {
    case ORDER_LAS:
        if (!j->service.running)
            return next;
        at = when_attained(r, job,
                           (service_of(r, job) / (r->options[0] * 1000000) + 1) *
                               (r->options[0] * 1000000));
        break;
    case ORDER_QUEUES:
        at = las_next_change(&r->las, &j->service);
        break;
    case ORDER_GITTINS:
        at = las_next_change(&r->las, &j->service);
        if (j->service.running) {
            ns_t index = when_attained(r, job, gittins_next(&r->gittins, service_of(r, job)));
            at = index < at ? index : at;
        }
        break;
    default:
        return next;
    }
    return at < next ? at : next;
}

static void rekey(struct rank *r, uint32_t job)
{
    struct core *c = r->core;

    if (c->desired)
        desired_rekey(c->desired, job, rank_key(r, job));
    set_due(r, job, next_change(r, job));
}

static void advance(struct rank *r, uint32_t job)
{
    struct las_job *s = &r->job[job].service;

    if (s->since < r->core->now) /* it may be restoring until later */
        las_advance(s, &r->las, r->core->now);
}

/* ---- what happens ---- */

static void associate(struct rank *r, uint32_t job)
{
    const struct core *c = r->core;
    uint32_t owner = owner_of(c, job), queue = berth_job_at(c->view, job)->queue;

    if (!r->association || r->association[owner])
        return;
    r->association[owner] =
        fairtree_user(&r->tree, queue < c->view->n_queues ? queue + 1 : FAIRTREE_ROOT, 1);
    fairtree_rank(&r->tree);
}

void rank_submit(struct rank *r, uint32_t job)
{
    struct core *c = r->core;
    const struct berth_job *v = berth_job_at(c->view, job);
    const struct request *q = request_of(r, job);
    const struct policy_part *order = c->policy->part[AXIS_ORDER];
    struct order_view view = {v->submit, c->queue.link[job].estimate, q->gpus, q->demand_milli,
                              v->priority};
    struct rank_job *j = &r->job[job];

    undue(r, job);
    *j = (struct rank_job){.place = RANK_NONE, .next = NS_NEVER};
    if (order->key)
        j->fixed = core_order_key(c, job, &view);
    las_submit(&r->las, &j->service, c->now, (uint32_t)q->demand_milli);
    associate(r, job);
    if (v->priority < r->multifactor.least)
        r->multifactor.least = v->priority;
    if (v->priority > r->multifactor.most)
        r->multifactor.most = v->priority;
}

static void hold(struct rank *r, uint32_t job, int64_t sign)
{
    struct core *c = r->core;
    const struct request *q = request_of(r, job);

    if (r->kind == ORDER_MULTIFACTOR || r->kind == ORDER_FAIRTREE)
        usage_hold(&r->usage, owner_of(c, job), sign * (int64_t)q->demand_milli, c->now);
    if (r->kind == ORDER_DRF) {
        uint64_t amount[3] = {q->demand_milli, (uint64_t)q->cpu_milli * q->replicas,
                              (uint64_t)q->memory_mib * q->replicas};
        uint32_t owner = q->tenant < c->view->n_queues ? q->tenant : c->view->n_queues;
        if (sign > 0)
            drf_allocate(&r->drf, owner, amount);
        else
            drf_release(&r->drf, owner, amount);
        queue_owner_moved(&c->queue);
    }
}

void rank_start(struct rank *r, uint32_t job)
{
    struct rank_job *j = &r->job[job];
    ns_t safe = j->displaced && r->cool_down > r->min_run ? r->cool_down : r->min_run;

    hold(r, job, 1);
    advance(r, job);
    las_start(&j->service, r->walk);
    j->safe_until = safe ? r->core->now + safe : 0;
    rekey(r, job);
}

void rank_work(struct rank *r, uint32_t job)
{
    struct las_job *s = &r->job[job].service;
    const struct berth_job *v = berth_job_at(r->core->view, job);
    ns_t since = v->since;

    if (v->state != BERTH_JOB_RUNNING) /* heard only now, when it has ended or stops already */
        return;
    /* From the decision until its work goes on it waited for devices or restored: no service. */
    if (s->running && since > s->since)
        s->since = since;
    rekey(r, job);
}

void rank_stop(struct rank *r, uint32_t job)
{
    struct rank_job *j = &r->job[job];

    hold(r, job, -1);
    advance(r, job);
    las_stop(&r->las, &j->service);
    if (j->service.since > r->core->now)
        j->service.since = r->core->now;
    j->displaced++;
    rekey(r, job);
}

void rank_finish(struct rank *r, uint32_t job, ns_t ran)
{
    struct core *c = r->core;

    hold(r, job, -1);
    undue(r, job);
    if (r->kind != ORDER_GITTINS)
        return;
    if (!gittins_learn(&r->gittins,
                       gittins_service((wide_t)ran * (wide_t)request_of(r, job)->demand_milli),
                       GITTINS_FIRST))
        return;
    /* A new table: every key may have changed. */
    for (uint32_t i = 0; i < c->view->jobs.n; i++)
        if (i != job && desired_has(c->desired, i))
            rekey(r, i);
}

/* ---- what is due ---- */

static void end_period(struct rank *r)
{
    struct core *c = r->core;

    usage_fold(&r->usage, c->now);
    for (uint32_t i = 0; i < owners(c); i++)
        if (r->association[i])
            r->tree.node[r->association[i]].usage = r->usage.owner[i].stored;
    fairtree_rank(&r->tree);
    r->period = multifactor_next_period(&r->multifactor, c->now);
    for (uint32_t job = 0; job < c->view->jobs.n; job++) {
        uint32_t state = berth_job_at(c->view, job)->state;
        if (state == BERTH_JOB_FREE)
            continue;
        if (c->desired)
            rekey(r, job);
        else if (c->queue.link[job].pending)
            queue_rekey(&c->queue, job, rank_pending_key(r, job));
    }
}

/* The longest waiting by its running time first (policies.md 15.14); few are due at one instant. */
static void promote(struct rank *r)
{
    for (size_t i = 1; i < r->promoted.n; i++)
        for (size_t k = i; k > 0; k--) {
            uint32_t *a = &r->promoted.at[k - 1], *b = &r->promoted.at[k], swap = *a;
            const struct las_job *x = &r->job[*a].service, *y = &r->job[*b].service;
            bool before =
                las_promotes_before(y, x) ||
                (!las_promotes_before(x, y) && core_key(r->core, *b) < core_key(r->core, *a));
            if (!before)
                break;
            *a = *b;
            *b = swap;
        }
    for (size_t i = 0; i < r->promoted.n; i++) {
        las_promote(&r->las, &r->job[r->promoted.at[i]].service);
        rekey(r, r->promoted.at[i]);
    }
    r->promoted.n = 0;
}

void rank_update(struct rank *r)
{
    struct core *c = r->core;

    r->walk++;
    if (r->woken <= c->now)
        r->woken = NS_NEVER;
    if (r->period <= c->now)
        end_period(r);
    while (r->n_due && r->job[r->due[0]].next <= c->now) {
        uint32_t job = r->due[0];
        struct las_job *s = &r->job[job].service;
        enum las_change change;
        advance(r, job);
        while ((change = las_due(&r->las, s)) == LAS_DEMOTION) {
            las_demote(&r->las, s);
            VEC_PUSH(&r->moved, job);
        }
        if (change == LAS_PROMOTION) {
            undue(r, job);
            VEC_PUSH(&r->promoted, job);
        } else {
            rekey(r, job);
        }
    }
    promote(r);
}

void rank_settle(struct rank *r)
{
    struct core *c = r->core;
    struct berth_decision d = {.size = sizeof d, .kind = BERTH_DO_WAKE, .job = BERTH_NONE};
    bool busy = c->queue.n || c->n_running;

    for (size_t i = 0; i < r->moved.n; i++) {
        uint32_t job = r->moved.at[i];
        if (!r->job[job].service.running || r->job[job].service.settled)
            continue;
        las_settle(&r->job[job].service, r->walk);
        if (c->desired)
            desired_rekey(c->desired, job, rank_key(r, job));
    }
    r->moved.n = 0;
    d.at = r->n_due ? r->job[r->due[0]].next : NS_NEVER;
    if (busy && r->period < d.at)
        d.at = r->period;
    if (d.at >= r->woken || d.at == NS_NEVER)
        return;
    r->woken = d.at;
    check(c->host->emit(c->host->ctx, &d) == 0);
}

/* ---- its state ---- */

void rank_state(struct rank *r, struct state *s)
{
    state_u64(s, &r->walk);
    state_i64(s, &r->period);
    state_i64(s, &r->woken);
    las_state(&r->las, s);
    if (r->kind == ORDER_GITTINS)
        gittins_state(&r->gittins, s);
    if (r->kind == ORDER_DRF)
        drf_state(&r->drf, s);
    if (!r->association)
        return;
    state_i32(s, &r->multifactor.least);
    state_i32(s, &r->multifactor.most);
    usage_state(&r->usage, s);
    fairtree_state(&r->tree, s);
    for (uint32_t i = 0; i < owners(r->core) + 1; i++)
        state_index(s, &r->association[i], r->tree.n - 1);
}

void rank_state_job(struct rank *r, struct state *s, uint32_t job)
{
    struct rank_job *j = &r->job[job];
    ns_t next = j->place == RANK_NONE ? NS_NEVER : j->next;

    las_state_job(&r->las, &j->service, s);
    state_i64(s, &j->fixed);
    state_i64(s, &j->safe_until);
    state_u32(s, &j->displaced);
    state_i64(s, &next);
    if (s->loading && !s->broken)
        set_due(r, job, next);
}

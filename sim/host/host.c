/* host.c - what exists, what happened, and asking the policy. */
#include "host/host.h"

#include "base/check.h"
#include "host/emit.h"
#include <stdio.h>
#include <string.h>

/* A policy that is called again and again in one instant makes no progress: events of outcomes that are
 * refused, or timers, feed it for ever. Honest ones need two or three calls. */
#define CALLS_AN_INSTANT 10000

/* So many calls without a job submitted, started for the first time or ended, closer than QUIET_STEP on
 * average, are a policy that wakes itself for nothing. Orders that change with time ask again once a
 * second at the most often. */
#define QUIET_CALLS 1000000
#define QUIET_STEP 1000000

/* So often a job may be stopped without ever having more work behind it, while nothing is submitted,
 * begins or ends: after that it never will. */
#define FRUITLESS_STOPS 10000

_Static_assert(sizeof(struct held) == sizeof(struct berth_piece) &&
                   offsetof(struct held, mask) == offsetof(struct berth_piece, mask) &&
                   offsetof(struct held, milli) == offsetof(struct berth_piece, milli),
               "pieces cross the border as they are");
_Static_assert(BERTH_LEVELS == (int)LEVELS && BERTH_UNKNOWN == NS_UNKNOWN &&
                   BERTH_NEVER == NS_NEVER && BERTH_NONE == NODE_NONE,
               "the border's words are the inside's");

/* The bytes that save() wrote. */
struct host_state {
    char *at;
    size_t n, room, read;
};

/* ---- setting up ---- */

static void describe_fleet(struct host *h, struct arena *a)
{
    const struct topology *t = h->topo;

    h->node = ARENA_ARRAY(a, struct berth_node, t->n_nodes);
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        struct berth_node *n = &h->node[i];
        *n = (struct berth_node){.gpus = t->gpus[i],
                                 .first_gpu = t->first_gpu[i],
                                 .type = t->gpus[i] ? t->gpu_type[i] : BERTH_NONE,
                                 .numa = t->numa[i],
                                 .island = t->island[i],
                                 .health = t->health[i],
                                 .cpu_milli = t->cpu_milli[i],
                                 .memory_mib = t->memory_mib[i]};
        for (int l = 0; l < BERTH_LEVELS; l++)
            n->domain[l] = topology_domain(t, (enum level)l, i);
    }
    for (int l = 0; l < BERTH_LEVELS; l++)
        h->domains[l] = l <= BERTH_LEVEL_NODE ? t->n_nodes : t->domains[l] ? t->domains[l] : 1;
}

static void describe_requests(struct host *h, struct arena *a)
{
    const struct job_set *j = h->jobs;
    struct berth_group *groups = ARENA_ARRAY(a, struct berth_group, j->n_groups + 1);

    for (uint32_t i = 0; i < j->n_groups; i++)
        groups[i] = (struct berth_group){j->groups[i].replicas, j->groups[i].gpus};
    h->request = ARENA_ARRAY(a, struct berth_request, j->n_requests + 1);
    for (uint32_t i = 0; i < j->n_requests; i++) {
        const struct request *r = &j->requests[i];
        h->request[i] = (struct berth_request){.groups = groups + r->first_group,
                                               .n_groups = r->n_groups,
                                               .replicas = r->replicas,
                                               .gpus = r->gpus,
                                               .share_milli = r->share_milli,
                                               .mig_profile = r->mig ? r->mig : BERTH_NONE,
                                               .queue = r->tenant,
                                               .required = r->required,
                                               .preferred = r->preferred,
                                               .types = r->types,
                                               .demand_milli = r->demand_milli,
                                               .cpu_milli = r->cpu_milli,
                                               .memory_mib = r->memory_mib};
    }
    for (uint32_t i = 0; j->known_jobs && i < j->n_requests; i++)
        h->request[i].known_jobs = j->known_jobs[i];
    for (uint32_t i = 0; !j->known_jobs && i < j->n; i++)
        h->request[j->specs[i].request].known_jobs++;
}

static void show(struct host *h)
{
    const struct topology *t = h->topo;
    struct berth_view *v = &h->view;

    *v = (struct berth_view){.size = sizeof *v,
                             .words = h->occ.words,
                             .n_gpus = t->n_gpus,
                             .n_types = t->n_types,
                             .n_queues = h->jobs->tenants.n,
                             .n_users = h->jobs->user ? h->jobs->users.n : 0,
                             .nodes = {h->node, t->n_nodes, sizeof *h->node},
                             .requests = {h->request, h->jobs->n_requests, sizeof *h->request},
                             .jobs = {NULL, 0, sizeof(struct berth_job)},
                             .domains = h->domains,
                             .types = (const char *const *)t->type_name,
                             .free_mask = h->occ.free,
                             .n_free = h->occ.n_free,
                             .left_milli = h->occ.left,
                             .cpu_free = h->occ.cpu,
                             .memory_free = h->occ.memory};
}

/* ---- services ---- */

static void *service_alloc(void *ctx, size_t n, size_t align)
{
    return memory_alloc(&((struct host *)ctx)->memory, n, align);
}

static void service_free(void *ctx, void *p)
{
    memory_release(&((struct host *)ctx)->memory, p);
}

static uint64_t service_random(void *ctx)
{
    return rng_u64(&((struct host *)ctx)->random);
}

static void service_log(void *ctx, int level, const char *utf8, uint32_t n)
{
    struct host *h = ctx;

    /* What it says before it fails is the best message there is. */
    if (level <= 0)
        snprintf(h->trouble, sizeof h->trouble, "%.*s", (int)(n < 200 ? n : 200), utf8);
}

static ns_t service_run(void *ctx, uint32_t slot)
{
    const struct host *h = ctx;

    if (slot >= h->job.n || h->job.at[slot].state == BERTH_JOB_FREE)
        return BERTH_UNKNOWN;
    return h->jobs->specs[h->job.at[slot].key].run;
}

static uint32_t service_find(void *ctx, uint32_t slot, uint32_t rule, struct berth_piece *out,
                             uint32_t room)
{
    static const enum place_pick pick[] = {PICK_FIRST, PICK_LEAST_FREE, PICK_MOST_FREE,
                                           PICK_FEWEST_NODES};
    struct host *h = ctx;
    const struct request *r;
    uint64_t returned = h->occ.returned;
    uint32_t n;

    if (slot >= h->job.n || rule >= sizeof pick / sizeof *pick ||
        h->job.at[slot].state == BERTH_JOB_FREE)
        return 0;
    r = host_request(h, slot);
    occupancy_index(&h->occ);
    h->placer.pick = pick[rule];
    if (!place_take(&h->placer, r, (uint32_t)h->job.at[slot].key))
        return 0;
    n = (uint32_t)h->placer.out.n;
    if (n <= room)
        memcpy(out, h->placer.out.at, n * sizeof *out);
    place_release(&h->placer, r, h->placer.out.at, n);
    h->occ.returned = returned;
    return n <= room ? n : 0;
}

static const void *service_extension(void *ctx, const char *id)
{
    struct host *h = ctx;

    if (!strcmp(id, BERTH_PLACE))
        return &h->place;
    if (strcmp(id, BERTH_CLAIRVOYANT))
        return NULL;
    h->asked_truth = true;
    return &h->clairvoyant;
}

/* The core finds its parts where every policy finds its host's extensions. */
static const void *core_extension(void *ctx, const char *id)
{
    struct host *h = ctx;

    return h->parts_policy && !strcmp(id, BERTH_PARTS) ? &h->parts : service_extension(ctx, id);
}

/* ---- watching ---- */

const char *host_place_name(enum host_place p)
{
    static const char *const name[] = {
        [HOST_OUTSIDE] = "no function", [HOST_CREATE] = "create()", [HOST_DECIDE] = "decide()",
        [HOST_SAVE] = "save()",         [HOST_LOAD] = "load()",     [HOST_DESTROY] = "destroy()"};

    return name[p];
}

static void note_place(struct host *h, enum host_place p)
{
    if (h->watch.note)
        atomic_store_explicit(&h->watch.note->inside, (unsigned)p, memory_order_relaxed);
}

void host_note_job(struct host *h, uint32_t slot)
{
    struct host_note *n = h->watch.note;
    char name[16];

    if (n && slot < h->job.n)
        snprintf(n->job, sizeof n->job, "%s",
                 job_name(h->jobs, (uint32_t)h->job.at[slot].key, name));
}

static void note_call(struct host *h, ns_t now)
{
    struct host_note *n = h->watch.note;

    if (!n)
        return;
    n->at = now;
    for (size_t i = h->events.n; i--;)
        if (h->events.at[i].job < h->job.n) {
            host_note_job(h, h->events.at[i].job);
            break;
        }
    atomic_fetch_add_explicit(&n->calls, 1, memory_order_relaxed);
}

/* ---- life ---- */

static uint64_t abilities(void)
{
    return BERTH_CAN_PREEMPT | BERTH_CAN_MIGRATE | BERTH_CAN_HOLD | BERTH_CAN_SHARE | BERTH_CAN_MIG;
}

static int refused_to_begin(struct host *h, const struct berth_policy *p, berth_status status,
                            struct diag *d)
{
    return diag_fail(d, STATUS_POLICY, (struct diag_at){0}, "policy %s refused to begin (%d)%s%s",
                     p->id, status, *h->trouble ? ": " : "", h->trouble);
}

static berth_status create_instance(struct host *h, const struct berth_policy *p,
                                    const struct berth_config *config, void **self)
{
    berth_status status;

    note_place(h, HOST_CREATE);
    status = p->create(&h->service, &h->view, config, self);
    note_place(h, HOST_OUTSIDE);
    if (status)
        *self = NULL;
    return status;
}

static int lacks(const struct berth_policy *p, struct diag *d)
{
    uint64_t lacking = p->needs & ~abilities();

    if (!lacking)
        return 0;
    return diag_fail(d, STATUS_POLICY, (struct diag_at){0},
                     "policy %s needs capabilities 0x%llx that this host does not have", p->id,
                     (unsigned long long)lacking);
}

/* Parts come first: the core asks for them when it begins. */
static int create_parts(struct host *h, const struct host_config *c, struct diag *d)
{
    const struct berth_policy *p = c->parts;
    const struct berth_config config = {.size = sizeof config,
                                        .n_values = c->n_parts_values,
                                        .text = c->parts_text ? c->parts_text : "",
                                        .values = c->parts_values,
                                        .seed = c->seed};
    const struct berth_parts *parts;
    berth_status status;

    if (lacks(p, d) < 0)
        return -1;
    status = create_instance(h, p, &config, &h->parts_self);
    if (status)
        return refused_to_begin(h, p, status, d);
    parts = p->extension(h->parts_self, BERTH_PARTS);
    memset(&h->parts, 0, sizeof h->parts);
    memcpy(&h->parts, parts, parts->size < sizeof h->parts ? parts->size : sizeof h->parts);
    h->parts.self = h->parts_self;
    h->parts_policy = p;
    h->service.extension = core_extension;
    return 0;
}

static int create(struct host *h, const struct host_config *c, struct diag *d)
{
    const struct berth_policy *p = c->policy;
    berth_status status;

    h->watch = c->watch;
    h->memory.poison = c->watch.poison;
    h->memory.shift = c->watch.shift;
    if (h->watch.note)
        snprintf(h->watch.note->policy, sizeof h->watch.note->policy, "%s",
                 c->parts ? c->parts->id : p->id);
    if (lacks(p, d) < 0 || (c->parts && create_parts(h, c, d) < 0))
        return -1;
    h->config = (struct berth_config){.size = sizeof h->config,
                                      .n_values = c->n_values,
                                      .text = c->text ? c->text : "",
                                      .values = c->values,
                                      .seed = c->seed};
    status = create_instance(h, p, &h->config, &h->self);
    return status ? refused_to_begin(h, p, status, d) : 0;
}

static void destroy(struct host *h)
{
    note_place(h, HOST_DESTROY);
    if (h->self)
        h->policy->destroy(h->self);
    if (h->parts_self)
        h->parts_policy->destroy(h->parts_self);
    note_place(h, HOST_OUTSIDE);
    h->self = h->parts_self = NULL;
}

int host_init(struct host *h, const struct host_config *c, struct arena *a, struct diag *d)
{
    const struct job_set *jobs = c->jobs;
    const struct topology *t = c->topo;
    bool shares = false, cpu = false, memory = false, node_cpu = false, node_memory = false;

    memset(h, 0, sizeof *h);
    h->jobs = jobs;
    h->topo = t;
    h->policy = c->policy;
    for (uint32_t i = 0; i < jobs->n_requests; i++) {
        shares = shares || jobs->requests[i].share_milli;
        cpu = cpu || jobs->requests[i].cpu_milli;
        memory = memory || jobs->requests[i].memory_mib;
    }
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        node_cpu = node_cpu || t->cpu_milli[i];
        node_memory = node_memory || t->memory_mib[i];
    }
    h->default_limit = NS_UNKNOWN;
    for (uint32_t i = 0; i < jobs->n; i++)
        if (jobs->specs[i].limit > h->default_limit)
            h->default_limit = jobs->specs[i].limit;
    occupancy_init(&h->occ, t, a, shares, cpu && node_cpu, memory && node_memory);
    occupancy_defer_index(&h->occ, a); /* a policy with an index of its own needs none here */
    h->placer = (struct placer){.occ = &h->occ, .jobs = jobs, .seed = c->seed};
    h->pending_of = ARENA_ARRAY(a, uint32_t, jobs->n_requests + 1);
    pieces_init(&h->held);
    digest_init(&h->digest);
    rng_stream(&h->random, c->seed, RNG_PLACE, 1, 0);
    describe_fleet(h, a);
    describe_requests(h, a);
    show(h);
    h->service = (struct berth_host){.size = sizeof h->service,
                                     .ctx = h,
                                     .emit = emit_decision,
                                     .begin = emit_begin,
                                     .commit = emit_commit,
                                     .rollback = emit_rollback,
                                     .alloc = service_alloc,
                                     .free = service_free,
                                     .random = service_random,
                                     .log = service_log,
                                     .extension = service_extension};
    h->view.save_time = c->save_time;
    h->view.restore_time = c->restore_time;
    h->place = (struct berth_place){sizeof h->place, service_find};
    h->clairvoyant = (struct berth_clairvoyant){sizeof h->clairvoyant, service_run};
    host_reserve(h, 1024);
    return create(h, c, d);
}

void host_free(struct host *h)
{
    destroy(h);
    if (h->watch.cost)
        *h->watch.cost = (struct host_cost){.calls = h->view.generation,
                                            .decisions = h->decisions,
                                            .ns = h->spent,
                                            .most = h->memory.most,
                                            .left = h->memory.bytes,
                                            .left_blocks = h->memory.blocks};
    memory_free_all(&h->memory);
    VEC_FREE(&h->placer.out);
    VEC_FREE(&h->job);
    VEC_FREE(&h->more);
    VEC_FREE(&h->spare);
    VEC_FREE(&h->finished);
    VEC_FREE(&h->events);
    VEC_FREE(&h->effects);
    pieces_free(&h->held);
}

void host_reserve(struct host *h, uint32_t jobs)
{
    /* A pass hands out at most every device once, each in a piece of its own plus one for its CPU;
     * jobs that only ask for CPU hold one piece each. */
    size_t most = (size_t)h->topo->n_gpus * 2 + h->topo->n_nodes + h->job.n + jobs + 64;
    const struct held *before = h->held.all.at;

    VEC_RESERVE(&h->placer.out, most);
    if (h->held.all.room < h->held.all.n + 2 * most)
        VEC_RESERVE(&h->held.all, h->held.all.n + 4 * most);
    if (h->job.room < h->job.n + jobs) {
        VEC_RESERVE(&h->job, h->job.n + jobs);
        VEC_RESERVE(&h->more, h->job.room);
        VEC_RESERVE(&h->spare, h->job.room);
        VEC_RESERVE(&h->finished, h->job.room);
        before = NULL;
    }
    VEC_RESERVE(&h->events, h->events.n + h->job.room + 64);
    VEC_RESERVE(&h->effects, 2 * h->job.room + 64);
    if (before != h->held.all.at)
        for (size_t i = 0; i < h->job.n; i++)
            h->job.at[i].pieces =
                (const struct berth_piece *)(const void *)(h->held.all.at + h->more.at[i].first);
    h->view.jobs.at = h->job.at;
}

/* ---- what happened ---- */

const struct request *host_request(const struct host *h, uint32_t slot)
{
    return &h->jobs->requests[h->job.at[slot].request];
}

void host_event(struct host *h, struct berth_event e, bool wakes)
{
    uint64_t mask = h->policy->wake_mask;

    h->waking += wakes && (!mask || mask >> e.kind & 1);
    VEC_PUSH(&h->events, e);
    if (h->tap && h->tap->event)
        h->tap->event(h->tap->ctx, &h->view, &e);
}

static void set_state(struct host *h, uint32_t slot, uint32_t state, ns_t now)
{
    h->job.at[slot].state = state;
    h->job.at[slot].since = now;
}

static void wait_again(struct host *h, uint32_t slot)
{
    const struct berth_job *j = &h->job.at[slot];

    h->view.n_pending++;
    h->pending_of[j->request]++;
    h->pending_milli += h->request[j->request].demand_milli;
}

uint32_t host_submit(struct host *h, uint32_t key, ns_t now)
{
    const struct job_set *set = h->jobs;
    const struct job_spec *s = &set->specs[key];
    uint32_t slot = h->spare.n ? h->spare.at[--h->spare.n] : (uint32_t)h->job.n++;

    if (h->job.n > h->more.n) {
        check(h->job.n <= h->job.room);
        h->more.n = h->job.n;
        h->more.at[slot].generation = 0;
        h->view.jobs.n = (uint32_t)h->job.n;
    }
    h->job.at[slot] = (struct berth_job){
        .key = key,
        .submit = now,
        .limit = s->limit >= 0 ? s->limit : h->default_limit,
        .since = now,
        .request = s->request,
        .queue = set->requests[s->request].tenant,
        .user = set->user ? set->user[key] : BERTH_NONE,
        .name_class = BERTH_NONE,
        .priority = set->priority ? set->priority[key] : 0,
        .state = BERTH_JOB_PENDING,
        .pieces = (const struct berth_piece *)(const void *)h->held.all.at,
    };
    h->more.at[slot] = (struct host_job){.generation = h->more.at[slot].generation + 1,
                                         .promise = NS_UNKNOWN,
                                         .reserved = NS_UNKNOWN,
                                         .kept = -1};
    h->progress++;
    wait_again(h, slot);
    host_event(
        h, (struct berth_event){.kind = BERTH_EV_JOB_SUBMITTED, .job = slot, .key = key, .at = now},
        true);
    return slot;
}

void host_started(struct host *h, uint32_t slot, ns_t now, bool at_once, uint64_t cookie)
{
    set_state(h, slot, BERTH_JOB_RUNNING, now);
    h->progress += h->job.at[slot].starts == 1;
    host_event(h,
               (struct berth_event){.kind = BERTH_EV_JOB_STARTED,
                                    .job = slot,
                                    .key = h->job.at[slot].key,
                                    .cookie = cookie,
                                    .at = now},
               !at_once);
}

void host_progress(struct host *h, uint32_t slot, ns_t from, ns_t ran, ns_t saved)
{
    h->job.at[slot].since = from;
    h->job.at[slot].ran = ran;
    h->job.at[slot].saved = saved;
    if (h->tap && h->tap->progress)
        h->tap->progress(h->tap->ctx, &h->view, slot);
}

/* A stop that brings the job no further, in a world where nothing else moves either. */
static void count_fruitless(struct host *h, uint32_t slot)
{
    const struct berth_job *j = &h->job.at[slot];
    struct host_job *m = &h->more.at[slot];
    char name[16];

    if (j->ran > m->kept || m->progress != h->progress) {
        m->kept = j->ran > m->kept ? j->ran : m->kept;
        m->progress = h->progress;
        m->fruitless = 0;
    } else if (++m->fruitless > FRUITLESS_STOPS && !h->hopeless) {
        h->hopeless = true;
        snprintf(h->trouble, sizeof h->trouble,
                 "stopped job %s %d times without letting it get any further",
                 job_name(h->jobs, (uint32_t)j->key, name), FRUITLESS_STOPS);
    }
}

void host_stopped(struct host *h, uint32_t slot, uint32_t first, uint32_t n, ns_t now, bool at_once,
                  ns_t lost)
{
    struct berth_job *j = &h->job.at[slot];
    struct host_job *m = &h->more.at[slot];

    count_fruitless(h, slot);
    pieces_drop(&h->held, first, n);
    if (m->restarts) {
        set_state(h, slot, BERTH_JOB_STARTING, now);
        m->restarts = false;
    } else {
        j->n_pieces = 0;
        set_state(h, slot, BERTH_JOB_PENDING, now);
        wait_again(h, slot);
    }
    host_event(
        h,
        (struct berth_event){
            .kind = BERTH_EV_JOB_PREEMPTED, .job = slot, .key = j->key, .at = now, .a = lost},
        !at_once);
}

void host_moved(struct host *h, uint32_t slot, ns_t now, bool at_once)
{
    set_state(h, slot, BERTH_JOB_RUNNING, now);
    host_event(
        h,
        (struct berth_event){
            .kind = BERTH_EV_JOB_MIGRATED, .job = slot, .key = h->job.at[slot].key, .at = now},
        !at_once);
}

void host_give_back(struct host *h, const struct request *r, uint32_t first, uint32_t n)
{
    h->occ.returned++;
    place_release(&h->placer, r, h->held.all.at + first, n);
}

void host_finish(struct host *h, uint32_t slot, ns_t now, ns_t ran)
{
    struct berth_job *j = &h->job.at[slot];

    host_give_back(h, host_request(h, slot), h->more.at[slot].first, j->n_pieces);
    pieces_drop(&h->held, h->more.at[slot].first, j->n_pieces);
    j->n_pieces = 0;
    j->ran = j->saved = ran;
    set_state(h, slot, BERTH_JOB_FREE, now);
    h->more.at[slot].generation++;
    h->view.n_running--;
    h->finished.at[h->finished.n++] = slot;
    h->progress++;
    host_event(h,
               (struct berth_event){
                   .kind = BERTH_EV_JOB_FINISHED, .job = slot, .key = j->key, .at = now, .a = ran},
               true);
}

void host_timer(struct host *h, uint64_t cookie, ns_t now)
{
    host_event(h,
               (struct berth_event){
                   .kind = BERTH_EV_TIMER, .job = BERTH_NONE, .cookie = cookie, .at = now},
               true);
}

/* ---- asking ---- */

static bool broke(struct host *h, const char *how, long long what)
{
    if (!*h->trouble)
        snprintf(h->trouble, sizeof h->trouble, how, what);
    return false;
}

/* False: it is called again and again and nothing comes of it. */
static bool gets_somewhere(struct host *h, ns_t now)
{
    if (h->quiet_progress != h->progress) {
        h->quiet_progress = h->progress;
        h->quiet = 0;
        h->quiet_since = now;
    }
    if (++h->quiet < QUIET_CALLS || (now - h->quiet_since) / QUIET_STEP >= QUIET_CALLS)
        return true;
    snprintf(h->trouble, sizeof h->trouble,
             "was called %d times in %.6f s while no job was submitted, first started or ended",
             QUIET_CALLS, (double)(now - h->quiet_since) / 1e9);
    return false;
}

static berth_status save_bytes(void *ctx, const void *p, size_t n)
{
    struct host_state *s = ctx;

    VEC_RESERVE(s, s->n + n);
    memcpy(s->at + s->n, p, n);
    s->n += n;
    return 0;
}

static berth_status load_bytes(void *ctx, void *p, size_t n)
{
    struct host_state *s = ctx;

    if (n > s->n - s->read)
        return BERTH_E_STATE;
    memcpy(p, s->at + s->read, n);
    s->read += n;
    return 0;
}

/* What a what-if branch or a fail-over does: the state goes through bytes into a new instance. */
static bool move_over(struct host *h)
{
    const struct berth_policy *p = h->policy;
    struct host_state state = {0};
    const struct berth_writer to = {&state, save_bytes};
    const struct berth_reader from = {&state, load_bytes};
    bool saves = p->flags & BERTH_FORKABLE;
    berth_status status = 0;

    if (h->parts_policy)
        return broke(h, "brings parts, whose state is not saved (%lld)", BERTH_E_STATE);
    note_place(h, HOST_SAVE);
    if (saves)
        status = p->save(h->self, &to);
    destroy(h);
    memory_free_all(&h->memory);
    if (!status)
        status = create_instance(h, p, &h->config, &h->self);
    note_place(h, HOST_LOAD);
    if (!status && saves)
        status = p->load(h->self, &h->view, &from);
    note_place(h, HOST_OUTSIDE);
    if (!status && state.read != state.n)
        status = BERTH_E_STATE;
    VEC_FREE(&state);
    return !status || broke(h, "could not be saved and loaded (%lld)", status);
}

static berth_status ask(struct host *h, uint32_t n)
{
    int64_t began = h->watch.clock ? h->watch.clock() : 0;
    berth_status status;

    note_place(h, HOST_DECIDE);
    h->deciding = true;
    status = h->policy->decide(h->self, &h->view, h->events.at, n, BERTH_MODE_RUN);
    h->deciding = false;
    note_place(h, HOST_OUTSIDE);
    if (h->watch.clock)
        h->spent += h->watch.clock() - began;
    return status;
}

bool host_decide(struct host *h, ns_t now)
{
    uint32_t n = (uint32_t)h->events.n;
    berth_status status;

    h->effects.n = 0;
    h->holds_began = false;
    if (h->hopeless)
        return false;
    if (!h->waking)
        return true;
    h->at_instant = h->view.now == now ? h->at_instant + 1 : 0;
    if (h->at_instant > CALLS_AN_INSTANT)
        return broke(h, "was called %lld times in one instant and made no progress",
                     CALLS_AN_INSTANT);
    if (!gets_somewhere(h, now))
        return false;
    h->view.now = now;
    h->view.generation++;
    if (h->watch.fork_at == h->view.generation && !move_over(h))
        return false;
    note_call(h, now);
    if (h->tap && h->tap->batch)
        h->tap->batch(h->tap->ctx, &h->view, h->events.at, n);
    status = ask(h, n);
    if (h->in_transaction) {
        size_t open = h->effects.n - h->mark;
        emit_rollback(h);
        return broke(h, "left a transaction of %lld decisions open", (long long)open);
    }
    if (status)
        return broke(h, "answered decide() with %lld", (long long)status);
    /* Refusals of this call are already behind the events it was given. */
    memmove(h->events.at, h->events.at + n, (h->events.n - n) * sizeof *h->events.at);
    h->events.n -= n;
    h->waking = 0;
    for (size_t i = 0; i < h->events.n; i++)
        h->waking += !h->policy->wake_mask || h->policy->wake_mask >> h->events.at[i].kind & 1;
    while (h->finished.n)
        h->spare.at[h->spare.n++] = h->finished.at[--h->finished.n];
    return true;
}

/* ---- questions ---- */

uint64_t host_hold_state(const struct host *h)
{
    struct digest d;
    uint64_t sum = 0;

    /* Slots are in no order of their own: one digest per job, added up. */
    for (size_t i = 0; i < h->job.n; i++) {
        const struct berth_job *j = &h->job.at[i];
        if (j->state != BERTH_JOB_PENDING)
            continue;
        digest_init(&d);
        digest_word(&d, j->key << 32 | h->more.at[i].placed);
        for (uint32_t k = 0; k < j->n_pieces; k++) {
            digest_word(&d, h->held.all.at[h->more.at[i].first + k].node);
            digest_word(&d, h->held.all.at[h->more.at[i].first + k].mask);
        }
        sum += d.a ^ d.b;
    }
    return sum;
}

uint32_t host_pending_after(const struct host *h, uint64_t after)
{
    uint32_t best = JOB_NONE;

    for (uint32_t i = 0; i < h->job.n; i++)
        if (h->job.at[i].state == BERTH_JOB_PENDING &&
            (after == UINT64_MAX || h->job.at[i].key > after) &&
            (best == JOB_NONE || h->job.at[i].key < h->job.at[best].key))
            best = i;
    return best;
}

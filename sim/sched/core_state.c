/* core_state.c - the core's state as bytes. */
#include "sched/core_state.h"

#include "base/bits.h"
#include "base/digest.h"
#include "sched/displace.h"
#include "sched/plan.h"
#include "sched/pods.h"
#include "sched/window.h"
#include <string.h>

/* Rises with every change of what follows. */
#define VERSION 1

/* Magic, version, bytes of what follows, and their digest. */
enum { HEAD = 8 + 8 + 8 + 16, PIECE = 4 + 2 + 2 + 8, CHUNK = 1 << 16 };
static const unsigned char magic[8] = "berthcor";

/* ---- whose state it is ---- */

static void digest_bytes(struct digest *d, const void *p, size_t n)
{
    const unsigned char *b = p;

    digest_word(d, n);
    for (size_t i = 0; i < n; i += 8) {
        uint64_t w = 0;
        for (size_t k = i; k < n && k < i + 8; k++)
            w |= (uint64_t)b[k] << 8 * (k - i);
        digest_word(d, w);
    }
}

/* The composition, the seed, the fleet and the requests: what create() was told. */
static struct digest description(const struct core *c)
{
    const struct topology *t = c->topo;
    const struct job_set *j = c->jobs;
    struct digest d;

    digest_init(&d);
    digest_bytes(&d, c->policy->config, strlen(c->policy->config));
    digest_word(&d, c->placer.seed);
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        digest_word(&d, (uint64_t)t->gpus[i] << 32 | (uint64_t)t->gpus_down[i] << 16 |
                            (uint64_t)t->gpu_type[i] << 8 | t->health[i]);
        digest_word(&d, (uint64_t)t->cpu_milli[i]);
        digest_word(&d, (uint64_t)t->memory_mib[i]);
    }
    for (uint32_t i = 0; i < j->n_requests; i++) {
        const struct request *r = &j->requests[i];
        digest_word(&d, (uint64_t)r->replicas << 32 | r->gpus);
        digest_word(&d, (uint64_t)r->share_milli << 32 | r->tenant);
        digest_word(&d, (uint64_t)r->required << 16 | (uint64_t)r->preferred << 8 | r->mig);
        digest_word(&d, r->types);
        digest_word(&d, (uint64_t)r->cpu_milli);
        digest_word(&d, (uint64_t)r->memory_mib);
        for (uint32_t g = 0; g < r->n_groups; g++)
            digest_word(&d, (uint64_t)j->groups[r->first_group + g].replicas << 32 |
                                j->groups[r->first_group + g].gpus);
    }
    return d;
}

/* ---- pieces ---- */

static const struct request *request_of(const struct core *c, uint32_t job)
{
    return &c->jobs->requests[c->jobs->specs[job].request];
}

/* Could it be a piece of such a request on this fleet? */
static bool sound(const struct core *c, const struct request *r, const struct held *h)
{
    const struct topology *t = c->topo;
    const struct geometry *g;

    if (h->node >= t->n_nodes || t->health[h->node] != NODE_UP)
        return false;
    if (!h->mask)
        return !h->milli;
    if (occupancy_base(h) + 63u - (uint32_t)__builtin_clzll(h->mask) >= t->gpus[h->node])
        return false;
    if (!r->share_milli)
        return h->milli == 1000 && h->base % 64 == 0;
    if (h->milli != r->share_milli || h->mask & (h->mask - 1) || !c->occ.left)
        return false;
    if (!r->mig)
        return h->base % 64 == 0;
    g = c->occ.state ? c->occ.geometry[t->gpu_type[h->node]] : NULL;
    return g && g->layout == job_mig_layout(r->mig) && occupancy_is_instance(h) &&
           occupancy_profile(h) == job_mig_number(r->mig);
}

static void piece(struct state *s, struct held *h)
{
    state_u32(s, &h->node);
    state_u16(s, &h->base);
    state_u16(s, &h->milli);
    state_u64(s, &h->mask);
}

/* Read into c->placer.out, each at least sound. */
static void read_pieces(struct core *c, struct state *s, const struct request *r, uint32_t n)
{
    c->placer.out.n = 0;
    VEC_RESERVE(&c->placer.out, n);
    for (uint32_t i = 0; i < n && !s->broken; i++) {
        struct held h = {0};
        piece(s, &h);
        if (state_require(s, sound(c, r, &h)))
            c->placer.out.at[c->placer.out.n++] = h;
    }
}

void core_state_pieces(struct core *c, struct state *s, uint32_t job, struct pieces *of,
                       uint32_t *first, uint32_t *n)
{
    const struct request *r = request_of(c, job);
    const struct held *h;

    state_count(s, n, UINT32_MAX, PIECE);
    if (!s->loading) {
        for (uint32_t i = 0; i < *n; i++)
            piece(s, &of->all.at[*first + i]);
        return;
    }
    read_pieces(c, s, r, *n);
    h = c->placer.out.at;
    for (uint32_t i = 0; i < *n && !s->broken; i++)
        if (state_require(s, place_open(&c->placer, r, &h[i], 1)))
            place_hold(&c->placer, r, &h[i], 1);
    *n = s->broken ? 0 : *n;
    *first = pieces_store(of, h, *n);
}

/* ---- jobs ---- */

static bool runs(const struct core *c, uint32_t slot)
{
    uint32_t turn = c->run[slot].turn;

    return turn < c->n_running && c->running[turn] == slot;
}

bool core_state_lives(const struct core *c, uint32_t slot)
{
    return slot < c->room && (c->queue.link[slot].pending || runs(c, slot));
}

/* The slot and what was copied of its job from the view, which must be of the same one. */
static bool identity(struct core *c, struct state *s, uint32_t *slot)
{
    struct job_spec *spec;
    struct queue_link *link;

    state_index(s, slot, s->loading ? c->view->jobs.n - 1 : UINT32_MAX);
    if (s->loading && !state_require(s, c->view->jobs.n && !core_state_lives(c, *slot)))
        return false;
    spec = &c->jobs->specs[*slot];
    link = &c->queue.link[*slot];
    state_u64(s, &link->seq);
    state_i64(s, &spec->submit);
    state_i64(s, &spec->run);
    state_i64(s, &spec->limit);
    state_index(s, &spec->request, c->jobs->n_requests - 1);
    state_index(s, &c->jobs->user[*slot], c->estimate.users);
    state_i64(s, &link->key);
    state_i64(s, &link->estimate);
    return state_require(s, !s->loading || (link->seq == berth_job_at(c->view, *slot)->key &&
                                            c->jobs->n_requests && link->estimate >= 0));
}

/* What the parts remember of a job that is in the books again. */
static void memories(struct core *c, struct state *s, uint32_t job, bool running)
{
    if (c->rank)
        rank_state_job(c->rank, s, job);
    if (c->desired) {
        struct desired_key key = {.seq = core_key(c, job)};
        if (!s->loading)
            key = c->desired->entry[job].key;
        state_i64(s, &key.high);
        state_i64(s, &key.low);
        if (s->loading && !s->broken)
            desired_insert(c->desired, job, key, (uint32_t)request_of(c, job)->demand_milli,
                           c->jobs->specs[job].request, running);
    }
    if (c->displace)
        displace_state(c->displace, s, job);
    if (c->plan)
        plan_state_job(c->plan, s, job);
}

static void running_jobs(struct core *c, struct state *s)
{
    uint32_t n = c->n_running;

    state_count(s, &n, UINT32_MAX, 16);
    for (uint32_t i = 0; i < n && !s->broken; i++) {
        uint32_t slot = s->loading ? 0 : c->running[i];
        struct core_run run;
        if (!identity(c, s, &slot))
            return;
        run = c->run[slot];
        state_i64(s, &run.ends);
        core_state_pieces(c, s, slot, &c->held, &run.first, &run.n);
        if (s->loading && !s->broken)
            core_resume(c, slot, run.first, run.n, run.ends);
        memories(c, s, slot, true);
    }
}

static void pending_job(struct core *c, struct state *s, uint32_t slot)
{
    const struct queue_link *link;

    if (!identity(c, s, &slot))
        return;
    link = &c->queue.link[slot];
    if (s->loading)
        queue_add(&c->queue, slot, link->key, link->seq, link->estimate);
    if (c->promise)
        state_i64(s, &c->promise[slot]);
    memories(c, s, slot, false);
}

static void pending_jobs(struct core *c, struct state *s)
{
    uint32_t n = c->queue.n;

    state_count(s, &n, UINT32_MAX, 16);
    if (s->loading)
        for (uint32_t i = 0; i < n && !s->broken; i++)
            pending_job(c, s, 0);
    for (uint32_t i = 0; i < c->room && !s->loading; i++)
        if (c->queue.link[i].pending)
            pending_job(c, s, i);
    queue_state_classes(&c->queue, s);
}

/* ---- what is left ---- */

/* The reservation of EASY, while it may be kept. */
static void reservation(struct core *c, struct state *s)
{
    bool kept = c->reserved_job != JOB_NONE && c->reserved_returned == c->occ.returned &&
                core_state_lives(c, c->reserved_job);
    uint32_t n = (uint32_t)c->reserved.n;

    state_bool(s, &c->reserving);
    state_bool(s, &kept);
    if (!kept)
        return;
    state_index(s, &c->reserved_job, c->room - 1);
    if (!state_require(s, core_state_lives(c, c->reserved_job)))
        return;
    state_i64(s, &c->reserved_at);
    state_count(s, &n, UINT32_MAX, PIECE);
    for (uint32_t i = 0; i < n && !s->loading; i++)
        piece(s, &c->reserved.at[i]);
    if (!s->loading)
        return;
    read_pieces(c, s, request_of(c, c->reserved_job), n);
    c->reserved.n = 0;
    for (size_t i = 0; i < c->placer.out.n; i++)
        VEC_PUSH(&c->reserved, c->placer.out.at[i]);
    c->reserved_returned = c->occ.returned;
}

static void everything(struct core *c, struct state *s)
{
    struct digest whose = description(c);
    uint64_t returned = c->occ.returned;

    state_same(s, whose.a);
    state_same(s, whose.b);
    state_i64(s, &c->now);
    state_u64(s, &c->starts);
    state_u64(s, &returned);
    estimate_state(&c->estimate, s);
    if (c->rank)
        rank_state(c->rank, s);
    running_jobs(c, s);
    pending_jobs(c, s);
    c->occ.returned = returned;
    for (uint32_t i = 0; i < c->jobs->n_requests; i++)
        state_u64(s, &c->refused[i]);
    reservation(c, s);
    if (c->plan)
        plan_state(c->plan, s);
    if (c->window)
        window_state(c->window, s);
    if (c->pods)
        pods_state(c->pods, s);
    c->occ.returned = returned;
    /* Who lent out a device last, not who holds it, decides its kind. */
    for (uint32_t i = 0; c->placer.score && i < c->topo->n_gpus; i++)
        state_u8(s, &c->placer.score->kind[i]);
}

/* ---- across the border ---- */

static void head(struct state *s, uint64_t *bytes, struct digest *d)
{
    uint64_t name = 0, version = VERSION;

    for (size_t i = 0; i < sizeof magic; i++)
        name |= (uint64_t)magic[i] << 8 * i;
    state_same(s, name);
    state_same(s, version);
    state_u64(s, bytes);
    state_u64(s, &d->a);
    state_u64(s, &d->b);
}

static struct digest digest_of(const struct state *s)
{
    struct digest d;

    digest_init(&d);
    digest_bytes(&d, s->bytes.at, s->bytes.n);
    return d;
}

berth_status core_state_save(struct core *c, const struct berth_writer *to)
{
    struct state s = {.loading = false}, first = {.loading = false};
    struct digest d;
    uint64_t bytes;
    berth_status status;

    everything(c, &s);
    d = digest_of(&s);
    bytes = s.bytes.n;
    head(&first, &bytes, &d);
    status = to->write(to->ctx, first.bytes.at, first.bytes.n);
    if (!status)
        status = to->write(to->ctx, s.bytes.at, s.bytes.n);
    state_free(&first);
    state_free(&s);
    return status;
}

/* In pieces, so that a wrong number of bytes costs no more memory than there are. */
static berth_status read_bytes(struct state *s, const struct berth_reader *from, uint64_t bytes)
{
    while (bytes) {
        size_t n = bytes < CHUNK ? (size_t)bytes : CHUNK;
        berth_status status;
        VEC_RESERVE(&s->bytes, s->bytes.n + n);
        status = from->read(from->ctx, s->bytes.at + s->bytes.n, n);
        if (status)
            return status;
        s->bytes.n += n;
        bytes -= n;
    }
    return 0;
}

berth_status core_state_load(struct core *c, const struct berth_reader *from)
{
    struct state s = {.loading = true}, first = {.loading = true};
    struct digest d = {0}, said = {0};
    uint64_t bytes = 0;
    berth_status status = read_bytes(&first, from, HEAD);

    head(&first, &bytes, &said);
    if (!status && first.broken)
        status = BERTH_E_STATE;
    if (!status)
        status = read_bytes(&s, from, bytes);
    if (!status) {
        d = digest_of(&s);
        if (d.a != said.a || d.b != said.b)
            status = BERTH_E_STATE;
    }
    if (!status) {
        everything(c, &s);
        if (!state_require(&s, s.at == s.bytes.n))
            status = BERTH_E_STATE;
    }
    state_free(&first);
    state_free(&s);
    return status;
}

/* journal.c - write down what crosses the policy's border. */
#include "host/journal.h"

#include <string.h>

/* ---- bytes ---- */

static void flush(struct journal *j)
{
    sha256_add(&j->hash, j->bytes, j->n);
    writer_bytes(&j->to, j->bytes, j->n);
    j->n = 0;
}

static void put_byte(struct journal *j, unsigned v)
{
    if (j->n == sizeof j->bytes)
        flush(j);
    j->bytes[j->n++] = (unsigned char)v;
}

/* Seven bits a byte, the lowest first; the high bit says that more follow. */
static void put(struct journal *j, uint64_t v)
{
    for (; v >= 128; v >>= 7)
        put_byte(j, (unsigned)(v & 127) | 128);
    put_byte(j, (unsigned)v);
}

/* Numbers near 0 are short whatever their sign: 0, -1, 1, -2, ... */
static void put_signed(struct journal *j, int64_t v)
{
    put(j, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

static void put_text(struct journal *j, const char *text)
{
    size_t n = text ? strlen(text) : 0;

    put(j, n);
    for (size_t i = 0; i < n; i++)
        put_byte(j, (unsigned char)text[i]);
}

/* In 64 bits that wrap around: a policy may name any time. */
static void put_time(struct journal *j, ns_t t)
{
    put_signed(j, (int64_t)((uint64_t)t - (uint64_t)j->last));
}

static void put_names(struct journal *j, const struct intern *names)
{
    put(j, names->n);
    for (uint32_t i = 0; i < names->n; i++)
        put_text(j, intern_text(names, i));
}

/* ---- header ---- */

static bool same_kind(const struct topology *t, uint32_t x, uint32_t y)
{
    return t->gpus[x] == t->gpus[y] && t->gpu_type[x] == t->gpu_type[y] &&
           t->gpus_down[x] == t->gpus_down[y] && t->health[x] == t->health[y] &&
           t->numa[x] == t->numa[y] && t->island[x] == t->island[y] &&
           t->cpu_milli[x] == t->cpu_milli[y] && t->memory_mib[x] == t->memory_mib[y];
}

static void put_fleet(struct journal *j, const struct topology *t)
{
    put(j, t->n_types);
    for (uint32_t i = 0; i < t->n_types; i++)
        put_text(j, t->type_name[i]);
    for (int l = LEVEL_NVLINK; l < LEVELS; l++)
        put(j, t->domain[l] ? t->domains[l] : 0);
    put(j, t->n_nodes);
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        bool same = i && same_kind(t, i, i - 1);
        put_byte(j, same);
        if (!same) {
            put(j, t->gpus[i]);
            put(j, t->gpus[i] ? t->gpu_type[i] : 0);
            put(j, t->gpus_down[i]);
            put(j, t->health[i]);
            put(j, t->numa[i]);
            put(j, t->island[i]);
            put(j, (uint64_t)t->cpu_milli[i]);
            put(j, (uint64_t)t->memory_mib[i]);
        }
        if (t->name)
            put_text(j, t->name[i]);
        for (int l = LEVEL_NVLINK; l < LEVELS; l++)
            if (t->domain[l])
                put(j, t->domain[l][i]);
    }
}

static void put_requests(struct journal *j, const struct host *h)
{
    const struct job_set *s = h->jobs;

    put(j, s->n_requests);
    for (uint32_t i = 0; i < s->n_requests; i++) {
        const struct request *r = &s->requests[i];
        put(j, r->n_groups);
        for (uint32_t g = 0; g < r->n_groups; g++) {
            put(j, s->groups[r->first_group + g].replicas);
            put(j, s->groups[r->first_group + g].gpus);
        }
        put(j, r->share_milli);
        put(j, r->mig);
        put(j, r->tenant);
        put(j, r->required);
        put(j, r->preferred);
        put(j, r->types);
        put(j, r->demand_milli);
        put(j, (uint64_t)r->cpu_milli);
        put(j, (uint64_t)r->memory_mib);
        put(j, h->request[i].known_jobs);
    }
}

static void put_header(struct journal *j, const struct host *h, const struct journal_config *c)
{
    const struct host_config *o = c->host;

    put_text(j, BERTH_VERSION);
    put(j, BERTH_ABI_MINOR);
    put_text(j, c->policy);
    put_text(j, o->policy->id);
    put_text(j, o->text);
    put(j, o->n_values);
    for (uint32_t i = 0; i < o->n_values; i++)
        put_signed(j, o->values[i]);
    put(j, o->seed);
    put(j, (uint64_t)o->save_time);
    put(j, (uint64_t)o->restore_time);
    put(j, c->n_inputs);
    for (uint32_t i = 0; i < c->n_inputs; i++) {
        put_text(j, c->inputs[i].role);
        put_text(j, c->inputs[i].file);
        put_text(j, c->inputs[i].sha256);
    }
    put_byte(j, (h->topo->name ? JOURNAL_NODE_NAMES : 0u) |
                    (h->jobs->name ? JOURNAL_JOB_NAMES : 0u) |
                    (h->jobs->user ? JOURNAL_USERS : 0u) |
                    (h->topo->equal_nodes ? JOURNAL_EQUAL_NODES : 0u));
    put_fleet(j, h->topo);
    put_names(j, &h->jobs->tenants);
    if (h->jobs->user)
        put_names(j, &h->jobs->users);
    put_requests(j, h);
    put(j, h->jobs->n);
}

/* ---- the tap ---- */

/* BERTH_NONE is 0, so that it is short. */
static void put_slot(struct journal *j, uint32_t slot)
{
    put(j, (uint32_t)(slot + 1));
}

static void submitted(struct journal *j, const struct berth_view *v, const struct berth_event *e)
{
    const struct berth_job *b = berth_job_at(v, e->job);
    const struct job_spec *s = &j->jobs->specs[e->key];

    put_byte(j, JOURNAL_SUBMIT);
    put_time(j, e->at);
    j->last = e->at;
    put_slot(j, e->job);
    put(j, e->key);
    put_time(j, s->submit);
    put_signed(j, s->run);
    put_signed(j, b->limit);
    put(j, b->request);
    put_slot(j, b->user);
    put_slot(j, b->name_class);
    put_signed(j, b->priority);
    put_byte(j, s->end);
    if (j->jobs->name)
        put_text(j, intern_text(&j->jobs->names, j->jobs->name[e->key]));
}

static void hear_event(void *ctx, const struct berth_view *v, const struct berth_event *e)
{
    struct journal *j = ctx;
    unsigned has = (e->code ? JOURNAL_HAS_CODE : 0u) | (e->cookie ? JOURNAL_HAS_COOKIE : 0u) |
                   (e->a ? JOURNAL_HAS_A : 0u) | (e->b ? JOURNAL_HAS_B : 0u);

    if (e->kind == BERTH_EV_REFUSED)
        return;
    if (e->kind == BERTH_EV_JOB_SUBMITTED) {
        submitted(j, v, e);
        return;
    }
    put_byte(j, JOURNAL_EVENT);
    put_byte(j, has);
    put(j, e->kind);
    put_time(j, e->at);
    j->last = e->at;
    put_slot(j, e->job);
    put(j, e->key);
    if (has & JOURNAL_HAS_CODE)
        put(j, e->code);
    if (has & JOURNAL_HAS_COOKIE)
        put(j, e->cookie);
    if (has & JOURNAL_HAS_A)
        put_signed(j, e->a);
    if (has & JOURNAL_HAS_B)
        put_signed(j, e->b);
}

static void hear_progress(void *ctx, const struct berth_view *v, uint32_t slot)
{
    struct journal *j = ctx;
    const struct berth_job *b = berth_job_at(v, slot);

    put_byte(j, JOURNAL_PROGRESS);
    put_slot(j, slot);
    put_time(j, b->since);
    put_signed(j, b->ran);
    put_signed(j, b->saved);
}

static void hear_batch(void *ctx, const struct berth_view *v, const struct berth_event *e,
                       uint32_t n)
{
    struct journal *j = ctx;

    (void)e;
    put_byte(j, JOURNAL_BATCH);
    put_time(j, v->now);
    j->last = v->now;
    put(j, n);
}

bool journal_has_pieces(uint16_t kind, uint16_t refused)
{
    return (kind == BERTH_DO_START || kind == BERTH_DO_MIGRATE || kind == BERTH_DO_HOLD) &&
           refused != BERTH_R_NO_SUCH_JOB && refused != BERTH_R_WRONG_STATE &&
           refused != BERTH_R_CAPABILITY && refused != BERTH_R_NO_TRANSACTION;
}

static void hear_decision(void *ctx, const struct berth_view *v, const struct berth_decision *d,
                          uint16_t refused)
{
    struct journal *j = ctx;
    bool pieces = d->n_pieces && journal_has_pieces(d->kind, refused);
    unsigned has = (d->reason ? JOURNAL_HAS_CODE : 0u) | (d->cookie ? JOURNAL_HAS_COOKIE : 0u) |
                   (d->at ? JOURNAL_HAS_A : 0u) | (d->arg ? JOURNAL_HAS_B : 0u) |
                   (refused ? JOURNAL_HAS_REFUSED : 0u) | (pieces ? JOURNAL_HAS_PIECES : 0u);

    (void)v;
    put_byte(j, JOURNAL_DECISION);
    put_byte(j, has);
    put(j, d->kind);
    put_slot(j, d->job);
    if (has & JOURNAL_HAS_CODE)
        put(j, d->reason);
    if (has & JOURNAL_HAS_COOKIE)
        put(j, d->cookie);
    if (has & JOURNAL_HAS_A)
        put_time(j, d->at);
    if (has & JOURNAL_HAS_B)
        put_signed(j, d->arg);
    if (has & JOURNAL_HAS_REFUSED)
        put(j, refused);
    if (!pieces)
        return;
    put(j, d->n_pieces);
    for (uint32_t i = 0; i < d->n_pieces; i++) {
        const struct berth_piece *p = &d->pieces[i];
        put(j, p->node);
        put(j, p->base);
        put(j, p->milli);
        put(j, p->mask);
    }
}

static void hear_transaction(void *ctx, char what)
{
    struct journal *j = ctx;

    put_byte(j, JOURNAL_TRANSACTION);
    put_byte(j, (unsigned char)what);
}

/* ---- life ---- */

int journal_open(struct journal *j, struct host *h, const struct journal_config *c, struct diag *d)
{
    memset(j, 0, sizeof *j);
    if (writer_open(&j->to, c->path, d) < 0)
        return -1;
    sha256_init(&j->hash);
    j->jobs = h->jobs;
    j->tap = (struct host_tap){.ctx = j,
                               .event = hear_event,
                               .progress = hear_progress,
                               .batch = hear_batch,
                               .decision = hear_decision,
                               .transaction = hear_transaction};
    memcpy(j->bytes, JOURNAL_MAGIC, 8);
    j->n = 8;
    put_header(j, h, c);
    h->tap = &j->tap;
    return 0;
}

int journal_close(struct journal *j, struct host *h, uint32_t status, ns_t now, struct diag *d)
{
    h->tap = NULL;
    put_byte(j, JOURNAL_END);
    put(j, status);
    put_time(j, now);
    put(j, h->view.generation);
    put(j, h->decisions);
    put(j, h->refused);
    put(j, h->digest.a);
    put(j, h->digest.b);
    flush(j);
    sha256_text(&j->hash, j->text);
    writer_bytes(&j->to, j->text, 64);
    return writer_close(&j->to, d);
}

void journal_drop(struct journal *j, struct host *h)
{
    h->tap = NULL;
    writer_drop(&j->to);
}

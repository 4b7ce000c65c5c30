/* divergence.c - the first decision in which two recorded runs differ. */
#include "experiment/divergence.h"

#include <string.h>

/* ---- are they of one fleet and one workload? ---- */

static int incomparable(const struct journal_file *a, const struct journal_file *b, struct diag *d,
                        const char *what)
{
    diag_fail(d, STATUS_INPUT, (struct diag_at){0}, "%s and %s are not comparable: %s", a->name,
              b->name, what);
    diag_hint(d, "compare runs of one workload on one cluster");
    return -1;
}

static bool same_node(const struct topology *s, const struct topology *t, uint32_t i)
{
    char x[16], y[16];

    for (int l = LEVEL_NVLINK; l < LEVELS; l++)
        if (topology_domain(s, (enum level)l, i) != topology_domain(t, (enum level)l, i))
            return false;
    return s->gpus[i] == t->gpus[i] && s->gpu_type[i] == t->gpu_type[i] &&
           s->health[i] == t->health[i] && s->gpus_down[i] == t->gpus_down[i] &&
           s->numa[i] == t->numa[i] && s->island[i] == t->island[i] &&
           s->cpu_milli[i] == t->cpu_milli[i] && s->memory_mib[i] == t->memory_mib[i] &&
           !strcmp(topology_node_name(s, i, x), topology_node_name(t, i, y));
}

static int same_fleet(const struct journal_file *a, const struct journal_file *b, struct diag *d)
{
    const struct topology *s = &a->fleet, *t = &b->fleet;
    char what[256], x[16], y[16];

    if (s->n_nodes != t->n_nodes || s->n_gpus != t->n_gpus) {
        snprintf(what, sizeof what, "the fleets have %u and %u nodes, %u and %u GPUs", s->n_nodes,
                 t->n_nodes, s->n_gpus, t->n_gpus);
        return incomparable(a, b, d, what);
    }
    for (uint32_t i = 0; i < s->n_types || i < t->n_types; i++)
        if (i >= s->n_types || i >= t->n_types || strcmp(s->type_name[i], t->type_name[i])) {
            snprintf(what, sizeof what, "GPU type %u of the fleets is %.60s, and %.60s", i + 1,
                     i < s->n_types ? s->type_name[i] : "none",
                     i < t->n_types ? t->type_name[i] : "none");
            return incomparable(a, b, d, what);
        }
    for (uint32_t i = 0; i < s->n_nodes; i++)
        if (!same_node(s, t, i)) {
            snprintf(what, sizeof what, "node %u is %.60s with %u GPUs, and another %.60s with %u",
                     i, topology_node_name(s, i, x), s->gpus[i], topology_node_name(t, i, y),
                     t->gpus[i]);
            return incomparable(a, b, d, what);
        }
    return 0;
}

static bool same_request(const struct job_set *s, uint32_t i, const struct job_set *t, uint32_t k)
{
    const struct request *x = &s->requests[i], *y = &t->requests[k];

    if (x->n_groups != y->n_groups || x->share_milli != y->share_milli || x->mig != y->mig ||
        x->required != y->required || x->preferred != y->preferred || x->types != y->types ||
        x->cpu_milli != y->cpu_milli || x->memory_mib != y->memory_mib)
        return false;
    for (uint32_t g = 0; g < x->n_groups; g++) {
        const struct job_group *m = &s->groups[x->first_group + g],
                               *n = &t->groups[y->first_group + g];
        if (m->replicas != n->replicas || m->gpus != n->gpus)
            return false;
    }
    return true;
}

static int same_jobs(const struct journal_file *a, const struct journal_file *b, struct diag *d)
{
    const struct job_set *s = &a->jobs, *t = &b->jobs;
    char what[256], x[12], y[12];

    if (s->n != t->n) {
        snprintf(what, sizeof what, "the workloads have %u and %u jobs", s->n, t->n);
        return incomparable(a, b, d, what);
    }
    for (uint32_t i = 0; i < s->n; i++) {
        const struct job_spec *m = &s->specs[i], *n = &t->specs[i];
        const char *name = replay_job(a, i, x), *other = replay_job(b, i, y);
        /* A job that one run did not come to says nothing. */
        if (!a->present[i] || !b->present[i] ||
            (!strcmp(name, other) && m->submit == n->submit && m->run == n->run &&
             same_request(s, m->request, t, n->request)))
            continue;
        snprintf(
            what, sizeof what,
            "job %u is %.40s, submitted at %.3f s, GPUs %u, length %.3f s, and %.40s, %.3f s, %u, "
            "%.3f s",
            i + 1, name, (double)m->submit / 1e9, s->requests[m->request].gpus,
            (double)m->run / 1e9, other, (double)n->submit / 1e9, t->requests[n->request].gpus,
            (double)n->run / 1e9);
        return incomparable(a, b, d, what);
    }
    return 0;
}

/* ---- decisions in turn ---- */

static void begin(struct divergence_side *s, const struct journal_file *f, bool exactly)
{
    s->file = f;
    s->cursor = journal_file_begin(f);
    s->call.exactly = exactly;
    journal_file_next(&s->cursor, &s->next);
}

static uint64_t key_of(const struct divergence_side *s, uint32_t slot)
{
    return slot < s->key.n ? s->key.at[slot] : UINT64_MAX;
}

/* All decisions of the call whose batch is s->next. */
static void read_call(struct divergence_side *s)
{
    ns_t now = s->next.at;

    decided_clear(&s->call);
    s->i = 0;
    journal_file_next(&s->cursor, &s->next);
    for (; s->next.what == JOURNAL_DECISION || s->next.what == JOURNAL_TRANSACTION;
         journal_file_next(&s->cursor, &s->next))
        if (s->next.what == JOURNAL_DECISION)
            decided_add(&s->call, now, &s->next.decision, key_of(s, s->next.decision.job),
                        s->next.refused, s->next.offset);
        else
            decided_transaction(&s->call, now, s->next.transaction, s->next.offset);
}

/* Have a decision at s->call.at[s->i], or be over. */
static void settle(struct divergence_side *s)
{
    while (s->i >= s->call.all.n && !s->over) {
        if (s->next.what == JOURNAL_BATCH) {
            read_call(s);
            continue;
        }
        if (s->next.what == JOURNAL_SUBMIT) {
            /* A slot is below the number of jobs so far, or the replay will say what is wrong. */
            while (s->key.n <= s->next.slot && s->key.n <= s->file->jobs.n)
                VEC_PUSH(&s->key, UINT64_MAX);
            if (s->next.slot < s->key.n)
                s->key.at[s->next.slot] = s->next.job.key;
        }
        s->over = s->next.what == JOURNAL_END;
        if (!s->over)
            journal_file_next(&s->cursor, &s->next);
    }
}

const struct decided_one *divergence_decision(const struct divergence *v, int side)
{
    const struct divergence_side *s = &v->side[side];

    return s->i < s->call.all.n ? &s->call.all.at[s->i] : NULL;
}

/* ---- the state around it ---- */

static void list(struct divergence_list *l, uint32_t what)
{
    if (l->n < DIVERGENCE_LISTED)
        l->at[l->n++] = what;
}

static bool is_listed(const struct divergence_list *l, uint32_t what)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (l->at[i] == what)
            return true;
    return false;
}

ns_t divergence_limit(const struct host *h, uint32_t slot)
{
    const struct berth_job *j = &h->job.at[slot];

    if (j->limit < 0 || j->limit > NS_NEVER - j->since)
        return NS_NEVER;
    return j->since + j->limit - (j->ran < j->limit ? j->ran : j->limit);
}

static void list_pending(struct divergence *v)
{
    const struct host *h = &v->replay.host;
    uint32_t slot;

    v->pending.of = h->view.n_pending;
    for (uint64_t after = UINT64_MAX;
         v->pending.n < DIVERGENCE_LISTED && (slot = host_pending_after(h, after)) != JOB_NONE;
         after = h->job.at[slot].key)
        list(&v->pending, slot);
}

static bool holds(const struct host *h, uint32_t slot)
{
    uint32_t state = h->job.at[slot].state;

    return state == BERTH_JOB_STARTING || state == BERTH_JOB_RUNNING || state == BERTH_JOB_MOVING ||
           state == BERTH_JOB_STOPPING;
}

static bool on_nodes(const struct divergence *v, uint32_t slot)
{
    const struct host *h = &v->replay.host;
    uint32_t n;
    const struct held *p = host_held(h, slot, &n);

    for (uint32_t i = 0; i < n; i++)
        if (is_listed(&v->nodes, p[i].node))
            return true;
    return false;
}

/* Ends first by its limit; ties by key. */
static bool sooner(const struct host *h, uint32_t x, uint32_t y)
{
    ns_t a = divergence_limit(h, x), b = divergence_limit(h, y);

    return a != b ? a < b : h->job.at[x].key < h->job.at[y].key;
}

static void list_running(struct divergence *v)
{
    const struct host *h = &v->replay.host;

    v->running.of = h->view.n_running;
    for (int near = 1; near >= 0; near--)
        while (v->running.n < DIVERGENCE_LISTED) {
            uint32_t best = JOB_NONE;
            for (uint32_t i = 0; i < h->job.n; i++)
                if (holds(h, i) && !is_listed(&v->running, i) && (!near || on_nodes(v, i)) &&
                    (best == JOB_NONE || sooner(h, i, best)))
                    best = i;
            if (best == JOB_NONE)
                break;
            list(&v->running, best);
        }
}

static void list_nodes(struct divergence *v)
{
    for (int side = 0; side < 2; side++) {
        const struct decided_one *one = divergence_decision(v, side);
        for (uint32_t i = 0; one && i < one->is.n_pieces; i++) {
            uint32_t node = v->side[side].call.pieces.at[one->first + i].node;
            if (node >= v->replay.host.topo->n_nodes || is_listed(&v->nodes, node))
                continue;
            list(&v->nodes, node);
            v->nodes.of++;
        }
    }
}

static int rebuild(struct divergence *v, struct arena *a, struct diag *d)
{
    struct replay_config c = {.file = v->side[v->first].file,
                              .stop = divergence_decision(v, v->first)->offset};
    int rc = replay_open(&v->replay, &c, a, d);

    while (rc >= 0 && !v->replay.stopped && (rc = replay_call(&v->replay, d)) > 0)
        ;
    if (rc < 0)
        return -1;
    list_nodes(v);
    list_pending(v);
    list_running(v);
    return 0;
}

int divergence_find(struct divergence *v, const struct journal_file *a,
                    const struct journal_file *b, bool exactly, struct arena *arena, struct diag *d)
{
    const struct decided_one *x, *y;

    memset(v, 0, sizeof *v);
    if (same_fleet(a, b, d) < 0 || same_jobs(a, b, d) < 0)
        return -1;
    begin(&v->side[0], a, exactly);
    begin(&v->side[1], b, exactly);
    for (;; v->same++, v->side[0].i++, v->side[1].i++) {
        settle(&v->side[0]);
        settle(&v->side[1]);
        x = divergence_decision(v, 0);
        y = divergence_decision(v, 1);
        if (!x && !y)
            return 0;
        if (!decided_same(&v->side[0].call, v->side[0].i, &v->side[1].call, v->side[1].i))
            break;
    }
    v->different = true;
    v->first = !x || (y && y->now < x->now);
    v->at = (v->first ? y : x)->now;
    return rebuild(v, arena, d);
}

void divergence_free(struct divergence *v)
{
    for (int i = 0; i < 2; i++) {
        journal_file_end(&v->side[i].cursor);
        decided_free(&v->side[i].call);
        VEC_FREE(&v->side[i].key);
    }
    replay_free(&v->replay);
}

/* replay.c - the events of a journal through a policy. */
#include "host/replay.h"

#include "base/check.h"
#include "host/emit.h"
#include <stdio.h>
#include <string.h>

const char *replay_job(const struct journal_file *f, uint64_t key, char *to)
{
    if (key >= f->jobs.n || !f->present[key]) {
        snprintf(to, 12, "?");
        return to;
    }
    return job_name(&f->jobs, (uint32_t)key, to);
}

static void next(struct replay *r)
{
    if (r->next.what != JOURNAL_END || r->next.offset == 0)
        journal_file_next(&r->cursor, &r->next);
}

static bool is_decided(const struct journal_record *n)
{
    return n->what == JOURNAL_DECISION || n->what == JOURNAL_TRANSACTION;
}

static uint64_t key_of(const struct replay *r, uint32_t slot)
{
    return slot < r->host.job.n ? r->host.job.at[slot].key : UINT64_MAX;
}

/* ---- the recorded decisions as a policy ---- */

static berth_status script_create(const struct berth_host *host, const struct berth_view *view,
                                  const struct berth_config *config, void **self)
{
    (void)host;
    (void)view;
    (void)config;
    *self = NULL; /* replay_open() says who it is */
    return 0;
}

static void script_destroy(void *self)
{
    (void)self;
}

static void script_one(struct replay *r)
{
    const struct berth_host *h = &r->host.service;
    const struct journal_record *n = &r->next;
    berth_status status = 0;

    if (n->what == JOURNAL_DECISION)
        status = h->emit(h->ctx, &n->decision) + (berth_status)n->refused;
    else
        status = (n->transaction == 'b'   ? h->begin
                  : n->transaction == 'c' ? h->commit
                                          : h->rollback)(h->ctx);
    if (status && !*r->damage)
        snprintf(r->damage, sizeof r->damage, "%s at offset %zu comes out otherwise than recorded",
                 n->what == JOURNAL_DECISION ? emit_kind_text(n->decision.kind) : "a transaction",
                 n->offset);
}

static berth_status script_decide(void *self, const struct berth_view *view,
                                  const struct berth_event *e, uint32_t n, uint32_t mode)
{
    struct replay *r = self;

    (void)view;
    (void)mode;
    for (; is_decided(&r->next); next(r)) {
        r->stopped = r->stopped || r->next.offset >= r->stop;
        if (r->stopped)
            break;
        script_one(r);
    }
    r->stopped = r->stopped || r->next.offset >= r->stop;
    for (uint32_t i = 0; r->stopped && i < n; i++)
        VEC_PUSH(&r->events, e[i]);
    if (r->host.in_transaction) /* stopped inside it: what it tried so far is what is shown */
        emit_commit(&r->host);
    return 0;
}

static const struct berth_policy script = {
    BERTH_HEAD,
    .id = "journal",
    .summary = "the decisions of a journal",
    .version = BERTH_VERSION,
    .source = "",
    .uses =
        BERTH_CAN_PREEMPT | BERTH_CAN_MIGRATE | BERTH_CAN_HOLD | BERTH_CAN_SHARE | BERTH_CAN_MIG,
    .create = script_create,
    .destroy = script_destroy,
    .decide = script_decide,
};

/* ---- what it decides ---- */

static void hear_decision(void *ctx, const struct berth_view *v, const struct berth_decision *d,
                          uint16_t refused)
{
    struct replay *r = ctx;

    decided_add(&r->made, v->now, d, key_of(r, d->job), refused, 0);
}

static void hear_transaction(void *ctx, char what)
{
    struct replay *r = ctx;

    decided_transaction(&r->made, r->host.view.now, what, 0);
}

/* ---- life ---- */

int replay_open(struct replay *r, const struct replay_config *c, struct arena *a, struct diag *d)
{
    struct host_config as;

    memset(r, 0, sizeof *r);
    r->file = c->file;
    r->scripted = !c->as.policy;
    r->stop = c->stop;
    r->different = SIZE_MAX;
    r->recorded.exactly = r->made.exactly = c->exactly;
    r->tap =
        (struct host_tap){.ctx = r, .decision = hear_decision, .transaction = hear_transaction};
    r->cursor = journal_file_begin(c->file);
    as = c->as;
    as.jobs = &c->file->jobs;
    as.topo = &c->file->fleet;
    as.policy = c->as.policy ? c->as.policy : &script;
    as.seed = c->file->seed;
    as.save_time = c->file->save_time;
    as.restore_time = c->file->restore_time;
    if (host_init(&r->host, &as, a, d) < 0)
        return -1;
    if (r->scripted)
        r->host.self = r;
    else
        r->host.tap = &r->tap;
    next(r);
    return 0;
}

void replay_free(struct replay *r)
{
    host_free(&r->host);
    journal_file_end(&r->cursor);
    decided_free(&r->recorded);
    decided_free(&r->made);
    VEC_FREE(&r->leaving);
    VEC_FREE(&r->events);
}

/* ---- what happened ---- */

static int cannot(const struct replay *r, struct diag *d, const char *what)
{
    return journal_file_fail(r->file, r->next.offset, d, "%s", what);
}

static int submit(struct replay *r, struct diag *d)
{
    const struct journal_record *n = &r->next;
    struct host *h = &r->host;
    uint32_t expected = h->spare.n ? h->spare.at[h->spare.n - 1] : (uint32_t)h->job.n;
    struct berth_job *j;

    if (n->slot != expected)
        return cannot(r, d, "a job comes into a slot that it cannot have");
    host_reserve(h, 1);
    host_submit(h, (uint32_t)n->job.key, n->at);
    j = &h->job.at[n->slot];
    j->limit = n->job.limit;
    j->priority = n->job.priority;
    j->user = n->job.user;
    j->name_class = n->job.name_class;
    while (r->leaving.n < h->job.n)
        VEC_PUSH(&r->leaving, (struct replay_leaving){0, 0});
    return 0;
}

static bool has_state(const struct replay *r, uint32_t state)
{
    const struct berth_event *e = &r->next.event;

    return e->job < r->host.job.n && r->host.job.at[e->job].key == e->key &&
           r->host.job.at[e->job].state == state;
}

static int happen(struct replay *r, struct diag *d)
{
    const struct berth_event *e = &r->next.event;
    struct host *h = &r->host;
    struct replay_leaving left = {0, 0};

    if (e->job < r->leaving.n)
        left = r->leaving.at[e->job];
    host_reserve(h, 1);
    switch (e->kind) {
    case BERTH_EV_JOB_STARTED:
        if (!has_state(r, BERTH_JOB_STARTING))
            return cannot(r, d, "a job starts that nobody started");
        host_started(h, e->job, e->at, false, e->cookie);
        return 0;
    case BERTH_EV_JOB_FINISHED:
        if (!has_state(r, BERTH_JOB_RUNNING))
            return cannot(r, d, "a job ends that does not run");
        host_finish(h, e->job, e->at, e->a);
        return 0;
    case BERTH_EV_JOB_PREEMPTED:
        if (!has_state(r, BERTH_JOB_STOPPING))
            return cannot(r, d, "a job has stopped that nobody stopped");
        host_stopped(h, e->job, left.first, left.n, e->at, false, e->a);
        return 0;
    case BERTH_EV_JOB_MIGRATED:
        if (!has_state(r, BERTH_JOB_MOVING))
            return cannot(r, d, "a job has moved that nobody moved");
        pieces_drop(&h->held, left.first, left.n);
        host_moved(h, e->job, e->at, false);
        return 0;
    case BERTH_EV_TIMER:
        host_timer(h, e->cookie, e->at);
        return 0;
    default:
        return cannot(r, d, "an event of a kind that this program does not replay");
    }
}

static int progress(struct replay *r, struct diag *d)
{
    const struct journal_record *n = &r->next;

    if (n->slot >= r->host.job.n || r->host.job.at[n->slot].state == BERTH_JOB_FREE)
        return cannot(r, d, "work of a job that there is not");
    host_progress(&r->host, n->slot, n->at, n->ran, n->saved);
    return 0;
}

/* ---- asking ---- */

/* Pieces that accepted decisions leave behind until the job has gone, or for good. */
static void follow(struct replay *r)
{
    struct host *h = &r->host;

    for (size_t i = 0; i < h->effects.n; i++) {
        const struct host_effect *e = &h->effects.at[i];
        if (e->kind == HOST_PREEMPT && e->was == BERTH_JOB_STOPPING)
            pieces_drop(&h->held, e->first, e->n); /* it was to start again after it has stopped */
        else if (e->kind == HOST_PREEMPT)
            r->leaving.at[e->slot] = (struct replay_leaving){e->first, e->n};
        else if (e->kind == HOST_MIGRATE)
            r->leaving.at[e->slot] = (struct replay_leaving){e->old_first, e->old_n};
    }
}

/* The recorded decisions of the call, and the first that differs. */
static void compare(struct replay *r, ns_t now)
{
    size_t i = 0;

    decided_clear(&r->recorded);
    for (; is_decided(&r->next); next(r))
        if (r->next.what == JOURNAL_DECISION)
            decided_add(&r->recorded, now, &r->next.decision, key_of(r, r->next.decision.job),
                        r->next.refused, r->next.offset);
        else
            decided_transaction(&r->recorded, now, r->next.transaction, r->next.offset);
    while (decided_same(&r->recorded, i, &r->made, i) && i < r->made.all.n)
        i++;
    if (i < r->made.all.n || i < r->recorded.all.n)
        r->different = i;
}

static int call(struct replay *r, struct diag *d)
{
    struct host *h = &r->host;
    const struct journal_record batch = r->next;
    bool fine;

    if ((r->scripted || r->made.exactly) && batch.n_events != h->events.n)
        return journal_file_fail(r->file, batch.offset, d, "a call with %u events, expected %zu",
                                 batch.n_events, h->events.n);
    if (r->scripted && !h->waking)
        return cannot(r, d, "a call that nothing calls for");
    host_reserve(h, 1);
    decided_clear(&r->made);
    next(r);
    fine = host_decide(h, batch.at);
    r->calls++;
    if (*r->damage)
        return journal_file_fail(r->file, batch.offset, d, "%s", r->damage);
    if (!fine) {
        char clock[48];
        return diag_fail(d, STATUS_POLICY, (struct diag_at){0}, "policy %s %s, at %s",
                         h->policy->id, h->trouble, units_clock_text(batch.at, clock));
    }
    follow(r);
    if (!r->scripted)
        compare(r, batch.at);
    return 1;
}

int replay_call(struct replay *r, struct diag *d)
{
    for (;; next(r)) {
        int rc = 0;
        switch (r->next.what) {
        case JOURNAL_SUBMIT:
            rc = submit(r, d);
            break;
        case JOURNAL_EVENT:
            rc = happen(r, d);
            break;
        case JOURNAL_PROGRESS:
            rc = progress(r, d);
            break;
        case JOURNAL_BATCH:
            return call(r, d);
        case JOURNAL_END:
            return 0;
        default:
            return cannot(r, d, "a decision outside a call");
        }
        if (rc < 0)
            return -1;
    }
}

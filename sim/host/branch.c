/* branch.c - a second host that goes on from where one stands. */
#include "host/branch.h"

#include "base/check.h"
#include <string.h>

/* ---- the policy's state ---- */

struct bytes {
    VEC(unsigned char) all;
    size_t read;
};

static berth_status write_bytes(void *ctx, const void *p, size_t n)
{
    struct bytes *b = ctx;

    VEC_RESERVE(&b->all, b->all.n + n);
    memcpy(b->all.at + b->all.n, p, n);
    b->all.n += n;
    return 0;
}

static berth_status read_bytes(void *ctx, void *p, size_t n)
{
    struct bytes *b = ctx;

    if (n > b->all.n - b->read)
        return BERTH_E_STATE;
    memcpy(p, b->all.at + b->read, n);
    b->read += n;
    return 0;
}

static int carry_over(struct host *to, struct host *from, struct diag *d)
{
    const struct berth_policy *p = from->policy;
    struct bytes b = {.read = 0};
    const struct berth_writer writer = {&b, write_bytes};
    const struct berth_reader reader = {&b, read_bytes};
    berth_status status = p->save(from->self, &writer);

    if (!status)
        status = p->load(to->self, &to->view, &reader);
    if (!status && b.read != b.all.n)
        status = BERTH_E_STATE;
    VEC_FREE(&b.all);
    if (!status)
        return 0;
    return diag_fail(d, STATUS_POLICY, (struct diag_at){0},
                     "policy %s does not load the state that it saved (%d)", p->id, status);
}

/* ---- the host's own ---- */

/* Does the occupancy count the job's pieces as taken? What stops has given its own back. */
static bool claims(const struct host *h, uint32_t slot)
{
    return h->job.at[slot].state != BERTH_JOB_FREE &&
           (h->job.at[slot].state != BERTH_JOB_STOPPING || h->more.at[slot].restarts);
}

static void copy_jobs(struct host *to, const struct host *from)
{
    host_reserve(to, (uint32_t)from->job.n);
    VEC_COPY(&to->job, &from->job);
    VEC_COPY(&to->more, &from->more);
    VEC_COPY(&to->spare, &from->spare);
    VEC_COPY(&to->finished, &from->finished);
    VEC_COPY(&to->events, &from->events);
    /* Runs keep their places: decisions on their way name them. */
    VEC_COPY(&to->held.all, &from->held.all);
    memcpy(to->held.recycled, from->held.recycled, sizeof to->held.recycled);
    host_reserve(to, 64);
    for (uint32_t i = 0; i < to->job.n; i++) {
        const struct held *h = to->held.all.at + to->more.at[i].first;
        to->job.at[i].pieces = (const struct berth_piece *)(const void *)h;
        if (claims(to, i))
            place_hold(&to->placer, host_request(to, i), h, to->job.at[i].n_pieces);
    }
    to->occ.returned = from->occ.returned;
}

static void copy_counts(struct host *to, const struct host *from)
{
    to->view.now = from->view.now;
    to->view.generation = from->view.generation;
    to->view.n_pending = from->view.n_pending;
    to->view.n_running = from->view.n_running;
    to->view.jobs.n = from->view.jobs.n;
    memcpy(to->pending_of, from->pending_of, from->jobs->n_requests * sizeof *to->pending_of);
    memcpy(to->held_milli, from->held_milli, sizeof to->held_milli);
    to->pending_milli = from->pending_milli;
    to->waking = from->waking;
    to->at_instant = from->at_instant;
    to->random = from->random;
    to->asked_truth = from->asked_truth;
    to->digest = from->digest;
    to->decisions = from->decisions;
    to->refused = from->refused;
    to->promises = from->promises;
    to->broken = from->broken;
    to->first_refusal = from->first_refusal;
}

int branch_host(struct host *to, struct host *from, const struct host_config *c, struct arena *a,
                struct diag *d)
{
    const struct berth_policy *p = c->policy;

    check(!from->deciding && !from->in_transaction && p == from->policy);
    if (host_init(to, c, a, d) < 0)
        return -1;
    copy_jobs(to, from);
    copy_counts(to, from);
    if (p->flags & BERTH_STATELESS)
        return 0;
    if (!(p->flags & BERTH_FORKABLE) || !p->save || !p->load)
        return diag_fail(d, STATUS_POLICY, (struct diag_at){0},
                         "policy %s cannot save its state, which a branch begins with", p->id);
    return carry_over(to, from, d);
}

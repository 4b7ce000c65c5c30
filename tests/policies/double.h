/* double.h - what the misbehaving policies of this folder share: each file says with DOUBLE(name, uses)
 * what it is and brings decide(). They see the installed header only. */
#ifndef BERTH_TESTS_POLICIES_DOUBLE_H
#define BERTH_TESTS_POLICIES_DOUBLE_H

#include <berth_policy.h>

#define ROOM 4096

struct double_state {
    const struct berth_host *host;
    const struct berth_place *place;
    uint32_t job, n; /* what it remembers from call to call */
    uint64_t cookie;
    struct berth_piece pieces[ROOM];
};

static berth_status double_create(const struct berth_host *host, const struct berth_view *view,
                                  const struct berth_config *config, void **self)
{
    struct double_state *s = host->alloc(host->ctx, sizeof *s, 64);

    (void)view;
    (void)config;
    if (!s)
        return BERTH_E_MEMORY;
    s->host = host;
    s->place = host->extension(host->ctx, BERTH_PLACE);
    s->job = BERTH_NONE;
    s->n = 0;
    s->cookie = 0;
    *self = s;
    return 0;
}

static void double_destroy(void *self)
{
    struct double_state *s = self;

    s->host->free(s->host->ctx, s);
}

/* The first job in the state, in order of submission, or BERTH_NONE. */
static inline uint32_t double_first(const struct berth_view *v, uint32_t state)
{
    uint32_t best = BERTH_NONE;

    for (uint32_t i = 0; i < v->jobs.n; i++)
        if (berth_job_at(v, i)->state == state &&
            (best == BERTH_NONE || berth_job_at(v, i)->key < berth_job_at(v, best)->key))
            best = i;
    return best;
}

static inline berth_status double_emit(struct double_state *s, uint16_t kind, uint32_t job,
                                       const struct berth_piece *pieces, uint32_t n)
{
    struct berth_decision d = {
        .size = sizeof d, .kind = kind, .job = job, .n_pieces = n, .pieces = pieces};

    return s->host->emit(s->host->ctx, &d);
}

/* Start every job that fits, first come, first served. */
static inline void double_fifo(struct double_state *s, const struct berth_view *v)
{
    uint32_t job, n;

    while ((job = double_first(v, BERTH_JOB_PENDING)) != BERTH_NONE &&
           (n = s->place->find(s->host->ctx, job, BERTH_PLACE_BEST, s->pieces, ROOM)) != 0)
        double_emit(s, BERTH_DO_START, job, s->pieces, n);
}

#define DOUBLE(name, can)                                                                          \
    BERTH_POLICY(name) = {BERTH_HEAD,                                                              \
                          .id = #name,                                                             \
                          .summary = "breaks the contract on purpose",                             \
                          .version = "1",                                                          \
                          .source = "",                                                            \
                          .uses = (can),                                                           \
                          .create = double_create,                                                 \
                          .destroy = double_destroy,                                               \
                          .decide = decide}

#define DECIDE                                                                                     \
    static berth_status decide(void *self, const struct berth_view *v,                             \
                               const struct berth_event *events, uint32_t n_events, uint32_t mode)

#endif

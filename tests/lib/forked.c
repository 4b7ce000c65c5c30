/* forked.c - Berth's core as a policy that is replaced in the middle. */
#include "lib/forked.h"

#include "base/rng.h"
#include "sched/core_policy.h"
#include <string.h>

struct forked forked;

/* What create() was given, kept for the next one: the view of the empty queue. */
struct instance {
    const struct berth_host *host;
    struct berth_view empty;
    struct berth_config config;
    char text[1024];
    VEC(uint64_t) free_mask;
    VEC(uint16_t) n_free;
    VEC(uint16_t) left;
    VEC(int64_t) cpu;
    VEC(int64_t) memory;
    void *core;
    struct rng when;
};

/* ---- bytes ---- */

static berth_status write_bytes(void *ctx, const void *p, size_t n)
{
    struct forked_bytes *b = ctx;

    VEC_RESERVE(&b->all, b->all.n + n);
    memcpy(b->all.at + b->all.n, p, n);
    b->all.n += n;
    return 0;
}

static berth_status read_bytes(void *ctx, void *p, size_t n)
{
    struct forked_bytes *b = ctx;

    if (n > b->all.n - b->at)
        return BERTH_E_STATE;
    memcpy(p, b->all.at + b->at, n);
    b->at += n;
    return 0;
}

struct berth_writer forked_writer(struct forked_bytes *b)
{
    return (struct berth_writer){b, write_bytes};
}

struct berth_reader forked_reader(struct forked_bytes *b)
{
    return (struct berth_reader){b, read_bytes};
}

/* ---- the policy ---- */

#define KEEP(v, from, count)                                                                       \
    do {                                                                                           \
        VEC_RESERVE(&(v), (count) + 1);                                                            \
        memcpy((v).at, (from), (count) * sizeof *(v).at);                                          \
    } while (0)

static void keep_view(struct instance *s, const struct berth_view *v)
{
    KEEP(s->free_mask, v->free_mask, (size_t)v->nodes.n * v->words);
    KEEP(s->n_free, v->n_free, (size_t)v->nodes.n);
    if (v->left_milli)
        KEEP(s->left, v->left_milli, (size_t)v->n_gpus);
    if (v->cpu_free)
        KEEP(s->cpu, v->cpu_free, (size_t)v->nodes.n);
    if (v->memory_free)
        KEEP(s->memory, v->memory_free, (size_t)v->nodes.n);
    s->empty = *v;
    s->empty.free_mask = s->free_mask.at;
    s->empty.n_free = s->n_free.at;
    s->empty.left_milli = v->left_milli ? s->left.at : NULL;
    s->empty.cpu_free = v->cpu_free ? s->cpu.at : NULL;
    s->empty.memory_free = v->memory_free ? s->memory.at : NULL;
}

static berth_status create(const struct berth_host *host, const struct berth_view *view,
                           const struct berth_config *config, void **self)
{
    struct instance *s = host->alloc(host->ctx, sizeof *s, 64);

    if (!s)
        return BERTH_E_MEMORY;
    memset(s, 0, sizeof *s);
    s->host = host;
    s->config = *config;
    strncpy(s->text, config->text, sizeof s->text - 1);
    s->config.text = s->text;
    keep_view(s, view);
    rng_stream(&s->when, forked.seed, RNG_FAILURE, 0, 0);
    *self = s;
    return core_policy.create(host, view, &s->config, &s->core);
}

static void destroy(void *self)
{
    struct instance *s = self;

    core_policy.destroy(s->core);
    VEC_FREE(&s->free_mask);
    VEC_FREE(&s->n_free);
    VEC_FREE(&s->left);
    VEC_FREE(&s->cpu);
    VEC_FREE(&s->memory);
}

/* The new one is created on the view of the empty queue, or, as hosts do that keep none, on the present
 * one. */
static berth_status replace(struct instance *s, const struct berth_view *view)
{
    struct forked_bytes b = {.at = 0};
    const struct berth_writer to = forked_writer(&b);
    const struct berth_reader from = forked_reader(&b);
    berth_status status = core_policy.save(s->core, &to);

    if (!status) {
        core_policy.destroy(s->core);
        status =
            core_policy.create(s->host, forked.times % 2 ? view : &s->empty, &s->config, &s->core);
    }
    if (!status)
        status = core_policy.load(s->core, view, &from);
    if (!status && b.at != b.all.n)
        status = BERTH_E_STATE;
    forked.times++;
    forked.bytes += b.all.n;
    VEC_FREE(&b.all);
    return status;
}

static berth_status decide(void *self, const struct berth_view *view,
                           const struct berth_event *events, uint32_t n, uint32_t mode)
{
    struct instance *s = self;
    berth_status status = 0;

    forked.calls++;
    if (forked.every && rng_below(&s->when, forked.every) == 0)
        status = replace(s, view);
    return status ? status : core_policy.decide(s->core, view, events, n, mode);
}

static const struct berth_explain *explain_of(const struct instance *s)
{
    return core_policy.extension(s->core, BERTH_EXPLAIN);
}

static void why_begin(void *self)
{
    explain_of(self)->begin(((struct instance *)self)->core);
}

static uint32_t why_next(void *self, struct berth_blocked *out)
{
    return explain_of(self)->next(((struct instance *)self)->core, out);
}

static const void *extension(void *self, const char *id)
{
    static const struct berth_explain explain = {sizeof explain, why_begin, why_next};

    (void)self;
    return strcmp(id, BERTH_EXPLAIN) ? NULL : &explain;
}

const struct berth_policy forked_policy = {
    BERTH_HEAD,
    .id = "forked",
    .summary = "the core, replaced in the middle",
    .version = BERTH_VERSION,
    .source = "",
    .uses = BERTH_CAN_PREEMPT | BERTH_CAN_MIGRATE | BERTH_CAN_HOLD | BERTH_CAN_SHARE,
    .wake_mask = UINT64_C(1) << BERTH_EV_JOB_SUBMITTED | UINT64_C(1) << BERTH_EV_JOB_FINISHED |
                 UINT64_C(1) << BERTH_EV_JOB_PREEMPTED | UINT64_C(1) << BERTH_EV_JOB_MIGRATED |
                 UINT64_C(1) << BERTH_EV_PLACE_FAILED | UINT64_C(1) << BERTH_EV_REFUSED |
                 UINT64_C(1) << BERTH_EV_TIMER,
    .create = create,
    .destroy = destroy,
    .decide = decide,
    .extension = extension,
};

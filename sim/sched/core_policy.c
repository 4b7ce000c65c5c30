/* core_policy.c - Berth's own core as a policy on the contract. */
#include "sched/core_policy.h"

#include "sched/attribution.h"
#include "sched/core_state.h"
#include "sched/pods.h"
#include "sched/share.h"
#include <string.h>

struct instance {
    struct arena arena;
    struct composition policy;
    struct core core;
    struct attribution why;
};

static berth_status create(const struct berth_host *host, const struct berth_view *view,
                           const struct berth_config *config, void **self)
{
    struct instance *s = host->alloc(host->ctx, sizeof *s, 64);
    struct diag d = {0};
    char why[200];

    if (!s)
        return BERTH_E_MEMORY;
    memset(s, 0, sizeof *s);
    if (compose_parse(config->text, NULL, &s->policy, &d) < 0) {
        host->log(host->ctx, 0, d.message, (uint32_t)strlen(d.message));
        host->free(host->ctx, s);
        return BERTH_E_CONFIG;
    }
    arena_init(&s->arena);
    core_init(&s->core, host, view, &s->policy, config->seed, &s->arena);
    if (s->policy.knowledge == ESTIMATE_EXACT)
        s->core.truth = host->extension(host->ctx, BERTH_CLAIRVOYANT);
    s->core.parts = host->extension(host->ctx, BERTH_PARTS);
    if ((s->core.pods && !pods_possible(&s->core, why, sizeof why)) ||
        !share_possible(&s->core, why, sizeof why)) {
        host->log(host->ctx, 0, why, (uint32_t)strlen(why));
        core_free(&s->core);
        arena_free(&s->arena);
        host->free(host->ctx, s);
        return BERTH_E_CONFIG;
    }
    s->why.core = &s->core;
    attribution_reserve(&s->why);
    *self = s;
    return 0;
}

static void destroy(void *self)
{
    struct instance *s = self;
    const struct berth_host *host = s->core.host;

    attribution_free(&s->why);
    core_free(&s->core);
    arena_free(&s->arena);
    host->free(host->ctx, s);
}

static berth_status decide(void *self, const struct berth_view *view, const struct berth_event *e,
                           uint32_t n, uint32_t mode)
{
    struct core *c = &((struct instance *)self)->core;

    c->view = view;
    c->now = view->now;
    core_reserve(c, view->jobs.n);
    for (uint32_t i = 0; i < n; i++)
        switch (e[i].kind) {
        case BERTH_EV_JOB_SUBMITTED:
            core_submit(c, e[i].job);
            break;
        case BERTH_EV_JOB_FINISHED:
            core_finish(c, e[i].job, e[i].a);
            break;
        case BERTH_EV_JOB_PREEMPTED:
            if (e[i].code) /* not by a decision of ours, which is in the books since then */
                core_requeue(c, e[i].job);
            break;
        case BERTH_EV_PLACE_FAILED:
            core_requeue(c, e[i].job);
            break;
        case BERTH_EV_JOB_STARTED:
            if (c->rank)
                rank_work(c->rank, e[i].job);
            break;
        case BERTH_EV_TIMER:
            if (c->pods)
                pods_timer(c->pods, e[i].cookie);
            break;
        default:
            break;
        }
    if (mode == BERTH_MODE_RUN)
        core_pass(c);
    return 0;
}

static berth_status save(void *self, const struct berth_writer *to)
{
    return core_state_save(&((struct instance *)self)->core, to);
}

static berth_status load(void *self, const struct berth_view *view, const struct berth_reader *from)
{
    struct core *c = &((struct instance *)self)->core;

    c->view = view;
    core_reserve(c, view->jobs.n);
    return core_state_load(c, from);
}

static void why_begin(void *self)
{
    attribution_begin(&((struct instance *)self)->why);
}

static uint32_t why_next(void *self, struct berth_blocked *out)
{
    return attribution_next(&((struct instance *)self)->why, out);
}

static const void *extension(void *self, const char *id)
{
    static const struct berth_explain explain = {sizeof explain, why_begin, why_next};

    (void)self;
    return strcmp(id, BERTH_EXPLAIN) ? NULL : &explain;
}

#define WAKES(kind) (UINT64_C(1) << BERTH_EV_##kind)

const struct berth_policy core_policy = {
    BERTH_HEAD,
    .id = "core",
    .summary = "Berth's own core: a composition of parts",
    .version = BERTH_VERSION,
    .source = "",
    .uses =
        BERTH_CAN_PREEMPT | BERTH_CAN_MIGRATE | BERTH_CAN_HOLD | BERTH_CAN_SHARE | BERTH_CAN_MIG,
    .flags = BERTH_FORKABLE | BERTH_CLAIRVOYANCE,
    .wake_mask = WAKES(JOB_SUBMITTED) | WAKES(JOB_FINISHED) | WAKES(JOB_PREEMPTED) |
                 WAKES(JOB_MIGRATED) | WAKES(PLACE_FAILED) | WAKES(REFUSED) | WAKES(TIMER),
    .create = create,
    .destroy = destroy,
    .decide = decide,
    .save = save,
    .load = load,
    .extension = extension,
};

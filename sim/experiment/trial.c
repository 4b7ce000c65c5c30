/* trial.c - one (workload, cluster, policy, seed): set up, run, outcome. */
#include "experiment/trial.h"

#include "engine/engine.h"
#include "metrics/collect.h"
#include "metrics/quantile.h"
#include "sched/compose.h"
#include "sched/pods.h"
#include <stdio.h>
#include <string.h>

/* Jobs named in the message about a stuck run; the rest are counted. */
#define STUCK_NAMED 5

int trial_check_policy(const char *policy, const struct job_set *jobs, struct diag *d)
{
    struct composition c;

    return compose_parse(policy, jobs, &c, d);
}

static void tick(void *ctx, ns_t now, uint32_t ended, uint64_t events)
{
    const struct trial_config *c = *(const struct trial_config **)ctx;

    c->progress(c->progress_ctx, &(struct trial_progress){now, ended, c->jobs->n, events});
}

/* "X holds 4 and waits for 2, Y holds 4 and waits for 2: X -> Y -> X": each one that holds something
 * waits for what the next one holds. */
static char *who_waits(struct core *c, struct arena *a)
{
    char text[1024] = "", cycle[512] = "", name[16], first[64] = "";
    size_t used = 0, turn = 0;
    uint32_t shown = 0, holders = 0, job;

    for (walk_begin(c); (job = walk_next(c)) != JOB_END_OF_QUEUE; walk_step(c, job)) {
        const struct request *r = &c->jobs->requests[c->jobs->specs[job].request];
        uint32_t held = c->pods ? pods_placed(c->pods, job) * (r->gpus / r->replicas) : 0;
        const char *called = job_name(c->jobs, job, name);
        if (shown++ >= STUCK_NAMED)
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.60s ", shown > 1 ? ", " : "",
                                 called);
        if (held)
            used += (size_t)snprintf(text + used, sizeof text - used, "holds %u and ", held);
        used += (size_t)snprintf(text + used, sizeof text - used, "waits for %u", r->gpus - held);
        if (!held)
            continue;
        if (!holders++)
            snprintf(first, sizeof first, "%.60s", called);
        turn += (size_t)snprintf(cycle + turn, sizeof cycle - turn, "%.60s -> ", called);
    }
    if (shown > STUCK_NAMED)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, " and %u more", shown - STUCK_NAMED);
    if (holders > 1)
        snprintf(text + used, sizeof text - used, ": %s%s", cycle, first);
    return arena_text(a, text, strlen(text));
}

static int fail_stuck(const struct engine *e, enum engine_end end, const struct outcome *o,
                      struct diag *d)
{
    char clock[48];
    bool pods = e->core->pods != NULL;

    diag_fail(d, STATUS_STUCK, (struct diag_at){0}, "stuck at %s: %s; %s%s",
              units_clock_text(e->now, clock),
              end == ENGINE_LIVELOCK
                  ? "holds time out and come back to the same state, seen 3 times"
                  : "no future event can free a GPU",
              o->stuck, pods ? " (launch=pod)" : "");
    if (pods)
        diag_hint(d, "use launch=gang");
    return -1;
}

static void fill_names(const struct composition *c, const struct trial_config *config,
                       struct outcome *o, struct arena *a)
{
    o->policy_name = arena_text(a, config->policy, strlen(config->policy));
    o->composition = arena_text(a, c->text, strlen(c->text));
    o->estimates = arena_text(a, c->estimates, strlen(c->estimates));
    o->clairvoyant = c->knowledge == ESTIMATE_EXACT;
    o->seed = config->seed;
    o->jobs = config->jobs;
    o->fleet = config->fleet;
    o->warmup = config->warmup;
}

int trial_run(const struct trial_config *config, struct arena *a, struct outcome *out,
              struct diag *d)
{
    struct composition *policy = ARENA_NEW(a, struct composition);
    struct core *core = ARENA_NEW(a, struct core);
    struct engine engine;
    struct collect collect;
    struct observer observer;
    enum engine_end end;
    ns_t stop;
    bool exact;
    int failed = 0;

    memset(out, 0, sizeof *out);
    if (compose_parse(config->policy, config->jobs, policy, d) < 0)
        return -1;
    fill_names(policy, config, out, a);
    core_init(core, config->jobs, config->fleet, policy, config->seed, false, a);
    memcpy(out->useful, config->useful, sizeof out->useful);
    observer = collect_init(&collect, config->jobs, config->fleet,
                            &(struct collect_config){.useful = config->useful,
                                                     .warmup = config->warmup,
                                                     .series_step = config->series_step,
                                                     .keep_waits = config->keep_waits,
                                                     .keep_series = config->keep_series,
                                                     .keep_segments = config->keep_segments},
                            a);
    engine_init(&engine, config->jobs, core, &observer, config->horizon, a);
    if (config->progress) {
        engine.tick = tick;
        engine.tick_ctx = &config;
    }
    end = engine_run(&engine);
    stop = config->horizon != NS_NEVER && end != ENGINE_LIVELOCK ? config->horizon : engine.now;
    out->status = end == ENGINE_FINISHED  ? RUN_FINISHED
                  : end == ENGINE_HORIZON ? RUN_HORIZON
                                          : RUN_STUCK;
    exact = collect_finish(&collect, stop, out, a);
    digest_text(&core->digest, out->digest);
    out->events = engine.events;
    out->passes = engine.passes;
    out->decisions = core->decisions;
    out->promises = core->promises;
    out->promises_broken = core->broken;
    quantile_jobs(out);
    if (!exact)
        failed = diag_fail(d, STATUS_BROKEN, (struct diag_at){0},
                           "the ledger's buckets do not sum to GPUs x time, or Little's law fails; "
                           "this is a fault "
                           "of the program");
    else if (out->status == RUN_STUCK) {
        out->stuck = who_waits(core, a);
        failed = fail_stuck(&engine, end, out, d);
    }
    engine_free(&engine);
    core_free(core);
    return failed;
}

/* trial.c - one (workload, cluster, policy, seed): set up, run, outcome. */
#include "experiment/trial.h"

#include "experiment/choice.h"
#include "host/emit.h"
#include "metrics/collect.h"
#include "metrics/quantile.h"
#include <stdio.h>
#include <string.h>

/* Jobs named in the message about a stuck run; the rest are counted. */
#define STUCK_NAMED 5

int trial_check_policy(const char *policy, const struct job_set *jobs, struct diag *d)
{
    struct choice c;
    struct arena a;
    int rc;

    arena_init(&a);
    rc = choice_parse(policy, jobs, &a, &c, d);
    arena_free(&a);
    return rc;
}

static void tick(void *ctx, ns_t now, uint32_t ended, uint64_t events)
{
    const struct trial_config *c = *(const struct trial_config **)ctx;

    c->progress(c->progress_ctx, &(struct trial_progress){now, ended, c->jobs->n, events});
}

/* "X holds 4 and waits for 2, Y holds 4 and waits for 2: X -> Y -> X": each one that holds something
 * waits for what the next one holds. */
static char *who_waits(const struct host *h, struct arena *a)
{
    char text[1024] = "", cycle[512] = "", name[16], first[64] = "";
    size_t used = 0, turn = 0;
    uint32_t shown = 0, holders = 0, slot;

    for (uint64_t after = UINT64_MAX; (slot = host_pending_after(h, after)) != JOB_NONE;) {
        const struct request *r = host_request(h, slot);
        uint32_t held = h->more.at[slot].placed * (r->gpus / r->replicas);
        const char *called = job_name(h->jobs, (uint32_t)h->job.at[slot].key, name);
        after = h->job.at[slot].key;
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
                      bool pods, struct diag *d)
{
    char clock[48];

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

/* "; the first to wait: job X", or nothing. */
static const char *first_to_wait(const struct host *h, char *to, size_t room)
{
    uint32_t slot = host_pending_after(h, UINT64_MAX);
    char name[16];

    *to = 0;
    if (slot != JOB_NONE)
        snprintf(to, room, "; the first to wait: job %.60s",
                 job_name(h->jobs, (uint32_t)h->job.at[slot].key, name));
    return to;
}

static int fail_holder(const struct host *h, uint32_t slot, struct diag *d)
{
    char clock[48], name[16];

    return diag_fail(d, STATUS_POLICY, (struct diag_at){0},
                     "policy %s holds devices for %u of %u replicas of job %s, which waits since "
                     "%s, and never starts it",
                     h->policy->id, h->more.at[slot].placed, host_request(h, slot)->replicas,
                     job_name(h->jobs, (uint32_t)h->job.at[slot].key, name),
                     units_clock_text(h->job.at[slot].since, clock));
}

/* Nothing can happen any more and jobs wait: was it the policy's fault? */
static int fail_idle(struct host *h, struct diag *d)
{
    uint32_t slot = host_pending_after(h, UINT64_MAX);
    char clock[48], name[16];

    for (uint32_t s = slot; s != JOB_NONE; s = host_pending_after(h, h->job.at[s].key))
        if (h->more.at[s].placed)
            return fail_holder(h, s, d);
    if (slot == JOB_NONE || !place_fits(&h->placer, host_request(h, slot)))
        return 0;
    return diag_fail(d, STATUS_POLICY, (struct diag_at){0},
                     "policy %s leaves %u jobs waiting for ever; the first: job %s, which fits, "
                     "since %s",
                     h->policy->id, h->view.n_pending,
                     job_name(h->jobs, (uint32_t)h->job.at[slot].key, name),
                     units_clock_text(h->job.at[slot].since, clock));
}

static const char *name_of(const struct host *h, const struct choice *c)
{
    return c->parts ? c->parts->id : h->policy->id;
}

/* A policy of somebody else's that leaves jobs waiting though they fit, or was refused something, is
 * named with the job and the time. */
static int fail_policy(const struct engine *e, enum engine_end end, const struct choice *choice,
                       struct diag *d)
{
    struct host *h = e->host;
    char clock[48], name[16], waits[96];
    const struct host_refusal *r = &h->first_refusal;

    /* What was refused comes first: what else went wrong may follow from it. */
    if (h->refused)
        return diag_fail(
            d, STATUS_POLICY, (struct diag_at){0},
            "policy %s: %llu decision%s refused; the first: %s of job %s at %s, %s%s%s",
            name_of(h, choice), (unsigned long long)h->refused, h->refused > 1 ? "s" : "",
            emit_kind_text(r->kind),
            r->key == UINT64_MAX ? "?" : job_name(h->jobs, (uint32_t)r->key, name),
            units_clock_text(r->at, clock), emit_refusal_text(r->code),
            end == ENGINE_POLICY ? "; then it " : "", end == ENGINE_POLICY ? h->trouble : "");
    if (end == ENGINE_POLICY)
        return diag_fail(d, STATUS_POLICY, (struct diag_at){0}, "policy %s %s, at %s%s",
                         name_of(h, choice), h->trouble, units_clock_text(e->now, clock),
                         first_to_wait(h, waits, sizeof waits));
    return end == ENGINE_DEADLOCK && !choice->is_core ? fail_idle(h, d) : 0;
}

static void fill_names(const struct choice *c, const struct trial_config *config, struct outcome *o,
                       struct arena *a)
{
    o->policy_name = arena_text(a, config->policy, strlen(config->policy));
    o->composition = arena_text(a, c->composition.text, strlen(c->composition.text));
    o->estimates = arena_text(a, c->composition.estimates, strlen(c->composition.estimates));
    o->clairvoyant = c->composition.knowledge == ESTIMATE_EXACT;
    o->seed = config->seed;
    o->jobs = config->jobs;
    o->fleet = config->fleet;
    o->warmup = config->warmup;
}

static void fill_counts(const struct engine *e, struct outcome *o)
{
    const struct host *h = e->host;

    digest_text(&h->digest, o->digest);
    o->events = e->events;
    o->passes = e->passes;
    o->decisions = h->decisions;
    o->refused_decisions = h->refused;
    o->promises = h->promises;
    o->promises_broken = h->broken;
    o->clairvoyant = o->clairvoyant || h->asked_truth;
}

static int choose(const struct trial_config *config, struct arena *a, struct choice *out,
                  struct diag *d)
{
    return config->own ? choice_of(config->own, config->policy, a, out, d)
                       : choice_parse(config->policy, config->jobs, a, out, d);
}

/* The outcome of a run that has ended somehow. */
static int conclude(struct engine *e, enum engine_end end, struct collect *collect,
                    const struct trial_config *config, const struct choice *choice, struct arena *a,
                    struct outcome *out, struct diag *d)
{
    bool over = end == ENGINE_LIVELOCK || end == ENGINE_POLICY || config->horizon == NS_NEVER,
         exact, pods = choice->is_core && choice->composition.part[AXIS_LAUNCH]->pod_by_pod;

    out->status = end == ENGINE_FINISHED  ? RUN_FINISHED
                  : end == ENGINE_HORIZON ? RUN_HORIZON
                                          : RUN_STUCK;
    exact = collect_finish(collect, over ? e->now : config->horizon, out, a);
    fill_counts(e, out);
    quantile_jobs(out);
    if (!exact)
        return diag_fail(d, STATUS_BROKEN, (struct diag_at){0},
                         "the ledger's buckets do not sum to GPUs x time, or Little's law fails; "
                         "this is a fault of the program");
    if (out->status == RUN_STUCK)
        out->stuck = who_waits(e->host, a);
    if (fail_policy(e, end, choice, d) < 0)
        return -1;
    return out->status == RUN_STUCK ? fail_stuck(e, end, out, pods, d) : 0;
}

/* Record it, if that is wanted. */
static int open_journal(const struct trial_config *config, const struct host_config *of,
                        struct host *host, struct journal *j, struct diag *d)
{
    if (!config->journal)
        return 0;
    return journal_open(j, host,
                        &(struct journal_config){.path = config->journal,
                                                 .policy = config->policy,
                                                 .host = of,
                                                 .inputs = config->inputs,
                                                 .n_inputs = config->n_inputs},
                        d);
}

/* A journal is kept of every run that has a result or a policy to blame. */
static int close_journal(const struct trial_config *config, struct journal *j, struct host *host,
                         const struct engine *e, struct outcome *o, int failed, struct diag *d)
{
    if (!config->journal)
        return failed;
    if (failed < 0 && d->status != STATUS_STUCK && d->status != STATUS_POLICY)
        journal_drop(j, host);
    else if (journal_close(j, host, o->status, e->now, d) < 0)
        return -1;
    snprintf(o->journal, sizeof o->journal, "%.32s", j->text);
    return failed;
}

int trial_run(const struct trial_config *config, struct arena *a, struct outcome *out,
              struct diag *d)
{
    struct choice *choice = ARENA_NEW(a, struct choice);
    struct host *host = ARENA_NEW(a, struct host);
    struct engine engine;
    struct collect collect;
    struct observer observer;
    struct journal *journal = ARENA_NEW(a, struct journal);
    struct host_config of;
    int failed = -1;

    memset(out, 0, sizeof *out);
    if (choose(config, a, choice, d) < 0)
        return -1;
    fill_names(choice, config, out, a);
    memcpy(out->useful, config->useful, sizeof out->useful);
    of = (struct host_config){.jobs = config->jobs,
                              .topo = config->fleet,
                              .policy = choice->policy,
                              .text = choice->config,
                              .values = choice->values,
                              .n_values = choice->n_values,
                              .seed = config->seed,
                              .save_time = config->costs.save,
                              .restore_time = config->costs.restore,
                              .parts = choice->parts,
                              .parts_text = choice->parts_config,
                              .parts_values = choice->parts_values,
                              .n_parts_values = choice->n_parts_values,
                              .watch = config->watch};
    if (host_init(host, &of, a, d) == 0 && open_journal(config, &of, host, journal, d) == 0) {
        observer = collect_init(&collect, config->jobs, config->fleet,
                                &(struct collect_config){.useful = config->useful,
                                                         .warmup = config->warmup,
                                                         .series_step = config->series_step,
                                                         .keep_waits = config->keep_waits,
                                                         .keep_series = config->keep_series,
                                                         .keep_segments = config->keep_segments},
                                a);
        engine_init(&engine, host, &observer, config->horizon, a);
        engine.costs = config->costs;
        if (config->measure_fragmentation) {
            engine.gauge = ARENA_NEW(a, struct gauge);
            gauge_init(engine.gauge, host, a);
        }
        if (config->progress) {
            engine.tick = tick;
            engine.tick_ctx = &config;
        }
        failed = conclude(&engine, engine_run(&engine), &collect, config, choice, a, out, d);
        failed = close_journal(config, journal, host, &engine, out, failed, d);
        engine_free(&engine);
    }
    host_free(host);
    return failed;
}

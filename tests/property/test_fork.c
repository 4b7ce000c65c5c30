/* test_fork.c - the core's state: an instance that is replaced in the middle by one that loaded its state
 * decides what the first would have decided; states that are cut, changed or another's are refused. */
#include "lib/builders.h"
#include "lib/forked.h"
#include "sched/compose.h"
#include "sched/core_policy.h"
#include "sched/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { KINDS = 4, NODES = 8 };

/* Pod by pod nobody can promise a level. */
static uint32_t kinds_of(const struct composition *c)
{
    return c->part[AXIS_LAUNCH]->pod_by_pod ? KINDS - 1 : KINDS;
}

static const struct engine_costs costs[] = {
    {30 * NS_PER_S, 60 * NS_PER_S, 0},
    {7 * NS_PER_S, 90 * NS_PER_S, 600 * NS_PER_S},
    {0, 0, 0},
    {60 * NS_PER_S, 45 * NS_PER_S, 100 * NS_PER_S},
};

/* ---- workloads: 0 = single devices, 1 = gangs, 2 = shares, CPU and memory, 3 = MIG and levels ---- */

static void draw_fleet(struct topology *t, struct arena *a, uint32_t kind)
{
    struct node_spec specs[NODES];
    struct diag d = {0};

    memset(specs, 0, sizeof specs);
    for (int i = 0; i < NODES; i++) {
        specs[i] = (struct node_spec){.gpu_type = "h100-sxm", .gpus = 4, .nvlink_gpus = 4};
        if (kind >= 1 && i >= 6)
            specs[i].gpu_type = "v100";
        if (kind >= 1 && i == 3)
            specs[i].gpus_down = 1;
        if (kind >= 2)
            specs[i].cpu_milli = 32000;
        if (kind == 2)
            specs[i].memory_mib = 256 << 10;
        if (kind == 3)
            specs[i].domain[LEVEL_RACK] = i % 2 ? "odd" : "even";
    }
    assert_int_equal(topology_build(t, a, specs, NODES, &d), 0);
}

static struct builders_job draw_job(struct rng *r, uint32_t kind)
{
    struct builders_job j = {.run = (ns_t)(1 + rng_below(r, 4000)) * NS_PER_S,
                             .gpus = 1,
                             .priority = (int32_t)rng_below(r, 4),
                             .tenant = rng_below(r, 3),
                             .user = rng_below(r, 7)};

    j.limit = j.run / 2 + j.run * rng_below(r, 3) + NS_PER_S;
    if (kind >= 1)
        j.gpus = 1u << rng_below(r, 3);
    if (kind >= 1 && rng_below(r, 6) == 0)
        j.replicas = 2;
    if (kind == 2 && rng_below(r, 3) == 0) {
        j.gpus = 1;
        j.share_milli = 100 * (1 + rng_below(r, 7));
    }
    if (kind >= 2) {
        j.cpu_milli = 1000 * (1 + rng_below(r, 8));
        j.memory_mib = kind == 2 ? 1024 * (1 + rng_below(r, 32)) : 0;
    }
    if (kind == 2 && rng_below(r, 8) == 0)
        j.gpus = j.share_milli = 0;
    if (kind == 3 && rng_below(r, 3) == 0) {
        j.gpus = 0;
        j.mig = job_mig(0, rng_below(r, 3));
        j.types = 1;
    } else if (kind == 3 && rng_below(r, 3) == 0) {
        j.required = rng_below(r, 2) ? LEVEL_RACK : LEVEL_NODE;
        j.replicas = 1 + rng_below(r, 2);
        j.gpus = 1 + rng_below(r, 2);
    }
    return j;
}

static void draw_jobs(struct job_set *out, struct arena *a, uint64_t seed, uint32_t kind,
                      uint32_t n)
{
    struct builders_job *j = ARENA_ARRAY(a, struct builders_job, n);
    struct rng r;
    ns_t at = 0;

    rng_stream(&r, seed, RNG_SIZE, 0, kind);
    for (uint32_t i = 0; i < n; i++) {
        at += (ns_t)rng_below(&r, kind ? 170 : 90) * NS_PER_S;
        j[i] = draw_job(&r, kind);
        j[i].submit = at;
    }
    builders_jobs(out, a, j, n, NULL);
}

/* ---- running ---- */

struct ground {
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
};

static void lay(struct ground *g, uint64_t seed, uint32_t kind, uint32_t n)
{
    arena_init(&g->a);
    draw_fleet(&g->fleet, &g->a, kind);
    draw_jobs(&g->jobs, &g->a, seed, kind, n);
}

static void clear(struct ground *g)
{
    builders_free(&g->jobs);
    arena_free(&g->a);
}

/* Status of the trial; the policy is the shadow, with or without replacements. */
static int run(const struct ground *g, const struct composition *c, struct engine_costs cost,
               uint32_t every, uint64_t seed, struct arena *a, struct outcome *o)
{
    struct trial_config config = {.jobs = &g->jobs,
                                  .fleet = &g->fleet,
                                  .policy = c->config,
                                  .own = &forked_policy,
                                  .costs = cost,
                                  .seed = 5,
                                  .horizon = NS_NEVER};
    struct diag d = {0};

    config.useful[JOB_DONE] = 1;
    forked = (struct forked){.every = every, .seed = seed};
    if (trial_run(&config, a, o, &d) < 0) {
        if (d.status == STATUS_POLICY && strstr(d.message, "decide()"))
            fail_msg("%s: %s", c->text, d.message);
        return d.status;
    }
    return 0;
}

/* Both ways, and equal to the last number. Returns how often it was replaced. */
static uint64_t compare(const struct ground *g, const struct composition *c,
                        struct engine_costs cost, uint32_t every, uint64_t seed)
{
    struct outcome o[2];
    struct arena a;
    int status[2];

    arena_init(&a);
    for (int k = 0; k < 2; k++)
        status[k] = run(g, c, cost, k ? every : 0, seed, &a, &o[k]);
    if (status[0] != status[1] || strcmp(o[0].digest, o[1].digest) ||
        o[0].decisions != o[1].decisions || o[0].passes != o[1].passes ||
        o[0].events != o[1].events || o[0].promises != o[1].promises ||
        o[0].promises_broken != o[1].promises_broken ||
        o[0].refused_decisions != o[1].refused_decisions)
        fail_msg("%s, seed %llu, save %lld: %llu replacements made another run: status %d and %d, "
                 "%llu and %llu decisions, %llu and %llu calls, %llu and %llu promises",
                 c->config, (unsigned long long)seed, (long long)cost.save,
                 (unsigned long long)forked.times, status[0], status[1],
                 (unsigned long long)o[0].decisions, (unsigned long long)o[1].decisions,
                 (unsigned long long)o[0].passes, (unsigned long long)o[1].passes,
                 (unsigned long long)o[0].promises, (unsigned long long)o[1].promises);
    for (uint32_t i = 0; i < g->jobs.n; i++)
        assert_true(o[0].results[i].start == o[1].results[i].start &&
                    o[0].results[i].end == o[1].results[i].end &&
                    o[0].results[i].starts == o[1].results[i].starts);
    for (int b = 0; b < BUCKETS; b++)
        assert_true(o[0].total.bucket[b] == o[1].total.bucket[b]);
    arena_free(&a);
    return forked.times;
}

static bool parse(const char *text, struct composition *c)
{
    struct diag d = {0};

    return compose_parse(text, NULL, c, &d) == 0;
}

/* ---- the properties ---- */

static void every_composition_goes_on_as_if_nothing_had_happened(void **state)
{
    static const char *const estimate[] = {"limit", "history", "exact", "none"};
    static const char *const launch[] = {"gang", "pod,timeout=20m"};
    const struct policy_part *const *all = registry_parts();
    uint32_t turn = 0, compositions = 0;
    uint64_t times = 0;
    (void)state;

    for (const struct policy_part *const *o = all; *o; o++)
        for (const struct policy_part *const *w = all; *w; w++)
            for (const struct policy_part *const *d = all; *d; d++) {
                if ((*o)->axis != AXIS_ORDER || (*w)->axis != AXIS_WALK ||
                    (*d)->axis != AXIS_DISPLACE)
                    continue;
                for (int l = 0; l < 2; l++) {
                    const struct policy_part *const *p = all + turn % 7;
                    struct ground g;
                    struct composition c;
                    char text[256];
                    for (uint32_t skip = turn * 5 % 11;; p = p[1] ? p + 1 : all)
                        if ((*p)->axis == AXIS_PLACE && !skip--)
                            break;
                    for (int e = 0; e < 4; e++) {
                        snprintf(text, sizeof text,
                                 "order=%s,walk=%s,displace=%s,place=%s,launch=%s,estimate=%s",
                                 (*o)->name, (*w)->name, (*d)->name, (*p)->name, launch[l],
                                 estimate[(turn + (uint32_t)e) % 4]);
                        if (parse(text, &c))
                            break;
                        *text = 0;
                    }
                    if (!*text)
                        continue;
                    lay(&g, turn, turn % kinds_of(&c), 120);
                    times += compare(&g, &c, costs[turn / 4 % 4], 1 + turn % 5, turn);
                    clear(&g);
                    turn++;
                    compositions++;
                }
            }
    print_message("%u compositions, %llu replacements\n", compositions, (unsigned long long)times);
    assert_true(compositions > 100 && times > 5000);
}

static void every_preset_goes_on_as_if_nothing_had_happened(void **state)
{
    uint64_t seed = 900;
    (void)state;

    for (const struct policy_part *const *p = registry_parts(); *p; p++) {
        struct composition c;
        if ((*p)->axis != AXIS_PRESET)
            continue;
        assert_true(parse((*p)->name, &c));
        for (uint32_t kind = 0; kind < kinds_of(&c); kind++) {
            struct ground g;
            lay(&g, ++seed, kind, 200);
            compare(&g, &c, costs[seed % 4], 2, seed);
            clear(&g);
        }
    }
}

/* Options that make more of the state count. */
static void what_was_learned_and_counted_is_kept(void **state)
{
    static const char *const text[] = {
        "order=2dlas,walk=desired,t1=600,promote=500",
        "order=2dlas,walk=desired,t1=300,t2=3000,min_run=5m,cool_down=10m,promote=1000",
        "order=las,walk=desired,quantum=900,min_run=2m",
        "order=srsf,walk=desired,estimate=history,most_stops=2",
        "order=multifactor,walk=desired,age=1000,fairshare=1000,qos=500,half_life=30m",
        "order=multifactor,walk=easy,age=100,fairshare=5000,half_life=10m,period=1m",
        "order=fairtree,walk=easy,displace=priority,min_run=1m,cool_down=20m,half_life=1h",
        "order=fairtree,walk=desired,period=5m,half_life=20m,min_run=8m",
        "order=drf,walk=skip,displace=migrate,place=spread,after=1m",
        "order=drf,walk=easy,estimate=history",
        "order=priority,walk=easy,displace=priority,requeue=1,estimate=history",
        "order=priority,walk=easy,displace=priority,victims=2,cool_down=15m",
        "order=fifo,walk=easy,displace=migrate,place=worstfit,moves=2,in_flight=2",
        "order=sjf,walk=conservative,estimate=history",
        "order=fifo,walk=conservative,estimate=limit",
        "order=fifo,walk=easy(3),estimate=limit",
        "order=fifo,walk=skip,launch=pod,timeout=3m",
        "order=fifo,walk=skip(4),place=random",
        "order=smallest,walk=skip,place=gpuclustering",
        "order=priority,walk=skip,place=gpuclustering,displace=priority",
        "order=fifo,walk=easy,place=fgd,estimate=history",
    };
    (void)state;

    for (size_t k = 0; k < sizeof text / sizeof *text; k++) {
        struct composition c;
        if (!parse(text[k], &c))
            fail_msg("%s does not parse", text[k]);
        for (uint32_t seed = 0; seed < kinds_of(&c); seed++) {
            struct ground g;
            lay(&g, 1000 * k + seed, seed % kinds_of(&c), 150);
            compare(&g, &c, costs[(k + seed) % 4], 1 + (uint32_t)(k + seed) % 4, seed);
            clear(&g);
        }
    }
}

/* The order makes its first table of a thousand samples, and the second of two thousand. */
static void tables_of_samples_are_kept(void **state)
{
    static const char *const text[] = {"order=gittins,walk=desired,quantum=600",
                                       "order=gittins,walk=desired,t1=3000,delta=3250,quantum=900"};
    (void)state;

    for (size_t k = 0; k < sizeof text / sizeof *text; k++) {
        struct composition c;
        struct ground g;
        assert_true(parse(text[k], &c));
        lay(&g, 77 + k, (uint32_t)k, 2300);
        assert_true(compare(&g, &c, costs[0], 40, k) > 50);
        clear(&g);
    }
}

/* ---- what is no state ---- */

/* A core in the middle of a run, kept when the horizon is reached: its state, and where to load it. */
struct stage {
    struct arena a;
    struct ground g;
    struct composition c;
    struct host host;
    struct engine engine;
    struct forked_bytes b;
};

static void set(struct stage *s, const char *text, uint32_t kind)
{
    struct berth_writer to = forked_writer(&s->b);
    struct diag d = {0};

    memset(s, 0, sizeof *s);
    arena_init(&s->a);
    lay(&s->g, 4, kind, 150);
    assert_true(parse(text, &s->c));
    assert_int_equal(host_init(&s->host,
                               &(struct host_config){.jobs = &s->g.jobs,
                                                     .topo = &s->g.fleet,
                                                     .policy = &core_policy,
                                                     .text = s->c.config,
                                                     .save_time = costs[0].save,
                                                     .restore_time = costs[0].restore},
                               &s->a, &d),
                     0);
    engine_init(&s->engine, &s->host, NULL, 7000 * NS_PER_S, &s->a);
    s->engine.costs = costs[0];
    assert_int_equal(engine_run(&s->engine), ENGINE_HORIZON);
    assert_true(s->host.view.n_pending && s->host.view.n_running);
    assert_int_equal(core_policy.save(s->host.self, &to), 0);
}

static void strike(struct stage *s)
{
    VEC_FREE(&s->b.all);
    engine_free(&s->engine);
    host_free(&s->host);
    clear(&s->g);
    arena_free(&s->a);
}

/* Into a new instance of a composition, which is destroyed again. */
static berth_status load(struct stage *s, struct forked_bytes *b, const char *text, uint64_t seed)
{
    const struct berth_config config = {.size = sizeof config, .text = text, .seed = seed};
    const struct berth_reader from = forked_reader(b);
    berth_status status;
    void *core;

    assert_int_equal(core_policy.create(&s->host.service, &s->host.view, &config, &core), 0);
    status = core_policy.load(core, &s->host.view, &from);
    core_policy.destroy(core);
    return status;
}

static const char *const various[] = {
    "order=2dlas,walk=desired,t1=600,promote=500",
    "order=multifactor,walk=easy,fairshare=5000,estimate=limit,displace=priority",
    "order=fifo,walk=conservative,estimate=history",
    "order=fifo,walk=skip,launch=pod,timeout=20m",
    "order=drf,walk=skip,place=fgd",
};

static void a_state_saved_again_is_the_same(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof various / sizeof *various; k++)
        for (uint32_t kind = 0; kind < KINDS - 1; kind++) {
            struct stage s;
            struct forked_bytes again = {.at = 0};
            const struct berth_writer to = forked_writer(&again);
            struct berth_reader from;
            struct berth_config config = {.size = sizeof config};
            void *core;
            set(&s, various[k], kind);
            config.text = s.c.config;
            from = forked_reader(&s.b);
            assert_int_equal(core_policy.create(&s.host.service, &s.host.view, &config, &core), 0);
            assert_int_equal(core_policy.load(core, &s.host.view, &from), 0);
            assert_int_equal(s.b.at, s.b.all.n);
            assert_int_equal(core_policy.save(core, &to), 0);
            assert_int_equal(again.all.n, s.b.all.n);
            assert_memory_equal(again.all.at, s.b.all.at, again.all.n);
            core_policy.destroy(core);
            VEC_FREE(&again.all);
            strike(&s);
        }
}

static void a_state_that_is_cut_or_changed_is_refused(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof various / sizeof *various; k++) {
        struct stage s;
        struct rng r;
        set(&s, various[k], (uint32_t)k % (KINDS - 1));
        rng_stream(&r, k, RNG_FAILURE, 0, 1);
        assert_int_equal(load(&s, &s.b, s.c.config, 0), 0);
        for (int i = 0; i < 150; i++) {
            size_t n = s.b.all.n;
            uint32_t at = rng_below(&r, (uint32_t)n);
            unsigned char bit = (unsigned char)(1u << rng_below(&r, 8));
            s.b.at = 0;
            s.b.all.n = at;
            assert_int_equal(load(&s, &s.b, s.c.config, 0), BERTH_E_STATE);
            s.b.at = 0;
            s.b.all.n = n;
            s.b.all.at[at] ^= bit;
            assert_int_equal(load(&s, &s.b, s.c.config, 0), BERTH_E_STATE);
            s.b.all.at[at] ^= bit;
        }
        strike(&s);
    }
}

static void a_state_of_something_else_is_refused(void **state)
{
    struct stage s, other;
    struct composition c;
    (void)state;

    set(&s, various[0], 1);
    set(&other, various[0], 2);
    assert_true(parse("order=2dlas,walk=desired,t1=601,promote=500", &c));
    assert_int_equal(load(&s, &s.b, c.config, 0), BERTH_E_STATE);
    s.b.at = 0;
    assert_int_equal(load(&s, &s.b, s.c.config, 1), BERTH_E_STATE);
    s.b.at = 0;
    assert_int_equal(load(&other, &s.b, s.c.config, 0), BERTH_E_STATE);
    s.b.at = 0;
    assert_int_equal(load(&s, &s.b, s.c.config, 0), 0);
    strike(&other);
    strike(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_composition_goes_on_as_if_nothing_had_happened),
        cmocka_unit_test(every_preset_goes_on_as_if_nothing_had_happened),
        cmocka_unit_test(what_was_learned_and_counted_is_kept),
        cmocka_unit_test(tables_of_samples_are_kept),
        cmocka_unit_test(a_state_saved_again_is_the_same),
        cmocka_unit_test(a_state_that_is_cut_or_changed_is_refused),
        cmocka_unit_test(a_state_of_something_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_branch.c - branches: a host and an engine that begin as another stands go on as it does, and neither
 * knows of the other. */
#include "engine/engine_branch.h"
#include "host/branch.h"
#include "lib/builders.h"
#include "sched/compose.h"
#include "sched/core_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const char *const policy[] = {
    "fifo",
    "order=fifo,walk=easy,estimate=limit",
    "order=sjf,walk=conservative,estimate=history",
    "order=srtf,walk=desired,estimate=limit",
    "order=2dlas,walk=desired,t1=600,promote=1000",
    "order=fairtree,walk=desired,min_run=5m",
    "order=priority,walk=easy,displace=priority,requeue=1,estimate=limit",
    "order=drf,walk=skip,displace=migrate,place=spread",
    "order=fifo,walk=skip,launch=pod,timeout=20m",
    "order=fifo,walk=skip,place=fgd",
    "order=fifo,walk=easy,estimate=limit,share=exclusive",
    "order=srtf,walk=desired,estimate=limit,share=mig",
};

static const struct engine_costs costs = {60 * NS_PER_S, 90 * NS_PER_S, 600 * NS_PER_S};

/* What all branches of one test share. */
struct ground {
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct composition c;
    struct host_config config;
};

struct branch {
    struct arena a;
    struct host host;
    struct engine engine;
};

static void lay(struct ground *g, const char *text, uint64_t seed)
{
    struct builders_job j[200];
    struct rng r;
    struct diag d = {0};
    ns_t at = 0;

    memset(j, 0, sizeof j);
    arena_init(&g->a);
    builders_fleet(&g->fleet, &g->a, 4, 8);
    g->fleet.type_name[0] = "h100-sxm"; /* for the composition that makes instances of shares */
    rng_stream(&r, seed, RNG_SIZE, 0, 0);
    for (int i = 0; i < 200; i++) {
        at += (ns_t)rng_below(&r, 150) * NS_PER_S;
        j[i] = (struct builders_job){.submit = at,
                                     .run = (ns_t)(1 + rng_below(&r, 4000)) * NS_PER_S,
                                     .gpus = 1u << rng_below(&r, 4),
                                     .replicas = 1 + (rng_below(&r, 6) == 0),
                                     .priority = (int32_t)rng_below(&r, 4),
                                     .tenant = rng_below(&r, 3),
                                     .user = rng_below(&r, 7)};
        j[i].limit = j[i].run * (1 + rng_below(&r, 3));
        if (rng_below(&r, 9) == 0) {
            j[i].gpus = 1;
            j[i].share_milli = 250;
        }
    }
    builders_jobs(&g->jobs, &g->a, j, 200, NULL);
    /* Some wait for another to end first. */
    g->jobs.after = ARENA_ARRAY(&g->a, uint32_t, 200);
    for (uint32_t i = 0; i < 200; i++)
        g->jobs.after[i] = i && rng_below(&r, 12) == 0 ? rng_below(&r, i) : JOB_NONE;
    assert_int_equal(compose_parse(text, NULL, &g->c, &d), 0);
    g->config = (struct host_config){.jobs = &g->jobs,
                                     .topo = &g->fleet,
                                     .policy = &core_policy,
                                     .text = g->c.config,
                                     .seed = 3,
                                     .save_time = costs.save,
                                     .restore_time = costs.restore};
}

static void begin(struct branch *b, const struct ground *g)
{
    struct diag d = {0};

    arena_init(&b->a);
    assert_int_equal(host_init(&b->host, &g->config, &b->a, &d), 0);
    engine_init(&b->engine, &b->host, NULL, NS_NEVER, &b->a);
    b->engine.costs = costs;
}

static void branch(struct branch *b, struct branch *from, const struct ground *g)
{
    struct diag d = {0};

    arena_init(&b->a);
    if (branch_host(&b->host, &from->host, &g->config, &b->a, &d) < 0)
        fail_msg("%s: %s", g->c.text, d.message);
    engine_branch(&b->engine, &from->engine, &b->host, &b->a);
}

static enum engine_end go_on(struct branch *b, ns_t horizon)
{
    b->engine.horizon = horizon;
    return engine_run(&b->engine);
}

static void end(struct branch *b)
{
    engine_free(&b->engine);
    host_free(&b->host);
    arena_free(&b->a);
}

static void same(const struct branch *x, const struct branch *y)
{
    assert_int_equal(x->host.digest.a, y->host.digest.a);
    assert_int_equal(x->host.digest.b, y->host.digest.b);
    assert_int_equal(x->host.decisions, y->host.decisions);
    assert_int_equal(x->host.promises, y->host.promises);
    assert_int_equal(x->host.broken, y->host.broken);
    assert_int_equal(x->engine.events, y->engine.events);
    assert_int_equal(x->engine.passes, y->engine.passes);
    assert_int_equal(x->engine.ended, y->engine.ended);
    assert_int_equal(x->engine.now, y->engine.now);
}

/* At random instants a branch begins; the first goes on, then ends and is gone, and the branch begins
 * another. All of them, and a run that was never touched, come to the same end. */
static void branches_come_to_the_end_of_the_run_they_left(void **state)
{
    uint64_t in_flight = 0;
    (void)state;

    for (size_t k = 0; k < sizeof policy / sizeof *policy; k++)
        for (uint64_t seed = 0; seed < 3; seed++) {
            struct ground g;
            struct branch whole, at, next;
            enum engine_end how;
            struct rng r;
            ns_t when = 0;
            lay(&g, policy[k], seed);
            begin(&whole, &g);
            how = go_on(&whole, NS_NEVER);
            rng_stream(&r, seed, RNG_FAILURE, 0, k);
            begin(&at, &g);
            for (int i = 0; i < 12; i++) {
                when += (ns_t)(1 + rng_below(&r, 2500)) * NS_PER_S;
                if (go_on(&at, when) != ENGINE_HORIZON)
                    break;
                in_flight += at.engine.leaving.n;
                branch(&next, &at, &g);
                if (i % 4 == 0) {
                    assert_int_equal(go_on(&at, NS_NEVER), how);
                    same(&at, &whole);
                }
                end(&at);
                branch(&at, &next, &g);
                end(&next);
            }
            assert_int_equal(go_on(&at, NS_NEVER), how);
            same(&at, &whole);
            end(&at);
            end(&whole);
            builders_free(&g.jobs);
            arena_free(&g.a);
        }
    assert_true(in_flight > 20);
}

static const struct berth_policy forgetful = {BERTH_HEAD, .id = "forgetful"};

static berth_status nothing(const struct berth_host *host, const struct berth_view *view,
                            const struct berth_config *config, void **self)
{
    (void)host;
    (void)view;
    (void)config;
    *self = NULL;
    return 0;
}

static void a_policy_that_cannot_save_begins_no_branch(void **state)
{
    struct berth_policy p = forgetful;
    struct ground g;
    struct host one, two;
    struct diag d = {0};
    (void)state;

    p.create = nothing;
    lay(&g, "fifo", 0);
    g.config.policy = &p;
    assert_int_equal(host_init(&one, &g.config, &g.a, &d), 0);
    assert_int_equal(branch_host(&two, &one, &g.config, &g.a, &d), -1);
    assert_int_equal(d.status, STATUS_POLICY);
    assert_non_null(strstr(d.message, "forgetful"));
    host_free(&one);
    host_free(&two);
    builders_free(&g.jobs);
    arena_free(&g.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(branches_come_to_the_end_of_the_run_they_left),
        cmocka_unit_test(a_policy_that_cannot_save_begins_no_branch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

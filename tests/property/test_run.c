/* test_run.c - properties of whole runs, for every order, walk, placement and estimate that compose:
 * the ledger is exact, gangs are whole, no device is held twice, every job runs its length, Little's law
 * holds, and the same trial gives the same digest again, beside another one, and at another moment. */
#include "base/rng.h"
#include "lib/builders.h"
#include "sched/compose.h"
#include "sched/registry.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Two GPU types, one of which can be partitioned, CPUs and memory, racks, one drained node. */
static void mixed_fleet(struct topology *t, struct arena *a)
{
    struct node_spec specs[14];
    char rack[14][8];
    struct diag d = {0};

    memset(specs, 0, sizeof specs);
    for (int i = 0; i < 14; i++) {
        snprintf(rack[i], sizeof rack[i], "r%d", i / 4 % 10);
        specs[i] = (struct node_spec){.gpu_type = i < 9 ? "a100-sxm-80" : "v100",
                                      .gpus = i < 9 ? 8 : 4,
                                      .nvlink_gpus = 8,
                                      .numa = 2,
                                      .cpu_milli = 32000,
                                      .memory_mib = 256 << 10,
                                      .domain = {[LEVEL_RACK] = rack[i]},
                                      .health = i == 5 ? NODE_DRAINED : NODE_UP};
    }
    assert_int_equal(topology_build(t, a, specs, 14, &d), 0);
}

static void mixed_jobs(struct job_set *out, struct arena *a, uint64_t seed, uint32_t n)
{
    struct builders_job *j = ARENA_ARRAY(a, struct builders_job, n);
    ns_t at = 0;

    for (uint32_t i = 0; i < n; i++) {
        struct rng r;
        rng_stream(&r, seed, RNG_SIZE, 0, i);
        at += rng_below(&r, 4) ? (ns_t)(rng_exponential(&r, 60) * 1e9) : 0;
        j[i].submit = at;
        j[i].run = rng_below(&r, 20) ? (ns_t)(rng_lognormal(&r, 6, 1) * 1e9) : 0;
        j[i].limit = rng_below(&r, 5) ? j[i].run / 2 + (ns_t)(rng_unit(&r) * 2e12) : 0;
        j[i].gpus = 1u << rng_below(&r, 4);
        j[i].types = j[i].gpus == 8 ? 1 : (uint64_t)(1 + rng_below(&r, 3));
        if (rng_below(&r, 6) == 0)
            j[i].replicas = 1 + rng_below(&r, 3);
        if (rng_below(&r, 6) == 0) {
            j[i].share_milli = 100 * (1 + rng_below(&r, 9));
            j[i].gpus = 1;
        }
        if (rng_below(&r, 3) == 0)
            j[i].cpu_milli = 1000 * (1 + rng_below(&r, 8)) / (j[i].replicas ? j[i].replicas : 1);
        if (rng_below(&r, 8) == 0)
            j[i].required = LEVEL_RACK;
        if (rng_below(&r, 8) == 0)
            j[i].preferred = LEVEL_NODE;
        if (rng_below(&r, 15) == 0) {
            j[i].gpus = j[i].share_milli = 0;
            j[i].required = j[i].preferred = 0;
        }
        j[i].priority = (int32_t)rng_below(&r, 3);
        j[i].tenant = rng_below(&r, 3);
        j[i].user = rng_below(&r, 9);
        j[i].end = rng_below(&r, 4) ? JOB_DONE : JOB_FAILED;
    }
    builders_jobs(out, a, j, n, NULL);
}

struct usage {
    ns_t at;
    int sign;
    struct job_run run;
};

static int by_time(const void *x, const void *y)
{
    const struct usage *a = x, *b = y;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->sign - b->sign; /* what ends at an instant is free for what starts then */
}

/* What a job of the request holds. */
static uint64_t given(const struct request *r, const char *policy)
{
    const struct geometry_layout *l = &geometry_layout[0];

    if (r->share_milli && strstr(policy, "share=exclusive"))
        return r->replicas * UINT64_C(1000);
    if (r->share_milli && r->types & 1 && strstr(policy, "share=mig"))
        return r->replicas *
               (uint64_t)geometry_milli(l, &l->profile[geometry_covering(l, r->share_milli)]);
    return r->demand_milli;
}

/* Every run of every job: whole gangs on nodes that are up, nothing held twice, the work done once. */
static void check_schedule(const struct outcome *o, const char *policy)
{
    const struct job_set *jobs = o->jobs;
    VEC(struct usage) u = {0};
    int32_t *used = calloc(o->fleet->n_gpus, sizeof *used);
    wide_t held = 0, unasked = 0;

    for (uint32_t i = 0; i < jobs->n; i++) {
        const struct job_result *r = &o->results[i];
        const struct request *q = &jobs->requests[jobs->specs[i].request];
        uint64_t demand = given(q, policy);
        ns_t worked = 0;
        if (r->start == NS_UNKNOWN)
            fail_msg("%s: job %u never started", policy, i);
        for (uint32_t k = 0; k < outcome_runs(o, i); k++) {
            struct job_run run = outcome_run(o, i, k);
            uint64_t milli = 0;
            for (uint32_t s = 0; s < run.n_segments; s++) {
                const struct segment *g = &o->segments[run.first_segment + s];
                milli += (uint64_t)__builtin_popcountll(g->mask) * g->milli;
                assert_int_equal(o->fleet->health[g->node], NODE_UP);
            }
            if (milli != demand || run.start < jobs->specs[i].submit)
                fail_msg("%s: job %u holds %u milli-GPU of its gang", policy, i, (unsigned)milli);
            worked += run.end - run.start;
            if (run.end > run.start) {
                VEC_PUSH(&u, (struct usage){run.start, 1, run});
                VEC_PUSH(&u, (struct usage){run.end, -1, run});
            }
        }
        if (worked != jobs->specs[i].run || outcome_runs(o, i) != r->starts)
            fail_msg("%s: job %u ran for %lld ns in %u starts", policy, i, (long long)worked,
                     r->starts);
        held += (wide_t)demand * worked;
        unasked += (wide_t)(demand - q->demand_milli) * worked;
    }
    qsort(u.at, u.n, sizeof *u.at, by_time);
    for (size_t e = 0; e < u.n; e++)
        for (uint32_t k = 0; k < u.at[e].run.n_segments; k++) {
            const struct segment *s = &o->segments[u.at[e].run.first_segment + k];
            for (uint64_t m = s->mask; m; m &= m - 1) {
                uint32_t gpu =
                    o->fleet->first_gpu[s->node] + outcome_base(s) + (uint32_t)__builtin_ctzll(m);
                used[gpu] += u.at[e].sign * s->milli;
                if (used[gpu] < 0 || used[gpu] > 1000)
                    fail_msg("%s: GPU %u carries %d milli at %lld", policy, gpu, used[gpu],
                             (long long)u.at[e].at);
            }
        }
    assert_true(o->allocated == held);
    assert_true(o->total.bucket[BUCKET_HELD_IDLE] == unasked);
    assert_int_equal(o->refused_decisions, 0);
    assert_true(fabs(o->little_n - o->little_lambda_w) <= 1e-9 * (1 + o->little_n));
    VEC_FREE(&u);
    free(used);
}

/* Every composition of parts that the parser accepts. */
static void every_composition_keeps_the_books_and_starts_whole_gangs(void **state)
{
    const struct policy_part *const *parts = registry_parts();
    static const char *const displace[] = {"none", "priority", "migrate"};
    static const char *const share[] = {"milli", "exclusive", "mig"};
    uint32_t composed = 0, turn = 0, shares = 0;
    struct rng draw;
    (void)state;
    rng_stream(&draw, 1, RNG_SIZE, 1, 0);
    for (size_t w = 0; parts[w]; w++)
        for (size_t q = 0; parts[w]->axis == AXIS_WALK && parts[q]; q++)
            for (size_t p = 0; parts[q]->axis == AXIS_ORDER && parts[p]; p++)
                for (size_t e = 0; parts[p]->axis == AXIS_PLACE && parts[e]; e++) {
                    char text[160];
                    struct arena a;
                    struct topology fleet;
                    struct job_set jobs;
                    struct outcome o, again;
                    struct composition c;
                    struct diag d = {0};
                    if (parts[e]->axis != AXIS_ESTIMATE || parts[q]->from_parts)
                        continue;
                    /* Displacements take turns and shares are drawn: nine times as many runs show no
                     * more. */
                    snprintf(text, sizeof text,
                             "order=%s,walk=%s,place=%s,estimate=%s,displace=%s,share=%s",
                             parts[q]->name, parts[w]->name, parts[p]->name, parts[e]->name,
                             parts[w]->is_desired ? "none" : displace[turn++ % 3],
                             share[rng_below(&draw, parts[p]->score ? 2 : 3)]);
                    arena_init(&a);
                    mixed_fleet(&fleet, &a);
                    mixed_jobs(&jobs, &a, 1 + composed % 5, 160);
                    if (compose_parse(text, &jobs, &c, &d) == 0) {
                        builders_run(&jobs, &fleet, text, NS_NEVER, &a, &o, 0);
                        check_schedule(&o, text);
                        shares += o.total.bucket[BUCKET_HELD_IDLE] > 0;
                        if (!strcmp(parts[e]->name, "exact") && o.promises_broken &&
                            !strcmp(parts[q]->name, "fifo"))
                            fail_msg("%s: %u promises broken", text, (unsigned)o.promises_broken);
                        builders_run(&jobs, &fleet, text, NS_NEVER, &a, &again, 0);
                        assert_string_equal(o.digest, again.digest);
                        composed++;
                    }
                    builders_free(&jobs);
                    arena_free(&a);
                }
    assert_true(composed >= 300 && shares >= 100);
}

static void no_promise_is_broken_on_mixed_fleets_with_exact_estimates(void **state)
{
    static const char *const walks[] = {"easy", "conservative", "easy(3)"};
    static const char *const places[] = {"bestfit", "firstfit", "worstfit", "random",
                                         "consolidate"};
    (void)state;
    for (uint32_t k = 0; k < 20 * 15; k++) {
        char text[96];
        struct arena a;
        struct topology fleet;
        struct job_set jobs;
        struct outcome o;
        snprintf(text, sizeof text, "walk=%s,place=%s,estimate=exact", walks[k % 3],
                 places[k / 3 % 5]);
        arena_init(&a);
        mixed_fleet(&fleet, &a);
        mixed_jobs(&jobs, &a, 100 + k, 160);
        builders_run(&jobs, &fleet, text, NS_NEVER, &a, &o, 0);
        if (o.promises_broken)
            fail_msg("seed %u, %s: %u of %u promises broken", 100 + k, text,
                     (unsigned)o.promises_broken, (unsigned)o.promises);
        builders_free(&jobs);
        arena_free(&a);
    }
}

/* First come, first served, done by hand on counts: one node, so counts are everything. */
static void strict_fifo_on_one_node_equals_a_loop_by_hand(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct arena a;
        struct topology fleet;
        struct job_set jobs;
        struct outcome o;
        ns_t ends[64] = {0}, last = 0; /* by GPU: when it is free */
        arena_init(&a);
        builders_fleet(&fleet, &a, 1, 32);
        builders_random(&jobs, &a, seed, 500, 32, 32, 32, 0.9, 1.0);
        builders_run(&jobs, &fleet, "fifo", NS_NEVER, &a, &o, 0);
        for (uint32_t i = 0; i < jobs.n; i++) {
            uint32_t need = jobs.requests[jobs.specs[i].request].gpus;
            ns_t start = last > jobs.specs[i].submit ? last : jobs.specs[i].submit;
            /* The need-th earliest free GPU decides. */
            for (uint32_t x = 0; x < 32; x++)
                for (uint32_t y = x + 1; y < 32; y++)
                    if (ends[y] < ends[x]) {
                        ns_t t = ends[x];
                        ends[x] = ends[y];
                        ends[y] = t;
                    }
            start = ends[need - 1] > start ? ends[need - 1] : start;
            for (uint32_t x = 0; x < need; x++)
                ends[x] = start + jobs.specs[i].run;
            last = start;
            if (o.results[i].start != start)
                fail_msg("seed %u: job %u starts at %lld, by hand at %lld", (unsigned)seed, i,
                         (long long)o.results[i].start, (long long)start);
        }
        builders_free(&jobs);
        arena_free(&a);
    }
}

struct side {
    const struct job_set *jobs;
    const struct topology *fleet;
    char digest[33];
};

static void *run_beside(void *arg)
{
    struct side *s = arg;
    struct arena a;
    struct outcome o;

    arena_init(&a);
    builders_run(s->jobs, s->fleet, "easy,estimate=limit", NS_NEVER, &a, &o, 0);
    memcpy(s->digest, o.digest, sizeof s->digest);
    arena_free(&a);
    return NULL;
}

static void two_trials_in_two_threads_share_only_what_is_read(void **state)
{
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct side side[2];
    pthread_t thread[2];
    (void)state;
    arena_init(&a);
    mixed_fleet(&fleet, &a);
    mixed_jobs(&jobs, &a, 3, 400);
    for (int i = 0; i < 2; i++) {
        side[i] = (struct side){&jobs, &fleet, ""};
        pthread_create(&thread[i], NULL, run_beside, &side[i]);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
    assert_string_equal(side[0].digest, side[1].digest);
    builders_free(&jobs);
    arena_free(&a);
}

static void scaling_all_times_scales_all_waits(void **state)
{
    struct arena a;
    struct topology fleet;
    struct job_set jobs, slow;
    struct outcome o, p;
    (void)state;
    arena_init(&a);
    builders_fleet(&fleet, &a, 6, 8);
    builders_random(&jobs, &a, 5, 400, 48, 8, 32, 1.0, 3.0);
    slow = jobs;
    slow.specs = ARENA_ARRAY(&a, struct job_spec, jobs.n);
    for (uint32_t i = 0; i < jobs.n; i++) {
        slow.specs[i] = jobs.specs[i];
        slow.specs[i].submit *= 3;
        slow.specs[i].run *= 3;
        slow.specs[i].limit *= 3;
    }
    builders_run(&jobs, &fleet, "easy,estimate=limit", NS_NEVER, &a, &o, 0);
    builders_run(&slow, &fleet, "easy,estimate=limit", NS_NEVER, &a, &p, 0);
    for (uint32_t i = 0; i < jobs.n; i++)
        assert_int_equal(p.results[i].start, 3 * o.results[i].start);
    builders_free(&jobs);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_composition_keeps_the_books_and_starts_whole_gangs),
        cmocka_unit_test(no_promise_is_broken_on_mixed_fleets_with_exact_estimates),
        cmocka_unit_test(strict_fifo_on_one_node_equals_a_loop_by_hand),
        cmocka_unit_test(two_trials_in_two_threads_share_only_what_is_read),
        cmocka_unit_test(scaling_all_times_scales_all_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

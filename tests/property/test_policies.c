/* test_policies.c - what must hold of policies that stop, move and rank running jobs: costs are booked to the
 * last nanosecond, nobody starves under promotion, equal nodes are equal. */
#include "lib/builders.h"
#include "sched/compose.h"
#include "sched/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char *const stopping[] = {
    "order=srtf,walk=desired,estimate=limit",
    "order=srsf,walk=desired,estimate=exact,place=consolidate",
    "order=las,walk=desired",
    "order=2dlas,walk=desired,t1=600,promote=1000",
    "order=2dlas,walk=desired,t1=300,t2=3000,min_run=5m,cool_down=10m",
    "order=gittins,walk=desired,t1=600",
    "order=priority,walk=desired,most_stops=4",
    "order=multifactor,walk=desired,age=1000,fairshare=1000,qos=500",
    "order=priority,walk=skip,displace=priority",
    "order=priority,walk=easy,displace=priority,requeue=1,estimate=limit",
    "order=fifo,walk=skip,displace=migrate,place=spread",
    "order=fifo,walk=easy,displace=migrate,place=worstfit,estimate=limit",
    "order=fairtree,walk=skip,displace=priority,min_run=1m",
    "order=drf,walk=skip,displace=migrate,place=spread",
};

static void draw_jobs(struct job_set *out, struct arena *a, uint64_t seed, uint32_t n)
{
    struct builders_job *j = calloc(n, sizeof *j);
    struct rng r;
    ns_t at = 0;

    rng_stream(&r, seed, RNG_SIZE, 0, 0);
    for (uint32_t i = 0; i < n; i++) {
        at += (ns_t)rng_below(&r, 160) * NS_PER_S;
        j[i] = (struct builders_job){.submit = at,
                                     .run = (ns_t)(1 + rng_below(&r, 4000)) * NS_PER_S,
                                     .gpus = 1u << rng_below(&r, 4),
                                     .priority = (int32_t)rng_below(&r, 4),
                                     .tenant = rng_below(&r, 3),
                                     .user = rng_below(&r, 7)};
        j[i].limit = j[i].run * (1 + rng_below(&r, 3));
        if (rng_below(&r, 6) == 0)
            j[i].replicas = 2;
        if (rng_below(&r, 9) == 0) {
            j[i].gpus = 1;
            j[i].share_milli = 250;
        }
    }
    builders_jobs(out, a, j, n, NULL);
    free(j);
}

static void run(const struct job_set *jobs, const struct topology *fleet, const char *policy,
                struct engine_costs costs, struct arena *a, struct outcome *o)
{
    struct trial_config c = {.jobs = jobs,
                             .fleet = fleet,
                             .policy = policy,
                             .costs = costs,
                             .seed = 1,
                             .horizon = NS_NEVER,
                             .keep_segments = true,
                             .keep_waits = true,
                             .measure_fragmentation = true};
    struct diag d = {0};

    c.useful[JOB_DONE] = 1;
    if (trial_run(&c, a, o, &d) < 0)
        fail_msg("%s: %s", policy, d.message);
}

/* Every job does its work once for good; what is lost, saved and restored is held besides. The run itself
 * checks that the buckets sum to capacity x time and that Little's law holds. */
static void costs_of_stopping_are_booked_besides_the_work(void **state)
{
    static const struct engine_costs costs[] = {
        {0, 0, 0},
        {30 * NS_PER_S, 60 * NS_PER_S, 0},
        {7 * NS_PER_S, 0, 600 * NS_PER_S},
        {0, 11 * NS_PER_S, 100 * NS_PER_S},
    };
    uint64_t stops = 0;
    wide_t lost = 0, saved = 0;
    (void)state;

    for (size_t p = 0; p < sizeof stopping / sizeof *stopping; p++)
        for (size_t k = 0; k < sizeof costs / sizeof *costs; k++) {
            struct arena a;
            struct topology fleet;
            struct job_set jobs;
            struct outcome o;
            wide_t work = 0;
            arena_init(&a);
            builders_fleet(&fleet, &a, 4, 8);
            draw_jobs(&jobs, &a, 10 * p + k, 250);
            run(&jobs, &fleet, stopping[p], costs[k], &a, &o);
            for (uint32_t i = 0; i < jobs.n; i++) {
                work +=
                    (wide_t)jobs.requests[jobs.specs[i].request].demand_milli * jobs.specs[i].run;
                if (outcome_job_worked(&o, i) != jobs.specs[i].run)
                    fail_msg("%s: job %u worked %lld of %lld ns", stopping[p], i,
                             (long long)outcome_job_worked(&o, i), (long long)jobs.specs[i].run);
            }
            assert_true(o.total.bucket[BUCKET_USEFUL] == work);
            assert_int_equal(o.refused_decisions, 0);
            for (int s = 0; s < STOP_REASONS; s++)
                stops += o.stops[s];
            lost += o.total.bucket[BUCKET_LOST_WORK];
            saved += o.total.bucket[BUCKET_CHECKPOINT] + o.total.bucket[BUCKET_RESTORE];
            builders_free(&jobs);
            arena_free(&a);
        }
    assert_true(stops > 1000 && lost > 0 && saved > 0);
}

/* One GPU; a job of ten hours that is demoted after one, and short jobs that fill the GPU alone. Without
 * promotion it waits for the stream to end; with it as long as it ran, and then for the short jobs that were
 * there before it came back to the first queue. */
static void promotion_ends_starvation(void **state)
{
    enum { SHORT = 40 };
    const ns_t hour = 3600 * NS_PER_S, minutes = 50 * 60 * NS_PER_S;
    struct builders_job j[SHORT + 1];
    static const char *const policy[] = {"order=2dlas,walk=desired,t1=3600",
                                         "order=2dlas,walk=desired,t1=3600,promote=1000"};
    (void)state;

    memset(j, 0, sizeof j);
    j[0] = (struct builders_job){.run = 10 * hour, .gpus = 1};
    for (int i = 1; i <= SHORT; i++)
        j[i] = (struct builders_job){.submit = hour + (i - 1) * minutes, .run = minutes, .gpus = 1};
    for (int p = 0; p < 2; p++) {
        struct arena a;
        struct topology fleet;
        struct job_set jobs;
        struct outcome o;
        ns_t longest = 0;
        bool patient = true;
        arena_init(&a);
        builders_fleet(&fleet, &a, 1, 1);
        builders_jobs(&jobs, &a, j, SHORT + 1, NULL);
        run(&jobs, &fleet, policy[p], (struct engine_costs){0}, &a, &o);
        for (uint32_t k = 1; k < outcome_runs(&o, 0); k++) {
            ns_t pause = outcome_run(&o, 0, k).start - outcome_run(&o, 0, k - 1).end;
            ns_t back = outcome_run(&o, 0, k - 1).end + hour, ahead = 0;
            longest = pause > longest ? pause : longest;
            for (uint32_t i = 1; i <= SHORT; i++)
                if (jobs.specs[i].submit <= back && o.results[i].end > back)
                    ahead += minutes;
            patient = patient && pause <= hour + ahead;
        }
        if (p)
            assert_true(patient && longest < SHORT * minutes / 4);
        else
            assert_int_equal(longest, SHORT * minutes);
        builders_free(&jobs);
        arena_free(&a);
    }
}

/* The nodes of a fleet of equal ones under other names and in another order: the same times. */
static void equal_nodes_in_another_order_give_the_same_times(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof stopping / sizeof *stopping; p++) {
        struct arena a;
        struct topology fleet[2];
        struct node_spec specs[12];
        struct job_set jobs;
        struct outcome o[2];
        struct diag d = {0};
        char name[12][8];
        arena_init(&a);
        draw_jobs(&jobs, &a, 500 + p, 200);
        for (int k = 0; k < 2; k++) {
            memset(specs, 0, sizeof specs);
            for (int i = 0; i < 12; i++) {
                snprintf(name[i], sizeof name[i], "m%d", k ? 11 - i : i);
                specs[i] = (struct node_spec){
                    .name = name[i], .gpu_type = i < 6 ? "h100-sxm" : "a100-sxm-80", .gpus = 4};
            }
            assert_int_equal(topology_build(&fleet[k], &a, specs, 12, &d), 0);
            for (uint32_t i = 0; i < jobs.n_requests; i++)
                if (jobs.requests[i].gpus > 4)
                    jobs.requests[i].shape_open = 0;
        }
        /* Replicas of eight devices have no node here: halve them. */
        for (uint32_t i = 0; i < jobs.n_groups; i++)
            if (jobs.groups[i].gpus == 8) {
                jobs.groups[i].gpus = 4;
                jobs.groups[i].replicas *= 2;
            }
        for (uint32_t i = 0; i < jobs.n_requests; i++) {
            struct request *r = &jobs.requests[i];
            r->replicas = jobs.groups[r->first_group].replicas;
        }
        for (int k = 0; k < 2; k++)
            run(&jobs, &fleet[k], stopping[p], (struct engine_costs){0}, &a, &o[k]);
        assert_string_equal(o[0].digest, o[1].digest);
        for (uint32_t i = 0; i < jobs.n; i++)
            assert_true(o[0].results[i].start == o[1].results[i].start &&
                        o[0].results[i].end == o[1].results[i].end);
        builders_free(&jobs);
        arena_free(&a);
    }
}

/* One GPU; jobs of 100 s and 20,000 s in turn, none waits for another. Then a job that has had 3,250 s
 * without ending is one of the long ones, and a new one, which may be short, is better. */
static void what_ended_jobs_took_is_learned_though_nothing_happened_meanwhile(void **state)
{
    enum { BEFORE = 1000 };
    struct builders_job j[BEFORE + 2];
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
    ns_t at = 0;

    (void)state;
    memset(j, 0, sizeof j);
    for (uint32_t i = 0; i < BEFORE; i++) {
        j[i] =
            (struct builders_job){.submit = at, .run = (i % 2 ? 20000 : 100) * NS_PER_S, .gpus = 1};
        at += j[i].run;
    }
    j[BEFORE] = (struct builders_job){.submit = at, .run = 20000 * NS_PER_S, .gpus = 1};
    j[BEFORE + 1] =
        (struct builders_job){.submit = at + 4000 * NS_PER_S, .run = 100 * NS_PER_S, .gpus = 1};
    arena_init(&a);
    builders_fleet(&fleet, &a, 1, 1);
    builders_jobs(&jobs, &a, j, BEFORE + 2, NULL);
    builders_run(&jobs, &fleet, "order=gittins,walk=desired", NS_NEVER, &a, &o, 0);
    assert_int_equal(o.results[BEFORE + 1].start, at + 4000 * NS_PER_S);
    assert_int_equal(o.results[BEFORE].starts, 2);
    builders_free(&jobs);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_of_stopping_are_booked_besides_the_work),
        cmocka_unit_test(promotion_ends_starvation),
        cmocka_unit_test(equal_nodes_in_another_order_give_the_same_times),
        cmocka_unit_test(what_ended_jobs_took_is_learned_though_nothing_happened_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

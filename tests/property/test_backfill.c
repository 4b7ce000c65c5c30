/* test_backfill.c - FCFS, EASY and conservative against published schedules of a flat pool, and promises
 * on nodes. */
#include "base/csv.h"
#include "lib/builders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct pool_case {
    const char *trace, *expected, *policy;
    uint32_t procs;
};

static void read_pool(const char *path, struct job_set *jobs, struct arena *a)
{
    static const struct csv_column want[] = {
        {"submit", true}, {"runtime", true}, {"procs", true}, {"requested", true}};
    VEC(struct builders_job) list = {0};
    struct diag d = {0};
    struct input *in = input_open(path, "a trace", &d);
    struct csv *c = in ? csv_open(in, ',', true, want, 4, &d) : NULL;

    assert_non_null(c);
    while (csv_next(c, &d) == 1) {
        int64_t v[4];
        for (uint32_t k = 0; k < 4; k++)
            assert_int_equal(csv_integer(c, k, 0, INT64_C(9000000000), 0, &v[k], &d), 0);
        VEC_PUSH(&list, (struct builders_job){.submit = v[0] * NS_PER_S,
                                              .run = v[1] * NS_PER_S,
                                              .gpus = (uint32_t)v[2],
                                              .limit = v[3] * NS_PER_S});
    }
    csv_close(c);
    input_close(in);
    builders_jobs(jobs, a, list.at, (uint32_t)list.n, NULL);
    VEC_FREE(&list);
}

static void compare_pool(const struct pool_case *k)
{
    static const struct csv_column want[] = {{"id", true}, {"start", true}};
    char folder[256], path[512];
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
    struct diag d = {0};
    struct input *in;
    struct csv *c;
    uint32_t wrong = 0, i = 0;

    if (!builders_shared("oracles/easy-backfill", folder, sizeof folder))
        skip();
    arena_init(&a);
    snprintf(path, sizeof path, "%s/traces/%s.csv", folder, k->trace);
    read_pool(path, &jobs, &a);
    builders_fleet(&fleet, &a, 1, k->procs);
    builders_run(&jobs, &fleet, k->policy, NS_NEVER, &a, &o, 0);
    snprintf(path, sizeof path, "%s/expected/%s.p%u.%s.csv", folder, k->trace, k->procs,
             k->expected);
    in = input_open(path, "a schedule", &d);
    assert_non_null(in);
    c = csv_open(in, ',', true, want, 2, &d);
    assert_non_null(c);
    for (; csv_next(c, &d) == 1; i++) {
        int64_t start;
        assert_int_equal(csv_integer(c, 1, 0, INT64_C(9000000000), 0, &start, &d), 0);
        if (o.results[i].start != start * NS_PER_S && !wrong++)
            print_error("%s %s: job %u starts at %lld s, expected %lld s\n", k->trace, k->policy, i,
                        (long long)(o.results[i].start / NS_PER_S), (long long)start);
    }
    assert_int_equal(i, jobs.n);
    if (wrong)
        print_error("%s %s: %u of %u starts differ\n", k->trace, k->policy, wrong, jobs.n);
    assert_int_equal(wrong, 0);
    csv_close(c);
    input_close(in);
    builders_free(&jobs);
    arena_free(&a);
}

static void the_core_reproduces_the_pool_schedules_job_by_job(void **s)
{
    static const struct pool_case cases[] = {
        {"hpc2n-user", "fcfs", "fcfs", 128},
        {"hpc2n-exact", "fcfs", "fcfs", 128},
        {"hpc2n-user", "easy-count", "easy,estimate=limit", 128},
        {"hpc2n-exact", "easy-count", "easy,estimate=limit", 128},
        {"model256-a-exact", "easy-count", "easy,estimate=limit", 256},
        {"hpc2n-exact", "conservative", "conservative,estimate=limit", 128},
        {"model256-a-exact", "conservative", "conservative,estimate=limit", 256},
    };
    (void)s;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        compare_pool(&cases[i]);
}

static void no_promise_is_broken_with_exact_estimates(void **s)
{
    static const char *const policies[] = {"easy,estimate=exact",
                                           "easy,estimate=exact,place=worstfit",
                                           "easy,estimate=exact,place=random",
                                           "conservative,estimate=exact",
                                           "easy,estimate=exact,place=consolidate",
                                           "easy(4),estimate=exact",
                                           "conservative,estimate=exact,place=firstfit"};
    (void)s;
    for (uint64_t seed = 1; seed <= 12; seed++)
        for (size_t p = 0; p < sizeof policies / sizeof *policies; p++) {
            struct arena a;
            struct topology fleet;
            struct job_set jobs;
            struct outcome o;
            arena_init(&a);
            builders_fleet(&fleet, &a, 12, 8);
            builders_random(&jobs, &a, seed, 600, 96, 8, 64, 1.1, 1.0);
            builders_run(&jobs, &fleet, policies[p], NS_NEVER, &a, &o, 0);
            if (!o.promises || o.promises_broken)
                fail_msg("seed %u, %s: %u of %u promises broken", (unsigned)seed, policies[p],
                         (unsigned)o.promises_broken, (unsigned)o.promises);
            builders_free(&jobs);
            arena_free(&a);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_core_reproduces_the_pool_schedules_job_by_job),
        cmocka_unit_test(no_promise_is_broken_with_exact_estimates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

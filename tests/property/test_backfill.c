/* test_backfill.c - promises of EASY and conservative backfilling on nodes. */
#include "lib/builders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

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

/* With CPU to charge, and plenty of it, running jobs are given back one by one and the head is tried. */
static void a_shadow_from_numbers_of_free_devices_is_the_one_found_by_trial(void **s)
{
    static const char *const policies[] = {
        "easy,estimate=limit", "easy,estimate=limit,place=worstfit",
        "easy,estimate=limit,place=firstfit", "easy,estimate=limit,place=consolidate"};
    uint64_t waited = 0;

    (void)s;
    for (uint64_t seed = 1; seed <= 12; seed++)
        for (size_t p = 0; p < sizeof policies / sizeof *policies; p++) {
            struct arena a;
            struct topology fleet;
            struct job_set jobs;
            struct outcome fast, slow;
            arena_init(&a);
            builders_fleet(&fleet, &a, 12, 8);
            builders_random(&jobs, &a, seed, 600, 96, 8, 64, 1.2, seed % 3 ? 4.0 : 1.0);
            builders_run(&jobs, &fleet, policies[p], NS_NEVER, &a, &fast, 0);
            for (uint32_t i = 0; i < fleet.n_nodes; i++)
                fleet.cpu_milli[i] = 1000000;
            for (uint32_t i = 0; i < jobs.n_requests; i++)
                jobs.requests[i].cpu_milli = 1;
            builders_run(&jobs, &fleet, policies[p], NS_NEVER, &a, &slow, 0);
            for (uint32_t i = 0; i < jobs.n; i++) {
                waited += fast.results[i].start > jobs.specs[i].submit;
                if (fast.results[i].start != slow.results[i].start)
                    fail_msg("seed %u, %s: job %u", (unsigned)seed, policies[p], i);
            }
            builders_free(&jobs);
            arena_free(&a);
        }
    assert_true(waited > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_promise_is_broken_with_exact_estimates),
        cmocka_unit_test(a_shadow_from_numbers_of_free_devices_is_the_one_found_by_trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

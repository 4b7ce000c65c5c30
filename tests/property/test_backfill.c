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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_promise_is_broken_with_exact_estimates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

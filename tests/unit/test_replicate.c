/* test_replicate.c - every task runs once, whatever the number of threads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "experiment/replicate.h"

enum { TASKS = 100 };

static void square(void *ctx, uint32_t i)
{
    uint32_t *results = ctx;

    results[i] += i * i;
}

static void results_lie_at_their_own_index(void **s)
{
    (void)s;
    for (int threads = 1; threads <= 4; threads++) {
        uint32_t results[TASKS] = {0};
        replicate_run(square, results, TASKS, threads);
        for (uint32_t i = 0; i < TASKS; i++)
            assert_int_equal(results[i], i * i);
    }
}

static void no_task_is_fine(void **s)
{
    (void)s;
    replicate_run(square, NULL, 0, 4);
    assert_true(replicate_threads() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_lie_at_their_own_index),
        cmocka_unit_test(no_task_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

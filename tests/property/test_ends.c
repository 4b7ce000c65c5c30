/* test_ends.c - the list of expected ends against a sorted array. */
#include "base/rng.h"
#include "sched/ends.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { JOBS = 3000 };

static bool before(const struct end *a, const struct end *b)
{
    return a->at < b->at || (a->at == b->at && a->key < b->key);
}

static void same(const struct ends *e, const struct end *sorted, uint32_t n)
{
    struct ends_place p = {0, 0};

    for (uint32_t i = 0; i < n; i++, ends_step(e, &p)) {
        assert_non_null(ends_at(e, p));
        assert_int_equal(ends_at(e, p)->job, sorted[i].job);
    }
    assert_null(ends_at(e, p));
}

static void ends_come_in_order_whatever_came_and_went(void **s)
{
    static struct end sorted[JOBS];

    (void)s;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct ends e = {0};
        uint32_t n = 0, next = 0;
        struct rng r;

        rng_stream(&r, seed, RNG_LENGTH, 0, 0);
        ends_reserve(&e, 64);
        for (int step = 0; step < 12000; step++) {
            /* Waves: to full, to nearly empty, and so on. */
            bool grows = rng_below(&r, 10) < (step / 3000 % 2 ? 2u : 8u);
            if (grows && n < JOBS) {
                struct end x = {(ns_t)rng_below(&r, 500), next, next};
                uint32_t at = n++;
                for (next++; at && before(&x, &sorted[at - 1]); at--)
                    sorted[at] = sorted[at - 1];
                sorted[at] = x;
                ends_reserve(&e, n);
                ends_add(&e, x);
            } else if (!grows && n) {
                uint32_t at = rng_below(&r, 2) ? 0 : rng_below(&r, n);
                ends_remove(&e, sorted[at]);
                memmove(sorted + at, sorted + at + 1, (--n - at) * sizeof *sorted);
            }
            assert_true(e.n <= 2 * (n / ENDS_MERGE) + 2);
            if (step % 50 == 0)
                same(&e, sorted, n);
        }
        same(&e, sorted, n);
        ends_free(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_come_in_order_whatever_came_and_went),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

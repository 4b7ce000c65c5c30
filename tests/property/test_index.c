/* test_index.c - the index of free devices after lagging behind, and after devices on trial. */
#include "cluster/occupancy.h"
#include "base/rng.h"
#include "lib/builders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { TAKEN = 200, NODES = 70 };

struct held_list {
    struct held at[TAKEN];
    uint32_t n;
};

static void take_or_release(struct occupancy *o, struct held_list *l, struct rng *r)
{
    if (l->n + 1 < TAKEN && rng_below(r, 2)) {
        uint32_t node = rng_below(r, NODES);
        if (o->n_free[node])
            l->n += occupancy_take(o, node, 1 + rng_below(r, o->n_free[node]), NULL, &l->at[l->n]);
    } else if (l->n) {
        uint32_t i = rng_below(r, l->n);
        occupancy_release(o, &l->at[i]);
        l->at[i] = l->at[--l->n];
    }
}

static void an_index_that_lagged_is_right_once_it_is_asked_for(void **s)
{
    (void)s;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct held_list l = {.n = 0};
        struct topology fleet;
        struct occupancy o;
        struct arena a;
        struct rng r;

        arena_init(&a);
        builders_fleet(&fleet, &a, NODES, 8);
        rng_stream(&r, seed, RNG_PLACE, 0, 0);
        occupancy_init(&o, &fleet, &a, false, false, false);
        occupancy_defer_index(&o, &a);
        for (uint32_t k = rng_below(&r, 500); k--;)
            take_or_release(&o, &l, &r);
        occupancy_index(&o);
        occupancy_verify(&o);
        for (uint32_t k = rng_below(&r, 500); k--;)
            take_or_release(&o, &l, &r);
        occupancy_verify(&o);
        arena_free(&a);
    }
}

static void devices_on_trial_leave_no_trace_settled_or_not(void **s)
{
    struct held_list l = {.n = 0};
    struct topology fleet;
    struct occupancy o;
    struct arena a;
    struct rng r;

    (void)s;
    arena_init(&a);
    builders_fleet(&fleet, &a, NODES, 8);
    rng_stream(&r, 3, RNG_PLACE, 0, 0);
    occupancy_init(&o, &fleet, &a, false, false, false);
    for (int step = 0; step < 3000; step++) {
        const struct held *h;
        uint32_t had, lifted;
        take_or_release(&o, &l, &r);
        if (!l.n)
            continue;
        h = &l.at[rng_below(&r, l.n)];
        had = o.n_free[h->node];
        occupancy_lift(&o, h);
        lifted = o.n_free[h->node];
        assert_int_equal(lifted, had + bits_count(h->mask));
        if (step % 2) {
            occupancy_settle(&o, h->node, had);
            occupancy_verify(&o);
        }
        o.free[(size_t)h->node * o.words] &= ~h->mask;
        o.n_free[h->node] = (uint16_t)had;
        if (step % 2)
            occupancy_settle(&o, h->node, lifted);
        occupancy_verify(&o);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_that_lagged_is_right_once_it_is_asked_for),
        cmocka_unit_test(devices_on_trial_leave_no_trace_settled_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

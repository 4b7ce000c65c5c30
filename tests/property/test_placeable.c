/* test_placeable.c - scattered devices, the largest gang and the external index against a look at every node,
 * on random fleets, arrivals and departures. */
#include "base/rng.h"
#include "lib/builders.h"
#include "sched/placeable.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { NODES = 40 };

static void racked_fleet(struct topology *t, struct arena *a, struct rng *r)
{
    static const char *const types[] = {"a", "b", "c"};
    static const uint32_t sizes[] = {1, 2, 4, 8, 8, 16};
    char racks[NODES][8], links[NODES][8];
    struct node_spec specs[NODES];
    uint32_t n = 1 + rng_below(r, NODES), per_rack = 1 + rng_below(r, 5);
    bool named = rng_below(r, 4), linked = rng_below(r, 2);
    struct diag d = {0};

    memset(specs, 0, sizeof specs);
    for (uint32_t i = 0; i < n; i++) {
        snprintf(racks[i], sizeof racks[i], "r%u", i / per_rack);
        snprintf(links[i], sizeof links[i], "l%u", i / 2);
        specs[i].gpu_type = types[rng_below(r, 3)];
        specs[i].gpus = specs[i].nvlink_gpus = sizes[rng_below(r, 6)];
        specs[i].health = rng_below(r, 8) ? NODE_UP : NODE_DRAINED;
        specs[i].domain[LEVEL_RACK] = named ? racks[i] : NULL;
        specs[i].domain[LEVEL_NVLINK] = linked ? links[i] : NULL;
    }
    assert_int_equal(topology_build(t, a, specs, n, &d), 0);
}

static bool usable(const struct occupancy *o, uint32_t type, uint32_t node)
{
    return o->topo->health[node] == NODE_UP &&
           (type == PLACEABLE_ANY || o->topo->gpu_type[node] == type);
}

static uint32_t naive_gang(const struct occupancy *o, uint32_t type, enum level l, uint32_t gpus)
{
    uint32_t in[NODES] = {0}, best = 0;

    for (uint32_t i = 0; i < o->topo->n_nodes; i++)
        if (usable(o, type, i)) {
            uint32_t k = topology_domain(o->topo, l, i);
            in[k] += o->n_free[i] / gpus * gpus;
            best = in[k] > best ? in[k] : best;
        }
    return best;
}

static void compare(const struct occupancy *o)
{
    static const uint32_t sizes[] = {1, 2, 3, 4, 8};

    for (uint32_t type = 0; type <= o->topo->n_types; type++) {
        uint32_t which = type == o->topo->n_types ? PLACEABLE_ANY : type, free = 0;
        for (uint32_t i = 0; i < o->topo->n_nodes; i++)
            free += usable(o, which, i) ? o->n_free[i] : 0;
        for (int s = 0; s < 5; s++) {
            uint32_t scattered = 0;
            for (uint32_t i = 0; i < o->topo->n_nodes; i++)
                if (usable(o, which, i) && o->n_free[i] < sizes[s])
                    scattered += o->n_free[i];
            assert_int_equal(placeable_scattered(o, which, sizes[s]), scattered);
            for (int l = LEVEL_NODE; l < LEVELS; l++)
                assert_int_equal(placeable_gang(o, which, (enum level)l, sizes[s]),
                                 naive_gang(o, which, (enum level)l, sizes[s]));
        }
        for (int l = LEVEL_NODE; l < LEVELS; l++) {
            double expected =
                free ? 1 - (double)naive_gang(o, which, (enum level)l, 1) / (double)free : 0;
            assert_true(fabs(placeable_external(o, which, (enum level)l) - expected) < 1e-12);
        }
    }
}

static void the_indexes_say_what_a_look_at_every_node_says(void **s)
{
    (void)s;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct arena a;
        struct topology t;
        struct occupancy o;
        VEC(struct held) held = {0};
        struct rng r;
        arena_init(&a);
        rng_stream(&r, seed, RNG_PLACE, 0, 0);
        racked_fleet(&t, &a, &r);
        occupancy_init(&o, &t, &a, false, false, false);
        compare(&o);
        for (int step = 0; step < 100; step++) {
            uint32_t node = rng_below(&r, t.n_nodes);
            if (held.n && rng_below(&r, 2)) {
                size_t i = rng_below(&r, (uint32_t)held.n);
                occupancy_release(&o, &held.at[i]);
                held.at[i] = held.at[--held.n];
            } else if (t.health[node] == NODE_UP && o.n_free[node]) {
                VEC_RESERVE(&held, held.n + o.words);
                held.n += occupancy_take(&o, node, 1 + rng_below(&r, o.n_free[node]), NULL,
                                         held.at + held.n);
            }
            compare(&o);
        }
        VEC_FREE(&held);
        arena_free(&a);
    }
}

static void a_fleet_of_two_racks_by_hand(void **s)
{
    struct arena a;
    struct topology t;
    struct occupancy o;
    struct node_spec specs[4];
    struct held h[4];
    struct diag d = {0};
    (void)s;

    arena_init(&a);
    memset(specs, 0, sizeof specs);
    for (int i = 0; i < 4; i++) {
        specs[i].gpus = specs[i].nvlink_gpus = 8;
        specs[i].domain[LEVEL_RACK] = i < 3 ? "x" : "y";
    }
    assert_int_equal(topology_build(&t, &a, specs, 4, &d), 0);
    occupancy_init(&o, &t, &a, false, false, false);
    occupancy_take(&o, 0, 5, NULL, &h[0]); /* 3 free */
    occupancy_take(&o, 1, 3, NULL, &h[1]); /* 5 free */
    occupancy_take(&o, 2, 8, NULL, &h[2]); /* none free; 8 on the node of rack y */
    assert_int_equal(placeable_scattered(&o, PLACEABLE_ANY, 1), 0);
    assert_int_equal(placeable_scattered(&o, PLACEABLE_ANY, 4), 3);
    assert_int_equal(placeable_scattered(&o, PLACEABLE_ANY, 8), 8);
    assert_int_equal(placeable_gang(&o, 0, LEVEL_NODE, 1), 8);
    assert_int_equal(placeable_gang(&o, 0, LEVEL_RACK, 1), 8);
    assert_int_equal(placeable_gang(&o, 0, LEVEL_RACK, 2), 8); /* rack x: 2 + 4 */
    assert_int_equal(placeable_gang(&o, 0, LEVEL_POD, 2), 14);
    assert_int_equal(placeable_gang(&o, 0, LEVEL_POD, 4), 12);
    assert_true(placeable_external(&o, 0, LEVEL_RACK) == 0.5);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_indexes_say_what_a_look_at_every_node_says),
        cmocka_unit_test(a_fleet_of_two_racks_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

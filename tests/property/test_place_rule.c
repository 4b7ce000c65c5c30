/* test_place_rule.c - topology against all domains of a small fleet, buddy against all aligned blocks. */
#include "lib/builders.h"
#include "sched/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { NODES = 24, LIVE = 64 };

struct live {
    struct request q;
    struct held h[64];
    uint32_t n;
};

/* Pods of 12, racks of 4, NVLink domains of 2 nodes; the first nodes are larger. */
static void tree_fleet(struct topology *t, struct arena *a)
{
    static char text[NODES][3][16];
    struct node_spec specs[NODES];
    struct diag d = {0};

    memset(specs, 0, sizeof specs);
    for (uint32_t i = 0; i < NODES; i++) {
        snprintf(text[i][0], 16, "v%u", i / 2);
        snprintf(text[i][1], 16, "r%u", i / 4);
        snprintf(text[i][2], 16, "p%u", i / 12);
        specs[i] = (struct node_spec){
            .gpu_type = "gpu",
            .gpus = i < 6 ? 16 : 8,
            .cpu_milli = 64000,
            .domain = {
                [LEVEL_NVLINK] = text[i][0], [LEVEL_RACK] = text[i][1], [LEVEL_POD] = text[i][2]}};
    }
    assert_int_equal(topology_build(t, a, specs, NODES, &d), 0);
}

static uint32_t fits(const struct occupancy *o, const struct request *q, uint32_t gpus,
                     uint32_t node)
{
    int64_t k = o->n_free[node] / gpus;

    if (q->cpu_milli && o->cpu[node] / q->cpu_milli < k)
        k = o->cpu[node] / q->cpu_milli;
    return (uint32_t)k;
}

/* What the best domain of a level offers: does one hold the gang, with how few of the level below, and with
 * how little left over. */
static bool best_domain(const struct topology *t, const struct occupancy *o,
                        const struct request *q, uint32_t gpus, enum level l, uint32_t *used,
                        uint32_t *rest)
{
    bool found = false;

    for (uint32_t d = 0; d < (l == LEVELS ? 1 : l == LEVEL_NODE ? NODES : t->domains[l]); d++) {
        uint32_t k[NODES] = {0}, have = 0, left = q->replicas, n = 0, free = 0;
        for (uint32_t i = 0; i < NODES; i++) {
            enum level low = l == LEVELS ? LEVEL_POD : l == LEVEL_NODE ? LEVEL_NODE : l - 1;
            uint32_t here = fits(o, q, gpus, i);
            if (l < LEVELS && topology_domain(t, l, i) != d)
                continue;
            k[low > LEVEL_NODE ? topology_domain(t, low, i) : i] += here;
            have += here;
            free += here ? o->n_free[i] : 0;
        }
        if (have < q->replicas)
            continue;
        while (left) { /* the largest is always in a smallest cover */
            uint32_t most = 0;
            for (uint32_t i = 1; i < NODES; i++)
                most = k[i] > k[most] ? i : most;
            left -= k[most] < left ? k[most] : left;
            k[most] = 0;
            n++;
        }
        if (!found || n < *used || (n == *used && free < *rest)) {
            found = true;
            *used = n;
            *rest = free;
        }
    }
    return found;
}

/* Lowest common level of what was placed, the domains of the level below, free devices of the chosen domain
 * before the placement on nodes that could hold a replica. */
static enum level closest(const struct topology *t, const struct held *h, uint32_t n)
{
    for (enum level l = LEVEL_NODE; l <= LEVEL_POD; l++) {
        bool one = true;
        for (uint32_t i = 1; i < n; i++)
            one = one && topology_domain(t, l, h[i].node) == topology_domain(t, l, h[0].node);
        if (one)
            return l;
    }
    return LEVELS;
}

static void take_or_give(struct placer *p, struct live *live, uint32_t *n, struct rng *r)
{
    uint32_t i = rng_below(r, *n);

    place_release(p, &live[i].q, live[i].h, live[i].n);
    live[i] = live[--*n];
    (void)p;
}

static void a_gang_lies_at_the_least_level_in_fewest_domains_with_least_left_over(void **state)
{
    uint32_t at_level[LEVELS + 1] = {0};
    (void)state;
    for (uint64_t seed = 1; seed <= 80; seed++) {
        static struct live live[LIVE];
        struct arena a;
        struct topology t;
        struct occupancy o;
        struct job_group g;
        struct job_set jobs = {.groups = &g, .n_groups = 1};
        struct placer p = {.occ = &o, .jobs = &jobs, .pick = PICK_TOPOLOGY};
        uint32_t n_live = 0;
        struct rng r;

        arena_init(&a);
        rng_stream(&r, seed, RNG_PLACE, 2, 0);
        tree_fleet(&t, &a);
        occupancy_init(&o, &t, &a, false, true, false);
        for (int step = 0; step < 250; step++) {
            struct request q = {.n_groups = 1, .types = 1};
            enum level expected = LEVEL_NODE, l;
            uint32_t used = 0, rest = 0, n = 0;
            bool found = false, placed;
            uint64_t seen = 0;
            if (n_live == LIVE || (n_live && rng_below(&r, 5) < 2)) {
                take_or_give(&p, live, &n_live, &r);
                continue;
            }
            g = (struct job_group){1 + rng_below(&r, rng_below(&r, 3) ? 6 : 14),
                                   1 + rng_below(&r, 8)};
            q.replicas = g.replicas;
            q.gpus = g.replicas * g.gpus;
            q.demand_milli = (uint64_t)q.gpus * 1000;
            q.cpu_milli = rng_below(&r, 3) ? 0 : 4000;
            q.required =
                (uint8_t[]){0, 0, 0, LEVEL_NVLINK, LEVEL_RACK, LEVEL_POD}[rng_below(&r, 6)];
            for (l = LEVEL_NODE; l <= LEVELS && !found; l = l == LEVEL_POD ? LEVELS : l + 1) {
                if (q.required && l > q.required)
                    break;
                expected = l;
                found = best_domain(&t, &o, &q, g.gpus, l, &used, &rest);
                if (l == LEVELS)
                    break;
            }
            placed = place_take(&p, &q, 0);
            if (placed != found)
                fail_msg("seed %u, step %d: placed %d, %u x %u fits %d", (unsigned)seed, step,
                         placed, g.replicas, g.gpus, found);
            if (!placed)
                continue;
            l = closest(&t, p.out.at, (uint32_t)p.out.n);
            if (l != expected)
                fail_msg("seed %u, step %d: %u x %u at level %d, %d is open", (unsigned)seed, step,
                         g.replicas, g.gpus, l, expected);
            for (size_t i = 0; i < p.out.n && l > LEVEL_NODE && l < LEVELS; i++)
                seen |= UINT64_C(1) << topology_domain(&t, l - 1, p.out.at[i].node);
            for (; seen; seen &= seen - 1)
                n++;
            if (l > LEVEL_NODE && l < LEVELS && n != used)
                fail_msg("seed %u, step %d: %u x %u at level %d in %u domains, %u suffice",
                         (unsigned)seed, step, g.replicas, g.gpus, l, n, used);
            live[n_live].q = q;
            live[n_live].n = (uint32_t)p.out.n;
            memcpy(live[n_live++].h, p.out.at, p.out.n * sizeof *p.out.at);
            if (l > LEVEL_NODE && l < LEVELS) { /* least left over: put back, count, take again */
                uint32_t free = 0, domain = topology_domain(&t, l, p.out.at[0].node);
                place_release(&p, &q, live[n_live - 1].h, live[n_live - 1].n);
                for (uint32_t i = 0; i < NODES; i++)
                    if (topology_domain(&t, l, i) == domain && fits(&o, &q, g.gpus, i))
                        free += o.n_free[i];
                assert_int_equal(free, rest);
                place_hold(&p, &q, live[n_live - 1].h, live[n_live - 1].n);
            }
            at_level[l]++;
            occupancy_verify(&o);
        }
        VEC_FREE(&p.out);
        arena_free(&a);
    }
    assert_true(at_level[LEVEL_NODE] && at_level[LEVEL_NVLINK] && at_level[LEVEL_RACK] &&
                at_level[LEVEL_POD] && at_level[LEVELS]);
}

/* ---- buddy ---- */

static bool open_block(uint64_t free, uint32_t at, uint32_t size)
{
    uint64_t mask = (UINT64_C(1) << size) - 1;

    return (free >> at & mask) == mask;
}

/* The smallest free aligned block on any node that holds one of `size`, 0 = none. */
static uint32_t smallest_block(const struct occupancy *o, uint32_t nodes, uint32_t size)
{
    for (uint32_t s = size; s <= 16; s *= 2)
        for (uint32_t node = 0; node < nodes; node++)
            for (uint32_t at = 0; at < 16; at += s)
                if (open_block(o->free[node], at, s) &&
                    (s == 16 || !open_block(o->free[node], at & ~(2 * s - 1), 2 * s)))
                    return s;
    return 0;
}

static void a_power_of_two_takes_an_aligned_block_wherever_one_is_free(void **state)
{
    uint32_t aligned = 0, refused = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        static struct live live[LIVE];
        bool powers = seed % 2;
        struct arena a;
        struct topology t;
        struct occupancy o;
        struct job_group g;
        struct job_set jobs = {.groups = &g, .n_groups = 1};
        struct placer p = {.occ = &o, .jobs = &jobs, .pick = PICK_BUDDY};
        uint32_t n_live = 0;
        struct rng r;

        arena_init(&a);
        rng_stream(&r, seed, RNG_PLACE, 3, 0);
        builders_fleet(&t, &a, 5, 16);
        occupancy_init(&o, &t, &a, false, false, false);
        for (int step = 0; step < 400; step++) {
            struct request q = {.n_groups = 1, .replicas = 1, .types = 1};
            uint32_t block, size;
            bool fit = false, placed;
            if (n_live == LIVE || (n_live && rng_below(&r, 5) < 2)) {
                take_or_give(&p, live, &n_live, &r);
                continue;
            }
            size = powers ? 1u << rng_below(&r, 5) : 1 + rng_below(&r, 16);
            g = (struct job_group){1, size};
            q.gpus = size;
            q.demand_milli = size * UINT64_C(1000);
            for (uint32_t i = 0; i < 5; i++)
                fit = fit || o.n_free[i] >= size;
            block = size & (size - 1) ? 0 : smallest_block(&o, 5, size);
            assert_int_equal(place_fits(&p, &q), fit);
            placed = place_take(&p, &q, 0);
            assert_int_equal(placed, fit);
            refused += !placed;
            if (!placed)
                continue;
            assert_int_equal(p.out.n, 1);
            assert_int_equal(__builtin_popcountll(p.out.at[0].mask), size);
            if (block) {
                uint32_t at = (uint32_t)__builtin_ctzll(p.out.at[0].mask), s = size;
                uint64_t before = o.free[p.out.at[0].node] | p.out.at[0].mask;
                assert_int_equal(at % size, 0);
                assert_true(p.out.at[0].mask >> at == (UINT64_C(1) << size) - 1);
                while (s < 16 && open_block(before, at & ~(2 * s - 1), 2 * s))
                    s *= 2;
                assert_int_equal(s, block);
                aligned++;
            }
            live[n_live].q = q;
            live[n_live].n = 1;
            live[n_live++].h[0] = p.out.at[0];
            occupancy_verify(&o);
        }
        VEC_FREE(&p.out);
        arena_free(&a);
    }
    assert_true(aligned > 1000 && refused > 100);
}

static void whole_nodes_come_in_aligned_blocks_inside_a_rack(void **state)
{
    struct arena a;
    struct topology t;
    struct occupancy o;
    struct job_group g = {4, 8};
    struct job_set jobs = {.groups = &g, .n_groups = 1};
    struct placer p = {.occ = &o, .jobs = &jobs, .pick = PICK_BUDDY};
    struct request q = {
        .n_groups = 1, .replicas = 4, .gpus = 32, .types = 1, .demand_milli = 32000};
    struct held one;
    (void)state;

    arena_init(&a);
    tree_fleet(&t, &a);
    occupancy_init(&o, &t, &a, false, false, false);
    one = (struct held){9, 0, 1000, 1}; /* node 9 of rack 2 is in use */
    occupancy_take_mask(&o, &one);
    assert_true(place_take(&p, &q, 0)); /* rack 3 is the first that is whole, of nodes of eight */
    assert_int_equal(p.out.n, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(p.out.at[i].node, 12 + i);
    g.replicas = q.replicas = 2;
    q.gpus = 16;
    q.demand_milli = 16000;
    assert_true(place_take(&p, &q, 0)); /* nodes 6 and 7: a pair whose rack is not whole */
    assert_int_equal(p.out.at[0].node, 6);
    assert_int_equal(p.out.at[1].node, 7);
    assert_true(place_take(&p, &q, 0)); /* 8 is alone, so 10 and 11 */
    assert_int_equal(p.out.at[0].node, 10);
    VEC_FREE(&p.out);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gang_lies_at_the_least_level_in_fewest_domains_with_least_left_over),
        cmocka_unit_test(a_power_of_two_takes_an_aligned_block_wherever_one_is_free),
        cmocka_unit_test(whole_nodes_come_in_aligned_blocks_inside_a_rack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

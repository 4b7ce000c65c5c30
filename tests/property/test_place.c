/* test_place.c - placement from the index against the dumbest loop over all nodes, and the index against
 * a recount, on random fleets, requests and departures. */
#include "lib/builders.h"
#include "sched/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct naive {
    uint32_t free[64], count[64];
}; /* by node: free devices; devices given to the request */

/* One replica after the other, each on the node the rule names, all nodes looked at every time. */
static bool naive_place(struct naive *n, const struct topology *t, const struct request *r,
                        uint32_t gpus, enum place_pick pick)
{
    uint32_t left = r->replicas;

    memset(n->count, 0, sizeof n->count);
    while (left) {
        uint32_t best = UINT32_MAX, k = 1;
        int64_t rank = INT64_MIN;
        for (uint32_t i = 0; i < t->n_nodes; i++) {
            uint32_t f = n->free[i], holds;
            int64_t score = 0;
            if (f < gpus || !(r->types >> t->gpu_type[i] & 1))
                continue;
            holds = f / gpus < left ? f / gpus : left;
            if (pick == PICK_LEAST_FREE)
                score = -(int64_t)f;
            if (pick == PICK_MOST_FREE)
                score = f;
            if (pick == PICK_FEWEST_NODES)
                score = (int64_t)holds * 1000 - f;
            if (score > rank) {
                rank = score;
                best = i;
                k = pick == PICK_FEWEST_NODES ? holds : 1;
            }
        }
        if (best == UINT32_MAX)
            return false;
        n->free[best] -= k * gpus;
        n->count[best] += k * gpus;
        left -= k;
    }
    return true;
}

static void mixed_fleet(struct topology *t, struct arena *a, struct rng *r)
{
    static const char *const types[] = {"a", "b", "c"};
    static const uint32_t sizes[] = {1, 2, 4, 8, 8, 16};
    struct node_spec specs[64];
    uint32_t n = 2 + rng_below(r, 60);
    struct diag d = {0};

    memset(specs, 0, sizeof specs);
    for (uint32_t i = 0; i < n; i++) {
        specs[i].gpu_type = types[rng_below(r, 3)];
        specs[i].gpus = specs[i].nvlink_gpus = sizes[rng_below(r, 6)];
        specs[i].numa = 1 + rng_below(r, 2);
        specs[i].health = rng_below(r, 10) ? NODE_UP : NODE_DRAINED;
    }
    specs[0].health = NODE_UP;
    assert_int_equal(topology_build(t, a, specs, n, &d), 0);
}

static void the_index_places_like_a_loop_over_all_nodes(void **s)
{
    static const enum place_pick picks[] = {PICK_FIRST, PICK_LEAST_FREE, PICK_MOST_FREE,
                                            PICK_FEWEST_NODES};
    (void)s;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct arena a;
        struct topology t;
        struct occupancy o;
        struct job_group g;
        struct job_set jobs = {.groups = &g, .n_groups = 1};
        struct placer p = {.occ = &o, .jobs = &jobs, .pick = picks[seed % 4]};
        VEC(struct held) held = {0};
        struct rng r;

        arena_init(&a);
        rng_stream(&r, seed, RNG_PLACE, 0, 0);
        mixed_fleet(&t, &a, &r);
        occupancy_init(&o, &t, &a, false, false, false);
        for (int step = 0; step < 300; step++) {
            struct request q = {.n_groups = 1, .types = 1 + rng_below(&r, 7)};
            struct naive n = {0};
            uint32_t got[64] = {0};
            bool expected, placed;
            if (held.n && rng_below(&r, 3) == 0) {
                size_t i = rng_below(&r, (uint32_t)held.n);
                occupancy_release(&o, &held.at[i]);
                held.at[i] = held.at[--held.n];
                continue;
            }
            g = (struct job_group){1 + rng_below(&r, 6), 1 + rng_below(&r, 8)};
            q.replicas = g.replicas;
            q.gpus = g.replicas * g.gpus;
            q.demand_milli = (uint64_t)q.gpus * 1000;
            for (uint32_t i = 0; i < t.n_nodes; i++)
                n.free[i] = t.health[i] == NODE_UP ? o.n_free[i] : 0;
            expected = naive_place(&n, &t, &q, g.gpus, p.pick);
            assert_int_equal(place_fits(&p, &q), expected);
            placed = place_take(&p, &q, (uint32_t)step);
            assert_int_equal(placed, expected);
            for (size_t i = 0; placed && i < p.out.n; i++) {
                got[p.out.at[i].node] += (uint32_t)__builtin_popcountll(p.out.at[i].mask);
                VEC_PUSH(&held, p.out.at[i]);
            }
            for (uint32_t i = 0; placed && i < t.n_nodes; i++)
                if (got[i] != n.count[i])
                    fail_msg("seed %u, step %d: node %u gives %u, the loop says %u", (unsigned)seed,
                             step, i, got[i], n.count[i]);
            occupancy_verify(&o);
        }
        VEC_FREE(&held);
        VEC_FREE(&p.out);
        arena_free(&a);
    }
}

/* Shares, CPU, memory, groups and levels: all or nothing, within capacity, and exactly undone. */
static void awkward_requests_take_all_or_nothing_and_give_everything_back(void **s)
{
    (void)s;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct arena a;
        struct topology t;
        struct occupancy o;
        struct job_group g[2];
        struct job_set jobs = {.groups = g, .n_groups = 2};
        struct placer p = {
            .occ = &o, .jobs = &jobs, .pick = (enum place_pick)(seed % 7), .seed = seed};
        struct {
            struct request q;
            struct held *h;
            uint32_t n;
        } live[64];
        struct node_spec specs[24];
        char racks[6][16];
        uint32_t n_live = 0;
        int64_t capacity;
        struct diag d = {0};
        struct rng r;

        arena_init(&a);
        memset(specs, 0, sizeof specs);
        rng_stream(&r, seed, RNG_PLACE, 1, 0);
        for (int i = 0; i < 24; i++) {
            snprintf(racks[i / 4], sizeof racks[0], "r%d", i / 4);
            specs[i] = (struct node_spec){.gpu_type = i % 3 ? "a" : "b",
                                          .gpus = 8,
                                          .numa = 2,
                                          .nvlink_gpus = i % 5 ? 8 : 2,
                                          .cpu_milli = 64000,
                                          .memory_mib = 512 << 10,
                                          .domain = {[LEVEL_RACK] = racks[i / 4]}};
        }
        assert_int_equal(topology_build(&t, &a, specs, 24, &d), 0);
        occupancy_init(&o, &t, &a, true, true, true);
        capacity = o.free_milli;
        for (int step = 0; step < 400; step++) {
            struct request q = {.n_groups = 1 + rng_below(&r, 4) / 3,
                                .types = 1 + rng_below(&r, 3)};
            uint64_t taken = 0;
            if (n_live == 64 || (n_live && rng_below(&r, 3) == 0)) {
                uint32_t i = rng_below(&r, n_live);
                place_release(&p, &live[i].q, live[i].h, live[i].n);
                free(live[i].h);
                live[i] = live[--n_live];
                continue;
            }
            for (uint32_t k = 0; k < q.n_groups; k++) {
                g[k] = (struct job_group){1 + rng_below(&r, 4), 1 + rng_below(&r, 8)};
                q.replicas += g[k].replicas;
                q.gpus += g[k].replicas * g[k].gpus;
            }
            q.demand_milli = (uint64_t)q.gpus * 1000;
            if (q.n_groups == 1 && rng_below(&r, 3) == 0) {
                q.share_milli = 50 + rng_below(&r, 900);
                g[0].gpus = 1;
                q.gpus = q.replicas;
                q.demand_milli = (uint64_t)q.replicas * q.share_milli;
            }
            q.cpu_milli = rng_below(&r, 2) * 4000;
            q.memory_mib = rng_below(&r, 2) * 32768;
            q.required = (uint8_t)(uint8_t[]){0,         0, LEVEL_NUMA, LEVEL_NODE, LEVEL_NVLINK,
                                              LEVEL_RACK}[rng_below(&r, 6)];
            q.preferred = (uint8_t)(uint8_t[]){0, 0, LEVEL_NODE, LEVEL_RACK}[rng_below(&r, 4)];
            {
                int64_t before = o.free_milli;
                bool fits = place_fits(&p, &q), placed;
                assert_true(o.free_milli == before);
                placed = place_take(&p, &q, (uint32_t)step);
                /* Another job draws other nodes; for unequal members that may decide whether all fit. */
                if (p.pick != PICK_RANDOM || (q.n_groups == 1 && !q.share_milli))
                    if (placed != fits)
                        fail_msg("seed %u, step %d: fits %d, placed %d (rule %d, %u groups of %u x "
                                 "%u, share %u, "
                                 "required %u, preferred %u)",
                                 (unsigned)seed, step, fits, placed, (int)p.pick, q.n_groups,
                                 g[0].replicas, g[0].gpus, q.share_milli, q.required, q.preferred);
                if (!placed) {
                    assert_true(o.free_milli == before);
                    if (!fits)
                        assert_int_not_equal(place_why(&p, &q), ROOM_YES);
                    continue;
                }
            }
            for (size_t i = 0; i < p.out.n; i++) {
                const struct held *h = &p.out.at[i];
                taken += (uint64_t)__builtin_popcountll(h->mask) * h->milli;
                assert_true(h->mask == 0 || q.types >> t.gpu_type[h->node] & 1);
                if (q.required >= LEVEL_NUMA && q.required <= LEVEL_NVLINK)
                    assert_int_equal(h->node, p.out.at[0].node);
                if (q.required == LEVEL_RACK)
                    assert_int_equal(t.domain[LEVEL_RACK][h->node],
                                     t.domain[LEVEL_RACK][p.out.at[0].node]);
                assert_true(o.cpu[h->node] >= 0 && o.memory[h->node] >= 0);
            }
            assert_true(taken == q.demand_milli);
            live[n_live].q = q;
            live[n_live].n = (uint32_t)p.out.n;
            live[n_live].h = malloc(p.out.n * sizeof(struct held) + 1);
            memcpy(live[n_live++].h, p.out.at, p.out.n * sizeof(struct held));
            occupancy_verify(&o);
        }
        while (n_live) {
            n_live--;
            place_release(&p, &live[n_live].q, live[n_live].h, live[n_live].n);
            free(live[n_live].h);
        }
        occupancy_verify(&o);
        assert_true(o.free_milli == capacity && o.n_lent == 0);
        for (uint32_t i = 0; i < 24; i++)
            assert_true(o.cpu[i] == 64000 && o.memory[i] == 512 << 10);
        VEC_FREE(&p.out);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_places_like_a_loop_over_all_nodes),
        cmocka_unit_test(awkward_requests_take_all_or_nothing_and_give_everything_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

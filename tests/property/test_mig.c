/* test_mig.c - MIG instances against slots written out one by one: placements, departures, devices that
 * change between whole, shared and partitioned, and whole runs under every walk. */
#include "lib/builders.h"
#include "sched/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { NODES = 6, MOST = 4, DEVICES = NODES * MOST, NOBODY = 0 };

/* A device as anybody would draw it. */
struct naive {
    uint32_t slot[8];   /* who has it; NOBODY = free */
    uint32_t compute;   /* slices in use */
    uint32_t media;     /* engines in use */
    uint32_t whole;     /* who has all of it */
    uint32_t share;     /* milli lent */
    uint32_t instances; /* on it */
};

static const char *const type_of[NODES] = {"h100-sxm", "h100-sxm", "a30",
                                           "h100-sxm", "v100",     "a30"};

static void fleet_of(struct topology *t, struct arena *a)
{
    struct node_spec specs[NODES];
    struct diag d = {0};

    memset(specs, 0, sizeof specs);
    for (int i = 0; i < NODES; i++)
        specs[i] = (struct node_spec){.gpu_type = type_of[i],
                                      .gpus = 1 + (uint32_t)i % MOST,
                                      .nvlink_gpus = MOST,
                                      .cpu_milli = 16000};
    assert_int_equal(topology_build(t, a, specs, NODES, &d), 0);
}

static uint32_t layout_of(const struct topology *t, uint32_t node)
{
    return geometry_find(t->type_name[t->gpu_type[node]])->layout;
}

static bool can_carve(const struct topology *t, uint32_t node)
{
    return geometry_find(t->type_name[t->gpu_type[node]]) != NULL;
}

static bool fits_at(const struct naive *n, uint32_t layout, const struct geometry_profile *q,
                    uint32_t start)
{
    if (n->whole || n->share || !(q->starts >> start & 1) ||
        n->compute + q->compute > geometry_layout[layout].compute || (q->media && n->media))
        return false;
    for (uint32_t s = start; s < start + q->width; s++)
        if (n->slot[s] != NOBODY)
            return false;
    return true;
}

static bool fits(const struct naive *n, uint32_t layout, const struct geometry_profile *q)
{
    for (uint32_t s = 0; s < 8; s++)
        if (fits_at(n, layout, q, s))
            return true;
    return false;
}

static void mark(struct naive *n, const struct geometry_profile *q, uint32_t start, uint32_t who)
{
    for (uint32_t s = start; s < start + q->width; s++)
        n->slot[s] = who;
    n->compute += who ? q->compute : 0u - q->compute;
    n->media += who ? q->media : 0u - q->media;
    n->instances += who ? 1 : 0u - 1;
}

/* Demand for profiles that stop fitting when one more is put there. */
static uint64_t lost(const struct naive *n, uint32_t layout, const struct geometry_profile *q,
                     uint32_t start, const uint32_t *demand)
{
    const struct geometry_layout *l = &geometry_layout[layout];
    struct naive after = *n;
    uint64_t sum = 0;

    mark(&after, q, start, 1);
    for (uint32_t o = 0; o < l->n; o++)
        if (fits(n, layout, &l->profile[o]) && !fits(&after, layout, &l->profile[o]))
            sum += demand[o];
    return sum;
}

/* One piece into the drawing, or out of it; everything about it is checked. */
static void draw(struct naive *all, const struct topology *t, const struct held *h, uint32_t who)
{
    for (uint64_t m = h->mask; m; m &= m - 1) {
        uint32_t gpu = occupancy_base(h) + (uint32_t)__builtin_ctzll(m);
        struct naive *n = &all[t->first_gpu[h->node] + gpu];
        assert_true(gpu < t->gpus[h->node]);
        if (occupancy_is_instance(h)) {
            uint32_t layout = layout_of(t, h->node);
            const struct geometry_profile *q =
                &geometry_layout[layout].profile[occupancy_profile(h)];
            assert_int_equal(h->milli, geometry_milli(&geometry_layout[layout], q));
            assert_true(!who || fits_at(n, layout, q, occupancy_start(h)));
            mark(n, q, occupancy_start(h), who);
        } else if (h->milli == 1000) {
            assert_true(!who || (!n->whole && !n->share && !n->instances));
            n->whole = who;
        } else {
            assert_true(!n->whole && !n->instances);
            n->share += who ? h->milli : 0u - h->milli;
            assert_true(n->share <= 1000);
        }
    }
}

static int64_t free_of(const struct naive *n, const struct topology *t, uint32_t node)
{
    int64_t slots = 0, all;

    if (n->whole || !n->instances)
        return n->whole ? 0 : 1000 - (int64_t)n->share;
    all = geometry_layout[layout_of(t, node)].slots;
    for (int s = 0; s < all; s++)
        slots += n->slot[s] == NOBODY;
    return slots * 1000 / all;
}

static void check_against(const struct naive *all, const struct occupancy *o)
{
    const struct topology *t = o->topo;
    int64_t milli = 0;

    occupancy_verify(o);
    for (uint32_t node = 0; node < NODES; node++) {
        uint32_t whole = 0;
        for (uint32_t g = 0; g < t->gpus[node]; g++) {
            const struct naive *n = &all[t->first_gpu[node] + g];
            milli += free_of(n, t, node);
            whole += !n->whole && !n->share && !n->instances;
        }
        assert_int_equal(o->n_free[node], whole);
    }
    assert_true(o->free_milli == milli);
}

static struct request random_request(struct rng *r, struct job_group *g)
{
    struct request q = {.n_groups = 1};
    uint32_t kind = rng_below(r, 8);

    *g = (struct job_group){1 + (rng_below(r, 3) == 0) * rng_below(r, 5), 1};
    if (kind < 5) {
        uint32_t layout = rng_below(r, 3) == 0;
        uint32_t profile = rng_below(r, geometry_layout[layout].n);
        q.mig = job_mig(layout, profile);
        q.types = layout ? 2 : 1;
        q.share_milli = geometry_milli(job_mig_layout(q.mig), job_mig_profile(q.mig));
    } else if (kind == 5) {
        q.share_milli = 50 + rng_below(r, 900);
        q.types = 1 + rng_below(r, 7);
    } else {
        g->gpus = 1 + rng_below(r, 2);
        q.types = 1 + rng_below(r, 7);
    }
    q.replicas = g->replicas;
    q.gpus = g->replicas * g->gpus;
    q.demand_milli = (uint64_t)q.gpus * (q.share_milli ? q.share_milli : 1000);
    q.cpu_milli = rng_below(r, 4) == 0 ? 1000 : 0;
    q.required = rng_below(r, 6) == 0 ? LEVEL_NODE : LEVEL_NONE;
    return q;
}

/* A single instance with nothing else wished: where may it go, at what least cost? */
static void check_single(const struct naive *all, const struct placer *p, const struct request *q,
                         bool placed)
{
    const struct topology *t = p->occ->topo;
    uint32_t layout = (q->mig - 1u) / GEOMETRY_PROFILES;
    const struct geometry_profile *profile = job_mig_profile(q->mig);
    const uint32_t *demand = p->jobs->mig_demand[layout];
    uint64_t least = UINT64_MAX;
    int64_t fullest = INT64_MAX;
    uint32_t first = UINT32_MAX, start = 0;
    bool any = false;

    for (uint32_t node = 0; node < NODES; node++)
        for (uint32_t g = 0; g < t->gpus[node]; g++) {
            const struct naive *n = &all[t->first_gpu[node] + g];
            if (!(q->types >> t->gpu_type[node] & 1) || !can_carve(t, node))
                continue;
            any = any || fits(n, layout, profile);
            for (uint32_t s = 8; n->instances && s-- > 0;)
                if (fits_at(n, layout, profile, s)) {
                    uint64_t c = lost(n, layout, profile, s, demand);
                    int64_t left = free_of(n, t, node);
                    if (left < fullest || (left == fullest && c < least))
                        least = c;
                    fullest = left < fullest ? left : fullest;
                    if (first == UINT32_MAX || first == t->first_gpu[node] + g)
                        start = s;
                    first = first == UINT32_MAX ? t->first_gpu[node] + g : first;
                }
        }
    assert_int_equal(placed, any);
    if (!placed)
        return;
    const struct held *h = &p->out.at[0];
    uint32_t device =
        t->first_gpu[h->node] + occupancy_base(h) + (uint32_t)__builtin_ctzll(h->mask);
    if (first == UINT32_MAX)
        assert_int_equal(all[device].instances, 0);
    else if (p->pick == PICK_FIRST)
        assert_true(device == first && occupancy_start(h) == start);
    else
        assert_true(all[device].instances > 0);
    if (first != UINT32_MAX && p->pick == PICK_LEAST_FREE)
        assert_true(free_of(&all[device], t, h->node) == fullest &&
                    lost(&all[device], layout, profile, occupancy_start(h), demand) == least);
}

static void placements_agree_with_slots_written_out(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct arena a;
        struct topology t;
        struct occupancy o;
        struct job_group g;
        struct job_set jobs = {.groups = &g, .n_groups = 1};
        struct placer p = {
            .occ = &o, .jobs = &jobs, .pick = (enum place_pick)(seed % 5), .seed = seed};
        struct naive all[DEVICES];
        struct {
            struct request q;
            struct held *h;
            uint32_t n;
        } live[64];
        uint32_t n_live = 0;
        int64_t capacity;
        struct rng r;

        memset(all, 0, sizeof all);
        arena_init(&a);
        rng_stream(&r, seed, RNG_PLACE, 2, 0);
        fleet_of(&t, &a);
        for (uint32_t l = 0; l < GEOMETRY_LAYOUTS; l++)
            for (uint32_t q = 0; q < geometry_layout[l].n; q++)
                jobs.mig_demand[l][q] = 1 + rng_below(&r, 9);
        occupancy_init(&o, &t, &a, true, true, false);
        capacity = o.free_milli;
        for (int step = 0; step < 600; step++) {
            struct request q;
            bool could, placed;
            if (n_live == 64 || (n_live && rng_below(&r, 5) < 2)) {
                uint32_t i = rng_below(&r, n_live);
                place_release(&p, &live[i].q, live[i].h, live[i].n);
                for (uint32_t k = 0; k < live[i].n; k++)
                    draw(all, &t, &live[i].h[k], NOBODY);
                free(live[i].h);
                live[i] = live[--n_live];
                check_against(all, &o);
                continue;
            }
            q = random_request(&r, &g);
            could = place_fits(&p, &q);
            check_against(all, &o);
            placed = place_take(&p, &q, (uint32_t)step);
            if (p.pick != PICK_RANDOM)
                assert_int_equal(could, placed);
            if (q.mig && q.replicas == 1 && !q.cpu_milli && !q.required)
                check_single(all, &p, &q, placed);
            if (!placed) {
                if (!could)
                    assert_int_not_equal(place_why(&p, &q), ROOM_YES);
                check_against(all, &o);
                continue;
            }
            live[n_live].q = q;
            live[n_live].n = (uint32_t)p.out.n;
            live[n_live].h = malloc(p.out.n * sizeof(struct held) + 1);
            memcpy(live[n_live].h, p.out.at, p.out.n * sizeof(struct held));
            n_live++;
            uint64_t taken = 0;
            for (size_t k = 0; k < p.out.n; k++) {
                draw(all, &t, &p.out.at[k], (uint32_t)step + 1);
                taken += (uint64_t)__builtin_popcountll(p.out.at[k].mask) * p.out.at[k].milli;
            }
            assert_true(taken == q.demand_milli);
            check_against(all, &o);
        }
        while (n_live) {
            n_live--;
            place_release(&p, &live[n_live].q, live[n_live].h, live[n_live].n);
            free(live[n_live].h);
        }
        occupancy_verify(&o);
        assert_true(o.free_milli == capacity && o.n_carved == 0 && o.n_lent == 0);
        VEC_FREE(&p.out);
        arena_free(&a);
    }
}

static void a_closed_device_takes_nothing_until_it_is_opened(void **state)
{
    struct arena a;
    struct topology t;
    struct occupancy o;
    struct job_group g = {1, 1};
    struct job_set jobs = {.groups = &g, .n_groups = 1};
    struct placer p = {.occ = &o, .jobs = &jobs, .pick = PICK_LEAST_FREE};
    struct request q = {.n_groups = 1,
                        .replicas = 1,
                        .gpus = 1,
                        .mig = job_mig(0, 3),
                        .types = 1,
                        .share_milli = 250,
                        .demand_milli = 250};
    struct held first, rest, none;
    int64_t was;
    (void)state;

    arena_init(&a);
    fleet_of(&t, &a);
    occupancy_init(&o, &t, &a, true, false, false);
    assert_true(place_take(&p, &q, 0));
    first = p.out.at[0];
    was = o.free_milli;
    assert_true(occupancy_close(&o, first.node, occupancy_base(&first), &rest));
    assert_false(occupancy_close(&o, first.node, occupancy_base(&first), &none));
    occupancy_verify(&o);
    assert_true(o.free_milli == was - 750);
    assert_true(place_take(&p, &q, 1));
    assert_true(p.out.at[0].node != first.node || p.out.at[0].mask != first.mask);
    occupancy_release(&o, &p.out.at[0]);
    occupancy_release(&o, &rest);
    assert_true(o.free_milli == was);
    assert_true(place_take(&p, &q, 1));
    assert_true(p.out.at[0].node == first.node && p.out.at[0].mask == first.mask);
    VEC_FREE(&p.out);
    arena_free(&a);
}

/* Blocked by what, on a fleet of one device. */
static void the_cause_is_geometry_only_when_the_counts_suffice(void **state)
{
    static const struct node_spec spec = {.gpu_type = "h100-sxm", .gpus = 1, .nvlink_gpus = 1};
    struct arena a;
    struct topology t;
    struct occupancy o;
    struct job_group g = {1, 1};
    struct job_set jobs = {.groups = &g, .n_groups = 1};
    struct placer p = {.occ = &o, .jobs = &jobs, .pick = PICK_FIRST};
    struct request q = {.n_groups = 1, .replicas = 1, .gpus = 1, .types = 1};
    struct held h[7];
    uint64_t unserved, all;
    struct diag d = {0};
    (void)state;

    arena_init(&a);
    assert_int_equal(topology_build(&t, &a, &spec, 1, &d), 0);
    occupancy_init(&o, &t, &a, true, false, false);
    jobs.mig_demand[0][0] = 3;
    occupancy_unserved(&o, 1, jobs.mig_demand[0], &unserved, &all);
    assert_true(unserved == 3 && all == 24); /* no 1g may start at the last slot */
    occupancy_unserved(&o, 2, jobs.mig_demand[0], &unserved, &all);
    assert_true(unserved == 0 && all == 0);
    jobs.mig_demand[0][0] = 0;
    for (uint32_t i = 0; i < 7; i++) {
        h[i] = occupancy_instance(&o, 0, 0, 0, i);
        occupancy_take_mask(&o, &h[i]);
    }
    assert_int_equal(o.free_milli, 125);
    q.mig = job_mig(0, 0);
    q.share_milli = 125;
    q.demand_milli = 125;
    assert_int_equal(place_why(&p, &q), ROOM_TOO_FEW); /* a slot is left, a compute slice is not */
    occupancy_release(&o, &h[1]);
    occupancy_release(&o, &h[5]);
    assert_int_equal(place_why(&p, &q), ROOM_YES);
    q.mig = job_mig(0, 3);
    q.share_milli = 250;
    q.demand_milli = 250;
    assert_int_equal(place_why(&p, &q), ROOM_MIG);
    jobs.mig_demand[0][3] = 1;
    occupancy_unserved(&o, 1, jobs.mig_demand[0], &unserved, &all);
    assert_true(unserved == 3 && all == 3);
    jobs.mig_demand[0][0] = 2; /* two thirds of the demand can use two of the three slots */
    occupancy_unserved(&o, 1, jobs.mig_demand[0], &unserved, &all);
    assert_true(unserved == 3 * 1 + 1 * 2 && all == 9);
    occupancy_release(&o, &h[0]);
    assert_int_equal(place_why(&p, &q), ROOM_YES);
    q.mig = 0;
    q.share_milli = 300;
    q.demand_milli = 300;
    assert_int_equal(place_why(&p, &q), ROOM_MIG); /* half a device is free, but partitioned */
    q.mig = job_mig(0, 4);
    q.share_milli = 500;
    q.demand_milli = 500;
    assert_int_equal(place_why(&p, &q), ROOM_MIG);
    VEC_FREE(&p.out);
    arena_free(&a);
}

static void random_jobs(struct job_set *out, struct arena *a, uint64_t seed, uint32_t n)
{
    struct builders_job *j = ARENA_ARRAY(a, struct builders_job, n);
    ns_t at = 0;

    for (uint32_t i = 0; i < n; i++) {
        struct rng r;
        rng_stream(&r, seed, RNG_SIZE, 3, i);
        at += (ns_t)rng_below(&r, 60) * NS_PER_S;
        j[i].submit = at;
        j[i].run = (ns_t)(60 + rng_below(&r, 1200)) * NS_PER_S;
        j[i].gpus = 1;
        j[i].types = 7;
        if (rng_below(&r, 4)) {
            uint32_t layout = rng_below(&r, 3) == 0;
            j[i].mig = job_mig(layout, rng_below(&r, geometry_layout[layout].n));
            j[i].types = layout ? 2 : 1;
            j[i].replicas = 1 + (rng_below(&r, 5) == 0) * rng_below(&r, 3);
        } else if (rng_below(&r, 2)) {
            j[i].share_milli = 100 * (1 + rng_below(&r, 9));
        } else {
            j[i].gpus = 1 + rng_below(&r, 2);
        }
        if (rng_below(&r, 3) == 0)
            j[i].cpu_milli = 1000;
    }
    builders_jobs(out, a, j, n, NULL);
}

struct moment {
    ns_t at;
    uint32_t job;
    bool begins;
};

static int by_time(const void *x, const void *y)
{
    const struct moment *a = x, *b = y;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->begins != b->begins)
        return a->begins ? 1 : -1;
    return a->job < b->job ? -1 : 1;
}

/* Replay what every job held, slot by slot. */
static void replay(const struct outcome *o)
{
    struct moment *m = calloc((size_t)o->jobs->n * 2, sizeof *m);
    struct naive all[DEVICES];
    uint32_t n = 0;

    memset(all, 0, sizeof all);
    for (uint32_t i = 0; i < o->jobs->n; i++) {
        assert_true(o->results[i].start != NS_UNKNOWN);
        m[n++] = (struct moment){o->results[i].start, i, true};
        m[n++] = (struct moment){o->results[i].end, i, false};
    }
    qsort(m, n, sizeof *m, by_time);
    for (uint32_t i = 0; i < n; i++) {
        const struct job_result *r = &o->results[m[i].job];
        for (uint32_t k = 0; k < r->n_segments; k++) {
            const struct segment *s = &o->segments[r->first_segment + k];
            struct held h = {s->node, s->base, s->milli, s->mask};
            draw(all, o->fleet, &h, m[i].begins ? m[i].job + 1 : NOBODY);
        }
    }
    free(m);
}

static void whole_runs_never_overlap_and_promises_hold(void **state)
{
    static const char *const walks[] = {"strict", "skip", "easy", "conservative",
                                        "skip,launch=pod"};
    static const char *const places[] = {"firstfit", "bestfit", "worstfit", "random",
                                         "consolidate"};
    wide_t mig = 0;
    (void)state;
    for (uint32_t k = 0; k < 100; k++) {
        struct arena a;
        struct topology fleet;
        struct job_set jobs;
        struct outcome o;
        char text[96];
        snprintf(text, sizeof text, "walk=%s,place=%s,estimate=exact", walks[k % 5],
                 places[k / 5 % 5]);
        arena_init(&a);
        fleet_of(&fleet, &a);
        random_jobs(&jobs, &a, 1 + k, 150);
        /* pod by pod may deadlock, and says so: single instances cannot */
        for (uint32_t i = 0; k % 5 == 4 && i < jobs.n_requests; i++)
            if (jobs.requests[i].replicas > 1) {
                jobs.requests[i].gpus /= jobs.requests[i].replicas;
                jobs.requests[i].demand_milli /= jobs.requests[i].replicas;
                jobs.requests[i].replicas = 1;
                jobs.groups[jobs.requests[i].first_group].replicas = 1;
            }
        builders_run(&jobs, &fleet, text, NS_NEVER, &a, &o, 0);
        replay(&o);
        mig += o.frag[FRAG_MIG];
        if (o.promises_broken)
            fail_msg("seed %u, %s: %u of %u promises broken", 1 + k, text,
                     (unsigned)o.promises_broken, (unsigned)o.promises);
        builders_free(&jobs);
        arena_free(&a);
    }
    assert_true(mig > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placements_agree_with_slots_written_out),
        cmocka_unit_test(a_closed_device_takes_nothing_until_it_is_opened),
        cmocka_unit_test(the_cause_is_geometry_only_when_the_counts_suffice),
        cmocka_unit_test(whole_runs_never_overlap_and_promises_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_score.c - the trees of scores against a rescan of every node, the change log against a list, on random
 * fleets, tasks, arrivals and departures, for every placement part with a score. */
#include "base/digest.h"
#include "lib/builders.h"
#include "sched/place.h"
#include "sched/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { NODES = 70, CLASSES = 12 };

static void random_fleet(struct topology *t, struct arena *a, struct rng *r)
{
    static const char *const types[] = {"a", "b", "c"};
    static const uint32_t sizes[] = {0, 1, 2, 4, 8, 8, 9, 16, 72};
    struct node_spec specs[NODES];
    uint32_t n = 1 + rng_below(r, NODES);
    struct diag d = {0};

    memset(specs, 0, sizeof specs);
    for (uint32_t i = 0; i < n; i++) {
        specs[i].gpu_type = types[rng_below(r, 3)];
        specs[i].gpus = sizes[rng_below(r, 9)];
        specs[i].gpus_down = specs[i].gpus > 2 && !rng_below(r, 8) ? 1 : 0;
        specs[i].cpu_milli = rng_below(r, 6) ? 16000 * (1 + (int64_t)rng_below(r, 8)) : 0;
        specs[i].memory_mib = rng_below(r, 6) ? 65536 * (1 + (int64_t)rng_below(r, 4)) : 0;
        specs[i].health = rng_below(r, 12) ? NODE_UP : NODE_DRAINED;
    }
    specs[0].gpus = 8;
    specs[0].health = NODE_UP;
    assert_int_equal(topology_build(t, a, specs, n, &d), 0);
}

/* Requests of one group each, and jobs that make some popular. */
static void random_requests(struct job_set *jobs, struct arena *a, struct rng *r, bool shares)
{
    static const uint32_t sizes[] = {0, 1, 1, 1, 2, 3, 4, 8};

    memset(jobs, 0, sizeof *jobs);
    jobs->n_requests = jobs->n_groups = CLASSES;
    jobs->n = 200;
    jobs->requests = ARENA_ARRAY(a, struct request, CLASSES);
    jobs->groups = ARENA_ARRAY(a, struct job_group, CLASSES);
    jobs->specs = ARENA_ARRAY(a, struct job_spec, jobs->n);
    for (uint32_t i = 0; i < CLASSES; i++) {
        struct request *q = &jobs->requests[i];
        struct job_group *g = &jobs->groups[i];
        g->gpus = sizes[rng_below(r, 8)];
        g->replicas = rng_below(r, 4) ? 1 : 1 + rng_below(r, 4);
        q->first_group = i;
        q->n_groups = 1;
        q->replicas = g->replicas;
        q->share_milli =
            shares && g->gpus == 1 && rng_below(r, 4) ? 50 * (1 + rng_below(r, 19)) : 0;
        q->gpus = g->gpus * g->replicas;
        q->demand_milli =
            q->share_milli ? (uint64_t)q->share_milli * g->replicas : (uint64_t)q->gpus * 1000;
        q->types = g->gpus ? 1 + rng_below(r, 7) : 0;
        q->cpu_milli = rng_below(r, 5) ? 500 * (int64_t)rng_below(r, 40) : 0;
        q->memory_mib = rng_below(r, 5) ? 512 * (int64_t)rng_below(r, 40) : 0;
    }
    for (uint32_t i = 0; i < jobs->n; i++) {
        uint32_t x = rng_below(r, CLASSES), y = rng_below(r, CLASSES);
        jobs->specs[i].request = x < y ? x : y;
    }
}

static void shuffle(uint32_t *rank, uint32_t n, struct rng *r)
{
    for (uint32_t i = 0; i < n; i++)
        rank[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = rng_below(r, i), x = rank[i - 1];
        rank[i - 1] = rank[j];
        rank[j] = x;
    }
}

struct held_job {
    uint32_t request, n;
    struct held *h;
};

/* Everything scores may see of the fleet, as one number. */
static uint64_t state_of(struct score *s)
{
    uint64_t h = 0;

    for (uint32_t i = 0; i < s->occ->topo->n_nodes; i++) {
        struct node_view v = score_view(s, i);
        h = digest_mix(h ^ (uint64_t)v.cpu_milli ^ (uint64_t)v.memory_mib << 20 ^ v.kinds);
        for (uint32_t k = 0; k < v.gpus; k++)
            h = digest_mix(h ^ v.left[k]);
    }
    return h;
}

/* The gang one replica after the other, each where a rescan says, and nothing when one does not fit. */
static bool take_as_the_rescan_says(struct placer *p, uint32_t request)
{
    const struct request *q = &p->jobs->requests[request];
    struct task_view task = score_task(q, p->jobs->groups[request].gpus);
    uint64_t before = state_of(p->score), placed;
    int64_t lowest;
    uint32_t first = score_rescan(p->score, &task, &lowest);

    if (!place_take(p, q, 0)) {
        assert_true(state_of(p->score) == before);
        return false;
    }
    placed = state_of(p->score);
    if (p->out.n)
        assert_int_equal(p->out.at[0].node, first);
    place_release(p, q, p->out.at, (uint32_t)p->out.n);
    assert_true(state_of(p->score) == before);
    p->out.n = 0;
    for (uint32_t i = 0; i < q->replicas; i++) {
        uint32_t node = score_rescan(p->score, &task, &lowest);
        size_t from = p->out.n;
        assert_true(place_replicas(p, q, task.gpus, 1, 0));
        for (size_t k = from; k < p->out.n; k++)
            assert_int_equal(p->out.at[k].node, node);
    }
    assert_true(state_of(p->score) == placed);
    return true;
}

static void compare(struct score *s, const struct job_set *jobs, uint32_t request)
{
    const struct request *q = &jobs->requests[request];
    struct task_view task = score_task(q, jobs->groups[request].gpus);
    int64_t quick, slow;
    uint32_t node = score_best(s, &task, &quick);

    assert_int_equal(node, score_rescan(s, &task, &slow));
    assert_true(quick == slow);
}

static void run_script(uint64_t seed, const struct policy_part *part, bool few_trees)
{
    struct arena a;
    struct topology t;
    struct occupancy o;
    struct job_set jobs;
    struct fragmentation_mix mix;
    struct score s;
    struct placer p = {.occ = &o, .jobs = &jobs, .pick = part->pick};
    VEC(struct held_job) running = {0};
    uint32_t rank[NODES];
    struct rng r;

    arena_init(&a);
    rng_stream(&r, seed, RNG_PLACE, 0, 0);
    random_fleet(&t, &a, &r);
    random_requests(&jobs, &a, &r, seed % 3);
    shuffle(rank, t.n_nodes, &r);
    occupancy_init(&o, &t, &a, seed % 3, seed % 4, seed % 5);
    score_mix(&mix, &jobs, 95, t.n_types, &a);
    score_init(&s, &o, &jobs, part, &mix, seed % 2 ? rank : NULL, &a);
    if (few_trees && s.n_trees > 3)
        s.n_trees = 3;
    p.score = &s;
    for (int step = 0; step < 400; step++) {
        uint32_t request = rng_below(&r, CLASSES);
        compare(&s, &jobs, request);
        if (running.n && rng_below(&r, 3) == 0) {
            size_t i = rng_below(&r, (uint32_t)running.n);
            place_release(&p, &jobs.requests[running.at[i].request], running.at[i].h,
                          running.at[i].n);
            running.at[i] = running.at[--running.n];
        } else if (take_as_the_rescan_says(&p, request)) {
            struct held_job j = {request, (uint32_t)p.out.n,
                                 ARENA_ARRAY(&a, struct held, p.out.n + 1)};
            if (p.out.n)
                memcpy(j.h, p.out.at, p.out.n * sizeof *p.out.at);
            VEC_PUSH(&running, j);
        }
        compare(&s, &jobs, rng_below(&r, CLASSES));
    }
    occupancy_verify(&o);
    while (running.n) {
        struct held_job *j = &running.at[--running.n];
        place_release(&p, &jobs.requests[j->request], j->h, j->n);
    }
    for (uint32_t i = 0; i < t.n_nodes; i++) {
        struct node_view v = score_view(&s, i);
        assert_int_equal(v.kinds, 0);
        assert_true(t.health[i] != NODE_UP || v.idle == 1000 * v.gpus);
        assert_true(!o.cpu || o.cpu[i] == t.cpu_milli[i]);
    }
    VEC_FREE(&running);
    VEC_FREE(&p.out);
    arena_free(&a);
}

static void the_trees_choose_what_a_rescan_chooses(void **state)
{
    uint32_t parts = 0;
    (void)state;

    for (const struct policy_part *const *part = registry_parts(); *part; part++) {
        if (!(*part)->score)
            continue;
        parts++;
        for (uint64_t seed = 1; seed <= 40; seed++)
            run_script(seed, *part, false);
    }
    assert_true(parts >= 5);
}

static void classes_that_share_too_few_trees_choose_the_same(void **state)
{
    (void)state;
    for (const struct policy_part *const *part = registry_parts(); *part; part++)
        for (uint64_t seed = 41; (*part)->score && seed <= 50; seed++)
            run_script(seed, *part, true);
}

static void the_change_log_names_each_changed_node_once_and_newest_first(void **state)
{
    struct arena a;
    struct change_log log;
    struct rng r;
    uint64_t at[20] = {0}, seen = 0;
    (void)state;

    arena_init(&a);
    rng_stream(&r, 1, RNG_PLACE, 0, 1);
    change_log_init(&log, 20, &a);
    for (uint64_t k = 1; k <= 2000; k++) {
        uint32_t node = rng_below(&r, 20), named = 0, expected = 0;
        uint64_t last = UINT64_MAX;
        change_log_add(&log, node);
        at[node] = k;
        if (rng_below(&r, 4))
            continue;
        for (uint32_t i = change_log_first(&log); change_log_since(&log, i, seen);
             i = log.node[i].older) {
            assert_true(log.node[i].at == at[i] && at[i] < last);
            last = at[i];
            named++;
        }
        for (int i = 0; i < 20; i++)
            expected += at[i] > seen;
        assert_int_equal(named, expected);
        seen = log.changes;
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_trees_choose_what_a_rescan_chooses),
        cmocka_unit_test(classes_that_share_too_few_trees_choose_the_same),
        cmocka_unit_test(the_change_log_names_each_changed_node_once_and_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_fragmentation.c - the fragmentation measure against its definition, task by task and device by device,
 * on random mixes and nodes: amounts, gains, the doubles, and the sums of a cluster. */
#include "base/rng.h"
#include "sched/registry.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TYPES = 3, MOST = 16 };

static void random_mix(struct fragmentation_mix *m, struct arena *a, struct rng *r)
{
    static const uint32_t sizes[] = {0, 1, 1, 1, 1, 2, 4, 8, 3};
    struct fragmentation_task list[40];
    uint32_t n = 1 + rng_below(r, 40);

    memset(list, 0, sizeof list);
    for (uint32_t i = 0; i < n; i++) {
        list[i].task.gpus = sizes[rng_below(r, 9)];
        list[i].task.milli =
            list[i].task.gpus == 1 && rng_below(r, 3) ? 1 + rng_below(r, 999) : 1000;
        list[i].task.cpu_milli = 1000 * (int64_t)rng_below(r, 12);
        list[i].task.types = list[i].task.gpus ? rng_below(r, 8) : 0;
        list[i].count = 1 + rng_below(r, 300);
    }
    fragmentation_mix_build(m, a, list, n, 1 + rng_below(r, 100), TYPES);
}

static void random_node(struct node_view *n, uint16_t *left, struct rng *r)
{
    *n = (struct node_view){.left = left,
                            .gpus = (uint16_t)rng_below(r, MOST + 1),
                            .type = (uint8_t)rng_below(r, TYPES),
                            .cpu_milli =
                                rng_below(r, 6) ? 500 * (int64_t)rng_below(r, 30) : NODE_VIEW_ANY};
    for (uint32_t i = 0; i < n->gpus; i++) {
        left[i] = (uint16_t)(rng_below(r, 3) ? 1000 : rng_below(r, 1001));
        n->idle += left[i];
        n->whole = (uint16_t)(n->whole + (left[i] == 1000));
    }
}

/* The definition of the paper, for one task. */
static void naive_task(const struct task_view *t, const struct node_view *n, int64_t w,
                       int64_t out[FRAGMENTS])
{
    bool cpu = n->cpu_milli >= t->cpu_milli;
    uint32_t room = 0;
    int64_t small = 0;

    for (uint32_t i = 0; i < n->gpus; i++) {
        room += n->left[i] >= t->milli;
        small += n->left[i] < t->milli ? n->left[i] : 0;
    }
    if (!t->gpus)
        out[cpu ? FRAGMENT_CPU_ONLY_FITS : FRAGMENT_CPU_ONLY_LACKS] += w * n->idle;
    else if (!(t->types >> n->type & 1))
        out[FRAGMENT_TYPE] += w * n->idle;
    else if (room >= t->gpus && cpu) {
        out[FRAGMENT_LACK_GPU] += w * small;
        out[FRAGMENT_USABLE] += w * (n->idle - small);
    } else
        out[room >= t->gpus ? FRAGMENT_LACK_CPU
            : cpu           ? FRAGMENT_LACK_GPU
                            : FRAGMENT_LACK_BOTH] += w * n->idle;
}

static void naive_amounts(const struct fragmentation_mix *m, const struct node_view *n,
                          int64_t out[FRAGMENTS])
{
    memset(out, 0, FRAGMENTS * sizeof *out);
    for (uint32_t i = 0; i < m->n; i++)
        naive_task(&m->task[i].task, n, (int64_t)m->task[i].count, out);
}

/* A task that fits, its device, and the node with it on; false when none was found. */
static bool random_task(const struct node_view *n, struct task_view *t, uint32_t *device,
                        struct node_view *after, uint16_t *left, struct rng *r)
{
    uint32_t wanted;

    *t = (struct task_view){.cpu_milli = 500 * (int64_t)rng_below(r, 8),
                            .gpus = rng_below(r, 5),
                            .milli = 1000,
                            .types = ~UINT64_C(0)};
    if (t->gpus == 1 && rng_below(r, 3))
        t->milli = 1 + rng_below(r, 999);
    memcpy(left, n->left, n->gpus * sizeof *left);
    *after = *n;
    after->left = left;
    if (t->cpu_milli > n->cpu_milli || (t->milli == 1000 && t->gpus > n->whole))
        return false;
    if (n->cpu_milli != NODE_VIEW_ANY)
        after->cpu_milli -= t->cpu_milli;
    after->idle -= t->gpus * t->milli;
    *device = n->gpus ? rng_below(r, n->gpus) : 0;
    if (t->milli < 1000) {
        if (!n->gpus || left[*device] < t->milli)
            return false;
        left[*device] = (uint16_t)(left[*device] - t->milli);
    }
    wanted = t->milli == 1000 ? t->gpus : 0;
    for (uint32_t i = 0; i < n->gpus && wanted; i++)
        if (left[i] == 1000) {
            left[i] = 0;
            wanted--;
        }
    after->whole = 0;
    for (uint32_t i = 0; i < n->gpus; i++)
        after->whole = (uint16_t)(after->whole + (left[i] == 1000));
    return true;
}

static void amounts_and_gains_are_those_of_the_definition(void **s)
{
    uint32_t gains = 0;
    (void)s;

    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct arena a;
        struct fragmentation_mix m;
        struct rng r;
        arena_init(&a);
        rng_stream(&r, seed, RNG_PLACE, 0, 0);
        random_mix(&m, &a, &r);
        for (int k = 0; k < 100; k++) {
            uint16_t left[MOST], left_after[MOST];
            struct node_view n, after;
            struct task_view t;
            int64_t got[FRAGMENTS], expected[FRAGMENTS], gone[FRAGMENTS], sum = 0, gain;
            uint32_t device;
            random_node(&n, left, &r);
            fragmentation_amounts(&m, &n, got);
            naive_amounts(&m, &n, expected);
            assert_memory_equal(got, expected, sizeof got);
            for (int i = 0; i < FRAGMENTS; i++)
                sum += got[i];
            assert_true(sum == (int64_t)m.kept * n.idle);
            if (!random_task(&n, &t, &device, &after, left_after, &r))
                continue;
            naive_amounts(&m, &after, gone);
            gain = fragmentation_gain(&m, &n, &t, device);
            assert_true(gain == fragmentation_sum(expected) - fragmentation_sum(gone));
            assert_true(fabs(fragmentation_gain_as_published(&m, &n, &t, device) -
                             (double)gain / (double)m.kept) < 1e-8);
            gains++;
        }
        arena_free(&a);
    }
    assert_true(gains > 5000);
}

/* The published score with nothing but its doubles. */
static int64_t all_in_doubles(const struct fragmentation_mix *m, const struct node_view *n,
                              const struct task_view *t, uint32_t *device)
{
    int64_t best = -1;

    for (uint32_t i = 0; i < (t->milli < 1000 ? n->gpus : 1); i++) {
        int64_t score;
        if (t->milli < 1000 && n->left[i] < t->milli)
            continue;
        score =
            (int64_t)(100 * (1 / (1 + exp(-fragmentation_gain_as_published(m, n, t, i) / 1000))));
        if (score > best) {
            best = score;
            *device = i;
        }
    }
    return -best;
}

static void the_fgd_score_is_that_of_the_published_doubles(void **s)
{
    const struct policy_part *fgd = registry_find(AXIS_PLACE, "fgd");
    (void)s;

    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct arena a;
        struct fragmentation_mix m;
        struct rng r;
        arena_init(&a);
        rng_stream(&r, seed, RNG_PLACE, 0, 1);
        random_mix(&m, &a, &r);
        for (int k = 0; k < 100; k++) {
            uint16_t left[MOST], left_after[MOST];
            struct node_view n, after;
            struct task_view t;
            uint32_t any, device = 0, expected = 0;
            random_node(&n, left, &r);
            if (!random_task(&n, &t, &any, &after, left_after, &r))
                continue;
            assert_true(fgd->score(&m, &n, &t, &device) == all_in_doubles(&m, &n, &t, &expected));
            assert_int_equal(device, expected);
        }
        arena_free(&a);
    }
}

static void the_cluster_sums_follow_every_change(void **s)
{
    struct arena a;
    struct fragmentation_mix m;
    struct fragmentation_sums sums;
    struct node_view nodes[10];
    uint16_t left[10][MOST];
    struct rng r;
    (void)s;

    arena_init(&a);
    rng_stream(&r, 1, RNG_PLACE, 0, 2);
    random_mix(&m, &a, &r);
    fragmentation_sums_init(&sums, 10, &a);
    memset(nodes, 0, sizeof nodes);
    for (int step = 0; step < 500; step++) {
        uint32_t i = rng_below(&r, 10);
        int64_t expected[FRAGMENTS] = {0}, one[FRAGMENTS], idle = 0;
        random_node(&nodes[i], left[i], &r);
        fragmentation_sums_update(&sums, &m, i, &nodes[i]);
        for (uint32_t k = 0; k < 10; k++) {
            naive_amounts(&m, &nodes[k], one);
            for (int c = 0; c < FRAGMENTS; c++)
                expected[c] += one[c];
            idle += nodes[k].idle;
        }
        assert_memory_equal(sums.amount, expected, sizeof expected);
        assert_true(sums.idle == idle);
    }
    arena_free(&a);
}

static void the_mix_is_cut_at_its_coverage_with_the_crossing_task_included(void **s)
{
    struct fragmentation_task list[] = {{{1000, 5, 7, 1, 500}, 3, "b"},
                                        {{1000, 9, 7, 1, 500}, 3, "b"}, /* memory: the same shape */
                                        {{2000, 0, 7, 1, 500}, 2, ""},
                                        {{1000, 0, 7, 1, 1000}, 2, ""},
                                        {{9000, 0, 7, 0, 1000}, 5, "x"},
                                        {{9000, 0, 1, 0, 0}, 0, ""},
                                        {{1000, 0, 7, 1, 500}, 1, "a"}};
    struct fragmentation_mix m;
    struct arena a;
    (void)s;

    arena_init(&a);
    fragmentation_mix_build(&m, &a, list, 7, 80, 1);
    assert_int_equal(m.total, 16);
    assert_int_equal(m.n, 3); /* 6, 5, 2: 13 of 16 is past 80 % */
    assert_int_equal(m.kept, 13);
    assert_int_equal(m.task[0].count, 6);
    assert_int_equal(m.task[1].task.gpus, 0);
    assert_int_equal(m.task[2].task.cpu_milli, 2000);
    fragmentation_mix_build(&m, &a, list, 7, 100, 1);
    assert_int_equal(m.n, 5);
    assert_int_equal(m.task[3].task.milli, 1000);
    fragmentation_mix_build(&m, &a, list, 0, 100, 1);
    assert_int_equal(m.n, 0);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_and_gains_are_those_of_the_definition),
        cmocka_unit_test(the_fgd_score_is_that_of_the_published_doubles),
        cmocka_unit_test(the_cluster_sums_follow_every_change),
        cmocka_unit_test(the_mix_is_cut_at_its_coverage_with_the_crossing_task_included),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

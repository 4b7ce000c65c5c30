/* test_gauge.c - how badly free capacity lies, of a run small enough to count by hand. */
#include "lib/builders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define HOUR (3600 * NS_PER_S)

static void measure(const struct job_set *jobs, const struct topology *fleet, struct arena *a,
                    struct outcome *o)
{
    struct trial_config c = {.jobs = jobs,
                             .fleet = fleet,
                             .policy = "fifo,place=firstfit",
                             .horizon = 4 * HOUR,
                             .useful = {[JOB_DONE] = 1},
                             .measure_fragmentation = true};
    struct diag d = {0};

    assert_int_equal(trial_run(&c, a, o, &d), 0);
    assert_true(o->fragmentation.known);
}

static void expect_gang(const struct outcome *o, enum level l, uint32_t type, double mean)
{
    for (uint32_t i = 0; i < o->fragmentation.n_gangs; i++) {
        const struct outcome_gang *g = &o->fragmentation.gangs[i];
        if (g->level == l && g->gpu_type == type) {
            assert_true(g->mean == mean);
            return;
        }
    }
    fail_msg("no gang of level %s and type %u", level_name(l), type);
}

/* Racks of 4 + 4 and 2 + 8 GPUs; for half of the time one job holds the first node. */
static void the_largest_gang_is_told_by_level_and_type(void **state)
{
    struct node_spec spec[4] = {{.gpu_type = "a30", .gpus = 4, .domain = {[LEVEL_RACK] = "r0"}},
                                {.gpu_type = "a30", .gpus = 4, .domain = {[LEVEL_RACK] = "r0"}},
                                {.gpu_type = "a30", .gpus = 2, .domain = {[LEVEL_RACK] = "r1"}},
                                {.gpu_type = "v100", .gpus = 8, .domain = {[LEVEL_RACK] = "r1"}}};
    struct builders_job j = {.run = 2 * HOUR, .gpus = 4, .types = 1};
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
    struct diag d = {0};
    (void)state;

    arena_init(&a);
    assert_int_equal(topology_build(&fleet, &a, spec, 4, &d), 0);
    builders_jobs(&jobs, &a, &j, 1, NULL);
    measure(&jobs, &fleet, &a, &o);
    assert_false(o.fragmentation.mig_known);
    expect_gang(&o, LEVEL_NODE, 255, 8);
    expect_gang(&o, LEVEL_NODE, 0, 4);
    expect_gang(&o, LEVEL_NODE, 1, 8);
    expect_gang(&o, LEVEL_RACK, 255, 10);
    expect_gang(&o, LEVEL_RACK, 0, 6);    /* 4, then 8 */
    expect_gang(&o, LEVEL_SITE, 255, 16); /* 14, then 18 */
    expect_gang(&o, LEVEL_SITE, 0, 8);
    expect_gang(&o, LEVEL_SITE, 1, 8);
    assert_true(o.fragmentation.mean[FRAG_LARGEST_GANG] == 16);
    builders_free(&jobs);
    arena_free(&a);
}

/* Four slots; three 1g of an hour, the second of four: then slots 0, 2 and 3 are free, and a 2g fits at 2
 * only: slot 0 is of no use to it. Jobs ask for 1g three times as often as for 2g. */
static void slots_that_no_start_covers_are_holes(void **state)
{
    struct node_spec spec = {.gpu_type = "a30", .gpus = 1};
    struct builders_job j[4] = {
        {.run = HOUR, .gpus = 1, .share_milli = 250, .mig = job_mig(1, 0)},
        {.run = 5 * HOUR, .gpus = 1, .share_milli = 250, .mig = job_mig(1, 0)},
        {.run = HOUR, .gpus = 1, .share_milli = 250, .mig = job_mig(1, 0)},
        {.submit = 5 * HOUR, .run = HOUR, .gpus = 1, .share_milli = 500, .mig = job_mig(1, 1)}};
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
    struct diag d = {0};
    (void)state;

    arena_init(&a);
    assert_int_equal(topology_build(&fleet, &a, &spec, 1, &d), 0);
    builders_jobs(&jobs, &a, j, 4, NULL);
    measure(&jobs, &fleet, &a, &o);
    assert_true(o.fragmentation.mig_known);
    /* One slot of four, in a quarter of the demand: 62 milli-GPU, an hour of slot 3 and three of slot 0. */
    assert_true(o.fragmentation.mean[FRAG_MIG_HOLES] == 0.062);
    /* of 250 milli-GPU for one hour and 750 for three */
    assert_true(o.fragmentation.mig_holes_ratio == 62 * 4.0 / (250 + 3 * 750));
    builders_free(&jobs);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_gang_is_told_by_level_and_type),
        cmocka_unit_test(slots_that_no_start_covers_are_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_core_alone.c - the scheduling core decides without the simulator: this program links libsched.a
 * and nothing above it. */
#include "sched/core.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void the_core_schedules_a_hand_fed_cluster(void **state)
{
    struct arena a;
    struct topology fleet;
    struct node_spec specs[2];
    struct job_group groups[2] = {{1, 3}, {1, 2}};
    struct request requests[2];
    struct job_spec jobs[3];
    struct job_set set = {.specs = jobs,
                          .n = 3,
                          .requests = requests,
                          .n_requests = 2,
                          .groups = groups,
                          .n_groups = 2};
    struct composition policy;
    struct core core;
    struct diag d = {0};
    uint32_t n;
    (void)state;

    arena_init(&a);
    memset(specs, 0, sizeof specs);
    specs[0].gpus = specs[1].gpus = 4;
    assert_int_equal(topology_build(&fleet, &a, specs, 2, &d), 0);
    memset(requests, 0, sizeof requests);
    requests[0] =
        (struct request){.n_groups = 1, .replicas = 1, .gpus = 3, .demand_milli = 3000, .types = 1};
    requests[1] = (struct request){.first_group = 1,
                                   .n_groups = 1,
                                   .replicas = 1,
                                   .gpus = 2,
                                   .demand_milli = 2000,
                                   .types = 1};
    for (int i = 0; i < 3; i++)
        jobs[i] = (struct job_spec){.run = 100, .limit = 100, .request = i == 2};
    assert_int_equal(compose_parse("fifo,place=firstfit", &set, &policy, &d), 0);
    core_init(&core, &set, &fleet, &policy, 1, false, &a);
    core_reserve(&core);
    for (uint32_t i = 0; i < 3; i++)
        core_submit(&core, i, 0);
    core_pass(&core, 0);
    assert_int_equal(core.n_started,
                     2); /* one free GPU on each node: the third asks for two on one */
    assert_int_equal(core_held(&core, 1, &n)->node, 1);
    assert_int_equal(n, 1);
    core_pass(&core, 5);
    assert_int_equal(core.n_started, 0);
    core_finish(&core, 0, 100, 100);
    core_pass(&core, 100);
    assert_int_equal(core.n_started, 1);
    assert_int_equal(core.started[0], 2);
    assert_int_equal(core_held(&core, 2, &n)->node, 0);
    core_free(&core);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_core_schedules_a_hand_fed_cluster)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

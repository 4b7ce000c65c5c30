/* test_core_alone.c - the scheduling core decides without the simulator: this program links libsched.a
 * and nothing above it, and plays the host of the contract by hand. */
#include "sched/core_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { NODES = 2, JOBS = 3 };

struct hand {
    struct berth_decision decided[8];
    struct berth_piece piece[8];
    uint32_t n;
};

static berth_status emit(void *ctx, const struct berth_decision *d)
{
    struct hand *h = ctx;

    h->decided[h->n] = *d;
    h->piece[h->n++] = d->pieces[0];
    return 0;
}

static void *give(void *ctx, size_t n, size_t align)
{
    (void)ctx;
    return aligned_alloc(align, (n + align - 1) / align * align);
}

static void take(void *ctx, void *p)
{
    (void)ctx;
    free(p);
}

static void say(void *ctx, int level, const char *utf8, uint32_t n)
{
    (void)ctx;
    print_message("%d: %.*s\n", level, (int)n, utf8);
}

static const void *none(void *ctx, const char *id)
{
    (void)ctx;
    (void)id;
    return NULL;
}

static void the_core_schedules_a_hand_fed_cluster(void **state)
{
    static const struct berth_group groups[2] = {{1, 3}, {1, 2}};
    struct berth_node nodes[NODES] = {{.gpus = 4, .numa = 1},
                                      {.gpus = 4, .numa = 1, .first_gpu = 4}};
    struct berth_request requests[2] = {{.groups = groups,
                                         .n_groups = 1,
                                         .replicas = 1,
                                         .gpus = 3,
                                         .demand_milli = 3000,
                                         .types = 1},
                                        {.groups = groups + 1,
                                         .n_groups = 1,
                                         .replicas = 1,
                                         .gpus = 2,
                                         .demand_milli = 2000,
                                         .types = 1}};
    struct berth_job jobs[JOBS];
    struct berth_event events[JOBS];
    static const uint32_t domains[BERTH_LEVELS] = {NODES, NODES, NODES, NODES, NODES, 1, 1, 1};
    static const char *const types[] = {"v100-sxm2-32"};
    uint16_t n_free[NODES] = {4, 4};
    uint64_t free_mask[NODES] = {15, 15};
    struct berth_view view = {.size = sizeof view,
                              .words = 1,
                              .n_gpus = 8,
                              .n_types = 1,
                              .nodes = {nodes, NODES, sizeof *nodes},
                              .requests = {requests, 2, sizeof *requests},
                              .jobs = {jobs, 0, sizeof *jobs},
                              .domains = domains,
                              .types = types,
                              .free_mask = free_mask,
                              .n_free = n_free};
    struct hand hand = {.n = 0};
    struct berth_host host = {.size = sizeof host,
                              .ctx = &hand,
                              .emit = emit,
                              .alloc = give,
                              .free = take,
                              .log = say,
                              .extension = none};
    struct berth_config config = {
        .size = sizeof config, .text = "fifo,place=firstfit,estimate=none", .seed = 1};
    void *core;
    (void)state;

    memset(jobs, 0, sizeof jobs);
    memset(events, 0, sizeof events);
    for (uint32_t i = 0; i < NODES; i++)
        for (int l = 0; l < BERTH_LEVELS; l++)
            nodes[i].domain[l] = l <= BERTH_LEVEL_NVLINK ? i : 0;
    for (uint32_t i = 0; i < JOBS; i++) {
        jobs[i] = (struct berth_job){.key = i,
                                     .request = i == 2,
                                     .limit = 100,
                                     .user = BERTH_NONE,
                                     .state = BERTH_JOB_PENDING};
        events[i] = (struct berth_event){.kind = BERTH_EV_JOB_SUBMITTED, .job = i, .key = i};
    }
    assert_int_equal(core_policy.create(&host, &view, &config, &core), 0);
    view.jobs.n = JOBS;
    assert_int_equal(core_policy.decide(core, &view, events, JOBS, BERTH_MODE_RUN), 0);
    /* One free GPU on each node: the third asks for two on one. */
    assert_int_equal(hand.n, 2);
    assert_int_equal(hand.decided[1].kind, BERTH_DO_START);
    assert_int_equal(hand.decided[1].job, 1);
    assert_int_equal(hand.piece[1].node, 1);
    assert_int_equal(hand.piece[1].mask, 7);
    view.now = 100;
    events[0] = (struct berth_event){
        .kind = BERTH_EV_JOB_FINISHED, .job = 0, .key = 0, .at = 100, .a = 100};
    assert_int_equal(core_policy.decide(core, &view, events, 1, BERTH_MODE_RUN), 0);
    assert_int_equal(hand.n, 3);
    assert_int_equal(hand.decided[2].job, 2);
    assert_int_equal(hand.piece[2].node, 0);
    core_policy.destroy(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_core_schedules_a_hand_fed_cluster)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

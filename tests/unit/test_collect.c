/* test_collect.c - the collector, driven by hand: jobs that stop, start again, move and lose work.
 *
 * Node 0 has four GPUs of type a, node 1 four of type b. Sums are in milli-GPU x ns and exact. */
#include "lib/builders.h"
#include "metrics/collect.h"
#include "metrics/quantile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct hand {
    struct arena arena;
    struct topology fleet;
    struct job_set jobs;
    struct collect c;
    struct observer o;
    struct outcome out;
    int64_t free[TOPOLOGY_TYPES];
    uint32_t pending, running;
};

static const uint8_t useful[JOB_ENDS] = {[JOB_DONE] = 1};

static void set_up(struct hand *t, const struct builders_job *jobs, uint32_t n, ns_t warmup)
{
    struct node_spec spec[2] = {{.gpu_type = "a", .gpus = 4}, {.gpu_type = "b", .gpus = 4}};
    struct diag d;

    memset(t, 0, sizeof *t);
    arena_init(&t->arena);
    assert_int_equal(topology_build(&t->fleet, &t->arena, spec, 2, &d), 0);
    builders_jobs(&t->jobs, &t->arena, jobs, n, NULL);
    t->o = collect_init(&t->c, &t->jobs, &t->fleet,
                        &(struct collect_config){.useful = useful,
                                                 .warmup = warmup,
                                                 .keep_waits = true,
                                                 .keep_series = true,
                                                 .keep_segments = true},
                        &t->arena);
    t->free[0] = t->free[1] = 4000;
}

static void tear_down(struct hand *t)
{
    builders_free(&t->jobs);
    arena_free(&t->arena);
}

/* The first n devices of a node. */
static struct held on(uint32_t node, uint32_t n)
{
    return (struct held){node, 0, 1000, (UINT64_C(1) << n) - 1};
}

static void take(struct hand *t, const struct held *h, int sign)
{
    t->free[h->node] -= sign * (int64_t)__builtin_popcountll(h->mask) * h->milli;
}

static void at(struct hand *t, ns_t now)
{
    t->o.advance(t->o.ctx, now);
}

static void submit(struct hand *t, uint32_t job, ns_t now)
{
    t->pending++;
    t->o.submit(t->o.ctx, job, now);
}

static void start(struct hand *t, uint32_t job, ns_t now, struct held h)
{
    t->pending--;
    t->running++;
    take(t, &h, 1);
    t->o.start(t->o.ctx, job, now, &h, 1);
}

static void stop(struct hand *t, uint32_t job, ns_t now, struct held h, enum stop_reason why)
{
    t->pending++;
    t->running--;
    take(t, &h, -1);
    t->o.stop(t->o.ctx, job, now, &h, 1, why);
}

static void finish(struct hand *t, uint32_t job, ns_t now, struct held h)
{
    t->running--;
    take(t, &h, -1);
    t->o.finish(t->o.ctx, job, now, &h, 1);
}

static void phase(struct hand *t, uint32_t job, ns_t now, enum phase p, struct held h)
{
    t->o.phase(t->o.ctx, job, now, p, &h, 1);
}

static void lose(struct hand *t, uint32_t job, ns_t now, ns_t work, struct held h)
{
    t->o.lose(t->o.ctx, job, now, work, &h, 1);
}

static void settle(struct hand *t, ns_t now)
{
    static const int64_t none[TOPOLOGY_TYPES];

    t->o.settle(t->o.ctx, now,
                &(struct observed_state){.pending_jobs = t->pending,
                                         .running_jobs = t->running,
                                         .free_milli = t->free,
                                         .gang_wait_milli = none});
}

static void end(struct hand *t, ns_t now)
{
    t->out.jobs = &t->jobs;
    t->out.fleet = &t->fleet;
    t->out.warmup = t->c.warmup;
    memcpy(t->out.useful, useful, sizeof useful);
    assert_true(collect_finish(&t->c, now, &t->out, &t->arena));
    quantile_jobs(&t->out);
}

static void assert_bucket(const struct hand *t, enum bucket b, int64_t total, int64_t type_a)
{
    assert_int_equal((int64_t)t->out.total.bucket[b], total);
    assert_int_equal((int64_t)t->out.by_type[0].bucket[b], type_a);
}

/* Start, checkpoint, preemption that loses 20 ns, restart with restore, end. */
static const struct builders_job one[1] = {{.submit = 10, .run = 200, .gpus = 4}};

static void play_one(struct hand *t)
{
    at(t, 10);
    submit(t, 0, 10);
    start(t, 0, 10, on(0, 4));
    phase(t, 0, 10, PHASE_STARTUP, on(0, 4));
    settle(t, 10);
    at(t, 15);
    phase(t, 0, 15, PHASE_WORK, on(0, 4));
    settle(t, 15);
    at(t, 65);
    phase(t, 0, 65, PHASE_CHECKPOINT, on(0, 4));
    settle(t, 65);
    at(t, 70);
    phase(t, 0, 70, PHASE_WORK, on(0, 4));
    settle(t, 70);
    at(t, 90);
    lose(t, 0, 90, 20, on(0, 4));
    stop(t, 0, 90, on(0, 4), STOP_PREEMPTED);
    settle(t, 90);
    at(t, 120);
    start(t, 0, 120, on(1, 4));
    phase(t, 0, 120, PHASE_RESTORE, on(1, 4));
    settle(t, 120);
    at(t, 130);
    phase(t, 0, 130, PHASE_WORK, on(1, 4));
    settle(t, 130);
    at(t, 280);
    finish(t, 0, 280, on(1, 4));
    settle(t, 280);
    end(t, 300);
}

static void every_phase_of_a_preempted_job_is_booked_to_the_nanosecond(void **s)
{
    struct hand t;

    (void)s;
    set_up(&t, one, 1, 0);
    play_one(&t);
    assert_bucket(&t, BUCKET_USEFUL, (50 + 150) * 4000, 50 * 4000);
    assert_bucket(&t, BUCKET_STARTUP, 5 * 4000, 5 * 4000);
    assert_bucket(&t, BUCKET_CHECKPOINT, 5 * 4000, 5 * 4000);
    assert_bucket(&t, BUCKET_RESTORE, 10 * 4000, 0);
    assert_bucket(&t, BUCKET_LOST_WORK, 20 * 4000, 20 * 4000);
    assert_int_equal((int64_t)t.out.capacity, 8000 * 300);
    for (int b = 0; b <= BUCKET_LOST_WORK; b++)
        assert_true(t.out.by_size[job_size_class(4, 0)].bucket[b] == t.out.total.bucket[b]);
    assert_int_equal(t.out.stops[STOP_PREEMPTED], 1);
    tear_down(&t);
}

static void a_result_tells_runs_waits_losses_and_overhead(void **s)
{
    struct hand t;

    (void)s;
    set_up(&t, one, 1, 0);
    play_one(&t);
    const struct job_history *h = outcome_history(&t.out, 0);
    const struct job_result *r = &t.out.results[0];
    assert_int_equal(r->start, 10);
    assert_int_equal(r->end, 280);
    assert_int_equal(r->starts, 2);
    assert_int_equal(h->ran, 80 + 160);
    assert_int_equal(h->work, 70 + 150);
    assert_int_equal(h->lost, 20);
    assert_int_equal(h->overhead, 5 + 5 + 10);
    assert_int_equal(h->stops[STOP_PREEMPTED], 1);
    assert_false(h->waiting);
    assert_int_equal(outcome_job_pending(&t.out, 0), 30);
    assert_int_equal(outcome_job_worked(&t.out, 0), 200);
    assert_int_equal(outcome_runs(&t.out, 0), 2);
    struct job_run first = outcome_run(&t.out, 0, 0), second = outcome_run(&t.out, 0, 1);
    assert_int_equal(first.start, 10);
    assert_int_equal(first.end, 90);
    assert_int_equal(first.stop, STOP_PREEMPTED);
    assert_int_equal(t.out.segments[first.first_segment].node, 0);
    assert_int_equal(second.start, 120);
    assert_int_equal(second.end, 280);
    assert_int_equal(second.stop, STOP_REASONS);
    assert_int_equal(t.out.segments[second.first_segment].node, 1);
    assert_true(t.out.stats.wait.mean == 30e-9);
    assert_true(t.out.stats.first_wait.mean == 0);
    tear_down(&t);
}

/* Only 10 of the 20 lost ns lie after a warm-up of 80. */
static void work_lost_before_the_warm_up_is_not_moved(void **s)
{
    struct hand t;

    (void)s;
    set_up(&t, one, 1, 80);
    play_one(&t);
    assert_bucket(&t, BUCKET_USEFUL, 150 * 4000, 0);
    assert_bucket(&t, BUCKET_LOST_WORK, 10 * 4000, 10 * 4000);
    assert_bucket(&t, BUCKET_STARTUP, 0, 0);
    assert_bucket(&t, BUCKET_RESTORE, 10 * 4000, 0);
    assert_int_equal((int64_t)t.out.capacity, 8000 * 220);
    assert_int_equal(outcome_history(&t.out, 0)->lost, 20);
    tear_down(&t);
}

/* Works 0-30 on type a, 40-60 on type b, 70-80 on a again; then loses 45 of its 60 ns. */
static void a_loss_reaches_back_over_runs_and_types(void **s)
{
    static const struct builders_job job[1] = {{.run = 200, .gpus = 2, .end = JOB_FAILED}};
    struct hand t;

    (void)s;
    set_up(&t, job, 1, 0);
    at(&t, 0);
    submit(&t, 0, 0);
    start(&t, 0, 0, on(0, 2));
    settle(&t, 0);
    at(&t, 30);
    stop(&t, 0, 30, on(0, 2), STOP_SUSPENDED);
    settle(&t, 30);
    at(&t, 40);
    start(&t, 0, 40, on(1, 2));
    settle(&t, 40);
    at(&t, 60);
    stop(&t, 0, 60, on(1, 2), STOP_MIGRATED);
    start(&t, 0, 60, on(0, 2));
    phase(&t, 0, 60, PHASE_RESTORE, on(0, 2));
    settle(&t, 60);
    at(&t, 70);
    phase(&t, 0, 70, PHASE_WORK, on(0, 2));
    settle(&t, 70);
    at(&t, 80);
    lose(&t, 0, 80, 5, on(0, 2));
    lose(&t, 0, 80, 40, on(0, 2));
    stop(&t, 0, 80, on(0, 2), STOP_NODE_FAILURE);
    settle(&t, 80);
    end(&t, 100);
    assert_bucket(&t, BUCKET_USEFUL, 0, 0);
    assert_bucket(&t, BUCKET_DISCARDED, 15 * 2000, 15 * 2000);
    assert_bucket(&t, BUCKET_LOST_WORK, 45 * 2000, 25 * 2000);
    assert_bucket(&t, BUCKET_RESTORE, 10 * 2000, 10 * 2000);
    const struct job_history *h = outcome_history(&t.out, 0);
    assert_true(h->waiting);
    assert_int_equal(outcome_job_pending(&t.out, 0), 10 + 20);
    assert_int_equal(outcome_runs(&t.out, 0), 3);
    assert_string_equal(outcome_job_state(&t.out, 0), "SUBMITTED");
    assert_int_equal(t.out.stops[STOP_MIGRATED], 1);
    assert_int_equal(t.out.stops[STOP_SUSPENDED], 1);
    assert_int_equal(t.out.stops[STOP_NODE_FAILURE], 1);
    tear_down(&t);
}

static void a_job_cut_by_the_horizon_is_booked_up_to_it(void **s)
{
    static const struct builders_job job[2] = {{.run = 200, .gpus = 4}, {.run = 200, .gpus = 1}};
    struct hand t;

    (void)s;
    set_up(&t, job, 2, 0);
    at(&t, 0);
    submit(&t, 0, 0);
    submit(&t, 1, 0);
    start(&t, 0, 0, on(0, 4));
    start(&t, 1, 0, on(1, 1));
    settle(&t, 0);
    at(&t, 50);
    phase(&t, 0, 50, PHASE_CHECKPOINT, on(0, 4));
    settle(&t, 50);
    end(&t, 60);
    assert_bucket(&t, BUCKET_USEFUL, 50 * 4000 + 60 * 1000, 50 * 4000);
    assert_bucket(&t, BUCKET_CHECKPOINT, 10 * 4000, 10 * 4000);
    assert_int_equal((int64_t)t.out.by_size[job_size_class(4, 0)].bucket[BUCKET_CHECKPOINT],
                     10 * 4000);
    assert_string_equal(outcome_job_state(&t.out, 0), "RUNNING");
    struct job_run run = outcome_run(&t.out, 0, 0);
    assert_int_equal(run.end, 60);
    assert_int_equal(outcome_history(&t.out, 1) == NULL, 1);
    tear_down(&t);
}

/* What was known at the time: lost work is useful until it is lost. */
static void the_series_shows_lost_work_as_useful(void **s)
{
    struct hand t;
    int64_t sum = 0;

    (void)s;
    set_up(&t, one, 1, 0);
    play_one(&t);
    for (size_t i = 0; i < t.out.n_series; i++) {
        ns_t next = i + 1 < t.out.n_series ? t.out.series[i + 1].at : 300;
        sum += t.out.series[i].bucket[BUCKET_USEFUL] * (next - t.out.series[i].at);
        assert_int_equal(t.out.series[i].bucket[BUCKET_LOST_WORK], 0);
    }
    assert_int_equal(sum, (50 + 20 + 150) * 4000);
    tear_down(&t);
}

static void a_device_that_breaks_leaves_the_free_ones(void **s)
{
    static const struct builders_job job[1] = {{.run = 200, .gpus = 4}};
    int64_t down[TOPOLOGY_TYPES] = {4000};
    struct hand t;

    (void)s;
    set_up(&t, job, 1, 0);
    at(&t, 0);
    submit(&t, 0, 0);
    start(&t, 0, 0, on(0, 4));
    settle(&t, 0);
    at(&t, 30);
    lose(&t, 0, 30, 30, on(0, 4));
    stop(&t, 0, 30, on(0, 4), STOP_NODE_FAILURE);
    t.free[0] = 0;
    t.o.settle(t.o.ctx, 30,
               &(struct observed_state){
                   .free_milli = t.free,
                   .gang_wait_milli = (const int64_t[TOPOLOGY_TYPES]){0},
                   .down_milli = down,
                   .drained_milli = (const int64_t[TOPOLOGY_TYPES]){0},
               });
    end(&t, 50);
    assert_bucket(&t, BUCKET_LOST_WORK, 30 * 4000, 30 * 4000);
    assert_bucket(&t, BUCKET_USEFUL, 0, 0);
    assert_bucket(&t, BUCKET_DOWN, 20 * 4000, 20 * 4000);
    tear_down(&t);
}

static void fragmentation_is_a_mean_over_time(void **s)
{
    static const int64_t none[TOPOLOGY_TYPES];
    struct observed_gang gang[2] = {{LEVEL_NODE, OBSERVED_EVERY_TYPE, 3},
                                    {LEVEL_SITE, OBSERVED_EVERY_TYPE, 4}};
    struct observed_fragmentation f = {.scattered_milli = {0, 1000, 3000, 8000},
                                       .largest_gang = 4,
                                       .fgd_milli = 2000,
                                       .gangs = gang,
                                       .n_gangs = 2,
                                       .has_mig = true,
                                       .mig_holes_milli = 500,
                                       .mig_free_milli = 1000};
    struct observed_state state = {.gang_wait_milli = none, .fragmentation = &f};
    struct hand t;

    (void)s;
    set_up(&t, NULL, 0, 20);
    state.free_milli = t.free;
    at(&t, 0);
    t.o.settle(t.o.ctx, 0, &state);
    at(&t, 50);
    gang[0].gpus = 7;
    f = (struct observed_fragmentation){.scattered_milli = {0, 0, 0, 8000},
                                        .largest_gang = 8,
                                        .gangs = gang,
                                        .n_gangs = 2,
                                        .has_mig = true,
                                        .mig_free_milli = 4000};
    t.o.settle(t.o.ctx, 50, &state);
    end(&t, 80);
    assert_true(t.out.fragmentation.known && t.out.fragmentation.fgd_known);
    assert_true(t.out.fragmentation.mean[FRAG_SCATTERED_2] == 0.5);
    assert_true(t.out.fragmentation.mean[FRAG_SCATTERED_4] == 1.5);
    assert_true(t.out.fragmentation.mean[FRAG_SCATTERED_8] == 8);
    assert_true(t.out.fragmentation.mean[FRAG_LARGEST_GANG] == 6);
    assert_true(t.out.fragmentation.fgd_ratio == 0.125);
    assert_true(t.out.fragmentation.mean[FRAG_MIG_HOLES] == 0.25);
    assert_true(t.out.fragmentation.mig_holes_ratio == 0.1);
    assert_int_equal(t.out.fragmentation.n_gangs, 2);
    assert_true(t.out.fragmentation.gangs[0].mean == 5 && t.out.fragmentation.gangs[1].mean == 4);
    assert_int_equal(t.out.series[0].metric[FRAG_LARGEST_GANG], 4000);
    tear_down(&t);
}

static void a_job_that_comes_and_goes_needs_one_layer(void **s)
{
    static const struct builders_job job[1] = {{.run = 9000, .gpus = 4}};
    struct hand t;
    ns_t now = 0;

    (void)s;
    set_up(&t, job, 1, 0);
    at(&t, 0);
    submit(&t, 0, 0);
    for (int i = 0; i < 1000; i++, now += 5) {
        at(&t, now);
        start(&t, 0, now, on(0, 4));
        settle(&t, now);
        at(&t, now + 3);
        stop(&t, 0, now + 3, on(0, 4), STOP_PREEMPTED);
        settle(&t, now + 3);
    }
    assert_int_equal(t.c.history.layer.n, 2); /* one and nobody's */
    assert_int_equal(t.c.history.all.n, 1);
    t.o.lose(t.o.ctx, 0, now, 2999, NULL, 0);
    end(&t, now);
    assert_bucket(&t, BUCKET_USEFUL, 4000, 4000);
    assert_int_equal(outcome_runs(&t.out, 0), 1000);
    assert_int_equal(outcome_job_pending(&t.out, 0), 2000);
    tear_down(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_phase_of_a_preempted_job_is_booked_to_the_nanosecond),
        cmocka_unit_test(a_result_tells_runs_waits_losses_and_overhead),
        cmocka_unit_test(work_lost_before_the_warm_up_is_not_moved),
        cmocka_unit_test(a_loss_reaches_back_over_runs_and_types),
        cmocka_unit_test(a_job_cut_by_the_horizon_is_booked_up_to_it),
        cmocka_unit_test(the_series_shows_lost_work_as_useful),
        cmocka_unit_test(a_device_that_breaks_leaves_the_free_ones),
        cmocka_unit_test(fragmentation_is_a_mean_over_time),
        cmocka_unit_test(a_job_that_comes_and_goes_needs_one_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

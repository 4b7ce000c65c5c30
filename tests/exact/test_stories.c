/* test_stories.c - the stories "four GPUs scattered" (T1), "partial allocation deadlocks" (T2) and "mig-hole", to the
 * last unit of the clock. The same stories as scenario files are run by tests/golden/stories. */
#include "lib/builders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define HOUR (3600 * NS_PER_S)
#define GPU_HOURS(x) ((wide_t)(x)*1000 * HOUR)
#define GPU_SECONDS(x) ((wide_t)(x)*1000 * NS_PER_S)

struct story {
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
};

static void forget(struct story *s)
{
    builders_free(&s->jobs);
    arena_free(&s->a);
}

/* 4 nodes x 8 GPUs; from 08:00 (time 0) four 4-GPU jobs and twelve 1-GPU jobs; at 09:00 J asks for four
 * GPUs in one NVLink domain for 2 h. The small jobs that spreading puts on node 0 end at 15:00. */
static void scattered(struct story *s, const char *policy, uint8_t required, uint8_t preferred,
                      ns_t warmup, ns_t horizon)
{
    struct builders_job j[17];
    struct trial_config c = {.policy = policy,
                             .seed = 1,
                             .horizon = horizon,
                             .warmup = warmup,
                             .costs = {.save = 30 * NS_PER_S, .restore = 60 * NS_PER_S},
                             .keep_segments = true,
                             .keep_waits = true,
                             .keep_series = true};
    struct diag d = {0};

    memset(j, 0, sizeof j);
    for (int i = 0; i < 16; i++) {
        j[i].gpus = i < 4 ? 4 : 1;
        j[i].run = i == 4 || i == 8 || i == 12 ? 7 * HOUR : 12 * HOUR;
    }
    j[16] = (struct builders_job){.submit = HOUR,
                                  .run = 2 * HOUR,
                                  .replicas = 4,
                                  .gpus = 1,
                                  .required = required,
                                  .preferred = preferred};
    arena_init(&s->a);
    builders_fleet(&s->fleet, &s->a, 4, 8);
    builders_jobs(&s->jobs, &s->a, j, 17, NULL);
    c.jobs = &s->jobs;
    c.fleet = &s->fleet;
    c.useful[JOB_DONE] = 1;
    assert_int_equal(trial_run(&c, &s->a, &s->o, &d), 0);
}

static void a_scattered_gang_waits_six_hours_for_fragmentation_alone(void **state)
{
    struct story s;
    (void)state;
    scattered(&s, "fifo,place=spread", LEVEL_NVLINK, LEVEL_NONE, 0, NS_NEVER);
    assert_int_equal(s.o.results[16].start, 7 * HOUR);
    assert_int_equal(s.o.waits[16][WAIT_FRAGMENTATION], 6 * HOUR);
    assert_true(s.o.blocked_fitting == 6 * HOUR);
    assert_true(s.o.total.bucket[BUCKET_FRAGMENTATION] == GPU_HOURS(24));
    assert_true(s.o.frag[FRAG_NVLINK] == GPU_HOURS(24));
    forget(&s);
}

static void seven_eighths_are_allocated_while_it_waits(void **state)
{
    struct story s;
    (void)state;
    scattered(&s, "fifo,place=spread", LEVEL_NVLINK, LEVEL_NONE, HOUR, 7 * HOUR);
    assert_true(s.o.capacity == GPU_HOURS(32 * 6));
    assert_true(s.o.allocated == GPU_HOURS(28 * 6));
    assert_true(s.o.total.bucket[BUCKET_FRAGMENTATION] == GPU_HOURS(24));
    forget(&s);
}

static void the_same_load_packed_lets_it_start_at_once(void **state)
{
    struct story s;
    (void)state;
    scattered(&s, "fifo,place=bestfit", LEVEL_NVLINK, LEVEL_NONE, 0, NS_NEVER);
    assert_int_equal(s.o.results[16].start, HOUR);
    assert_true(s.o.total.bucket[BUCKET_FRAGMENTATION] == 0);
    assert_true(s.o.blocked_fitting == 0);
    forget(&s);
}

static void a_preferred_domain_is_given_up_for_an_immediate_start(void **state)
{
    struct story s;
    (void)state;
    scattered(&s, "fifo,place=spread", LEVEL_NONE, LEVEL_NVLINK, 0, NS_NEVER);
    assert_int_equal(s.o.results[16].start, HOUR);
    assert_true(s.o.total.bucket[BUCKET_FRAGMENTATION] == 0);
    forget(&s);
}

/* Three moves, side by side: 30 s out, 60 s in, and J starts when all three work again. */
static void moving_three_small_jobs_lets_it_start_after_ninety_seconds(void **state)
{
    struct story s;
    (void)state;
    scattered(&s, "fifo,place=spread,displace=migrate", LEVEL_NVLINK, LEVEL_NONE, 0, NS_NEVER);
    assert_int_equal(s.o.results[16].start, HOUR + 90 * NS_PER_S);
    assert_int_equal(s.o.stops[STOP_MIGRATED], 3);
    assert_true(s.o.total.bucket[BUCKET_CHECKPOINT] == (wide_t)3 * 30 * NS_PER_S * 1000);
    assert_true(s.o.total.bucket[BUCKET_RESTORE] == (wide_t)3 * 60 * NS_PER_S * 1000);
    assert_true(s.o.total.bucket[BUCKET_FRAGMENTATION] == 0);
    /* J's four GPUs, free already or kept for the moved until they work elsewhere. */
    assert_true(s.o.total.bucket[BUCKET_RESERVED] == (wide_t)4 * 90 * NS_PER_S * 1000);
    forget(&s);
}

/* 8 GPUs; X and Y of 6 workers x 1 GPU, 1 h of work; perhaps a job of 2 GPUs x 2 h behind them. */
static void two_gangs(struct story *s, const char *policy, bool third, ns_t horizon, int expected)
{
    static const char *const names[] = {"X", "Y", "Z"};
    struct builders_job j[3];

    memset(j, 0, sizeof j);
    j[0] = j[1] = (struct builders_job){.run = HOUR, .replicas = 6, .gpus = 1};
    j[2] = (struct builders_job){.run = 2 * HOUR, .gpus = 2};
    arena_init(&s->a);
    builders_fleet(&s->fleet, &s->a, 1, 8);
    builders_jobs(&s->jobs, &s->a, j, third ? 3 : 2, names);
    builders_run(&s->jobs, &s->fleet, policy, horizon, &s->a, &s->o, expected);
}

static void without_gangs_two_jobs_hold_everything_and_wait_for_ever(void **state)
{
    struct story s;
    (void)state;
    two_gangs(&s, "fifo,walk=skip,launch=pod", false, 3 * HOUR, STATUS_STUCK);
    assert_int_equal(s.o.status, RUN_STUCK);
    assert_true(s.o.total.bucket[BUCKET_GANG_WAIT] == GPU_HOURS(24));
    assert_true(s.o.allocated == s.o.capacity);
    assert_true(s.o.total.bucket[BUCKET_USEFUL] == 0);
    assert_string_equal(s.o.stuck,
                        "X holds 4 and waits for 2, Y holds 4 and waits for 2: X -> Y -> X");
    forget(&s);
}

static void a_hold_timeout_turns_deadlock_into_livelock(void **state)
{
    struct story s;
    (void)state;
    two_gangs(&s, "fifo,walk=skip,launch=pod,timeout=10m", false, NS_NEVER, STATUS_STUCK);
    /* Equal states at 0, 600 and 1,200 s: two whole cycles of 8 x 600 GPU-s. */
    assert_int_equal(s.o.horizon, 1200 * NS_PER_S);
    assert_true(s.o.total.bucket[BUCKET_GANG_WAIT] == GPU_SECONDS(2 * 4800));
    assert_true(s.o.total.bucket[BUCKET_USEFUL] == 0);
    forget(&s);
}

static void gangs_run_one_after_the_other_at_three_quarters(void **state)
{
    struct story s;
    (void)state;
    two_gangs(&s, "fifo", false, NS_NEVER, 0);
    assert_int_equal(s.o.results[0].end, HOUR);
    assert_int_equal(s.o.results[1].start, HOUR);
    assert_int_equal(s.o.results[1].end, 2 * HOUR);
    assert_true(s.o.total.bucket[BUCKET_USEFUL] == GPU_SECONDS(43200));
    assert_true(s.o.capacity == GPU_SECONDS(57600));
    /* Y asks for six while two are free: too few for the first hour, nobody asks in the second. */
    assert_true(s.o.total.bucket[BUCKET_TOO_FEW] + s.o.total.bucket[BUCKET_NO_DEMAND] ==
                GPU_SECONDS(14400));
    assert_true(s.o.total.bucket[BUCKET_TOO_FEW] == GPU_SECONDS(7200));
    forget(&s);
}

static void backfill_fills_the_two_spare_gpus(void **state)
{
    struct story s;
    (void)state;
    two_gangs(&s, "easy,estimate=exact", true, NS_NEVER, 0);
    assert_int_equal(s.o.results[2].start, 0);
    assert_int_equal(s.o.results[1].end, 2 * HOUR);
    assert_true(s.o.total.bucket[BUCKET_USEFUL] == s.o.capacity);
    forget(&s);
}

/* One H100. Seven 1g at 08:00 (time 0), three of them end at 09:00 and three others come, two end at 10:00, when
 * J asks for a 2g. One that started at 08:00 ends at 14:00. */
static void mig_hole(struct story *s, const char *policy)
{
    static const struct node_spec gpu = {.gpu_type = "h100-sxm", .gpus = 1};
    static const int hours[] = {6, 1, 1, 12, 12, 2, 1, 1, 11, 11};
    struct builders_job j[11];
    struct diag d = {0};

    memset(j, 0, sizeof j);
    for (int i = 0; i < 10; i++)
        j[i] = (struct builders_job){
            .submit = i < 7 ? 0 : HOUR, .run = hours[i] * HOUR, .mig = job_mig(0, 0)};
    j[10] = (struct builders_job){.submit = 2 * HOUR, .run = HOUR, .mig = job_mig(0, 3)};
    arena_init(&s->a);
    assert_int_equal(topology_build(&s->fleet, &s->a, &gpu, 1, &d), 0);
    builders_jobs(&s->jobs, &s->a, j, 11, NULL);
    builders_run(&s->jobs, &s->fleet, policy, NS_NEVER, &s->a, &s->o, 0);
}

static void a_2g_waits_beside_two_free_slots_for_geometry_alone(void **state)
{
    struct story s;
    (void)state;
    mig_hole(&s, "fifo,place=firstfit");
    assert_int_equal(s.o.results[10].start, 6 * HOUR);
    assert_int_equal(s.o.waits[10][WAIT_FRAGMENTATION], 4 * HOUR);
    /* Two of the three free slots for four hours; the third is no demand. */
    assert_true(s.o.frag[FRAG_MIG] == GPU_HOURS(1));
    assert_true(s.o.total.bucket[BUCKET_FRAGMENTATION] == GPU_HOURS(1));
    forget(&s);
}

static void starts_that_spare_the_2g_leave_it_two_slots_side_by_side(void **state)
{
    struct story s;
    (void)state;
    mig_hole(&s, "fifo,place=bestfit");
    assert_int_equal(s.o.results[10].start, 2 * HOUR);
    assert_true(s.o.total.bucket[BUCKET_FRAGMENTATION] == 0);
    forget(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scattered_gang_waits_six_hours_for_fragmentation_alone),
        cmocka_unit_test(seven_eighths_are_allocated_while_it_waits),
        cmocka_unit_test(the_same_load_packed_lets_it_start_at_once),
        cmocka_unit_test(moving_three_small_jobs_lets_it_start_after_ninety_seconds),
        cmocka_unit_test(a_preferred_domain_is_given_up_for_an_immediate_start),
        cmocka_unit_test(without_gangs_two_jobs_hold_everything_and_wait_for_ever),
        cmocka_unit_test(a_hold_timeout_turns_deadlock_into_livelock),
        cmocka_unit_test(gangs_run_one_after_the_other_at_three_quarters),
        cmocka_unit_test(backfill_fills_the_two_spare_gpus),
        cmocka_unit_test(a_2g_waits_beside_two_free_slots_for_geometry_alone),
        cmocka_unit_test(starts_that_spare_the_2g_leave_it_two_slots_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

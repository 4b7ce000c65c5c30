/* test_share.c - what requests for a part of a device are given, and where what they did not ask for is booked. */
#include "lib/builders.h"
#include "sched/compose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define HOUR (3600 * NS_PER_S)

static void the_smallest_profile_covers_slices_and_slots(void **state)
{
    static const struct {
        uint32_t layout, share, profile;
    } want[] = {
        {0, 1, 0},   {0, 125, 0}, {0, 126, 2}, {0, 142, 2}, {0, 143, 3}, {0, 250, 3},
        {0, 251, 4}, {0, 428, 4}, {0, 429, 5}, {0, 500, 5}, {0, 501, 6}, {0, 999, 6},
        {1, 250, 0}, {1, 251, 1}, {1, 500, 1}, {1, 501, 2}, {1, 999, 2},
    };
    (void)state;

    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_int_equal(geometry_covering(&geometry_layout[want[i].layout], want[i].share),
                         want[i].profile);
}

static void fleet_of(struct topology *t, struct arena *a, const char *gpu, uint32_t gpus)
{
    struct node_spec spec = {.gpu_type = gpu, .gpus = gpus, .nvlink_gpus = gpus};
    struct diag d = {0};

    assert_int_equal(topology_build(t, a, &spec, 1, &d), 0);
}

/* Three jobs of an hour, a quarter of a GPU each, and one MIG 1g, on two GPUs. */
static void run_quarters(const char *policy, struct arena *a, struct outcome *o)
{
    struct builders_job j[4] = {{.run = HOUR, .gpus = 1, .share_milli = 250, .tenant = 0},
                                {.run = HOUR, .gpus = 1, .share_milli = 250, .tenant = 1},
                                {.run = HOUR, .gpus = 1, .share_milli = 250, .tenant = 1},
                                {.run = HOUR, .gpus = 1, .share_milli = 125, .mig = job_mig(0, 0)}};
    struct topology *fleet = ARENA_NEW(a, struct topology);
    struct job_set *jobs = ARENA_NEW(a, struct job_set);

    fleet_of(fleet, a, "h100-sxm", 2);
    builders_jobs(jobs, a, j, 4, NULL);
    builders_run(jobs, fleet, policy, NS_NEVER, a, o, 0);
}

static void booked(const struct ledger_row *row, int64_t useful, int64_t idle)
{
    assert_true(row->bucket[BUCKET_USEFUL] == (wide_t)useful * HOUR);
    assert_true(row->bucket[BUCKET_HELD_IDLE] == (wide_t)idle * HOUR);
}

static void a_share_alone_on_its_device_holds_the_rest_idle(void **state)
{
    struct arena a;
    struct outcome o;
    (void)state;

    arena_init(&a);
    run_quarters("fifo,share=exclusive", &a, &o);
    assert_int_equal(o.horizon, 2 * HOUR);
    booked(&o.total, 875, 3125);
    booked(&o.by_type[0], 875, 3125);
    booked(&o.by_tenant[0], 375, 1625);
    booked(&o.by_tenant[1], 500, 1500);
    assert_true(o.allocated == o.capacity);
    builders_free((struct job_set *)(uintptr_t)o.jobs);
    arena_free(&a);
}

static void a_share_as_an_instance_leaves_the_other_slots_to_others(void **state)
{
    struct arena a;
    struct outcome o;
    char name[16];
    (void)state;

    arena_init(&a);
    run_quarters("fifo,share=mig", &a, &o);
    assert_int_equal(o.horizon, HOUR);
    booked(&o.total, 875, 0);
    assert_string_equal(outcome_instance(&o, &o.segments[0], name, sizeof name), "2g.20gb@4");
    builders_free((struct job_set *)(uintptr_t)o.jobs);
    arena_free(&a);
}

static void stopping_is_booked_as_asked_and_the_rest_stays_idle(void **state)
{
    static const char *const policy = "order=srtf,estimate=exact,walk=desired,share=exclusive";
    struct builders_job j[2] = {
        {.run = HOUR, .gpus = 1, .share_milli = 400},
        {.submit = HOUR / 2, .run = HOUR / 4, .gpus = 1, .share_milli = 300}};
    struct trial_config c = {.policy = policy,
                             .costs = {.save = 60 * NS_PER_S, .restore = 90 * NS_PER_S},
                             .warmup = HOUR / 4,
                             .horizon = NS_NEVER,
                             .useful = {[JOB_DONE] = 1}};
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
    struct diag d = {0};
    (void)state;

    arena_init(&a);
    fleet_of(&fleet, &a, "v100", 1);
    builders_jobs(&jobs, &a, j, 2, NULL);
    c.fleet = &fleet;
    c.jobs = &jobs;
    assert_int_equal(trial_run(&c, &a, &o, &d), 0);
    assert_true(o.stops[STOP_PREEMPTED] > 0);
    assert_true(o.total.bucket[BUCKET_USEFUL] ==
                (wide_t)400 * (HOUR * 3 / 4) + (wide_t)300 * (HOUR / 4));
    assert_true(o.total.bucket[BUCKET_CHECKPOINT] == (wide_t)400 * 60 * NS_PER_S);
    assert_true(o.total.bucket[BUCKET_RESTORE] == (wide_t)400 * 90 * NS_PER_S);
    assert_true(o.total.bucket[BUCKET_HELD_IDLE] ==
                (wide_t)600 * (HOUR * 3 / 4 + 150 * NS_PER_S) + (wide_t)700 * (HOUR / 4));
    assert_true(o.allocated == o.capacity);
    builders_free(&jobs);
    arena_free(&a);
}

/* ---- what a policy of somebody else's may give ---- */

struct give {
    const struct berth_host *host;
    struct berth_piece piece;
    berth_status status;
    bool asked;
};

static struct give give;

static berth_status create(const struct berth_host *host, const struct berth_view *v,
                           const struct berth_config *config, void **self)
{
    (void)v;
    (void)config;
    give.host = host;
    give.asked = false;
    *self = &give;
    return 0;
}

static void destroy(void *self)
{
    (void)self;
}

/* One try with the piece, then a whole device whatever was said, so that the run ends. */
static berth_status decide(void *self, const struct berth_view *v, const struct berth_event *e,
                           uint32_t n, uint32_t mode)
{
    struct berth_piece whole = {.node = 0, .milli = 1000, .mask = 1};
    struct berth_decision d = {.size = sizeof d, .kind = BERTH_DO_START, .n_pieces = 1};
    (void)self;
    (void)v;
    (void)e;
    (void)n;
    (void)mode;

    if (give.asked)
        return 0;
    give.asked = true;
    d.pieces = &give.piece;
    give.status = give.host->emit(give.host->ctx, &d);
    d.pieces = &whole;
    if (give.status)
        give.host->emit(give.host->ctx, &d);
    return 0;
}

static const struct berth_policy giver = {
    BERTH_HEAD,       .id = "giver",      .summary = "gives one piece",
    .version = "1",   .source = "",       .uses = BERTH_CAN_SHARE | BERTH_CAN_MIG,
    .create = create, .destroy = destroy, .decide = decide};

/* The answer to this piece for a job that asks for the share or the profile. */
static berth_status answer(uint32_t share, uint8_t mig, struct berth_piece piece, int64_t idle)
{
    struct builders_job j = {.run = HOUR, .gpus = 1, .share_milli = share, .mig = mig};
    struct trial_config c = {
        .policy = "", .own = &giver, .horizon = NS_NEVER, .useful = {[JOB_DONE] = 1}};
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
    struct diag d = {0};

    arena_init(&a);
    fleet_of(&fleet, &a, "h100-sxm", 2);
    builders_jobs(&jobs, &a, &j, 1, NULL);
    c.fleet = &fleet;
    c.jobs = &jobs;
    give.piece = piece;
    trial_run(&c, &a, &o, &d);
    if (!give.status) {
        assert_int_equal(o.status, RUN_FINISHED);
        booked(&o.total, share, idle);
        booked(&o.by_tenant[0], share, idle);
    }
    builders_free(&jobs);
    arena_free(&a);
    return give.status;
}

static struct berth_piece instance(uint16_t profile, uint16_t start, uint16_t milli)
{
    return (struct berth_piece){0, (uint16_t)(8 * (profile + 1) + start), milli, 1};
}

static void a_start_may_give_more_than_was_asked_for_and_not_less(void **state)
{
    const struct berth_piece whole = {0, 0, 1000, 1}, two = {0, 0, 1000, 3}, third = {0, 0, 300, 1},
                             beside = {0, 0, 301, 1};
    const uint8_t mig_2g = job_mig(0, 3);
    (void)state;

    assert_int_equal(answer(300, 0, third, 0), 0);
    assert_int_equal(answer(300, 0, whole, 700), 0);
    assert_int_equal(answer(300, 0, instance(4, 4, 500), 200), 0);
    assert_int_equal(answer(300, 0, instance(6, 0, 1000), 700), 0);
    assert_int_equal(answer(300, 0, beside, 0), -BERTH_R_INCOMPLETE);
    assert_int_equal(answer(300, 0, two, 0), -BERTH_R_INCOMPLETE);
    assert_int_equal(answer(300, 0, instance(3, 0, 250), 0), -BERTH_R_INCOMPLETE);
    assert_int_equal(answer(300, 0, instance(4, 4, 300), 0), -BERTH_R_INCOMPLETE);
    assert_int_equal(answer(300, 0, instance(4, 2, 500), 0), -BERTH_R_NOT_FREE);
    assert_int_equal(answer(250, mig_2g, instance(3, 0, 250), 0), 0);
    assert_int_equal(answer(250, mig_2g, instance(5, 0, 500), 250), 0);
    assert_int_equal(answer(250, mig_2g, whole, 750), 0);
    assert_int_equal(answer(250, mig_2g, instance(2, 0, 250), 0), -BERTH_R_INCOMPLETE);
    assert_int_equal(answer(250, mig_2g, (struct berth_piece){0, 0, 250, 1}, 0),
                     -BERTH_R_INCOMPLETE);
    assert_int_equal(answer(125, job_mig(0, 1), instance(6, 0, 1000), 0), -BERTH_R_INCOMPLETE);
}

static void what_can_never_be_given_is_refused_at_the_start(void **state)
{
    struct builders_job j = {.run = HOUR, .gpus = 1, .replicas = 3, .share_milli = 300};
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
    (void)state;

    arena_init(&a);
    fleet_of(&fleet, &a, "v100", 2);
    builders_jobs(&jobs, &a, &j, 1, NULL);
    builders_run(&jobs, &fleet, "fifo", NS_NEVER, &a, &o, 0);
    builders_run(&jobs, &fleet, "fifo,share=exclusive", NS_NEVER, &a, &o, STATUS_POLICY);
    builders_run(&jobs, &fleet, "fifo,share=mig", NS_NEVER, &a, &o, STATUS_POLICY);
    builders_free(&jobs);
    arena_free(&a);
}

static void instances_and_scores_do_not_compose(void **state)
{
    struct composition c;
    struct diag d = {0};
    (void)state;

    assert_int_equal(compose_parse("fifo,place=fgd,share=mig", NULL, &c, &d), -1);
    assert_int_equal(compose_parse("fifo,place=fgd,share=exclusive", NULL, &c, &d), 0);
    assert_non_null(strstr(c.text, ",share=exclusive"));
    assert_int_equal(compose_parse("fifo,place=fgd", NULL, &c, &d), 0);
    assert_null(strstr(c.text, "share="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_profile_covers_slices_and_slots),
        cmocka_unit_test(a_share_alone_on_its_device_holds_the_rest_idle),
        cmocka_unit_test(a_share_as_an_instance_leaves_the_other_slots_to_others),
        cmocka_unit_test(stopping_is_booked_as_asked_and_the_rest_stays_idle),
        cmocka_unit_test(a_start_may_give_more_than_was_asked_for_and_not_less),
        cmocka_unit_test(what_can_never_be_given_is_refused_at_the_start),
        cmocka_unit_test(instances_and_scores_do_not_compose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

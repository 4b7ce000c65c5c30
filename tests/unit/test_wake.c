/* test_wake.c - timers of a policy on the contract: one more call in the same instant. */
#include "lib/builders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define MINUTE (60 * NS_PER_S)

/* Two jobs of one GPU on two nodes of one GPU change places after ten minutes: each is stopped, and
 * started where the other was in a second call of that instant. */
struct swap {
    const struct berth_host *host;
    ns_t late; /* asked for, once, before the present time */
    uint32_t stopped;
};

static struct swap instance;

static berth_status create(const struct berth_host *host, const struct berth_view *v,
                           const struct berth_config *config, void **self)
{
    (void)v;
    (void)config;
    instance.host = host;
    instance.stopped = 0;
    *self = &instance;
    return 0;
}

static void destroy(void *self)
{
    (void)self;
}

static berth_status emit(const struct swap *p, struct berth_decision d)
{
    d.size = sizeof d;
    return p->host->emit(p->host->ctx, &d);
}

static berth_status start(const struct swap *p, uint32_t job, uint32_t node)
{
    struct berth_piece piece = {.node = node, .milli = 1000, .mask = 1};

    return emit(p, (struct berth_decision){
                       .kind = BERTH_DO_START, .job = job, .n_pieces = 1, .pieces = &piece});
}

static berth_status stop(const struct swap *p, uint32_t job)
{
    return emit(p, (struct berth_decision){.kind = BERTH_DO_PREEMPT, .job = job});
}

static berth_status wake(const struct swap *p, ns_t at)
{
    return emit(p, (struct berth_decision){.kind = BERTH_DO_WAKE, .at = at});
}

static berth_status decide(void *self, const struct berth_view *v, const struct berth_event *e,
                           uint32_t n, uint32_t mode)
{
    struct swap *p = self;

    (void)mode;
    if (e[n - 1].kind == BERTH_EV_JOB_SUBMITTED)
        return start(p, 0, 0) | start(p, 1, 1) | wake(p, 10 * MINUTE);
    if (v->now != 10 * MINUTE)
        return 0;
    if (p->late) {
        ns_t at = p->late;
        p->late = 0;
        return wake(p, at) == -BERTH_R_TIME ? 0 : BERTH_E_STATE;
    }
    if (!p->stopped++)
        return stop(p, 0) | stop(p, 1) | wake(p, v->now);
    return start(p, 0, 1) | start(p, 1, 0);
}

static const struct berth_policy swapping = {
    BERTH_HEAD,       .id = "swap",       .needs = BERTH_CAN_PREEMPT,
    .create = create, .destroy = destroy, .decide = decide};

struct swapped {
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
};

static int run(struct swapped *s, struct diag *d)
{
    const struct builders_job jobs[] = {{.run = 60 * MINUTE, .gpus = 1},
                                        {.run = 60 * MINUTE, .gpus = 1}};
    struct trial_config c = {.jobs = &s->jobs,
                             .fleet = &s->fleet,
                             .policy = "",
                             .own = &swapping,
                             .seed = 1,
                             .horizon = NS_NEVER,
                             .keep_segments = true};

    arena_init(&s->a);
    builders_fleet(&s->fleet, &s->a, 2, 1);
    builders_jobs(&s->jobs, &s->a, jobs, 2, NULL);
    c.useful[JOB_DONE] = 1;
    return trial_run(&c, &s->a, &s->o, d);
}

static void forget(struct swapped *s)
{
    builders_free(&s->jobs);
    arena_free(&s->a);
}

static void two_jobs_change_places_in_one_instant(void **state)
{
    struct swapped s;
    struct diag d = {0};

    (void)state;
    instance.late = 0;
    if (run(&s, &d) < 0)
        fail_msg("%s", d.message);
    for (uint32_t i = 0; i < 2; i++) {
        struct job_run before, after;
        assert_int_equal(outcome_runs(&s.o, i), 2);
        before = outcome_run(&s.o, i, 0);
        after = outcome_run(&s.o, i, 1);
        assert_int_equal(before.end, 10 * MINUTE);
        assert_int_equal(after.start, 10 * MINUTE);
        assert_int_equal(after.end, 60 * MINUTE);
        assert_int_equal(s.o.segments[before.first_segment].node, i);
        assert_int_equal(s.o.segments[after.first_segment].node, 1 - i);
    }
    forget(&s);
}

static void a_wake_in_the_past_is_refused(void **state)
{
    struct swapped s;
    struct diag d = {0};

    (void)state;
    instance.late = 10 * MINUTE - 1;
    assert_int_equal(run(&s, &d), -1);
    assert_int_equal(d.status, STATUS_POLICY);
    assert_non_null(strstr(d.message, "the time is past"));
    forget(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_jobs_change_places_in_one_instant),
        cmocka_unit_test(a_wake_in_the_past_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_mig.c - MIG profiles of a trace: their names, the types that have them, members of several. */
#include "ingest/mig.h"
#include "lib/jobs.h"

#define TOP "# berth-trace 1\njob_id,submit,run,replicas,gpus_per_replica,gpu_types,cpu_milli,mig\n"

static struct arena arena;
static struct topology h100, mixed, sliced;

static void fleet_of(struct topology *t, const char *const *types, uint32_t n)
{
    struct node_spec specs[4] = {0};
    struct diag d;

    for (uint32_t i = 0; i < n; i++)
        specs[i] = (struct node_spec){.gpu_type = types[i], .gpus = 2, .cpu_milli = 64000};
    assert_int_equal(topology_build(t, &arena, specs, n, &d), 0);
}

static int set_up(void **s)
{
    static const char *const one[] = {"h100-sxm"},
                             *const three[] = {"a100-sxm-80", "a100-sxm-40", "h100-sxm"},
                             *const two[] = {"h100-sxm", "1g.10gb"};
    (void)s;
    arena_init(&arena);
    fleet_of(&h100, one, 1);
    fleet_of(&mixed, three, 3);
    fleet_of(&sliced, two, 2);
    return 0;
}

static int tear_down(void **s)
{
    (void)s;
    arena_free(&arena);
    return 0;
}

static void a_name_is_what_boards_call_it(void **s)
{
    static const char *const names[][2] = {{"1g.10gb", "1g.10gb"},
                                           {"mig-3g.40gb", "3g.40gb"},
                                           {"nvidia.com/mig-1g.10gb.me", "1g.10gb+me"},
                                           {"1g.10gb+me", "1g.10gb+me"}};
    char to[32];
    (void)s;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(mig_name(names[i][0], to, sizeof to), names[i][1]);
    assert_true(mig_is_name("1g.10gb") && mig_is_name("1g.10gb+me") && mig_is_name("7g.141gb"));
    assert_false(mig_is_name("g.10gb") || mig_is_name("1g10gb") || mig_is_name("1g.gb") ||
                 mig_is_name("1g.10gbx") || mig_is_name("h100") || mig_is_name("1g"));
}

static void a_profile_is_fitted_to_the_types_that_have_it(void **s)
{
    struct jobs j;
    const struct request *r;
    (void)s;
    jobs_text(&j, TOP "a,0,9,3,1,,,2g.20gb\n", NULL, &mixed);
    assert_int_equal(j.set.n, 1);
    r = &j.set.requests[0];
    assert_int_equal(r->types, 5); /* 2g.20gb is on both 80 GB boards, not on the small one */
    assert_int_equal(r->mig, job_mig(0, 3));
    assert_int_equal(r->share_milli, 250);
    assert_int_equal(r->demand_milli, 750);
    assert_int_equal(j.set.mig_demand[0][3], 3);
    jobs_free(&j);
}

static void a_name_of_two_profiles_keeps_the_types_that_agree(void **s)
{
    struct jobs j;
    (void)s;
    /* one slot of an A100 of 80 GB, two of one of 40 GB */
    jobs_text(&j, TOP "a,0,9,1,1,,,1g.10gb\n", NULL, &mixed);
    assert_int_equal(j.set.requests[0].types, 5);
    assert_int_equal(j.set.requests[0].share_milli, 125);
    assert_int_equal(j.summary.n_warnings, 1);
    assert_string_equal(
        j.summary.warnings[0].what,
        "MIG profile 1g.10gb is another one on a100-sxm-40, which is left out for it");
    jobs_free(&j);
    jobs_text(&j, TOP "a,0,9,1,1,a100-sxm-40,,1g.10gb\n", NULL, &mixed);
    assert_int_equal(j.set.requests[0].types, 2);
    assert_int_equal(j.set.requests[0].share_milli, 250);
    jobs_free(&j);
}

static void devices_named_like_the_profile_are_not_carved(void **s)
{
    struct jobs j;
    (void)s;
    jobs_text(&j, TOP "a,0,9,1,2,,,1g.10gb\nb,0,9,1,1,,,2g.20gb\n", NULL, &sliced);
    assert_int_equal(j.set.requests[0].types, 2);
    assert_int_equal(j.set.requests[0].mig, 0);
    assert_int_equal(j.set.requests[0].demand_milli, 2000);
    assert_int_equal(j.set.requests[1].types, 1);
    assert_int_equal(j.set.requests[1].mig, job_mig(0, 3));
    jobs_free(&j);
}

static void several_instances_of_a_member_become_replicas(void **s)
{
    struct jobs j;
    const struct request *r;
    (void)s;
    jobs_text(&j, TOP "a,0,9,1,3,,6000,1g.10gb\nb,0,9,2,2,,,1g.10gb\n", NULL, &h100);
    r = &j.set.requests[0];
    assert_true(r->replicas == 3 && r->gpus == 3 && r->cpu_milli == 2000);
    assert_int_equal(r->required, LEVEL_NODE); /* where the one member was */
    r = &j.set.requests[1];
    assert_true(r->replicas == 4 && r->gpus == 4 && r->required == LEVEL_NONE);
    jobs_free(&j);
}

static void what_no_device_can_hold_is_rejected(void **s)
{
    static const char *const cases[][2] = {
        {"a,0,9,15,1,,,1g.10gb",
         "asks for 15 replicas of up to 1 GPUs, the empty fleet has no room "
         "for them"},
        {"a,0,9,3,1,,,1g.10gb+me",
         "asks for 3 replicas of up to 1 GPUs, the empty fleet has no room "
         "for them"},
        {"a,0,9,1,1,,,1g.12gb",
         "asks for MIG profile '1g.12gb', h100-sxm has 1g.10gb, 1g.10gb+me, 1g.20gb, 2g.20gb, "
         "3g.40gb, 4g.40gb, 7g.80gb (nearest: '1g.10gb')"},
        {"a,0,9,1,1,,,10gb", "mig is '10gb', expected a profile such as 1g.10gb"},
    };
    (void)s;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct jobs j;
        char text[300];
        snprintf(text, sizeof text, TOP "ok,0,9,14,1,,,1g.10gb\n%s\n", cases[i][0]);
        jobs_text(&j, text, NULL, &h100);
        assert_int_equal(j.result, 0);
        assert_int_equal(j.set.n, 1);
        assert_string_equal(j.summary.rejects[0].reason, cases[i][1]);
        jobs_free(&j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_what_boards_call_it),
        cmocka_unit_test(a_profile_is_fitted_to_the_types_that_have_it),
        cmocka_unit_test(a_name_of_two_profiles_keeps_the_types_that_agree),
        cmocka_unit_test(devices_named_like_the_profile_are_not_carved),
        cmocka_unit_test(several_instances_of_a_member_become_replicas),
        cmocka_unit_test(what_no_device_can_hold_is_rejected),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* test_fgd_oracle.c - FGD and its baselines against the published program, node by node, GPU by GPU and digit
 * by digit: oracles/fgd beside the project, every file that is there. */
#include "lib/fgd.h"
#include "lib/recorded.h"
#include "experiment/trial.h"
#include "sched/registry.h"

#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* ---- single nodes ---- */

enum {
    U_MODEL,
    U_GPUS,
    U_CPU,
    U_LEFT,
    U_PODS,
    U_POD_CPU,
    U_POD_GPUS,
    U_POD_MILLI,
    U_POD_SPEC,
    U_Q1,
    U_FRAG = U_Q1 + FRAGMENTS,
    U_SCORE,
    U_GPU = U_SCORE + FGD_DETERMINISTIC,
    U_COLUMNS
};

static void check_unit(const struct fgd_trace *t, const struct recorded *u)
{
    uint16_t left[64];
    struct node_view n = {.left = left, .cpu_milli = recorded_number(u, U_CPU)};
    struct task_view task = {.cpu_milli = recorded_number(u, U_POD_CPU),
                             .gpus = (uint32_t)recorded_number(u, U_POD_GPUS),
                             .milli = (uint32_t)recorded_number(u, U_POD_MILLI)};
    int64_t amount[FRAGMENTS];
    uint32_t kind = 0, device;
    double kept = (double)t->mix.kept;

    n.type = (uint8_t)topology_type(&t->fleet, recorded_text(u, U_MODEL));
    for (const char *at = recorded_text(u, U_LEFT); *at; at += strspn(at, ";")) {
        char *end;
        left[n.gpus] = (uint16_t)strtoul(at, &end, 10);
        n.idle += left[n.gpus];
        n.whole = (uint16_t)(n.whole + (left[n.gpus++] == 1000));
        at = end;
    }
    assert_int_equal(n.gpus, recorded_number(u, U_GPUS));
    for (const char *at = recorded_text(u, U_PODS); *at; at += strspn(at, ";"), kind++) {
        char *end;
        if (strtoul(at, &end, 10))
            n.kinds |= (uint8_t)(1u << kind);
        at = end;
    }
    task.types = task.gpus ? fgd_types(&t->fleet, recorded_text(u, U_POD_SPEC)) : 0;
    task.milli = task.gpus ? task.milli : 1000;
    fragmentation_amounts(&t->mix, &n, amount);
    for (uint32_t k = 0; k < FRAGMENTS; k++)
        assert_true(fabs((double)amount[k] / kept - atof(recorded_text(u, U_Q1 + k))) < 1e-6);
    assert_true(fabs((double)fragmentation_sum(amount) / kept - atof(recorded_text(u, U_FRAG))) <
                1e-6);
    for (int p = 0; p < FGD_DETERMINISTIC; p++) {
        const struct policy_part *part = registry_find(AXIS_PLACE, fgd_policies[p].part);
        device = UINT32_MAX;
        if (-part->score(&t->mix, &n, &task, &device) != recorded_number(u, U_SCORE + (uint32_t)p))
            fail_msg("line %u: %s is %lld", csv_line(u->csv), fgd_policies[p].column,
                     (long long)-part->score(&t->mix, &n, &task, NULL));
        if (p == 0 && task.gpus && task.milli < 1000)
            assert_int_equal(device, recorded_number(u, U_GPU));
    }
}

static void single_nodes_have_the_amounts_scores_and_gpus_of_the_oracle(void **s)
{
    static struct csv_column columns[U_COLUMNS] = {{"model", true},
                                                   {"num_gpu", true},
                                                   {"cpu_left_milli", true},
                                                   {"gpu_left_milli", true},
                                                   {"pods_share_1_2_4_8", true},
                                                   {"pod_cpu_milli", true},
                                                   {"pod_num_gpu", true},
                                                   {"pod_gpu_milli", true},
                                                   {"pod_gpu_spec", true},
                                                   {"q1", true},
                                                   {"q2", true},
                                                   {"q3", true},
                                                   {"q4", true},
                                                   {"xl", true},
                                                   {"xr", true},
                                                   {"no_access", true},
                                                   {"frag", true}};
    char pattern[512];
    glob_t files;
    uint32_t rows = 0, left_out = 0;
    (void)s;

    if (!fgd_oracle("README.md", pattern, sizeof pattern))
        skip();
    for (int p = 0; p < FGD_DETERMINISTIC; p++)
        columns[U_SCORE + p] = (struct csv_column){fgd_policies[p].column, true};
    columns[U_GPU] = (struct csv_column){"fgd_gpu", true};
    fgd_oracle("", pattern, sizeof pattern);
    strcat(pattern, "units.*.csv*");
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct recorded u = recorded_open(files.gl_pathv[i], columns, U_COLUMNS);
        struct fgd_trace t;
        char variant[64];
        assert_int_equal(sscanf(strstr(files.gl_pathv[i], "units.") + 6, "%63[^.]", variant), 1);
        if (!fgd_load_shared(&t, variant)) {
            left_out++;
            recorded_close(&u);
            continue;
        }
        while (recorded_next(&u)) {
            check_unit(&t, &u);
            rows++;
        }
        fgd_free(&t);
        recorded_close(&u);
    }
    print_message("%u nodes in %zu files; %u files without their pods left out\n", rows,
                  files.gl_pathc, left_out);
    assert_true(rows > 0);
    globfree(&files);
}

/* ---- the typical pods ---- */

static void the_target_workload_is_that_of_the_oracle(void **s)
{
    static const struct csv_column columns[] = {
        {"variant", true},   {"idx", true},      {"cpu_milli", true},  {"num_gpu", true},
        {"gpu_milli", true}, {"gpu_spec", true}, {"probability", true}};
    struct fgd_trace t;
    char path[512], variant[64] = "";
    struct recorded u;
    bool have = false;
    uint32_t rows = 0, unknown = 0, n = 0;
    (void)s;

    if (!fgd_oracle("typical.csv", path, sizeof path))
        skip();
    u = recorded_open(path, columns, 7);
    while (recorded_next(&u)) {
        const struct fragmentation_task *k;
        uint32_t i = (uint32_t)recorded_number(&u, 1);
        if (strcmp(variant, recorded_text(&u, 0)) != 0) {
            if (have) {
                assert_int_equal(n, t.mix.n);
                fgd_free(&t);
            }
            snprintf(variant, sizeof variant, "%s", recorded_text(&u, 0));
            have = fgd_load_shared(&t, variant);
        }
        n = i + 1;
        if (!have) {
            unknown++;
            continue;
        }
        assert_true(i < t.mix.n);
        k = &t.mix.task[i];
        assert_int_equal(k->task.cpu_milli, recorded_number(&u, 2));
        assert_int_equal(k->task.gpus, recorded_number(&u, 3));
        assert_int_equal(k->task.milli, recorded_number(&u, 4));
        assert_string_equal(k->accepts, recorded_text(&u, 5));
        assert_true(t.mix.popularity[i] == atof(recorded_text(&u, 6)));
        rows++;
    }
    if (have)
        fgd_free(&t);
    recorded_close(&u);
    print_message("%u typical pods; %u of variants whose pods are not here\n", rows, unknown);
}

/* ---- step by step ---- */

enum {
    D_ROW,
    D_NODE,
    D_GPUS,
    D_ARRIVED,
    D_USED,
    D_NODES,
    D_ALL_GPUS,
    D_FRAG,
    D_RATIO,
    D_Q124,
    D_SCORE,
    D_COLUMNS
};

struct replay {
    const struct fgd_trace *t;
    struct recorded *steps;
    const char *path;
};

static void expect(const struct replay *p, const struct fgd_row *r, uint32_t column,
                   const char *what, const char *got)
{
    if (strcmp(recorded_text(p->steps, column), got) != 0)
        fail_msg("%s: step %u: %s is %s, the oracle has %s", p->path, r->step, what, got,
                 recorded_text(p->steps, column));
}

static void expect_number(const struct replay *p, const struct fgd_row *r, uint32_t column,
                          const char *what, int64_t got)
{
    if (recorded_number(p->steps, column) != got)
        fail_msg("%s: step %u: %s is %lld, the oracle has %s", p->path, r->step, what,
                 (long long)got, recorded_text(p->steps, column));
}

static void check_step(void *to, const struct fgd_row *r)
{
    const struct replay *p = to;
    char gpus[128] = "", value[64];
    size_t n = 0;

    assert_true(recorded_next(p->steps));
    expect_number(p, r, D_ROW, "pod", r->pod);
    expect(p, r, D_NODE, "node", r->node == NODE_NONE ? "" : p->t->fleet.name[r->node]);
    for (uint32_t i = 0; i < 64; i++)
        if (r->gpus >> i & 1)
            n += (size_t)snprintf(gpus + n, sizeof gpus - n, n ? "-%u" : "%u", i);
    expect(p, r, D_GPUS, "GPUs", gpus);
    expect_number(p, r, D_ARRIVED, "arrived", r->arrived);
    expect_number(p, r, D_USED, "used", r->used);
    expect_number(p, r, D_NODES, "used nodes", r->used_nodes);
    expect_number(p, r, D_ALL_GPUS, "used GPUs", r->used_gpus);
    snprintf(value, sizeof value, "%.2f", fgd_fragmentation(p->t, r));
    expect(p, r, D_FRAG, "fragmentation", value);
    snprintf(value, sizeof value, "%.2f", fgd_percent(p->t, r, fragmentation_sum(r->amount)));
    expect(p, r, D_RATIO, "fragmentation ratio", value);
    snprintf(value, sizeof value, "%.2f",
             fgd_percent(p->t, r,
                         r->amount[FRAGMENT_LACK_BOTH] + r->amount[FRAGMENT_LACK_GPU] +
                             r->amount[FRAGMENT_LACK_CPU]));
    expect(p, r, D_Q124, "fragmentation without CPU-only and types", value);
    if (csv_has(p->steps->csv, D_SCORE) && r->node != NODE_NONE)
        expect_number(p, r, D_SCORE, "score", r->score);
}

/* "variant.s42.POLICY.csv.gz" */
static int split_name(const char *path, char *variant, unsigned *seed, char *policy)
{
    const char *name = strrchr(path, '/') + 1;

    return sscanf(name, "%63[^.].s%u.%63[^.]", variant, seed, policy);
}

static void replay_folder(const char *folder)
{
    static const struct csv_column columns[D_COLUMNS] = {
        {"pod_row", true},       {"node", true},       {"gpus", true},
        {"arrived_milli", true}, {"used_milli", true}, {"used_nodes", true},
        {"used_gpus", true},     {"frag_milli", true}, {"frag_ratio_pct", true},
        {"q124_pct", true},      {"score", false}};
    char pattern[512];
    glob_t files;
    uint32_t steps = 0, left_out = 0;

    if (!fgd_oracle(folder, pattern, sizeof pattern))
        skip();
    strcat(pattern, "/*.csv*");
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char variant[64], policy[64], inside[200], path[512];
        struct fgd_trace t;
        struct fgd_order order;
        struct recorded table;
        struct replay r = {&t, &table, files.gl_pathv[i]};
        unsigned seed;
        int p;
        assert_int_equal(split_name(files.gl_pathv[i], variant, &seed, policy), 3);
        p = fgd_policy(policy);
        snprintf(inside, sizeof inside, "orders/%s.s%u.csv.gz", variant, seed);
        if (p >= FGD_DETERMINISTIC || !fgd_oracle(inside, path, sizeof path) ||
            !fgd_load_shared(&t, variant)) {
            left_out++;
            continue;
        }
        fgd_order_read(&order, path, &t);
        table = recorded_open(files.gl_pathv[i], columns, D_COLUMNS);
        fgd_run(&t, &order, fgd_policies[p].part, seed, csv_has(table.csv, D_SCORE), check_step,
                &r);
        assert_false(recorded_next(&table));
        steps += (uint32_t)order.pod.n;
        recorded_close(&table);
        fgd_order_free(&order);
        fgd_free(&t);
    }
    print_message("%u steps in %zu files; %u files without order or pods left out\n", steps,
                  files.gl_pathc, left_out);
    globfree(&files);
}

static void every_decision_is_that_of_the_oracle(void **s)
{
    (void)s;
    replay_folder("decisions");
}

static void every_decision_is_that_of_the_published_program(void **s)
{
    (void)s;
    replay_folder("recorded");
}

/* ---- in an ordinary run ---- */

struct placed {
    VEC(struct fgd_row) row;
};

static void keep(void *to, const struct fgd_row *r)
{
    struct placed *p = to;

    VEC_PUSH(&p->row, *r);
}

/* Every pod of the trace once, in the order of its file, as jobs that never end. */
static void an_ordinary_run_places_like_the_experiment(void **s)
{
    struct fgd_trace t;
    struct fgd_order order = {0};
    struct placed expected = {0};
    struct trial_config c = {
        .policy = "order=fifo,walk=skip,place=fgd,coverage=95", .seed = 1, .keep_segments = true};
    struct job_set jobs;
    struct outcome o;
    struct diag d = {0};
    uint32_t failed = 0;
    (void)s;

    if (!fgd_load_shared(&t, "default"))
        skip();
    for (uint32_t i = 0; i < t.n_pods; i++)
        VEC_PUSH(&order.pod, i);
    for (uint32_t i = 0; i < t.fleet.n_nodes; i++)
        VEC_PUSH(&order.rank, i);
    fgd_run(&t, &order, "fgd", 1, false, keep, &expected);
    jobs = t.jobs;
    jobs.n = t.n_pods;
    jobs.specs = ARENA_ARRAY(&t.arena, struct job_spec, jobs.n);
    for (uint32_t i = 0; i < jobs.n; i++)
        jobs.specs[i] = (struct job_spec){
            .submit = i, .run = INT64_MAX / 4, .limit = NS_UNKNOWN, .request = t.request[i]};
    c.jobs = &jobs;
    c.fleet = &t.fleet;
    c.horizon = jobs.n;
    if (trial_run(&c, &t.arena, &o, &d) < 0)
        fail_msg("%s", d.message);
    for (uint32_t i = 0; i < jobs.n; i++) {
        const struct fgd_row *r = &expected.row.at[i];
        const struct job_result *got = &o.results[i];
        uint64_t gpus = 0;
        failed += r->node == NODE_NONE;
        assert_int_equal(got->start, r->node == NODE_NONE ? NS_UNKNOWN : (ns_t)i);
        for (uint32_t k = 0; got->start != NS_UNKNOWN && k < got->n_segments; k++) {
            assert_int_equal(o.segments[got->first_segment + k].node, r->node);
            gpus |= o.segments[got->first_segment + k].mask;
        }
        assert_true(gpus == (r->node == NODE_NONE ? 0 : r->gpus));
    }
    print_message("%u pods, %u of them without a place\n", jobs.n, failed);
    VEC_FREE(&expected.row);
    fgd_order_free(&order);
    fgd_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_target_workload_is_that_of_the_oracle),
        cmocka_unit_test(single_nodes_have_the_amounts_scores_and_gpus_of_the_oracle),
        cmocka_unit_test(every_decision_is_that_of_the_oracle),
        cmocka_unit_test(every_decision_is_that_of_the_published_program),
        cmocka_unit_test(an_ordinary_run_places_like_the_experiment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

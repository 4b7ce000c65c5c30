/* test_fgd_oracle.c - FGD and its baselines against the published program and the paper's curves, node by
 * node, GPU by GPU and digit by digit: oracles/fgd beside the project, every file that is there.
 *
 * The curves of two seeds are replayed; with BERTH_SOAK=1 in the environment, of every seed. */
#include "base/check.h"
#include "base/csv.h"
#include "lib/builders.h"
#include "lib/fgd.h"
#include "sched/registry.h"

#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *paper, *part, *column;
} policies[] = {{"FGD", "fgd", "score_fgd"},
                {"BestFit", "multifit", "score_bestfit"},
                {"DotProd", "dotprod", "score_dotprod"},
                {"GpuClustering", "gpuclustering", "score_clustering"},
                {"GpuPacking", "gpupacking", "score_packing"},
                {"Random", "random", NULL}};
enum { DETERMINISTIC = 5, POLICIES = 6, POINTS = 131 };

static const char *oracle(const char *inside, char *to, size_t room)
{
    char path[128];

    snprintf(path, sizeof path, "oracles/fgd/%s", inside);
    return builders_shared(path, to, room);
}

static bool load(struct fgd_trace *t, const char *variant)
{
    char folder[512];

    if (!builders_shared("traces/alibaba-gpu-v2023", folder, sizeof folder))
        skip();
    return fgd_load(t, folder, variant);
}

/* A table and its cells by column name. */
struct table {
    struct input *in;
    struct csv *csv;
};

static struct table open_table(const char *path, const struct csv_column *columns, uint32_t n)
{
    struct diag d = {0};
    struct table t;

    t.in = input_open(path, "a table", &d);
    t.csv = t.in ? csv_open(t.in, ',', false, columns, n, &d) : NULL;
    if (!t.csv)
        fail_msg("%s: %s", path, d.message);
    return t;
}

static void close_table(struct table *t)
{
    csv_close(t->csv);
    input_close(t->in);
}

static bool next(const struct table *t)
{
    struct diag d = {0};
    int r = csv_next(t->csv, &d);

    if (r < 0 || csv_row_trouble(t->csv))
        fail_msg("line %u: %s", csv_line(t->csv), d.message);
    return r == 1;
}

static const char *text(const struct table *t, uint32_t column)
{
    return csv_field(t->csv, column, NULL);
}

static int64_t number(const struct table *t, uint32_t column)
{
    return strtoll(text(t, column), NULL, 10);
}

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
    U_GPU = U_SCORE + DETERMINISTIC,
    U_COLUMNS
};

static void check_unit(const struct fgd_trace *t, const struct table *u)
{
    uint16_t left[64];
    struct node_view n = {.left = left, .cpu_milli = number(u, U_CPU)};
    struct task_view task = {.cpu_milli = number(u, U_POD_CPU),
                             .gpus = (uint32_t)number(u, U_POD_GPUS),
                             .milli = (uint32_t)number(u, U_POD_MILLI)};
    int64_t amount[FRAGMENTS];
    uint32_t kind = 0, device;
    double kept = (double)t->mix.kept;

    n.type = (uint8_t)topology_type(&t->fleet, text(u, U_MODEL));
    for (const char *at = text(u, U_LEFT); *at; at += strspn(at, ";")) {
        char *end;
        left[n.gpus] = (uint16_t)strtoul(at, &end, 10);
        n.idle += left[n.gpus];
        n.whole = (uint16_t)(n.whole + (left[n.gpus++] == 1000));
        at = end;
    }
    assert_int_equal(n.gpus, number(u, U_GPUS));
    for (const char *at = text(u, U_PODS); *at; at += strspn(at, ";"), kind++) {
        char *end;
        if (strtoul(at, &end, 10))
            n.kinds |= (uint8_t)(1u << kind);
        at = end;
    }
    task.types = task.gpus ? fgd_types(&t->fleet, text(u, U_POD_SPEC)) : 0;
    task.milli = task.gpus ? task.milli : 1000;
    fragmentation_amounts(&t->mix, &n, amount);
    for (uint32_t k = 0; k < FRAGMENTS; k++)
        assert_true(fabs((double)amount[k] / kept - atof(text(u, U_Q1 + k))) < 1e-6);
    assert_true(fabs((double)fragmentation_sum(amount) / kept - atof(text(u, U_FRAG))) < 1e-6);
    for (int p = 0; p < DETERMINISTIC; p++) {
        const struct policy_part *part = registry_find(AXIS_PLACE, policies[p].part);
        device = UINT32_MAX;
        if (-part->score(&t->mix, &n, &task, &device) != number(u, U_SCORE + (uint32_t)p))
            fail_msg("line %u: %s is %lld", csv_line(u->csv), policies[p].column,
                     (long long)-part->score(&t->mix, &n, &task, NULL));
        if (p == 0 && task.gpus && task.milli < 1000)
            assert_int_equal(device, number(u, U_GPU));
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
    uint32_t rows = 0;
    (void)s;

    if (!oracle("README.md", pattern, sizeof pattern))
        skip();
    for (int p = 0; p < DETERMINISTIC; p++)
        columns[U_SCORE + p] = (struct csv_column){policies[p].column, true};
    columns[U_GPU] = (struct csv_column){"fgd_gpu", true};
    oracle("", pattern, sizeof pattern);
    strcat(pattern, "units.*.csv*");
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct table u = open_table(files.gl_pathv[i], columns, U_COLUMNS);
        struct fgd_trace t;
        char variant[64];
        assert_int_equal(sscanf(strstr(files.gl_pathv[i], "units.") + 6, "%63[^.]", variant), 1);
        assert_true(load(&t, variant));
        while (next(&u)) {
            check_unit(&t, &u);
            rows++;
        }
        fgd_free(&t);
        close_table(&u);
    }
    print_message("%u nodes in %zu files\n", rows, files.gl_pathc);
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
    struct table u;
    bool have = false;
    uint32_t rows = 0, unknown = 0, n = 0;
    (void)s;

    if (!oracle("typical.csv", path, sizeof path))
        skip();
    u = open_table(path, columns, 7);
    while (next(&u)) {
        const struct fragmentation_task *k;
        uint32_t i = (uint32_t)number(&u, 1);
        if (strcmp(variant, text(&u, 0)) != 0) {
            if (have) {
                assert_int_equal(n, t.mix.n);
                fgd_free(&t);
            }
            snprintf(variant, sizeof variant, "%s", text(&u, 0));
            have = load(&t, variant);
        }
        n = i + 1;
        if (!have) {
            unknown++;
            continue;
        }
        assert_true(i < t.mix.n);
        k = &t.mix.task[i];
        assert_int_equal(k->task.cpu_milli, number(&u, 2));
        assert_int_equal(k->task.gpus, number(&u, 3));
        assert_int_equal(k->task.milli, number(&u, 4));
        assert_string_equal(k->accepts, text(&u, 5));
        assert_true(t.mix.popularity[i] == atof(text(&u, 6)));
        rows++;
    }
    if (have)
        fgd_free(&t);
    close_table(&u);
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
    struct table *steps;
    const char *path;
};

static double frag(const struct fgd_trace *t, const struct fgd_row *r)
{
    return (double)fragmentation_sum(r->amount) / (double)t->mix.kept;
}

static double percent_of_idle(const struct fgd_trace *t, const struct fgd_row *r, int64_t amount)
{
    return 100 * ((double)amount / (double)t->mix.kept) / (double)r->idle;
}

static void expect(const struct replay *p, const struct fgd_row *r, uint32_t column,
                   const char *what, const char *got)
{
    if (strcmp(text(p->steps, column), got) != 0)
        fail_msg("%s: step %u: %s is %s, the oracle has %s", p->path, r->step, what, got,
                 text(p->steps, column));
}

static void expect_number(const struct replay *p, const struct fgd_row *r, uint32_t column,
                          const char *what, int64_t got)
{
    if (number(p->steps, column) != got)
        fail_msg("%s: step %u: %s is %lld, the oracle has %s", p->path, r->step, what,
                 (long long)got, text(p->steps, column));
}

static void check_step(void *to, const struct fgd_row *r)
{
    const struct replay *p = to;
    char gpus[128] = "", value[64];
    size_t n = 0;

    assert_true(next(p->steps));
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
    snprintf(value, sizeof value, "%.2f", frag(p->t, r));
    expect(p, r, D_FRAG, "fragmentation", value);
    snprintf(value, sizeof value, "%.2f", percent_of_idle(p->t, r, fragmentation_sum(r->amount)));
    expect(p, r, D_RATIO, "fragmentation ratio", value);
    snprintf(value, sizeof value, "%.2f",
             percent_of_idle(p->t, r,
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

static bool load_of(struct fgd_trace *t, const char *name)
{
    char variant[64];

    if (load(t, name))
        return true;
    snprintf(variant, sizeof variant, "%.*s", (int)strcspn(name, "-"), name);
    return load(t, variant);
}

static int policy_number(const char *paper)
{
    int p = 0;

    while (p < POLICIES && strcmp(policies[p].paper, paper) != 0)
        p++;
    return p;
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

    if (!oracle(folder, pattern, sizeof pattern))
        skip();
    strcat(pattern, "/*.csv*");
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char variant[64], policy[64], inside[200], path[512];
        struct fgd_trace t;
        struct fgd_order order;
        struct table table;
        struct replay r = {&t, &table, files.gl_pathv[i]};
        unsigned seed;
        int p;
        assert_int_equal(split_name(files.gl_pathv[i], variant, &seed, policy), 3);
        p = policy_number(policy);
        snprintf(inside, sizeof inside, "orders/%s.s%u.csv.gz", variant, seed);
        if (p >= DETERMINISTIC || !oracle(inside, path, sizeof path)) {
            left_out++;
            continue;
        }
        assert_true(load_of(&t, variant));
        fgd_order_read(&order, path, &t);
        table = open_table(files.gl_pathv[i], columns, D_COLUMNS);
        fgd_run(&t, &order, policies[p].part, seed, csv_has(table.csv, D_SCORE), check_step, &r);
        assert_false(next(&table));
        steps += (uint32_t)order.pod.n;
        close_table(&table);
        fgd_order_free(&order);
        fgd_free(&t);
    }
    print_message("%u steps in %zu files; %u files without an order left out\n", steps,
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

/* ---- curves ---- */

struct curve { /* one line of the three published tables */
    char variant[32], policy[24];
    unsigned seed;
    double value[3][POINTS]; /* allocated, fragments, fragments of idle; percent */
};

struct point {
    double demand, value[3];
};

struct points {
    VEC(struct point) at;
    const struct fgd_trace *t;
};

static double rounded(double v, int digits)
{
    char text_[64];

    snprintf(text_, sizeof text_, "%.*f", digits, v);
    return atof(text_);
}

static void add_point(void *to, const struct fgd_row *r)
{
    struct points *p = to;
    double one = 10.0 * p->t->fleet.n_gpus;

    VEC_PUSH(&p->at,
             (struct point){(double)r->arrived / one,
                            {rounded((double)r->used / one, 2), rounded(frag(p->t, r), 2),
                             rounded(percent_of_idle(p->t, r, fragmentation_sum(r->amount)), 2)}});
}

/* Means over the arrivals at k percent of demand; the neighbours' when there are none. */
static void curve_of(const struct points *p, struct curve *c)
{
    for (int k = 0; k < POINTS; k++)
        for (int width = 0; width < 2; width++) {
            double sum[3] = {0};
            uint32_t n = 0;
            for (size_t i = 0; i < p->at.n; i++)
                if (fabs(rint(p->at.at[i].demand) - k) <= width) {
                    for (int m = 0; m < 3; m++)
                        sum[m] += p->at.at[i].value[m];
                    n++;
                }
            if (!n)
                continue;
            c->value[0][k] = rounded(sum[0] / n, 2);
            c->value[1][k] = rounded(100 * (sum[1] / n) / 1000 / p->t->fleet.n_gpus, 2);
            c->value[2][k] = sum[2] / n;
            break;
        }
}

static const char *const tables[3] = {"published_alloc_pct.csv.gz",
                                      "published_frag_amount_pct.csv.gz",
                                      "published_frag_ratio_pct.csv.gz"};

struct curves {
    struct curve *at;
    size_t n, room;
};

static void read_curves(struct curves *all)
{
    static struct csv_column columns[3 + POINTS] = {
        {"variant", true}, {"policy", true}, {"seed", true}};
    static char names[POINTS][8];
    char path[512];

    *all = (struct curves){0};
    for (int k = 0; k < POINTS; k++) {
        snprintf(names[k], sizeof names[k], "a%d", k);
        columns[3 + k] = (struct csv_column){names[k], true};
    }
    for (int m = 0; m < 3; m++) {
        struct table u;
        uint32_t at = 0;
        if (!oracle(tables[m], path, sizeof path))
            skip();
        u = open_table(path, columns, 3 + POINTS);
        while (next(&u)) {
            struct curve *c;
            if (!m) {
                VEC_RESERVE(all, all->n + 1);
                c = &all->at[all->n++];
                snprintf(c->variant, sizeof c->variant, "%s", text(&u, 0));
                snprintf(c->policy, sizeof c->policy, "%s", text(&u, 1));
                c->seed = (unsigned)number(&u, 2);
            }
            c = &all->at[at++];
            assert_true(at <= all->n);
            assert_string_equal(c->variant, text(&u, 0));
            assert_string_equal(c->policy, text(&u, 1));
            assert_int_equal(c->seed, number(&u, 2));
            for (int k = 0; k < POINTS; k++)
                c->value[m][k] = atof(text(&u, 3 + (uint32_t)k));
        }
        close_table(&u);
    }
}

/* The run a published curve is about, or false when its pods or its order are not here. */
static bool rerun(const struct curve *c, struct curve *mine)
{
    char inside[200], path[512];
    struct fgd_trace t;
    struct fgd_order order;
    struct points p = {.t = &t};
    FILE *f;

    snprintf(inside, sizeof inside, "oracles/fgd/orders/%s.s%u.csv.gz", c->variant, c->seed);
    snprintf(path, sizeof path, "%s/%s",
             getenv("BERTH_SHARED") ? getenv("BERTH_SHARED") : "../shared", inside);
    f = fopen(path, "r");
    if (!f)
        return false;
    fclose(f);
    if (!load(&t, c->variant))
        return false;
    fgd_order_read(&order, path, &t);
    fgd_run(&t, &order, policies[policy_number(c->policy)].part, c->seed, false, add_point, &p);
    curve_of(&p, mine);
    VEC_FREE(&p.at);
    fgd_order_free(&order);
    fgd_free(&t);
    return true;
}

static void the_published_curves_come_out_to_the_printed_digits(void **s)
{
    static const double tolerance[3] = {0.01 + 1e-9, 1e-9, 0.00005 + 1e-9};
    struct curves all;
    struct curve mine;
    uint32_t compared = 0, absent = 0, later = 0;
    bool soak = getenv("BERTH_SOAK") != NULL;
    (void)s;

    read_curves(&all);
    for (size_t i = 0; i < all.n; i++) {
        const struct curve *c = &all.at[i];
        if (policy_number(c->policy) >= DETERMINISTIC)
            continue;
        if (!soak && c->seed > 43) {
            later++;
            continue;
        }
        if (!rerun(c, &mine)) {
            absent++;
            continue;
        }
        for (int m = 0; m < 3; m++)
            for (int k = 0; k < POINTS; k++)
                if (!(fabs(mine.value[m][k] - c->value[m][k]) <= tolerance[m]))
                    fail_msg("%s %s seed %u at %d %%: %s has %.4f, found %.6f", c->variant,
                             c->policy, c->seed, k, tables[m], c->value[m][k], mine.value[m][k]);
        compared++;
    }
    print_message("%u curves equal; %u without order or pods; %u of later seeds for BERTH_SOAK=1\n",
                  compared, absent, later);
    VEC_FREE(&all);
}

static void random_placement_has_the_published_mean(void **s)
{
    static const int at[] = {80, 90, 100, 110, 120, 130};
    struct curves all;
    uint32_t variants = 0;
    bool soak = getenv("BERTH_SOAK") != NULL;
    (void)s;

    read_curves(&all);
    for (size_t i = 0; i < all.n;) {
        struct curve mine;
        double sum[3][6] = {{0}}, square[3][6] = {{0}}, own[3][6] = {{0}};
        uint32_t n = 0;
        size_t from = i;
        for (; i < all.n && !strcmp(all.at[i].variant, all.at[from].variant) &&
               !strcmp(all.at[i].policy, all.at[from].policy);
             i++) {
            if (strcmp(all.at[i].policy, "Random") != 0 ||
                (!soak && strcmp(all.at[i].variant, "default") != 0) || !rerun(&all.at[i], &mine))
                continue;
            n++;
            for (int m = 0; m < 3; m++)
                for (int k = 0; k < 6; k++) {
                    sum[m][k] += all.at[i].value[m][at[k]];
                    square[m][k] += pow(all.at[i].value[m][at[k]], 2);
                    own[m][k] += mine.value[m][at[k]];
                }
        }
        if (n < 10)
            continue;
        variants++;
        for (int m = 0; m < 3; m++)
            for (int k = 0; k < 6; k++) {
                double sd = sqrt((square[m][k] - sum[m][k] * sum[m][k] / n) / (n - 1));
                /* Two means of n runs each. */
                double error = sd * sqrt(2.0 / n) + 0.005, off = (own[m][k] - sum[m][k]) / n;
                if (fabs(off) > 3 * error)
                    fail_msg("%s at %d %%: %s has mean %.4f, found %.4f, 3 errors are %.4f",
                             all.at[from].variant, at[k], tables[m], sum[m][k] / n, own[m][k] / n,
                             3 * error);
            }
    }
    assert_true(variants > 0);
    print_message("%u variants\n", variants);
    VEC_FREE(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_target_workload_is_that_of_the_oracle),
        cmocka_unit_test(single_nodes_have_the_amounts_scores_and_gpus_of_the_oracle),
        cmocka_unit_test(every_decision_is_that_of_the_oracle),
        cmocka_unit_test(every_decision_is_that_of_the_published_program),
        cmocka_unit_test(the_published_curves_come_out_to_the_printed_digits),
        cmocka_unit_test(random_placement_has_the_published_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

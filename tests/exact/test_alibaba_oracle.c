/* test_alibaba_oracle.c - the schedules of Alibaba's simulator for its GPU trace of 2020, instance by instance:
 * nodes, times, and the means and percentiles it reports.
 *
 * Every row of cases.csv is replayed with tests/compat/alibaba/pool_per_node.c. That simulator counts GPUs in
 * hundredths per node, so they are the memory of a node and of a job here, in MiB, and CPU is CPU; jobs ask
 * for no device. It knows estimates of run times, which are the jobs' limits here, and true lengths under SJF.
 * It breaks ties by job id, which is the jobs' priority here, smaller ids being more urgent.
 *
 * Beside each row that takes nodes by number the core's own composition is run and the difference told. */
#include "base/csv.h"
#include "lib/builders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define FOLDER "oracles/alibaba_gpu2020"
#define ANY_TYPE UINT64_MAX
#define NODES_MAX 4096

extern const struct berth_policy berth_policy_pool_per_node;

/* ---- tables ---- */

static struct csv *open_table(const char *path, struct input **in, const struct csv_column *want,
                              uint32_t n)
{
    struct diag d = {0};
    struct csv *c;

    *in = input_open(path, "a table", &d);
    c = *in ? csv_open(*in, ',', true, want, n, &d) : NULL;
    if (!c) {
        diag_print(stderr, &d, "error", 0);
        fail_msg("cannot read %s", path);
    }
    return c;
}

static bool next_row(struct csv *c)
{
    struct diag d = {0};
    int got = csv_next(c, &d);

    if (got < 0 || (got && csv_row_trouble(c)))
        fail_msg("line %u cannot be read: %s", csv_line(c), csv_text(c));
    return got == 1;
}

static int64_t integer(const struct csv *c, uint32_t column)
{
    struct diag d = {0};
    int64_t v = 0;

    if (csv_integer(c, column, -INT64_C(2000000000), INT64_C(2000000000), 0, &v, &d) < 0)
        fail_msg("line %u cannot be read: %s", csv_line(c), csv_text(c));
    return v;
}

/* "438.68" in billionths. */
static int64_t decimal(const struct csv *c, uint32_t column)
{
    const char *text = csv_field(c, column, NULL), *p = text;
    int64_t v = 0, unit = NS_PER_S;

    for (; *p >= '0' && *p <= '9' && v < INT64_C(1000000000) * NS_PER_S; p++)
        v = v * 10 + (*p - '0') * NS_PER_S;
    if (p != text && *p == '.')
        for (p++; *p >= '0' && *p <= '9' && unit > 1; p++)
            v += (*p - '0') * (unit /= 10);
    if (p == text || *p)
        fail_msg("line %u: '%s' is no number: %s", csv_line(c), text, csv_text(c));
    return v;
}

/* To the nearest, a half to the even number. */
static int64_t nearest(int64_t v, int64_t unit)
{
    int64_t whole = v / unit, rest = v % unit;

    return whole + (2 * rest > unit || (2 * rest == unit && whole % 2));
}

/* ---- one case ---- */

enum {
    CASE_NAME,
    CASE_TRACE,
    CASE_CLUSTER,
    CASE_POLICY,
    CASE_NODES,
    CASE_RATE,
    CASE_MATCHING,
    CASE_JOBS,
    CASE_INSTANCES,
    CASE_AVG_JCT,
    CASE_AVG_WAIT,
    CASE_MAKESPAN,
    CASE_TICKS,
    CASE_MEAN_JCT,
    CASE_P50_JCT,
    CASE_P95_JCT,
    CASE_P99_JCT,
    CASE_P95_WAIT,
    CASE_COLUMNS
};
static const struct csv_column case_columns[CASE_COLUMNS] = {{"case", true},
                                                             {"trace", true},
                                                             {"cluster", true},
                                                             {"alloc_policy", true},
                                                             {"sort_node_policy", true},
                                                             {"arrival_rate_per_60s", true},
                                                             {"gpu_type_matching", true},
                                                             {"jobs", true},
                                                             {"instances_done", true},
                                                             {"avg_jct", true},
                                                             {"avg_wait", true},
                                                             {"makespan", true},
                                                             {"ticks", true},
                                                             {"mean_jct", true},
                                                             {"p50_jct", true},
                                                             {"p95_jct", true},
                                                             {"p99_jct", true},
                                                             {"p95_wait", true}};

/* A row of a trace. */
struct task {
    int64_t id, gpu, cpu; /* hundredths */
    int64_t instances;
    int64_t submit, run; /* s */
    ns_t estimate;
    char type[16];
};

/* One instance, as the rows of jobs/CASE.csv have it. */
enum {
    OF_ID,
    OF_GPU,
    OF_CPU,
    OF_INSTANCES,
    OF_SUBMIT,
    OF_START,
    OF_END,
    OF_JCT,
    OF_RUN,
    OF_NODE,
    OF_ALL
};
struct instance {
    int64_t of[OF_ALL];
};

struct replay {
    const char *folder;
    struct csv *row; /* of cases.csv */
    struct arena arena;
    struct topology fleet;
    uint32_t first_id; /* of the nodes */
    bool typed;        /* the nodes' types are known */
    VEC(struct task) tasks;
    struct job_set jobs;
    struct outcome o;
    VEC(struct instance) instances; /* by (id, JCT, node) */
};

static const char *field(const struct replay *r, uint32_t column)
{
    return csv_field(r->row, column, NULL);
}

/* ---- clusters ---- */

static void build(struct replay *r, const struct node_spec *specs, uint32_t n)
{
    struct diag d = {0};

    if (topology_build(&r->fleet, &r->arena, specs, n, &d) < 0)
        fail_msg("cluster %s: %s", field(r, CASE_CLUSTER), d.message);
}

static struct node_spec node_of(const char *type, uint32_t gpus, int64_t cpus)
{
    return (struct node_spec){.gpu_type = gpus ? type : NULL,
                              .gpus = gpus,
                              .cpu_milli = cpus * 1000,
                              .memory_mib = 100 * (int64_t)gpus};
}

static void build_cluster(struct replay *r)
{
    static const struct {
        const char *type;
        uint32_t nodes, gpus;
        int64_t cpus;
    } part[] = {{"", 16, 0, 96},
                {"MISC", 56, 8, 96},
                {"T4", 100, 2, 96},
                {"P100", 160, 2, 64},
                {"V100", 48, 8, 96}};
    const char *name = field(r, CASE_CLUSTER);
    struct node_spec *specs = ARENA_ARRAY(&r->arena, struct node_spec, NODES_MAX);
    unsigned nodes = 0, gpus = 0;
    int used = 0;

    r->typed = !strcmp(name, "het380");
    r->first_id = 0;
    if (r->typed) {
        for (size_t i = 0; i < sizeof part / sizeof *part; i++)
            for (uint32_t k = 0; k < part[i].nodes; k++)
                specs[nodes++] = node_of(part[i].type, part[i].gpus, part[i].cpus);
    } else if (sscanf(name, "n%ux%u%n", &nodes, &gpus, &used) == 2 && !name[used] && nodes > 0 &&
               nodes <= NODES_MAX && (nodes == 1 || gpus == 8)) {
        r->first_id = nodes == 1;
        for (uint32_t k = 0; k < nodes; k++)
            specs[k] = node_of("any", gpus, nodes == 1 ? nearest(2322 * (int64_t)gpus, 100) : 96);
    } else {
        fail_msg("%s: no description of this cluster", name);
    }
    build(r, specs, nodes);
}

/* ---- jobs ---- */

static int by_submit(const void *a, const void *b)
{
    const struct task *x = a, *y = b;

    if (x->submit != y->submit)
        return x->submit < y->submit ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void read_tasks(struct replay *r)
{
    static const struct csv_column want[] = {
        {"job_id", true},        {"num_gpu", true},        {"num_cpu", true},  {"num_inst", true},
        {"submit_time_s", true}, {"duration_s", true},     {"gpu_type", true}, {"user_dur_s", true},
        {"group_dur_s", true},   {"group_gpu_dur_s", true}};
    /* The column with the estimate that an allocation policy orders by; 0 = none. */
    static const uint32_t estimate_of[] = {[1] = 7, [2] = 8, [4] = 9, [8] = 0};
    int64_t policy = integer(r->row, CASE_POLICY), most_gpu = 0, most_cpu = 0;
    char path[512];
    struct input *in;
    struct csv *c;

    for (uint32_t i = 0; i < r->fleet.n_nodes; i++) {
        most_gpu += r->fleet.memory_mib[i];
        most_cpu += r->fleet.cpu_milli[i] / 10;
    }
    if (policy != 0 && policy != 1 && policy != 2 && policy != 4 && policy != 8)
        fail_msg("allocation policy %lld is not described", (long long)policy);
    snprintf(path, sizeof path, "%s/traces/%s.csv", r->folder, field(r, CASE_TRACE));
    c = open_table(path, &in, want, 10);
    while (next_row(c)) {
        struct task t = {.id = integer(c, 0),
                         .gpu = nearest(decimal(c, 1), NS_PER_S / 100),
                         .cpu = nearest(decimal(c, 2), NS_PER_S / 100),
                         .instances = integer(c, 3),
                         .submit = decimal(c, 4) / NS_PER_S,
                         .run = decimal(c, 5) / NS_PER_S};
        t.gpu = t.gpu < most_gpu ? t.gpu : most_gpu;
        t.cpu = t.cpu < most_cpu ? t.cpu : most_cpu;
        t.run = t.run < 1 ? 1 : t.run;
        if (estimate_of[policy])
            t.estimate = decimal(c, estimate_of[policy]);
        snprintf(t.type, sizeof t.type, "%s", csv_field(c, 6, NULL));
        VEC_PUSH(&r->tasks, t);
    }
    csv_close(c);
    input_close(in);
    qsort(r->tasks.at, r->tasks.n, sizeof *r->tasks.at, by_submit);
}

/* A rate replaces the times of submission. */
static void set_arrivals(struct replay *r)
{
    int64_t rate = integer(r->row, CASE_RATE);

    for (size_t k = 0; k < r->tasks.n && rate > 0; k++)
        r->tasks.at[k].submit = 60 * ((int64_t)k / rate);
}

/* Nodes that will do, as GPU types. */
static uint64_t types_of(const struct replay *r, const struct task *t)
{
    int64_t matching = integer(r->row, CASE_MATCHING);
    int type;

    if (matching == 0 || !strcmp(t->type, "CPU") || (matching == 2 && strcmp(t->type, "V100")))
        return ANY_TYPE;
    if (!r->typed)
        fail_msg("cluster %s has nodes of no known type", field(r, CASE_CLUSTER));
    type = topology_type(&r->fleet, t->type);
    if (type < 0)
        fail_msg("no node of type %s", t->type);
    return UINT64_C(1) << type;
}

static void make_jobs(struct replay *r)
{
    struct builders_job *list = calloc(r->tasks.n + 1, sizeof *list);

    assert_non_null(list);
    for (size_t i = 0; i < r->tasks.n; i++) {
        const struct task *t = &r->tasks.at[i];
        list[i] = (struct builders_job){.submit = t->submit * NS_PER_S,
                                        .run = t->run * NS_PER_S,
                                        .limit = t->estimate,
                                        .replicas = (uint32_t)t->instances,
                                        .types = types_of(r, t),
                                        .cpu_milli = t->cpu * 10,
                                        .memory_mib = t->gpu,
                                        .priority = (int32_t)-t->id};
    }
    builders_jobs(&r->jobs, &r->arena, list, (uint32_t)r->tasks.n, NULL);
    free(list);
}

/* ---- running ---- */

static void run(struct replay *r)
{
    struct trial_config c = {.jobs = &r->jobs,
                             .fleet = &r->fleet,
                             .own = &berth_policy_pool_per_node,
                             .seed = 1,
                             .horizon = NS_NEVER,
                             .keep_segments = true};
    int64_t policy = integer(r->row, CASE_POLICY), nodes = integer(r->row, CASE_NODES);
    struct diag d = {0};
    char options[32];

    if (nodes != 0 && nodes != 3)
        fail_msg("node order %lld is not described", (long long)nodes);
    snprintf(options, sizeof options, "order=%d,nodes=%d",
             policy == 0   ? 2
             : policy == 8 ? 0
                           : 1,
             nodes == 3);
    c.policy = options;
    if (trial_run(&c, &r->arena, &r->o, &d) < 0) {
        diag_print(stderr, &d, "error", 0);
        fail_msg("%s: the replay failed", field(r, CASE_NAME));
    }
    assert_true(r->o.clairvoyant == (policy == 0));
}

static int by_row(const void *a, const void *b)
{
    static const int order[] = {OF_ID, OF_JCT, OF_NODE};
    const struct instance *x = a, *y = b;

    for (size_t i = 0; i < 3; i++)
        if (x->of[order[i]] != y->of[order[i]])
            return x->of[order[i]] < y->of[order[i]] ? -1 : 1;
    return 0;
}

static void list_instances(struct replay *r)
{
    for (uint32_t job = 0; job < r->jobs.n; job++) {
        const struct job_result *k = &r->o.results[job];
        const struct task *t = &r->tasks.at[job];
        int64_t start = k->start / NS_PER_S, end = k->end / NS_PER_S;
        for (uint32_t i = 0; i < k->n_segments; i++) {
            const struct segment *s = &r->o.segments[k->first_segment + i];
            for (uint32_t n = 0; n < s->base; n++)
                VEC_PUSH(&r->instances,
                         (struct instance){{t->id, t->gpu, t->cpu, t->instances, t->submit, start,
                                            end, end - t->submit, t->run, s->node + r->first_id}});
        }
    }
    qsort(r->instances.at, r->instances.n, sizeof *r->instances.at, by_row);
}

/* ---- comparing ---- */

static uint32_t compare_rows(const struct replay *r)
{
    static const struct csv_column want[OF_ALL] = {
        {"job_id", true},     {"num_gpu_pct", true}, {"num_cpu_pct", true}, {"num_inst", true},
        {"submit_s", true},   {"start_s", true},     {"finish_s", true},    {"jct_s", true},
        {"duration_s", true}, {"node", true}};
    uint32_t wrong = 0;
    size_t i = 0;
    char path[512];
    struct input *in;
    struct csv *c;

    snprintf(path, sizeof path, "%s/jobs/%s.csv", r->folder, field(r, CASE_NAME));
    c = open_table(path, &in, want, OF_ALL);
    for (; next_row(c); i++) {
        bool same = i < r->instances.n;
        for (uint32_t k = 0; k < OF_ALL && same; k++)
            same = r->instances.at[i].of[k] == integer(c, k);
        if (!same && !wrong++ && i < r->instances.n) {
            const int64_t *of = r->instances.at[i].of;
            print_error("job %lld ran from %lld s to %lld s on node %lld, expected %s\n",
                        (long long)of[OF_ID], (long long)of[OF_START], (long long)of[OF_END],
                        (long long)of[OF_NODE], csv_text(c));
        }
    }
    csv_close(c);
    input_close(in);
    print_message("%s: %zu of %zu instances equal\n", field(r, CASE_NAME), i - wrong, i);
    assert_int_equal(i, r->instances.n);
    return wrong;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static bool same_mean(const struct replay *r, uint32_t column, const int64_t *v, size_t n)
{
    int64_t sum = 0;
    char text[64];

    for (size_t i = 0; i < n; i++)
        sum += v[i];
    snprintf(text, sizeof text, "%.6f", (double)sum / (double)n);
    return !strcmp(text, field(r, column));
}

/* Linear between the order statistics, so whole hundredths; `places` of them are shown. */
static bool same_percentile(const struct replay *r, uint32_t column, const int64_t *sorted,
                            size_t n, size_t percent, int places)
{
    size_t at = (n - 1) * percent / 100;
    int64_t part = (int64_t)((n - 1) * percent % 100);
    int64_t hundredths = sorted[at] * 100;
    char text[64];

    if (part)
        hundredths += (sorted[at + 1] - sorted[at]) * part;
    snprintf(text, sizeof text, "%lld.%02lld%.*s", (long long)(hundredths / 100),
             (long long)(hundredths % 100), places - 2, "00");
    return !strcmp(text, field(r, column));
}

/* Was there always a job, from time 0 to the last end? */
static bool always_busy(const struct replay *r)
{
    int64_t until = 0;

    for (uint32_t job = 0; job < r->jobs.n; job++) {
        int64_t end = r->o.results[job].end / NS_PER_S;
        if (r->tasks.at[job].submit > until)
            return false;
        until = end > until ? end : until;
    }
    return true;
}

static uint32_t compare_figures(const struct replay *r)
{
    size_t n = r->instances.n;
    int64_t *jct = calloc(2 * n + 2, sizeof *jct), *wait = jct + n, last = 0;
    uint32_t wrong = 0;

    assert_non_null(jct);
    for (size_t i = 0; i < n; i++) {
        const int64_t *of = r->instances.at[i].of;
        jct[i] = of[OF_JCT];
        wait[i] = of[OF_JCT] - of[OF_RUN];
        last = of[OF_END] > last ? of[OF_END] : last;
    }
    qsort(jct, n, sizeof *jct, by_value);
    qsort(wait, n, sizeof *wait, by_value);
    wrong += integer(r->row, CASE_JOBS) != r->jobs.n;
    wrong += integer(r->row, CASE_INSTANCES) != (int64_t)n;
    /* Its clock stands one tick behind the last end; ticks skip stretches in which nothing is there. */
    wrong += integer(r->row, CASE_MAKESPAN) != last + 1;
    wrong += always_busy(r) && integer(r->row, CASE_TICKS) != last + 1;
    wrong += !same_mean(r, CASE_AVG_JCT, jct, n);
    wrong += !same_mean(r, CASE_MEAN_JCT, jct, n);
    wrong += !same_mean(r, CASE_AVG_WAIT, wait, n);
    wrong += !same_percentile(r, CASE_P50_JCT, jct, n, 50, 4);
    wrong += !same_percentile(r, CASE_P95_JCT, jct, n, 95, 4);
    wrong += !same_percentile(r, CASE_P99_JCT, jct, n, 99, 4);
    wrong += !same_percentile(r, CASE_P95_WAIT, wait, n, 95, 2);
    free(jct);
    if (wrong)
        print_error("%u figures differ from %s\n", wrong, csv_text(r->row));
    return wrong;
}

/* ---- the core beside it ---- */

/* Whole queue in order, stepping over what does not fit, on the first nodes with room: the core's own parts
 * say the same where nodes are taken by number. Not where types are matched: jobs that ask for no device have
 * none. */
static const char *core_policy(const struct replay *r)
{
    if (integer(r->row, CASE_MATCHING) || (integer(r->row, CASE_NODES) && r->fleet.n_nodes > 1))
        return NULL;
    switch (integer(r->row, CASE_POLICY)) {
    case 0:
        return "order=sjf,walk=skip,place=firstfit,estimate=exact";
    case 8:
        return "order=fifo,walk=skip,place=firstfit,estimate=none";
    default:
        return "order=sjf,walk=skip,place=firstfit,estimate=limit";
    }
}

/* Jobs of one length or estimate may come in another order: by submission, then number. Under FIFO there is
 * nothing to differ in. */
static void beside_core(struct replay *r)
{
    const char *policy = core_policy(r);
    double theirs = 0, ours = 0, instances = 0;
    struct outcome o;
    uint32_t other = 0;

    if (!policy)
        return;
    builders_run(&r->jobs, &r->fleet, policy, NS_NEVER, &r->arena, &o, 0);
    for (uint32_t i = 0; i < r->jobs.n; i++) {
        double n = (double)r->tasks.at[i].instances, submit = (double)r->jobs.specs[i].submit;
        theirs += n * ((double)r->o.results[i].end - submit) / NS_PER_S;
        ours += n * ((double)o.results[i].end - submit) / NS_PER_S;
        instances += n;
        other += o.results[i].end != r->o.results[i].end;
    }
    print_message("| %s | `%s` | %.1f | %.1f | %+.1f %% | %u of %u |\n", field(r, CASE_NAME),
                  policy, theirs / instances, ours / instances, 100 * (ours / theirs - 1), other,
                  r->jobs.n);
    if (integer(r->row, CASE_POLICY) == 8)
        assert_int_equal(other, 0);
}

static uint32_t replay(const char *folder, struct csv *row)
{
    struct replay r = {.folder = folder, .row = row};
    uint32_t wrong;

    arena_init(&r.arena);
    build_cluster(&r);
    read_tasks(&r);
    set_arrivals(&r);
    make_jobs(&r);
    run(&r);
    list_instances(&r);
    wrong = compare_rows(&r) + compare_figures(&r);
    beside_core(&r);
    VEC_FREE(&r.tasks);
    VEC_FREE(&r.instances);
    builders_free(&r.jobs);
    arena_free(&r.arena);
    return wrong;
}

static void every_instance_runs_where_and_when_alibabas_simulator_ran_it(void **state)
{
    char folder[256], path[512];
    uint32_t wrong = 0, cases = 0;
    struct input *in;
    struct csv *c;

    (void)state;
    assert_non_null(builders_shared(FOLDER, folder, sizeof folder));
    snprintf(path, sizeof path, "%s/cases.csv", folder);
    c = open_table(path, &in, case_columns, CASE_COLUMNS);
    for (; next_row(c); cases++)
        wrong += replay(folder, c);
    csv_close(c);
    input_close(in);
    assert_true(cases > 0);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instance_runs_where_and_when_alibabas_simulator_ran_it),
    };
    char folder[256];

    if (!builders_shared(FOLDER, folder, sizeof folder))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

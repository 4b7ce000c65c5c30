/* tiresias.c - the recorded runs of the Tiresias simulator. */
#include "lib/tiresias.h"

#include "base/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MOST = 24, FIRST_FIGURE = 6 };

const char *const tiresias_figure[TIRESIAS_FIGURES] = {
    "makespan", "mean_jct",        "p50_jct",      "p95_jct",
    "p99_jct",  "mean_first_wait", "mean_pending", "gpu_util"};

struct recorded tiresias_table(const char *folder, const char *file, const char *const *columns,
                               uint32_t n)
{
    char inside[512], path[1024];
    struct csv_column wanted[COLUMNS_MOST];

    check(n <= COLUMNS_MOST);
    snprintf(inside, sizeof inside, TIRESIAS "/%s%s", folder, file);
    if (!builders_shared(inside, path, sizeof path)) {
        fprintf(stderr, "%s is named but not there\n", inside);
        exit(1);
    }
    for (uint32_t i = 0; i < n; i++)
        wanted[i] = (struct csv_column){columns[i], true};
    return recorded_open(path, wanted, n);
}

struct recorded tiresias_cases(void)
{
    static const char *const columns[] = {
        "case",      "trace",           "cluster",      "scheme",    "schedule",
        "queues",    "makespan",        "mean_jct",     "p50_jct",   "p95_jct",
        "p99_jct",   "mean_first_wait", "mean_pending", "gpu_util",  "jobs",
        "completed", "preemptions",     "events",       "promotions"};

    return tiresias_table("", "cases.csv", columns, sizeof columns / sizeof *columns);
}

bool tiresias_next(const struct recorded *t, struct tiresias_case *c)
{
    if (!recorded_next(t))
        return false;
    snprintf(c->name, sizeof c->name, "%s", recorded_text(t, 0));
    snprintf(c->trace, sizeof c->trace, "%s", recorded_text(t, 1));
    snprintf(c->cluster, sizeof c->cluster, "%s", recorded_text(t, 2));
    snprintf(c->placement, sizeof c->placement, "%s", recorded_text(t, 3));
    snprintf(c->scheme, sizeof c->scheme, "%s", recorded_text(t, 4));
    snprintf(c->queues, sizeof c->queues, "%s", recorded_text(t, 5));
    for (uint32_t i = 0; i < TIRESIAS_FIGURES; i++)
        snprintf(c->figure[i], sizeof c->figure[i], "%s", recorded_text(t, FIRST_FIGURE + i));
    c->jobs = recorded_number(t, 14);
    c->completed = recorded_number(t, 15);
    c->preemptions = recorded_number(t, 16);
    c->events = recorded_number(t, 17);
    c->promotions = recorded_number(t, 18);
    return true;
}

bool tiresias_by_node(const struct tiresias_case *c)
{
    return !strcmp(c->placement, "yarn") && !strstr(c->scheme, "dlas");
}

uint32_t tiresias_limits(const struct tiresias_case *c, int64_t *limit, uint32_t most)
{
    const char *at = strchr(c->queues, ':');
    uint32_t n = 0;

    while (at && n < most) {
        char *end;
        limit[n++] = strtoll(at + 1, &end, 10);
        at = *end == '/' ? end : NULL;
    }
    return n;
}

uint32_t tiresias_knob(const char *scheme)
{
    const char *knob = strrchr(scheme, '-');
    uint32_t fraction = 0, unit = 100;

    if (!knob || knob[1] < '0' || knob[1] > '9')
        return 0;
    if (knob[1] != '0')
        return (uint32_t)strtoul(knob + 1, NULL, 10) * 1000;
    for (knob += 2; *knob; knob++, unit /= 10)
        fraction += (uint32_t)(*knob - '0') * unit;
    return fraction;
}

static void build_fleet(struct tiresias_world *w, const struct tiresias_case *c)
{
    static const char *const columns[] = {"cluster",       "num_switch",    "nodes_per_switch",
                                          "gpus_per_node", "cpus_per_node", "mem_gb_per_node"};
    struct recorded t = tiresias_table("", "clusters.csv", columns, 6);
    struct node_spec *specs;
    struct diag d;
    uint32_t switches = 0, each = 0, n;
    int64_t cpus = 0, memory = 0;

    while (recorded_next(&t))
        if (!strcmp(recorded_text(&t, 0), c->cluster)) {
            switches = (uint32_t)recorded_number(&t, 1);
            each = (uint32_t)recorded_number(&t, 2);
            w->per_node = (uint32_t)recorded_number(&t, 3);
            cpus = recorded_number(&t, 4);
            memory = recorded_number(&t, 5);
        }
    recorded_close(&t);
    check(switches);
    if (!tiresias_by_node(c)) {
        w->per_node *= switches * each;
        switches = each = 1;
    }
    n = switches * each;
    specs = ARENA_ARRAY(&w->a, struct node_spec, n);
    for (uint32_t i = 0; i < n; i++) {
        char name[16];
        int length = snprintf(name, sizeof name, "s%u", i / each);
        specs[i] = (struct node_spec){.gpu_type = "gpu",
                                      .gpus = w->per_node,
                                      .nvlink_gpus = w->per_node,
                                      .cpu_milli = cpus * 1000,
                                      .memory_mib = memory * 1024};
        specs[i].domain[LEVEL_RACK] = arena_text(&w->a, name, (size_t)length);
    }
    check(topology_build(&w->fleet, &w->a, specs, n, &d) == 0);
}

static void read_trace(struct tiresias_world *w, const struct tiresias_case *c)
{
    static const char *const columns[] = {"job_id", "num_gpu", "submit_time_s", "duration_s"};
    char file[64];
    struct recorded t;

    snprintf(file, sizeof file, "%s.csv", c->trace);
    t = tiresias_table("traces/", file, columns, 4);
    w->job = ARENA_ARRAY(&w->a, struct tiresias_job, (size_t)c->jobs + 1);
    while (recorded_next(&t)) {
        struct tiresias_job job = {recorded_number(&t, 0), recorded_number(&t, 1),
                                   recorded_number(&t, 2), recorded_number(&t, 3)};
        uint32_t i = w->n++;
        check(i < c->jobs);
        for (; i && w->job[i - 1].submit > job.submit; i--)
            w->job[i] = w->job[i - 1];
        w->job[i] = job;
    }
    recorded_close(&t);
}

void tiresias_world(struct tiresias_world *w, const struct tiresias_case *c)
{
    *w = (struct tiresias_world){0};
    arena_init(&w->a);
    build_fleet(w, c);
    read_trace(w, c);
}

void tiresias_world_free(struct tiresias_world *w)
{
    arena_free(&w->a);
}

void tiresias_fill(const struct tiresias_world *w, const struct tiresias_case *c,
                   struct builders_job *jobs)
{
    for (uint32_t i = 0; i < w->n; i++) {
        const struct tiresias_job *t = &w->job[i];
        jobs[i] = (struct builders_job){.submit = t->submit * NS_PER_S,
                                        .run = t->duration * NS_PER_S,
                                        .replicas = 1,
                                        .gpus = (uint32_t)t->gpus};
        if (!tiresias_by_node(c))
            continue;
        jobs[i].replicas = jobs[i].gpus;
        jobs[i].gpus = 1;
        jobs[i].required = t->gpus > w->per_node ? LEVEL_RACK : LEVEL_NODE;
    }
}

void tiresias_jobs(struct tiresias_world *w, const struct tiresias_case *c, struct job_set *out)
{
    struct builders_job *jobs = ARENA_ARRAY(&w->a, struct builders_job, w->n + 1);

    tiresias_fill(w, c, jobs);
    builders_jobs(out, &w->a, jobs, w->n, NULL);
}

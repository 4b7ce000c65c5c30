/* fgd.c - cost of placement by score: the experiment of the FGD paper on its trace, and a steady state of
 * arrivals and departures on synthetic fleets like it, beside a rescan of every node in the same run.
 *
 * Times are CPU time of the process, medians of `rounds`; also as a ratio to an event-hold loop, because the
 * shared machine moves. The rescan must name the node that was chosen. Argument: rounds. */
#include "base/check.h"
#include "base/digest.h"
#include "engine/event_queue.h"
#include "lib/builders.h"
#include "lib/fgd.h"
#include "sched/registry.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { ROUNDS = 9, CLASSES = 91 };

static double cpu_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_value);
    return v[n / 2];
}

/* Seconds of one pop and push with n events pending (the classical hold model). */
static double hold_seconds(uint32_t n, uint32_t holds)
{
    struct event_queue q;
    struct event e;
    double t, round[5];

    for (int k = 0; k < 5; k++) {
        event_queue_init(&q);
        for (uint32_t i = 0; i < n; i++)
            event_queue_push(&q, (ns_t)(digest_mix(i) >> 30), EVENT_FINISH, i, 0);
        t = cpu_now();
        for (uint32_t i = 0; i < holds; i++) {
            event_queue_pop(&q, &e);
            event_queue_push(&q, e.at + (ns_t)(digest_mix(i) >> 30), EVENT_FINISH, e.job, 0);
        }
        round[k] = (cpu_now() - t) / holds;
        event_queue_free(&q);
    }
    return median(round, 5);
}

/* ---- the experiment ---- */

static void keep_last(void *to, const struct fgd_row *r)
{
    *(struct fgd_row *)to = *r;
}

static void experiment(double hold, int rounds)
{
    static const char *const parts[] = {"fgd", "multifit", "dotprod", "gpuclustering",
                                        "gpupacking"};
    char traces[512], path[512];
    struct fgd_trace t;
    struct fgd_order order;
    struct rusage usage;

    if (!builders_shared("oracles/fgd/orders/default.s42.csv.gz", path, sizeof path) ||
        !builders_shared("traces/alibaba-gpu-v2023", traces, sizeof traces))
        return;
    check(fgd_load(&t, traces, "default"));
    fgd_order_read(&order, path, &t);
    printf("%-14s %8s %9s %9s %8s %10s\n", "experiment", "arrivals", "seconds", "ns/task", "holds",
           "allocated");
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        double seconds[ROUNDS];
        struct fgd_row last;
        for (int round = 0; round < rounds; round++) {
            double at = cpu_now();
            fgd_run(&t, &order, parts[k], 42, false, keep_last, &last);
            seconds[round] = cpu_now() - at;
        }
        seconds[0] = median(seconds, rounds);
        printf("%-14s %8zu %9.4f %9.0f %8.1f %9.2f%%\n", parts[k], order.pod.n, seconds[0],
               1e9 * seconds[0] / (double)order.pod.n, seconds[0] / (double)order.pod.n / hold,
               (double)last.used / 10 / t.fleet.n_gpus);
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("largest resident set until here: %.1f MiB\n", (double)usage.ru_maxrss / 1024);
    fgd_order_free(&order);
    fgd_free(&t);
}

/* ---- steady state ---- */

/* The published cluster, `times` over. */
static void fleet_like_openb(struct topology *t, struct arena *a, uint32_t times)
{
    static const struct {
        const char *type;
        uint32_t gpus, nodes;
        int64_t cpu;
    } kinds[] = {{"P100", 2, 134, 64000},   {"T4", 2, 387, 96000},     {"T4", 4, 18, 96000},
                 {"V100M16", 4, 47, 64000}, {"V100M32", 4, 9, 96000},  {"G2", 8, 549, 96000},
                 {"G3", 8, 40, 128000},     {"V100M32", 8, 21, 96000}, {"V100M16", 8, 8, 96000}};
    struct node_spec *specs = ARENA_ARRAY(a, struct node_spec, (size_t)1213 * times);
    uint32_t n = 0;
    struct diag d = {0};

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (uint32_t i = 0; i < kinds[k].nodes * times; i++)
            specs[n++] = (struct node_spec){.gpu_type = kinds[k].type,
                                            .gpus = kinds[k].gpus,
                                            .cpu_milli = kinds[k].cpu,
                                            .memory_mib = 393216};
    check(n == 1213 * times && topology_build(t, a, specs, n, &d) == 0);
}

/* Task shapes with falling popularity: shares, single and several GPUs, CPU only. */
static void classes_like_openb(struct job_set *jobs, struct arena *a, uint32_t n)
{
    struct rng r;

    memset(jobs, 0, sizeof *jobs);
    rng_stream(&r, 7, RNG_SIZE, 0, 0);
    jobs->n = n;
    jobs->n_requests = jobs->n_groups = CLASSES;
    jobs->requests = ARENA_ARRAY(a, struct request, CLASSES);
    jobs->groups = ARENA_ARRAY(a, struct job_group, CLASSES);
    jobs->specs = ARENA_ARRAY(a, struct job_spec, n);
    for (uint32_t i = 0; i < CLASSES; i++) {
        uint32_t kind = rng_below(&r, 20);
        uint32_t gpus = kind < 3 ? 0 : kind < 17 ? 1 : kind < 18 ? 2 : kind < 19 ? 4 : 8;
        uint32_t share = kind >= 3 && kind < 11 ? 50 * (1 + rng_below(&r, 19)) : 0;
        jobs->groups[i] = (struct job_group){1, gpus};
        jobs->requests[i] = (struct request){
            .first_group = i,
            .n_groups = 1,
            .replicas = 1,
            .gpus = gpus,
            .share_milli = share,
            .demand_milli = share ? share : (uint64_t)gpus * 1000,
            .types = gpus ? rng_below(&r, 5) ? 63 : 1 + rng_below(&r, 63) : 0,
            .cpu_milli = 1000 * (1 + (int64_t)rng_below(&r, 12)) * (gpus ? gpus : 1),
            .memory_mib = 1024 * (1 + (int64_t)rng_below(&r, 32))};
    }
    for (uint32_t i = 0; i < n; i++) {
        double u = rng_unit(&r);
        jobs->specs[i].request = (uint32_t)(CLASSES * u * u * u);
    }
}

struct running {
    uint32_t request, n;
    struct held h[2];
};

struct state {
    struct placer p;
    const struct job_set *jobs;
    struct running *at;
    uint32_t n;
    int64_t free; /* milli-GPU that departures keep free before an arrival */
    struct rng rng;
};

static void depart(struct state *s)
{
    uint32_t i = rng_below(&s->rng, s->n);

    place_release(&s->p, &s->jobs->requests[s->at[i].request], s->at[i].h, s->at[i].n);
    s->at[i] = s->at[--s->n];
}

static bool arrive(struct state *s, uint32_t job)
{
    uint32_t request = s->jobs->specs[job].request;
    struct running *j;

    while (s->n && s->p.occ->free_milli < s->free)
        depart(s);
    if (!place_take(&s->p, &s->jobs->requests[request], job))
        return false;
    j = &s->at[s->n];
    j->request = request;
    j->n = (uint32_t)s->p.out.n;
    memcpy(j->h, s->p.out.at, j->n * sizeof *j->h);
    s->n++;
    return true;
}

static void steady(const char *part_name, uint32_t times, uint32_t tasks, double hold, int rounds)
{
    const struct policy_part *part = registry_find(AXIS_PLACE, part_name);
    uint32_t fill = 12000 * times, rescans = 400 / (times > 4 ? 4 : times), placed = 0;
    double seconds[ROUNDS], slow, scored;
    struct arena a;
    struct topology fleet;
    struct occupancy occ;
    struct job_set jobs;
    struct fragmentation_mix mix;
    struct score score;
    struct state s = {.jobs = &jobs};
    uint64_t before;

    arena_init(&a);
    fleet_like_openb(&fleet, &a, times);
    classes_like_openb(&jobs, &a, fill + tasks * (uint32_t)(rounds + 1));
    occupancy_init(&occ, &fleet, &a, true, true, true);
    score_mix(&mix, &jobs, 95, fleet.n_types, &a);
    score_init(&score, &occ, &jobs, part, &mix, NULL, &a);
    s.p = (struct placer){.occ = &occ, .jobs = &jobs, .score = &score};
    s.at = ARENA_ARRAY(&a, struct running, jobs.n);
    s.free = (int64_t)fleet.milli / 12;
    rng_stream(&s.rng, 7, RNG_LENGTH, 0, 0);
    for (uint32_t i = 0; i < fill + tasks; i++)
        arrive(&s, i);
    before = score.scored;
    for (int round = 0; round < rounds; round++) {
        uint32_t first = fill + tasks * (uint32_t)(round + 1);
        double at = cpu_now();
        for (uint32_t i = 0; i < tasks; i++)
            placed += arrive(&s, first + i);
        seconds[round] = (cpu_now() - at) / tasks;
    }
    scored = (double)(score.scored - before) / tasks / rounds;
    slow = 0;
    for (uint32_t i = 0; i < rescans; i++) {
        const struct request *r = &jobs.requests[jobs.specs[i].request];
        struct task_view task = score_task(r, jobs.groups[r->first_group].gpus);
        int64_t lowest, same;
        double at = cpu_now();
        uint32_t node = score_rescan(&score, &task, &lowest);
        slow += cpu_now() - at;
        check(score_best(&score, &task, &same) == node && same == lowest);
        arrive(&s, i);
    }
    slow /= rescans;
    seconds[0] = median(seconds, rounds);
    printf("%-14s %6u %7u %9.0f %9.0f %8.1f %8.1f %8.1f%% %12.0f %7.0fx\n", part_name,
           fleet.n_nodes, fleet.n_gpus, 1 / seconds[0], 1e9 * seconds[0], seconds[0] / hold, scored,
           100.0 * placed / tasks / rounds, 1 / slow, slow / seconds[0]);
    VEC_FREE(&s.p.out);
    arena_free(&a);
}

int main(int argc, char **argv)
{
    static const char *const parts[] = {"fgd", "multifit", "dotprod", "gpuclustering",
                                        "gpupacking"};
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    double hold = hold_seconds(10000, 1000000);

    rounds = rounds < 1 ? 1 : rounds > ROUNDS ? ROUNDS : rounds;
    printf("event hold, 10,000 pending: %.0f ns; CPU time, median of %d\n", 1e9 * hold, rounds);
    experiment(hold, rounds);
    printf("%-14s %6s %7s %9s %9s %8s %8s %9s %12s %8s\n", "steady state", "nodes", "GPUs",
           "tasks/s", "ns/task", "holds", "scored", "placed", "rescan/s", "gain");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (uint32_t times = 1; times <= 16; times *= i ? 16 : 4)
            steady(parts[i], times, 20000, hold, rounds);
    return 0;
}

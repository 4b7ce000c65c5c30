/* replay.c - cost per job of whole replays, as a ratio to an event-hold loop measured in the same run.
 *
 * Every case names its policy, fleet, load, estimates and the queue it reached (jobs that wait, for the first
 * time or again, on average while jobs arrive): a fast number with an empty queue says nothing. Times are CPU time of the process, the median of `rounds` after a warm-up
 * round. The shared machine moves; the ratios are what is compared: holds per job, and the growth per job
 * over the case before where one thing was doubled. Arguments: rounds, and the numbers of the first case
 * and the last. */
#include "engine/engine.h"
#include "experiment/choice.h"
#include "lib/builders.h"
#include "metrics/collect.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

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

/* Seconds of one pop and push with n events pending (the classical hold model). */
static double hold_seconds(uint32_t n, uint32_t holds)
{
    struct event_queue q;
    struct event e;
    struct rng r;
    double t, best[5];

    for (int round = 0; round < 5; round++) {
        event_queue_init(&q);
        rng_stream(&r, 1, RNG_ARRIVAL, 0, n);
        for (uint32_t i = 0; i < n; i++)
            event_queue_push(&q, (ns_t)(rng_u64(&r) >> 30), EVENT_FINISH, i);
        t = cpu_now();
        for (uint32_t i = 0; i < holds; i++) {
            event_queue_pop(&q, &e);
            event_queue_push(&q, e.at + (ns_t)(digest_mix(i) >> 30), EVENT_FINISH, e.what);
        }
        best[round] = (cpu_now() - t) / holds;
        event_queue_free(&q);
    }
    qsort(best, 5, sizeof *best, by_value);
    return best[2];
}

struct replay_case {
    const char *name, *policy;
    uint32_t gpus, jobs, most;
    double load, overestimate;
    bool doubled; /* from the case before: something is twice as large */
};

static void start_host(struct host *h, const struct job_set *jobs, const struct topology *fleet,
                       const struct choice *policy, struct arena *a)
{
    struct diag d = {0};

    if (host_init(h,
                  &(struct host_config){.jobs = jobs,
                                        .topo = fleet,
                                        .policy = policy->policy,
                                        .text = policy->config,
                                        .seed = 1},
                  a, &d) < 0) {
        diag_print(stderr, &d, "error", 0);
        exit(2);
    }
}

/* Seconds per job. */
static double replay(const struct replay_case *k, double hold, int rounds, double before)
{
    double seconds[9], waited = 0;
    size_t fixed = 0, bytes = 0;
    uint32_t queued = 0;
    char digest[33] = "";

    for (int round = -1; round < rounds; round++) {
        struct arena jobs_arena, arena;
        struct topology fleet;
        struct job_set jobs;
        struct choice policy;
        struct host host;
        struct engine engine;
        struct collect collect;
        struct observer observer;
        struct outcome o = {0};
        struct diag d = {0};
        static const uint8_t useful[JOB_ENDS] = {1};
        double t;
        ns_t last;

        arena_init(&jobs_arena);
        arena_init(&arena);
        builders_fleet(&fleet, &arena, k->gpus / 8, 8);
        builders_random(&jobs, &jobs_arena, 7, k->jobs, k->gpus, 8, k->most, k->load,
                        k->overestimate);
        jobs.user = NULL;
        jobs.priority = NULL;
        if (choice_parse(k->policy, &jobs, &jobs_arena, &policy, &d) < 0) {
            diag_print(stderr, &d, "error", 0);
            exit(2);
        }
        fixed = arena.total;
        t = cpu_now();
        start_host(&host, &jobs, &fleet, &policy, &arena);
        observer = collect_init(&collect, &jobs, &fleet, &(struct collect_config){.useful = useful},
                                &arena);
        engine_init(&engine, &host, &observer, NS_NEVER, &arena);
        engine_run(&engine);
        if (!collect_finish(&collect, engine.now, &o, &arena))
            exit(6);
        t = cpu_now() - t;
        if (round >= 0)
            seconds[round] = t;
        digest_text(&host.digest, digest);
        bytes = arena.total - fixed + host.held.all.room * sizeof(struct held) +
                sizeof(struct job_spec) * k->jobs;
        waited = 0;
        last = jobs.specs[jobs.n - 1].submit;
        for (uint32_t i = 0; i < jobs.n; i++) {
            ns_t until = o.results[i].end - jobs.specs[i].run;
            waited += (double)((until < last ? until : last) - jobs.specs[i].submit);
        }
        queued = (uint32_t)(waited / (double)last);
        engine_free(&engine);
        host_free(&host);
        builders_free(&jobs);
        arena_free(&arena);
        arena_free(&jobs_arena);
    }
    qsort(seconds, (size_t)rounds, sizeof *seconds, by_value);
    printf("%-22s %7u %8u %6.2f %8.1f %8u %9.0f %8.2f", k->name, k->gpus, k->jobs, k->load,
           k->overestimate, queued, 1e9 * seconds[rounds / 2] / k->jobs,
           seconds[rounds / 2] / k->jobs / hold);
    if (k->doubled && before > 0)
        printf(" %6.2f", seconds[rounds / 2] / k->jobs / before);
    else
        printf(" %6s", "");
    printf(" %5.0f  %.8s\n", (double)bytes / k->jobs, digest);
    fflush(stdout);
    return seconds[rounds / 2] / k->jobs;
}

int main(int argc, char **argv)
{
    static const struct replay_case cases[] = {
        {"fifo+bestfit", "fifo", 1000, 500000, 128, 0.92, 1, false},
        {"fifo+bestfit", "fifo", 10000, 500000, 128, 0.92, 1, false},
        {"fifo+bestfit", "fifo", 20000, 500000, 128, 0.92, 1, true},
        {"fifo+bestfit", "fifo", 20000, 1000000, 128, 0.92, 1, true},
        {"fifo+bestfit", "fifo", 100000, 500000, 128, 0.92, 1, false},
        {"easy, exact", "easy,estimate=limit", 1000, 200000, 128, 0.92, 1, false},
        {"easy, 1-5x", "easy,estimate=limit", 1000, 200000, 128, 0.92, 5, false},
        {"easy, exact", "easy,estimate=limit", 10000, 200000, 128, 0.95, 1, false},
        {"easy, 1-5x", "easy,estimate=limit", 10000, 200000, 128, 0.95, 5, false},
        {"easy, 1-5x", "easy,estimate=limit", 10000, 200000, 128, 1.0, 5, false},
        {"easy, overloaded", "easy,estimate=limit", 1000, 100000, 128, 1.1, 5, false},
        {"easy, long queue", "easy,estimate=limit", 1000, 200000, 128, 1.6, 5, false},
        {"easy, long queue", "easy,estimate=limit", 1000, 400000, 128, 1.6, 5, true},
        {"easy, long queue", "easy,estimate=limit", 10000, 200000, 128, 1.6, 5, false},
        {"skip, overloaded", "fifo,walk=skip", 1000, 100000, 128, 1.1, 5, false},
        {"conservative", "conservative,estimate=limit", 1000, 5000, 128, 0.95, 5, false},
        {"conservative, queue", "conservative,estimate=limit", 1000, 2000, 128, 3.0, 5, false},
        {"2dlas", "order=2dlas,walk=desired", 1000, 200000, 128, 0.92, 1, false},
        {"2dlas", "order=2dlas,walk=desired", 2000, 200000, 128, 0.92, 1, true},
        {"2dlas", "order=2dlas,walk=desired", 10000, 200000, 128, 0.95, 1, false},
        {"2dlas", "order=2dlas,walk=desired", 20000, 200000, 128, 0.95, 1, true},
        {"2dlas", "order=2dlas,walk=desired", 100000, 400000, 128, 0.95, 1, false},
        {"2dlas", "order=2dlas,walk=desired", 200000, 400000, 128, 0.95, 1, true},
        {"2dlas, overloaded", "order=2dlas,walk=desired", 1000, 100000, 128, 1.1, 1, false},
        {"2dlas, overloaded", "order=2dlas,walk=desired", 10000, 200000, 128, 1.1, 1, false},
        {"gittins", "order=gittins,walk=desired", 1000, 50000, 128, 0.92, 1, false},
        {"srtf", "order=srtf,walk=desired", 1000, 50000, 128, 0.92, 1, false},
    };
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    size_t n = sizeof cases / sizeof *cases;
    size_t first = argc > 2 ? (size_t)atoi(argv[2]) : 0,
           last = argc > 3 ? (size_t)atoi(argv[3]) : first;
    double hold = hold_seconds(10000, 2000000), before = 0;

    rounds = rounds < 1 ? 1 : rounds > 9 ? 9 : rounds;
    if (argc <= 2 || last >= n)
        last = n - 1;
    printf("event hold, 10,000 pending: %.0f ns; CPU time, median of %d\n", 1e9 * hold, rounds);
    printf("%-22s %7s %8s %6s %8s %8s %9s %8s %6s %5s  %s\n", "case", "GPUs", "jobs", "load",
           "estimate", "queued", "ns/job", "holds", "growth", "B/job", "digest");
    for (size_t i = first; i <= last; i++)
        before = replay(&cases[i], hold, rounds, before);
    return 0;
}

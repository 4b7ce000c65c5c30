/* test_growth.c - cost that does not depend on the machine: allocations in the loop, bytes per job, and how
 * the instructions of the loop grow with jobs and GPUs.
 *
 * Instructions are counted by running this program again under valgrind's callgrind, collecting only inside
 * engine_run(); without valgrind, or in a sanitizer build, that part is skipped and says so. */
#include "engine/engine.h"
#include "experiment/choice.h"
#include "lib/builders.h"
#include "metrics/collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { SANITIZED = 1 };
static uint64_t calls;
#else
/* The C library's allocator under our own names, to count the calls of everything in this program. */
enum { SANITIZED = 0 };
static uint64_t calls;
extern void *__libc_malloc(size_t n);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_calloc(size_t k, size_t n);
extern void *__libc_memalign(size_t align, size_t n);
void *malloc(size_t n)
{
    calls++;
    return __libc_malloc(n);
}
void *realloc(void *p, size_t n)
{
    calls++;
    return __libc_realloc(p, n);
}
void *calloc(size_t k, size_t n)
{
    calls++;
    return __libc_calloc(k, n);
}
void *aligned_alloc(size_t align, size_t n)
{
    calls++;
    return __libc_memalign(align, n);
}
#endif

struct cost {
    uint64_t calls;
    double bytes;
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

static struct cost replay(const char *text, uint32_t gpus, uint32_t n, double load)
{
    static const uint8_t useful[JOB_ENDS] = {1};
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
    struct cost c;
    size_t before;

    arena_init(&jobs_arena);
    arena_init(&arena);
    builders_fleet(&fleet, &jobs_arena, gpus / 8, 8);
    builders_random(&jobs, &jobs_arena, 7, n, gpus, 8, 64, load, 3.0);
    jobs.user = NULL;
    jobs.priority = NULL;
    if (choice_parse(text, &jobs, &jobs_arena, &policy, &d) < 0)
        exit(2);
    before = arena.total;
    start_host(&host, &jobs, &fleet, &policy, &arena);
    observer =
        collect_init(&collect, &jobs, &fleet, &(struct collect_config){.useful = useful}, &arena);
    engine_init(&engine, &host, &observer, NS_NEVER, &arena);
    calls = 0;
    engine_run(&engine);
    c.calls = calls;
    c.bytes = (double)(arena.total - before + sizeof(struct job_spec) * n) / n;
    if (!collect_finish(&collect, engine.now, &o, &arena))
        exit(6);
    engine_free(&engine);
    host_free(&host);
    builders_free(&jobs);
    arena_free(&arena);
    arena_free(&jobs_arena);
    return c;
}

static void the_loop_allocates_no_more_for_ten_times_the_jobs(void **state)
{
    static const char *const policies[] = {"fifo", "easy,estimate=limit",
                                           "fifo,walk=skip,place=consolidate",
                                           "order=2dlas,walk=desired"};
    (void)state;
    if (SANITIZED) {
        print_message("SKIP: the sanitizer owns the allocator\n");
        skip();
    }
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        uint64_t few = replay(policies[i], 256, 2000, 0.9).calls,
                 many = replay(policies[i], 256, 20000, 0.9).calls;
        /* Some twenty tables by slot double between instants with the jobs present: a logarithm, not a
         * share, of the jobs. */
        if (many > few + 80 || few > 64)
            fail_msg("%s: %u allocations for 2,000 jobs, %u for 20,000", policies[i], (unsigned)few,
                     (unsigned)many);
    }
}

static void a_rigid_job_costs_at_most_128_bytes(void **state)
{
    double bytes = replay("fifo", 256, 200000, 0.9).bytes;
    (void)state;
    /* The fleet's and the ledger's fixed part, under 1 MiB here, is 5 B per job at this size. */
    if (bytes > 128 + 5)
        fail_msg("%.1f bytes per job", bytes);
}

static const char *self;

/* Instructions inside engine_run, in millions; 0 when they cannot be counted. */
static double instructions(const char *policy, uint32_t gpus, uint32_t n, double load)
{
    char command[512], line[256];
    double found = 0;
    FILE *f;

    snprintf(command, sizeof command,
             "valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=engine_run "
             "'%s' run '%s' %u %u %g 2>&1",
             self, policy, gpus, n, load);
    f = popen(command, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        const char *at = strstr(line, "Collected :");
        if (at)
            found = strtod(at + 11, NULL) / 1e6;
    }
    pclose(f);
    return found;
}

static void instructions_grow_with_jobs_and_hardly_with_gpus(void **state)
{
    static const struct {
        const char *policy;
        uint32_t gpus, jobs;
        double load;
    } base[] = {
        {"fifo", 4096, 20000, 0.9},
        {"fifo,walk=skip", 1024, 10000, 0.7},
        {"order=2dlas,walk=desired", 1024, 20000, 0.9},
        {"order=2dlas,walk=desired", 2048, 20000, 0.9},
    };
    (void)state;
    if (SANITIZED || instructions("fifo", 64, 10, 0.5) == 0) {
        print_message("SKIP: no valgrind or a sanitizer build, instruction growth not checked\n");
        skip();
    }
    for (size_t i = 0; i < sizeof base / sizeof *base; i++) {
        double one = instructions(base[i].policy, base[i].gpus, base[i].jobs, base[i].load);
        double jobs = instructions(base[i].policy, base[i].gpus, 2 * base[i].jobs, base[i].load);
        double gpus = instructions(base[i].policy, 2 * base[i].gpus, base[i].jobs, base[i].load);
        print_message("%s: %.1f M, twice the jobs x%.2f, twice the GPUs x%.2f\n", base[i].policy,
                      one, jobs / one, gpus / one);
        /* performance.md section 1: 2.15 for jobs; 1.2 per job for GPUs at equal load. */
        if (jobs > 2.15 * one || gpus > 1.2 * one)
            fail_msg("%s: x%.2f for twice the jobs, x%.2f for twice the GPUs", base[i].policy,
                     jobs / one, gpus / one);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loop_allocates_no_more_for_ten_times_the_jobs),
        cmocka_unit_test(a_rigid_job_costs_at_most_128_bytes),
        cmocka_unit_test(instructions_grow_with_jobs_and_hardly_with_gpus),
    };
    if (argc == 6 && !strcmp(argv[1], "run")) {
        replay(argv[2], (uint32_t)atoi(argv[3]), (uint32_t)atoi(argv[4]), atof(argv[5]));
        return 0;
    }
    self = argv[0];
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_tiresias_oracle.c - recorded runs of the Tiresias simulator, reproduced job by job with policies that
 * see nothing but the contract (tests/compat/tiresias).
 *
 * Every row of the oracle's cases.csv is run. Where the program lost jobs to its memory leak those that
 * completed are compared. One kind of row is left out: multi-dlas-gpu that stopped before its jobs were
 * done, because it saw that no arrival and no end was left; a policy cannot see that. Not compared: the
 * order of jobs that end in one second. */
#include "lib/tiresias.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PROMOTED "tiresias.promoted/1" /* extension of the policy: keys of jobs, one a promotion */

extern const struct berth_policy berth_policy_tiresias_fifo, berth_policy_tiresias_fjf,
    berth_policy_tiresias_sjf, berth_policy_tiresias_shortest, berth_policy_tiresias_shortest_gpu,
    berth_policy_tiresias_shortest_expected, berth_policy_tiresias_dlas,
    berth_policy_tiresias_gittins, berth_policy_tiresias_multi_dlas;

struct replay {
    struct tiresias_world world;
    struct job_set jobs;
    struct outcome o;
    uint32_t wrong; /* differences found */
    const struct tiresias_case *c;
};

#define DIFFERS(r, ...)                                                                            \
    do {                                                                                           \
        if ((r)->wrong++ < 5) {                                                                    \
            print_message("%s: ", (r)->c->name);                                                   \
            print_message(__VA_ARGS__);                                                            \
        }                                                                                          \
    } while (0)

static bool to_completion(const struct tiresias_case *c)
{
    return !strcmp(c->scheme, "fifo") || !strcmp(c->scheme, "fjf");
}

/* ---- the policy of a case ---- */

static void add_samples(char *to, size_t room)
{
    static const char *const columns[] = {"gpu_service_s"};
    struct recorded t = tiresias_table("", "gittins_samples.csv", columns, 1);
    size_t used = strlen(to);

    used += (size_t)snprintf(to + used, room - used, "samples");
    for (char before = '='; recorded_next(&t); before = ':')
        used += (size_t)snprintf(to + used, room - used, "%c%s", before, recorded_text(&t, 0));
    assert_true(used < room);
    recorded_close(&t);
}

/* "3: 3250/7200" as "limit1=3250,limit2=7200", or as "limits=3250:7200". */
static void add_limits(char *to, size_t room, const char *queues, bool as_list)
{
    const char *at = strchr(queues, ':');
    size_t used = strlen(to);

    assert_non_null(at);
    for (int i = 1; i <= 8; i++) {
        char *end = NULL;
        long long limit = at ? strtoll(at + 1, &end, 10) : 0;
        if (!as_list)
            used += (size_t)snprintf(to + used, room - used, ",limit%d=%lld", i, limit);
        else if (limit)
            used +=
                (size_t)snprintf(to + used, room - used, "%s%lld", i == 1 ? "limits=" : ":", limit);
        at = end && *end == '/' ? end : NULL;
    }
    if (as_list)
        snprintf(to + used, room - used, ",");
}

static const struct berth_policy *policy_of(const struct tiresias_case *c, char *options,
                                            size_t room)
{
    static const struct {
        const char *scheme;
        const struct berth_policy *policy;
    } simple[] = {{"fifo", &berth_policy_tiresias_fifo},
                  {"fjf", &berth_policy_tiresias_fjf},
                  {"sjf", &berth_policy_tiresias_sjf},
                  {"shortest", &berth_policy_tiresias_shortest},
                  {"shortest-gpu", &berth_policy_tiresias_shortest_gpu}};

    *options = 0;
    for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
        if (!strcmp(c->scheme, simple[i].scheme)) {
            snprintf(options, room, "yarn=%d", tiresias_by_node(c));
            return simple[i].policy;
        }
    if (!strcmp(c->scheme, "shortest-expected")) {
        snprintf(options, room, "yarn=%d,", tiresias_by_node(c));
        add_samples(options, room);
        return &berth_policy_tiresias_shortest_expected;
    }
    if (!strcmp(c->scheme, "multi-dlas-gpu"))
        return &berth_policy_tiresias_multi_dlas;
    if (!strcmp(c->scheme, "dlas-gpu-gittins")) {
        add_limits(options, room, c->queues, true);
        add_samples(options, room);
        return &berth_policy_tiresias_gittins;
    }
    if (strncmp(c->scheme, "dlas", 4))
        fail_msg("%s: scheme %s has no policy", c->name, c->scheme);
    snprintf(options, room, "gpu=%d,promote=%u", !strncmp(c->scheme, "dlas-gpu", 8),
             tiresias_knob(c->scheme));
    add_limits(options, room, c->queues, false);
    return &berth_policy_tiresias_dlas;
}

/* Stands before the policy and sees what no outcome holds. */
static struct {
    const struct berth_policy *policy;
    uint64_t calls;
    VEC(uint32_t) promoted; /* keys of jobs */
} watch;

static berth_status watched_decide(void *self, const struct berth_view *v,
                                   const struct berth_event *e, uint32_t n, uint32_t mode)
{
    watch.calls++;
    return watch.policy->decide(self, v, e, n, mode);
}

static void watched_destroy(void *self)
{
    const struct berth_table *promoted =
        watch.policy->extension ? watch.policy->extension(self, PROMOTED) : NULL;

    for (uint32_t i = 0; promoted && i < promoted->n; i++)
        VEC_PUSH(&watch.promoted, ((const uint32_t *)promoted->at)[i]);
    watch.policy->destroy(self);
}

static void run(struct replay *r)
{
    static char options[1 << 16];
    struct berth_policy policy;
    struct trial_config config = {.jobs = &r->jobs,
                                  .fleet = &r->world.fleet,
                                  .policy = options,
                                  .own = &policy,
                                  .seed = 1,
                                  .horizon = NS_NEVER,
                                  .keep_segments = true};
    struct diag d = {0};
    int failed;

    watch.policy = policy_of(r->c, options, sizeof options);
    watch.calls = watch.promoted.n = 0;
    policy = *watch.policy;
    policy.decide = watched_decide;
    policy.destroy = watched_destroy;
    config.useful[JOB_DONE] = 1;
    failed = trial_run(&config, &r->world.a, &r->o, &d);
    if (failed && r->c->completed == r->c->jobs)
        DIFFERS(r, "%s\n", d.message);
}

/* ---- comparing ---- */

static uint32_t job_of(const struct replay *r, int64_t id)
{
    for (uint32_t i = 0; i < r->world.n; i++)
        if (r->world.job[i].id == id)
            return i;
    fail_msg("%s: job %lld is not in the trace", r->c->name, (long long)id);
    return 0;
}

static int64_t seconds(ns_t t)
{
    return t % NS_PER_S || t < 0 ? -1 : t / NS_PER_S;
}

static void same(struct replay *r, int64_t id, const char *what, int64_t got, int64_t expected)
{
    if (got != expected)
        DIFFERS(r, "job %lld: %s %lld, expected %lld\n", (long long)id, what, (long long)got,
                (long long)expected);
}

/* Under yarn running jobs are moved at no cost, which the program does not count: started again in the
 * second they stopped. */
static int64_t preemptions_of(const struct replay *r, uint32_t job)
{
    int64_t n = 0;

    if (!tiresias_by_node(r->c))
        return r->o.results[job].starts ? r->o.results[job].starts - 1 : 0;
    for (uint32_t i = 1; i < outcome_runs(&r->o, job); i++)
        n += outcome_run(&r->o, job, i - 1).end < outcome_run(&r->o, job, i).start;
    return n;
}

static int64_t promotions_of(uint32_t job)
{
    int64_t n = 0;

    for (size_t i = 0; i < watch.promoted.n; i++)
        n += watch.promoted.at[i] == job;
    return n;
}

static void compare_jobs(struct replay *r)
{
    static const char *const columns[] = {"job_id",      "num_gpu", "submit_s",   "first_start_s",
                                          "finish_s",    "jct_s",   "duration_s", "pending_s",
                                          "preemptions", "resumes", "promotions"};
    char file[128];
    struct recorded t;
    int64_t rows = 0, last = 0, ended = 0;

    snprintf(file, sizeof file, "%s.csv", r->c->name);
    t = tiresias_table("jobs/", file, columns, 11);
    for (; recorded_next(&t); rows++) {
        int64_t id = recorded_number(&t, 0);
        uint32_t i = job_of(r, id);
        const struct job_result *j = &r->o.results[i];
        same(r, id, "GPUs", r->world.job[i].gpus, recorded_number(&t, 1));
        same(r, id, "submitted", seconds(r->jobs.specs[i].submit), recorded_number(&t, 2));
        same(r, id, "started", seconds(j->start), recorded_number(&t, 3));
        same(r, id, "ended", seconds(j->end), recorded_number(&t, 4));
        same(r, id, "JCT", seconds(j->end - r->jobs.specs[i].submit), recorded_number(&t, 5));
        same(r, id, "ran", seconds(outcome_job_ran(&r->o, i)), recorded_number(&t, 6));
        same(r, id, "pending", seconds(outcome_job_pending(&r->o, i)), recorded_number(&t, 7));
        same(r, id, "preemptions", preemptions_of(r, i), recorded_number(&t, 8));
        if (*recorded_text(
                &t, 9)) /* the first start is not counted by schemes that run to completion */
            same(r, id, "resumes", (int64_t)j->starts - to_completion(r->c),
                 recorded_number(&t, 9));
        same(r, id, "promotions", promotions_of(i), recorded_number(&t, 10));
        if (recorded_number(&t, 4) < last)
            DIFFERS(r, "the oracle's jobs are not in order of their ends\n");
        last = recorded_number(&t, 4);
    }
    recorded_close(&t);
    for (uint32_t i = 0; i < r->world.n; i++)
        ended += r->o.results[i].end != NS_UNKNOWN;
    if (rows != r->c->completed || ended != rows)
        DIFFERS(r, "%lld jobs ended, expected %lld of %lld rows\n", (long long)ended,
                (long long)r->c->completed, (long long)rows);
}

/* Interpolated linearly between order statistics. */
static double quantile(const double *sorted, size_t n, double p)
{
    double at = p * (double)(n - 1), below = floor(at);
    size_t i = (size_t)below;

    return i + 1 < n ? sorted[i] + (at - below) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static int rising(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Equal to as many decimals as are printed. */
static bool as_printed(double x, const char *printed)
{
    const char *point = strchr(printed, '.');
    double unit = point ? pow(10, -(double)strlen(point + 1)) : 1;

    return fabs(x - strtod(printed, NULL)) <= 0.5 * unit + 1e-9;
}

static void compare_figures(struct replay *r)
{
    double *jct = ARENA_ARRAY(&r->world.a, double, r->world.n + 1), got[TIRESIAS_FIGURES] = {0},
           work = 0;
    int64_t preemptions = 0;
    size_t n = 0;

    for (uint32_t i = 0; i < r->world.n; i++) {
        const struct job_result *j = &r->o.results[i];
        const struct tiresias_job *t = &r->world.job[i];
        preemptions += preemptions_of(r, i);
        if (j->end == NS_UNKNOWN)
            continue;
        jct[n] = (double)seconds(j->end - r->jobs.specs[i].submit);
        got[0] = fmax(got[0], (double)seconds(j->end));
        got[1] += jct[n++];
        got[5] += (double)(seconds(j->start) - t->submit);
        got[6] += (double)seconds(outcome_job_pending(&r->o, i));
        work += (double)(t->duration * t->gpus);
    }
    if (!n)
        return;
    qsort(jct, n, sizeof *jct, rising);
    got[1] /= (double)n;
    got[2] = quantile(jct, n, 0.50);
    got[3] = quantile(jct, n, 0.95);
    got[4] = quantile(jct, n, 0.99);
    got[5] /= (double)n;
    got[6] /= (double)n;
    got[7] = work / (got[0] * r->world.fleet.n_gpus);
    for (uint32_t i = 0; i < TIRESIAS_FIGURES; i++)
        if (!as_printed(got[i], r->c->figure[i]))
            DIFFERS(r, "%s is %.6f, expected %s\n", tiresias_figure[i], got[i], r->c->figure[i]);
    if (r->c->completed == r->c->jobs && preemptions != r->c->preemptions)
        DIFFERS(r, "%lld preemptions, expected %lld\n", (long long)preemptions,
                (long long)r->c->preemptions);
}

/* Every call of the policy is one event of the program. Not so when a move takes a second call (yarn),
 * and not with reserved GPUs, which the program deals on while it has no job. */
static void compare_counts(struct replay *r)
{
    if ((!tiresias_by_node(r->c) || to_completion(r->c)) &&
        strcmp(r->c->scheme, "multi-dlas-gpu") && (int64_t)watch.calls != r->c->events)
        DIFFERS(r, "%llu calls, expected %lld events\n", (unsigned long long)watch.calls,
                (long long)r->c->events);
    if ((int64_t)watch.promoted.n != r->c->promotions)
        DIFFERS(r, "%zu promotions, expected %lld\n", watch.promoted.n,
                (long long)r->c->promotions);
}

struct moment { /* after everything at t */
    int64_t busy, pending, running, completed;
};

static struct moment moment_at(const struct replay *r, ns_t t)
{
    struct moment m = {0};

    for (uint32_t i = 0; i < r->world.n; i++) {
        const struct job_result *j = &r->o.results[i];
        bool runs = false;
        if (r->jobs.specs[i].submit > t)
            continue;
        if (j->end != NS_UNKNOWN && j->end <= t) {
            m.completed++;
            continue;
        }
        for (uint32_t k = 0; k < outcome_runs(&r->o, i) && !runs; k++) {
            struct job_run run = outcome_run(&r->o, i, k);
            runs = run.start <= t && t < run.end;
        }
        m.running += runs;
        m.pending += !runs;
        m.busy += runs ? r->world.job[i].gpus : 0;
    }
    return m;
}

/* Small cases only. */
static bool has_events(const struct tiresias_case *c)
{
    char folder[512], path[1024];
    FILE *f;

    if (!builders_shared(TIRESIAS "/events", folder, sizeof folder))
        return false;
    snprintf(path, sizeof path, "%s/%s.csv", folder, c->name);
    f = fopen(path, "r");
    if (f)
        fclose(f);
    return f != NULL;
}

/* The state after the last event of each second. */
static void compare_events(struct replay *r)
{
    static const char *const columns[] = {"time_s", "busy_gpu", "pending_jobs", "running_jobs",
                                          "completed_jobs"};
    char file[128];
    int64_t row[5], before[5] = {-1};
    /* multi-dlas-gpu counts no GPUs there, and who has completed as running. */
    bool more, counts = strcmp(r->c->scheme, "multi-dlas-gpu") != 0;
    struct recorded t;

    snprintf(file, sizeof file, "%s.csv", r->c->name);
    t = tiresias_table("events/", file, columns, 5);
    do {
        more = recorded_next(&t);
        for (uint32_t i = 0; i < 5; i++)
            row[i] = !more ? -1 : *recorded_text(&t, i) ? recorded_number(&t, i) : -1;
        if (before[0] >= 0 && row[0] != before[0]) {
            struct moment m = moment_at(r, before[0] * NS_PER_S);
            if (!counts) {
                m.running += m.completed;
                m.completed = 0;
            }
            if ((counts && before[1] >= 0 && m.busy != before[1]) || m.pending != before[2] ||
                m.running != before[3] || m.completed != before[4])
                DIFFERS(r,
                        "after %lld s: %lld GPUs busy, jobs %lld pending, %lld running, %lld "
                        "completed; expected %lld, %lld, %lld, %lld\n",
                        (long long)before[0], (long long)m.busy, (long long)m.pending,
                        (long long)m.running, (long long)m.completed, (long long)before[1],
                        (long long)before[2], (long long)before[3], (long long)before[4]);
        }
        memcpy(before, row, sizeof row);
    } while (more);
    recorded_close(&t);
}

/* Whether it matches. */
static bool replay(const struct tiresias_case *c)
{
    struct replay r = {.c = c};

    tiresias_world(&r.world, c);
    tiresias_jobs(&r.world, c, &r.jobs);
    run(&r);
    compare_jobs(&r);
    compare_figures(&r);
    compare_counts(&r);
    if (has_events(c))
        compare_events(&r);
    builders_free(&r.jobs);
    tiresias_world_free(&r.world);
    return r.wrong == 0;
}

/* A family is a scheme; "dlas-gpu-" is every one of those with a knob. */
static bool is_of(const struct tiresias_case *c, const char *family)
{
    size_t n = strlen(family);

    return !strcmp(c->scheme, family) ||
           (family[n - 1] == '-' && !strncmp(c->scheme, family, n) && tiresias_knob(c->scheme));
}

static void every_row_of(const char *family)
{
    struct recorded t = tiresias_cases();
    uint32_t rows = 0, matched = 0, left_out = 0, by_event = 0;
    struct tiresias_case c;

    while (tiresias_next(&t, &c)) {
        if (!is_of(&c, family))
            continue;
        if (!strcmp(c.scheme, "multi-dlas-gpu") && c.completed < c.jobs) {
            left_out++;
            continue;
        }
        rows++;
        by_event += has_events(&c);
        matched += replay(&c);
    }
    recorded_close(&t);
    print_message("%s: %u of %u rows match, %u of them event by event; %u left out\n", family,
                  matched, rows, by_event, left_out);
    assert_true(rows > 0);
    assert_int_equal(matched, rows);
}

static void every_row_belongs_to_one_test(void **state)
{
    static const char *const families[] = {
        "fifo", "fjf",      "sjf",       "shortest",         "shortest-gpu",  "shortest-expected",
        "dlas", "dlas-gpu", "dlas-gpu-", "dlas-gpu-gittins", "multi-dlas-gpu"};
    struct recorded t = tiresias_cases();
    struct tiresias_case c;

    (void)state;
    while (tiresias_next(&t, &c)) {
        uint32_t n = 0;
        for (size_t i = 0; i < sizeof families / sizeof *families; i++)
            n += is_of(&c, families[i]);
        if (n != 1)
            fail_msg("%s is compared by %u tests", c.name, n);
    }
    recorded_close(&t);
}

static void fifo_is_reproduced(void **state)
{
    (void)state;
    every_row_of("fifo");
}

static void first_fit_is_reproduced(void **state)
{
    (void)state;
    every_row_of("fjf");
}

static void smallest_first_is_reproduced(void **state)
{
    (void)state;
    every_row_of("sjf");
}

static void least_remaining_time_first_is_reproduced(void **state)
{
    (void)state;
    every_row_of("shortest");
}

static void least_remaining_gpu_time_first_is_reproduced(void **state)
{
    (void)state;
    every_row_of("shortest-gpu");
}

static void least_expected_time_first_is_reproduced(void **state)
{
    (void)state;
    every_row_of("shortest-expected");
}

static void least_attained_time_is_reproduced(void **state)
{
    (void)state;
    every_row_of("dlas");
}

static void least_attained_gpu_time_is_reproduced(void **state)
{
    (void)state;
    every_row_of("dlas-gpu");
}

static void promotion_of_starved_jobs_is_reproduced(void **state)
{
    (void)state;
    every_row_of("dlas-gpu-");
}

static void the_discretised_gittins_index_is_reproduced(void **state)
{
    (void)state;
    every_row_of("dlas-gpu-gittins");
}

static void queues_with_reserved_gpus_are_reproduced(void **state)
{
    (void)state;
    every_row_of("multi-dlas-gpu");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_belongs_to_one_test),
        cmocka_unit_test(fifo_is_reproduced),
        cmocka_unit_test(first_fit_is_reproduced),
        cmocka_unit_test(smallest_first_is_reproduced),
        cmocka_unit_test(least_remaining_time_first_is_reproduced),
        cmocka_unit_test(least_remaining_gpu_time_first_is_reproduced),
        cmocka_unit_test(least_expected_time_first_is_reproduced),
        cmocka_unit_test(least_attained_time_is_reproduced),
        cmocka_unit_test(least_attained_gpu_time_is_reproduced),
        cmocka_unit_test(promotion_of_starved_jobs_is_reproduced),
        cmocka_unit_test(the_discretised_gittins_index_is_reproduced),
        cmocka_unit_test(queues_with_reserved_gpus_are_reproduced),
    };
    char path[1024];
    int failed;

    if (!builders_shared(TIRESIAS "/cases.csv", path, sizeof path)) {
        printf("SKIP: recorded runs of the Tiresias simulator are not here\n");
        return 77;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    VEC_FREE(&watch.promoted);
    return failed;
}

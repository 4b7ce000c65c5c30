/* test_workload.c - what model files promise: draws keyed by job and purpose, laws, mistakes. */
#include "base/rng.h"
#include "base/writer.h"
#include "experiment/law.h"
#include "experiment/workload.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* The parts of a model, to be changed one at a time. */
#define HEAD "{\"berth_workload\": 1, \"name\": \"m\", "
#define ARRIVALS "\"arrivals\": {\"source\": \"s\", \"per_hour\": 60}, "
#define SIZES                                                                                      \
    "\"sizes\": {\"source\": \"s\", \"shapes\": [{\"weight\": 3, \"gpus\": 1}, "                   \
    "{\"weight\": 1, \"replicas\": 2, \"gpus\": 8}]}, "
#define RUNS                                                                                       \
    "\"run_times\": {\"source\": \"s\", \"classes\": [{\"law\": \"exponential\", "                 \
    "\"mean\": \"10m\"}]}"
#define LIMITS                                                                                     \
    ", \"estimates\": {\"source\": \"s\", \"law\": \"menu\", \"low\": 1, "                         \
    "\"high\": 3, \"menu\": [\"5m\", \"1h\"]}"
#define USERS ", \"users\": {\"source\": \"s\", \"count\": 20, \"zipf\": 1, \"tenants\": 3}"
#define ENDS                                                                                       \
    ", \"ends\": {\"source\": \"s\", \"done\": {\"weight\": 3}, "                                  \
    "\"killed\": {\"weight\": 1, \"run_factor\": 2}}"
#define PLAIN HEAD "\"jobs\": 500, " ARRIVALS SIZES RUNS

struct drawn {
    struct arena a;
    struct job_set jobs;
};

static int load(const char *text, struct arena *a, struct workload **w, struct diag *d)
{
    char path[] = "/tmp/berth-model-XXXXXX";
    int fd = mkstemp(path), rc;

    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    rc = workload_load(path, a, w, d);
    unlink(path);
    return rc;
}

static void finish(struct workload *w, uint64_t seed, uint32_t replication, struct drawn *out)
{
    struct ingest_options opt = {.max_rejects = 0};
    struct ingest_summary summary;
    struct diag d = {0};
    struct sink *s = ingest_begin(workload_name(w), &opt, NULL, NULL, &out->a);

    if (workload_draw(w, seed, replication, s, &d) < 0 ||
        ingest_finish(s, &out->jobs, &summary, &d) < 0)
        fail_msg("%s", d.message);
}

static void draw(const char *text, uint64_t seed, uint32_t replication, struct drawn *out)
{
    struct workload *w;
    struct diag d = {0};

    arena_init(&out->a);
    if (load(text, &out->a, &w, &d) < 0)
        fail_msg("%s", d.message);
    finish(w, seed, replication, out);
}

static void forget(struct drawn *x)
{
    ingest_free(&x->jobs);
    arena_free(&x->a);
}

static uint32_t gpus_of(const struct job_set *j, uint32_t i)
{
    return j->requests[j->specs[i].request].gpus;
}

static void every_shipped_model_draws_jobs(void **state)
{
    static const char *const names[] = {"helios-like", "philly-like", "itp-like", "bench"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct workload *w;
        struct drawn x;
        struct diag d = {0};
        char path[128];

        snprintf(path, sizeof path, "scenarios/models/%s.json", names[i]);
        arena_init(&x.a);
        if (workload_load(path, &x.a, &w, &d) < 0)
            fail_msg("%s: %s", path, d.message);
        assert_string_equal(workload_name(w), names[i]);
        finish(w, 1, 0, &x);
        assert_true(x.jobs.n > 100);
        forget(&x);
    }
}

static bool same(const struct job_set *a, const struct job_set *b)
{
    if (a->n != b->n)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->specs[i].submit != b->specs[i].submit || a->specs[i].run != b->specs[i].run ||
            a->specs[i].limit != b->specs[i].limit || gpus_of(a, i) != gpus_of(b, i))
            return false;
    return true;
}

static void equal_seeds_give_equal_jobs_and_others_do_not(void **state)
{
    struct drawn x, again, seed, replication;

    (void)state;
    draw(PLAIN LIMITS USERS ENDS "}", 7, 0, &x);
    draw(PLAIN LIMITS USERS ENDS "}", 7, 0, &again);
    draw(PLAIN LIMITS USERS ENDS "}", 8, 0, &seed);
    draw(PLAIN LIMITS USERS ENDS "}", 7, 1, &replication);
    assert_true(same(&x.jobs, &again.jobs));
    assert_false(same(&x.jobs, &seed.jobs));
    assert_false(same(&x.jobs, &replication.jobs));
    forget(&x), forget(&again), forget(&seed), forget(&replication);
}

/* Another law of sizes, with users and limits added, moves neither arrivals nor run times. */
static void changing_one_law_shifts_no_other_draw(void **state)
{
    struct drawn x, y;

    (void)state;
    draw(PLAIN "}", 1, 0, &x);
    draw(HEAD
         "\"jobs\": 500, " ARRIVALS
         "\"sizes\": {\"source\": \"s\", \"shapes\": [{\"weight\": 1, \"gpus\": 4}]}, " RUNS LIMITS
             USERS "}",
         1, 0, &y);
    assert_int_equal(x.jobs.n, y.jobs.n);
    for (uint32_t i = 0; i < x.jobs.n; i++) {
        assert_int_equal(x.jobs.specs[i].submit, y.jobs.specs[i].submit);
        assert_int_equal(x.jobs.specs[i].run, y.jobs.specs[i].run);
    }
    forget(&x), forget(&y);
}

/* A longer model begins with the jobs of the shorter one. */
static void more_jobs_leave_the_first_ones_alone(void **state)
{
    struct drawn x, y;

    (void)state;
    draw(PLAIN "}", 1, 0, &x);
    draw(HEAD "\"jobs\": 900, " ARRIVALS SIZES RUNS "}", 1, 0, &y);
    assert_int_equal(y.jobs.n, 900);
    y.jobs.n = x.jobs.n;
    assert_true(same(&x.jobs, &y.jobs));
    forget(&x), forget(&y);
}

static void weights_users_ends_and_limits_are_followed(void **state)
{
    struct drawn x;
    uint32_t large = 0, killed = 0, first = 0;
    char name[] = "u1";

    (void)state;
    draw(HEAD "\"jobs\": 20000, " ARRIVALS SIZES RUNS LIMITS USERS ENDS "}", 1, 0, &x);
    for (uint32_t i = 0; i < x.jobs.n; i++) {
        const struct job_spec *j = &x.jobs.specs[i];

        large += gpus_of(&x.jobs, i) == 16;
        killed += j->end == JOB_KILLED;
        first += x.jobs.user[i] == intern_find(&x.jobs.users, name, 2);
        assert_true(j->limit >= j->run);
        assert_true(j->limit == 300 * NS_PER_S || j->limit == 3600 * NS_PER_S ||
                    j->limit > 3600 * NS_PER_S);
        assert_int_equal(j->submit % NS_PER_S, 0);
        assert_int_equal(j->run % NS_PER_S, 0);
    }
    /* four standard errors of a share of 20,000 */
    assert_true(fabs(large / 20000.0 - 0.25) < 0.0123);
    assert_true(fabs(killed / 20000.0 - 0.25) < 0.0123);
    assert_true(fabs(first / 20000.0 - 1 / 3.59774) < 0.0127); /* 1 / H(20) */
    assert_int_equal(x.jobs.tenants.n, 3);
    forget(&x);
}

/* The integral of the rate up to each arrival must be the sum of the unit-rate draws so far: the
 * inversion is checked by going the other way. */
static void arrivals_follow_the_rates_of_the_hours(void **state)
{
    double hour[24], sum = 0, units = 0, first = 0;
    struct drawn x;

    (void)state;
    draw(HEAD "\"resolution\": \"1us\", \"duration\": \"16d\", "
              "\"arrivals\": {\"source\": \"s\", \"per_hour\": 5, \"starts_on\": \"saturday\", "
              "\"hour_of_day\": [0,0,0,1,2,3,4,5,6,7,8,9,9,8,7,6,5,4,3,2,1,0,0,0], "
              "\"day_of_week\": [1,1,1,1,1,0,2]}, " SIZES RUNS "}",
         3, 0, &x);
    assert_true(x.jobs.n > 1000);
    for (int h = 0; h < 24; h++)
        sum += hour[h] = h < 3 || h > 20 ? 0 : h < 12 ? h - 2 : 21 - h;
    for (uint32_t i = 0; i < x.jobs.n; i++) {
        double at, area = 0;
        struct rng r;

        rng_stream(&r, 3, RNG_ARRIVAL, 0, i);
        units += rng_exponential(&r, 1);
        if (i == 0) { /* the job_set counts from the first arrival, on the Sunday */
            double left = units;
            for (first = 24; left > 5 * hour[(int)first % 24] * 24 / sum * 2; first++)
                left -= 5 * hour[(int)first % 24] * 24 / sum * 2;
            first += left / (5 * hour[(int)first % 24] * 24 / sum * 2);
        }
        at = first + (double)x.jobs.specs[i].submit / 3600e9;
        for (int h = 0; h < at; h++) {
            int day = (5 + h / 24) % 7;
            double rate = 5 * hour[h % 24] * 24 / sum * (day == 5 ? 0 : day == 6 ? 2 : 1);
            area += rate * (at - h < 1 ? at - h : 1);
        }
        if (fabs(area - units) > 1e-6)
            fail_msg("job %u: the rate's integral is %.9f, the draws sum to %.9f", i, area, units);
    }
    forget(&x);
}

static void laws_have_the_mean_they_state(void **state)
{
    const struct law laws[] = {
        {.kind = LAW_CONSTANT, .a = 9, .most = INFINITY},
        {.kind = LAW_EXPONENTIAL, .a = 9, .most = INFINITY},
        {.kind = LAW_LOGNORMAL, .a = 1, .b = 0.8, .most = INFINITY},
        {.kind = LAW_WEIBULL, .a = 9, .b = 2, .most = INFINITY},
        {.kind = LAW_HYPEREXPONENTIAL,
         .n = 3,
         .until = {0.5, 0.8, 1},
         .mean = {1, 5, 20},
         .most = INFINITY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        double sum = 0;
        struct rng r;

        rng_stream(&r, 1, RNG_LENGTH, 0, i);
        for (int k = 0; k < 200000; k++)
            sum += law_draw(&laws[i], &r);
        if (fabs(sum / 200000 / law_mean(&laws[i]) - 1) > 0.02)
            fail_msg("law %zu: mean %g, stated %g", i, sum / 200000, law_mean(&laws[i]));
    }
}

static void mistakes_are_told_with_their_path(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {HEAD "\"jobs\": 5, " SIZES RUNS "}",
         "key 'arrivals' is missing in $, expected an object with a source"},
        {HEAD "\"jobs\": 5, \"arrivals\": {\"per_hour\": 1}, " SIZES RUNS "}",
         "key 'source' is missing in $.arrivals, expected text that says where the numbers "
         "come from"},
        {HEAD ARRIVALS SIZES RUNS "}",
         "key 'jobs' is missing in $, expected a number of jobs, or a duration"},
        {PLAIN ", \"user\": {}}", "unknown key 'user' at $.user (nearest: 'users')"},
        {HEAD "\"jobs\": 5, " ARRIVALS SIZES "\"run_times\": {\"source\": \"s\", \"classes\": "
              "[{\"law\": \"exponential\", \"mean\": \"1m\", \"sigma\": 2}]}}",
         "key 'sigma' belongs to another law, expected those of exponential: mean at "
         "$.run_times.classes[0].sigma"},
        {HEAD "\"jobs\": 5, " ARRIVALS SIZES "\"run_times\": {\"source\": \"s\", \"classes\": "
              "[{\"law\": \"lognormal\", \"median\": \"1m\", \"mean\": \"50s\"}]}}",
         "mean is '50s', expected a mean above the median at $.run_times.classes[0].mean"},
        {PLAIN ", \"estimates\": {\"source\": \"s\", \"law\": \"exact\", \"high\": 2}}",
         "law 'exact' has no factor, expected law factor or menu at $.estimates.high"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct workload *w;
        struct diag d = {0};
        struct arena a;

        arena_init(&a);
        assert_int_equal(load(cases[i].text, &a, &w, &d), -1);
        assert_int_equal(d.status, STATUS_INPUT);
        assert_string_equal(d.message, cases[i].message);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_model_draws_jobs),
        cmocka_unit_test(equal_seeds_give_equal_jobs_and_others_do_not),
        cmocka_unit_test(changing_one_law_shifts_no_other_draw),
        cmocka_unit_test(more_jobs_leave_the_first_ones_alone),
        cmocka_unit_test(weights_users_ends_and_limits_are_followed),
        cmocka_unit_test(arrivals_follow_the_rates_of_the_hours),
        cmocka_unit_test(laws_have_the_mean_they_state),
        cmocka_unit_test(mistakes_are_told_with_their_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

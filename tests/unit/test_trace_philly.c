/* test_trace_philly.c - Philly in its three shapes: jobs, attempts, and the log itself. */
#include "lib/reader.h"

extern const struct trace_format trace_format_philly_jobs, trace_format_philly_attempts,
    trace_format_philly_log;
#define JOBS (&trace_format_philly_jobs)
#define ATTEMPTS (&trace_format_philly_attempts)
#define LOG (&trace_format_philly_log)

static void jobs_may_be_out_of_order_and_nameless(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(JOBS, DATA "philly_jobs/good.csv", NULL), GUESS_YES);
    rows_file(&r, JOBS, DATA "philly_jobs/good.csv", NULL);
    CHECK_COUNTS(&r, 3, 3, 0, 0, 0);
    assert_true(r.unsorted_ok);
    CHECK_NTH(&r, 0, " at 1507204800 for 60 wait -1 limit -1 ?2 of any cpu 0 mem 0 by aa/ done");
    CHECK_NTH(&r, 1, " at 1507118400 for 3600 wait -1 limit -1 ?16 of any cpu 0 mem 0 by bb/ done");
    rows_free(&r);
    check_reject(JOBS, DATA "philly_jobs/bad-time.csv", "time",
                 "bad-time.csv:2:1: timestamp is '5 October 2017', expected a time such as "
                 "2026-01-05 00:00:00");
}

static void an_hour_that_comes_twice_is_read_as_the_first(void **state)
{
    struct trace_options opt = {.tz = "America/New_York"};
    struct rows r;

    (void)state;
    rows_file(&r, JOBS, DATA "philly_jobs/good.csv", &opt);
    if (r.result < 0 && strstr(r.why.message, "tzdata")) {
        fprintf(stderr, "SKIP: no zone files on this system\n");
        rows_free(&r);
        skip();
    }
    CHECK_COUNTS(&r, 3, 3, 0, 0, 0);
    assert_int_equal(rows_warned(&r, "clock-change"), 1);
    assert_true(r.jobs.at[0].submit == 1507204800 + 4 * 3600);
    assert_true(r.jobs.at[2].submit == 1509845400 + 4 * 3600);
    rows_free(&r);
}

static void attempts_of_one_second_are_jobs_of_their_own(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(ATTEMPTS, DATA "philly_attempts/good.csv", NULL), GUESS_YES);
    rows_file(&r, ATTEMPTS, DATA "philly_attempts/good.csv", NULL);
    CHECK_COUNTS(&r, 3, 3, 0, 0, 0);
    CHECK_JOB(&r, "0", "0 at 1502114581 for 100 wait 5 limit -1 ?1 of any cpu 0 mem 0 by / done");
    CHECK_JOB(&r, "1", "1 at 1502114581 for 200 wait 0 limit -1 ?8 of any cpu 0 mem 0 by / done");
    CHECK_JOB(&r, "2", "2 at 1502114600 for 300 wait -1 limit -1 ?4 of any cpu 0 mem 0 by / done");
    rows_free(&r);
    check_reject(ATTEMPTS, DATA "philly_attempts/bad-number.csv", "time",
                 "bad-number.csv:2:3: run_time is '1e3', expected seconds as a number");
}

static void the_log_gives_a_job_per_attempt(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(LOG, DATA "philly_log/good.json", NULL), GUESS_YES);
    rows_file(&r, LOG, DATA "philly_log/good.json", NULL);
    CHECK_COUNTS(&r, 5, 3, 1, 0, 1);
    CHECK_JOB(&r, "j1",
              "j1 at 1506852000 for 600 wait 60 limit -1 2x2+1x1 of any cpu 0 mem 0 by "
              "v1/u1 failed");
    CHECK_JOB(&r, "j1#2",
              "j1#2 at 1506852660 for 3600 wait 540 limit -1 1x4 of any cpu 0 mem 0 by "
              "v1/u1 done");
    CHECK_JOB(&r, "j3",
              "j3 at 1506852600 for 4200 wait 0 limit -1 1x1 of any cpu 0 mem 0 by v2/u2 "
              "censored");
    assert_int_equal(rows_warned(&r, "submit"), 1);
    rows_free(&r);
}

static void merged_attempts_do_the_work_of_the_last(void **state)
{
    struct trace_options opt = {.retries = RETRIES_MERGE};
    struct rows r;

    (void)state;
    rows_file(&r, LOG, DATA "philly_log/good.json", &opt);
    CHECK_COUNTS(&r, 5, 2, 1, 1, 1);
    CHECK_JOB(&r, "j1",
              "j1 at 1506852000 for 3600 wait 1200 limit -1 1x4 of any cpu 0 mem 0 by "
              "v1/u1 done");
    rows_free(&r);
}

static void faults_of_the_log_are_told_with_their_place(void **state)
{
    (void)state;
    check_reject(LOG, DATA "philly_log/good.json", "end-before-start",
                 "good.json:11:42: end_time is 60 s before start_time, expected a later time");
    check_reject(LOG, DATA "philly_log/bad-status.json", "state",
                 "bad-status.json:2:13: status is 'Lost', expected Pass, Killed or Failed");
    check_stop(LOG, DATA "philly_log/bad-job.json",
               "bad-job.json:2:2: found an object without jobid and attempts, expected a job");
}

static void the_samples_read_as_told(void **state)
{
    struct rows r;

    (void)state;
    SHARED("samples/csv/philly-jobs.csv", &r, JOBS);
    CHECK_COUNTS(&r, 20, 20, 0, 0, 0);
    rows_free(&r);
    SHARED("samples/csv/philly-attempts.csv", &r, ATTEMPTS);
    CHECK_COUNTS(&r, 20, 20, 0, 0, 0);
    rows_free(&r);
    SHARED("samples/csv/philly-log.json", &r, LOG);
    CHECK_COUNTS(&r, 21, 19, 1, 0, 1);
    assert_int_equal(rows_ends(&r, JOB_CENSORED), 1);
    assert_string_equal(rows_job(&r, "application_1700000000000_0004#2")->shape, "2x8");
    rows_free(&r);
}

static void the_recorded_files_are_whole(void **state)
{
    struct rows r;

    (void)state;
    SHARED("traces/microsoft-philly/philly.csv.gz", &r, JOBS);
    CHECK_COUNTS(&r, 82247, 82247, 0, 0, 0);
    assert_float_equal(rows_gpu_hours(&r), 978078, 0.6);
    rows_free(&r);
    SHARED("traces/microsoft-philly/philly_df_schedule.csv.gz", &r, ATTEMPTS);
    CHECK_COUNTS(&r, 151816, 151816, 0, 0, 0);
    assert_float_equal(rows_gpu_hours(&r), 3238876, 0.6);
    rows_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_may_be_out_of_order_and_nameless),
        cmocka_unit_test(an_hour_that_comes_twice_is_read_as_the_first),
        cmocka_unit_test(attempts_of_one_second_are_jobs_of_their_own),
        cmocka_unit_test(the_log_gives_a_job_per_attempt),
        cmocka_unit_test(merged_attempts_do_the_work_of_the_last),
        cmocka_unit_test(faults_of_the_log_are_told_with_their_place),
        cmocka_unit_test(the_samples_read_as_told),
        cmocka_unit_test(the_recorded_files_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

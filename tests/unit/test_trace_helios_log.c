/* test_trace_helios_log.c - the original Helios log: local times, virtual clusters, shapes. */
#include "lib/reader.h"

extern const struct trace_format trace_format_helios_log;
#define FORMAT (&trace_format_helios_log)

static void awkward_rows_are_read_as_documented(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(FORMAT, DATA "helios_log/good.csv", NULL), GUESS_YES);
    rows_file(&r, FORMAT, DATA "helios_log/good.csv", NULL);
    CHECK_COUNTS(&r, 6, 4, 2, 0, 0);
    assert_int_equal(rows_skips(&r, "never ran"), 2);
    assert_int_equal(rows_warned(&r, "zone"), 1);
    assert_int_equal(r.origin, 0);
    CHECK_JOB(&r, "11",
              "11 at 1593590400 for 3600 wait 10 limit -1 1x8 of any cpu 40000 mem 0 by "
              "vcX/ada done");
    CHECK_JOB(&r, "12",
              "12 at 1593590400 for 60 wait 0 limit -1 1x6+2x5 of any cpu 26667 mem 0 by "
              "vcX/ada killed");
    CHECK_JOB(&r, "13",
              "13 at 1593590700 for 30 wait 0 limit -1 1x0 of any cpu 12000 mem 0 by "
              "vcY/bob failed");
    CHECK_JOB(&r, "16",
              "16 at 1593590760 for 0 wait 0 limit -1 2x1 of any cpu 4500 mem 0 by "
              "/eve killed");
    rows_free(&r);
}

static void local_times_are_read_in_the_zone_given(void **state)
{
    struct trace_options opt = {.tz = "+08:00"};
    struct rows r;

    (void)state;
    rows_file(&r, FORMAT, DATA "helios_log/good.csv", &opt);
    assert_int_equal(rows_warned(&r, "zone"), 0);
    assert_true(rows_job(&r, "11")->submit == 1593590400 - 8 * 3600);
    rows_free(&r);
    opt.tz = "+99:00";
    rows_file(&r, FORMAT, DATA "helios_log/good.csv", &opt);
    assert_int_equal(r.result, -1);
    assert_int_equal(r.why.status, STATUS_USAGE);
    rows_free(&r);
}

static void each_fault_is_told_at_its_cell(void **state)
{
    (void)state;
    check_reject(FORMAT, DATA "helios_log/bad-time.csv", "time",
                 "bad-time.csv:2:25: submit_time is '2020-07-01 08:00', expected a time such as "
                 "2026-01-05 00:00:00");
    check_reject(FORMAT, DATA "helios_log/bad-year.csv", "time",
                 "bad-year.csv:2:25: submit_time is '1700-01-01 00:00:00', expected a time such as "
                 "2026-01-05 00:00:00");
    check_reject(FORMAT, DATA "helios_log/bad-state.csv", "state",
                 "bad-state.csv:2:15: state is 'DONE', expected a Slurm state such as COMPLETED, "
                 "FAILED, CANCELLED or TIMEOUT");
    check_reject(FORMAT, DATA "helios_log/bad-start.csv", "end-before-start",
                 "bad-start.csv:2:45: start_time is 3600 s before submit_time, expected a later "
                 "time");
    check_reject(
        FORMAT, DATA "helios_log/bad-end.csv", "missing",
        "bad-end.csv:2:65: end_time and duration are empty, expected one of them for a job "
        "that started");
}

static void the_samples_read_as_told(void **state)
{
    struct rows r;
    char path[512];

    (void)state;
    SHARED("samples/csv/helios-log.csv", &r, FORMAT);
    CHECK_COUNTS(&r, 20, 19, 1, 0, 0);
    assert_int_equal(rows_without_gpu(&r), 2);
    rows_free(&r);
    check_reject(FORMAT, rows_shared("samples/csv/bad-helios-end.csv", path, sizeof path),
                 "end-before-start",
                 "bad-helios-end.csv:2:69: end_time is 3600 s before start_time, expected a later "
                 "time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(awkward_rows_are_read_as_documented),
        cmocka_unit_test(local_times_are_read_in_the_zone_given),
        cmocka_unit_test(each_fault_is_told_at_its_cell),
        cmocka_unit_test(the_samples_read_as_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_trace_lumos.c - the nine-column re-release: intervals, DOS line ends, CPU-only rows;
 * Venus, Philly and Blue Waters as recorded. */
#include "lib/reader.h"

extern const struct trace_format trace_format_lumos;
#define FORMAT (&trace_format_lumos)

static void check_four(const struct rows *r)
{
    CHECK_COUNTS(r, 4, 4, 0, 0, 0);
    CHECK_NTH(r, 0, "0 at 0 for 100 wait -1 limit -1 1x8 of any cpu 48000 mem 0 by /7 done");
    CHECK_NTH(r, 1,
              "1 at 30 for 200 wait -1 limit 3600 1x3+1x2 of any cpu 10000 mem 0 by /7 killed");
    CHECK_NTH(r, 2, "2 at 30 for 300 wait -1 limit -1 2x0 of any cpu 8000 mem 0 by /8 failed");
    CHECK_NTH(r, 3, "3 at 35 for 0 wait -1 limit -1 ?4 of any cpu 0 mem 0 by /9 done");
}

static void intervals_add_up_to_times(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(FORMAT, DATA "lumos/good.csv", NULL), GUESS_YES);
    rows_file(&r, FORMAT, DATA "lumos/good.csv", NULL);
    check_four(&r);
    rows_free(&r);
}

static void a_shuffled_file_gives_the_same_jobs(void **state)
{
    struct rows r;

    (void)state;
    rows_file(&r, FORMAT, DATA "lumos/shuffled.csv", NULL);
    check_four(&r);
    rows_free(&r);
}

static void each_fault_is_told_at_its_cell(void **state)
{
    (void)state;
    check_reject(FORMAT, DATA "lumos/bad-state.csv", "state",
                 "bad-state.csv:2:20: new_status is 'Passed', expected Pass, Killed or Failed");
    check_stop(FORMAT, DATA "lumos/bad-sum.csv",
               "bad-sum.csv:3:0: the intervals add up to more than 292 years");
}

static void the_sample_reads_as_told(void **state)
{
    struct rows r;

    (void)state;
    SHARED("samples/csv/helios-lumos.csv", &r, FORMAT);
    CHECK_COUNTS(&r, 20, 20, 0, 0, 0);
    assert_int_equal(rows_without_gpu(&r), 2);
    rows_free(&r);
}

static void venus_is_whole(void **state)
{
    struct rows r;

    (void)state;
    SHARED("traces/sensetime-helios/venus_jobs_00000-09999.csv.gz", &r, FORMAT);
    CHECK_COUNTS(&r, 10000, 10000, 0, 0, 0);
    assert_int_equal(rows_without_gpu(&r), 2740);
    assert_float_equal(rows_gpu_hours(&r), 205711, 0.5);
    assert_int_equal(rows_ends(&r, JOB_DONE), 6257);
    assert_int_equal(rows_ends(&r, JOB_KILLED), 2476);
    assert_int_equal(rows_ends(&r, JOB_FAILED), 1267);
    assert_float_equal(r.jobs.at[9999].submit / 86400, 12.6, 0.05);
    rows_free(&r);
}

static void philly_and_blue_waters_are_whole(void **state)
{
    struct rows r;

    (void)state;
    SHARED("traces/microsoft-philly/philly_data_training.csv.gz", &r, FORMAT);
    CHECK_COUNTS(&r, 15000, 15000, 0, 0, 0);
    assert_float_equal(rows_gpu_hours(&r), 765764, 0.5);
    assert_int_equal(rows_ends(&r, JOB_DONE), 8538);
    rows_free(&r);
    SHARED("traces/ncsa-bluewaters/blue_waters_data_training.csv.gz", &r, FORMAT);
    CHECK_COUNTS(&r, 15000, 15000, 0, 0, 0);
    assert_int_equal(15000 - rows_without_gpu(&r), 3403);
    assert_float_equal(rows_gpu_hours(&r), 566434, 0.5);
    rows_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_add_up_to_times),
        cmocka_unit_test(a_shuffled_file_gives_the_same_jobs),
        cmocka_unit_test(each_fault_is_told_at_its_cell),
        cmocka_unit_test(the_sample_reads_as_told),
        cmocka_unit_test(venus_is_whole),
        cmocka_unit_test(philly_and_blue_waters_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

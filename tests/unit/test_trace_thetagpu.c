/* test_trace_thetagpu.c - ThetaGPU: cells written as fractions, two readings of a unit. */
#include "lib/reader.h"

extern const struct trace_format trace_format_thetagpu;
#define FORMAT (&trace_format_thetagpu)

static void numbers_written_as_fractions_are_whole(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(FORMAT, DATA "thetagpu/good.csv", NULL), GUESS_YES);
    rows_file(&r, FORMAT, DATA "thetagpu/good.csv", NULL);
    CHECK_COUNTS(&r, 2, 2, 0, 0, 0);
    assert_true(r.unsorted_ok);
    CHECK_JOB(&r, "902",
              "902 at 1672532181 for 2300.64 wait 1 limit 3600 ?2 of any cpu 0 mem 0 by "
              "7/24166353244411 done");
    CHECK_JOB(&r, "901",
              "901 at 1672529197 for 60 wait -1 limit -1 ?1 of any cpu 0 mem 0 by 8/0 "
              "killed");
    rows_free(&r);
    check_reject(FORMAT, DATA "thetagpu/bad-number.csv", "number",
                 "bad-number.csv:2:17: gpu_num is '2.5', expected a whole number from 1 to 131072");
}

static void a_unit_can_be_read_as_a_node(void **state)
{
    struct trace_options opt = {.resource = "node"};
    struct rows r;

    (void)state;
    rows_file(&r, FORMAT, DATA "thetagpu/good.csv", &opt);
    assert_string_equal(rows_job(&r, "902")->shape, "2x8");
    rows_free(&r);
}

static void the_recorded_file_is_whole(void **state)
{
    struct rows r;

    (void)state;
    SHARED("traces/alcf/data_thetagpu.csv.gz", &r, FORMAT);
    CHECK_COUNTS(&r, 22606, 22606, 0, 0, 0);
    assert_int_equal(rows_ends(&r, JOB_FAILED), 12531);
    assert_int_equal(rows_ends(&r, JOB_DONE), 5524);
    assert_int_equal(rows_ends(&r, JOB_KILLED), 4551);
    rows_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_written_as_fractions_are_whole),
        cmocka_unit_test(a_unit_can_be_read_as_a_node),
        cmocka_unit_test(the_recorded_file_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

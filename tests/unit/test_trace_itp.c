/* test_trace_itp.c - Microsoft ITP: columns in any order, each fault at its cell, the recorded
 * clusters whole. */
#include "lib/reader.h"

extern const struct trace_format trace_format_itp;
#define FORMAT (&trace_format_itp)

static void columns_come_in_any_order(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(FORMAT, DATA "itp/good.csv", NULL), GUESS_YES);
    rows_file(&r, FORMAT, DATA "itp/good.csv", NULL);
    CHECK_COUNTS(&r, 3, 3, 0, 0, 0);
    CHECK_NTH(&r, 0, "wren at 120 for 600 wait -1 limit -1 ?4 of any cpu 0 mem 0 by / done");
    CHECK_NTH(&r, 1, "finch at 60 for 0 wait -1 limit -1 ?1 of any cpu 0 mem 0 by / done");
    CHECK_NTH(&r, 2,
              "heron, grey at 180 for 7200.5 wait -1 limit -1 ?8 of any cpu 0 mem 0 by / done");
    rows_free(&r);
}

static void a_unit_of_time_can_be_given(void **state)
{
    struct trace_options opt = {.time_unit = NS_PER_S / 1000};
    struct rows r;

    (void)state;
    rows_text(&r, FORMAT, "job_id,submission_time,duration,num_gpu\na,1500,250,1\n", &opt);
    CHECK_NTH(&r, 0, "a at 1.5 for 0.25 wait -1 limit -1 ?1 of any cpu 0 mem 0 by / done");
    rows_free(&r);
}

static void each_fault_is_told_at_its_cell(void **state)
{
    (void)state;
    check_reject(FORMAT, DATA "itp/bad-negative.csv", "time",
                 "bad-negative.csv:3:6: duration is '-5', expected 0 or more");
    check_reject(FORMAT, DATA "itp/bad-fields.csv", "fields",
                 "bad-fields.csv:3:1: row has 3 fields, expected 4");
    check_reject(FORMAT, DATA "itp/bad-zero.csv", "number",
                 "bad-zero.csv:2:8: num_gpu is '0', expected a whole number from 1 to 1048576");
    assert_int_equal(rows_guess(FORMAT, DATA "itp/bad-delimiter.csv", NULL), GUESS_MAYBE);
    check_stop(FORMAT, DATA "itp/bad-delimiter.csv",
               "bad-delimiter.csv:1:7: found ';' between columns, expected ','");
}

static void a_near_miss_names_the_column(void **state)
{
    struct trace_near near = {0};

    (void)state;
    assert_int_equal(rows_guess(FORMAT, DATA "itp/bad-header.csv", &near), GUESS_NO);
    assert_string_equal(near.format, "itp");
    assert_string_equal(near.missing, "duration");
    assert_string_equal(near.found, "length");
    assert_int_equal(near.column, 24);
    assert_int_equal(near.matched, 3);
}

static void the_samples_read_as_told(void **state)
{
    struct rows r;
    char path[512];

    (void)state;
    SHARED("samples/csv/itp.csv", &r, FORMAT);
    CHECK_COUNTS(&r, 20, 20, 0, 0, 0);
    rows_free(&r);
    check_reject(FORMAT, rows_shared("samples/csv/bad-itp-number.csv", path, sizeof path), "number",
                 "bad-itp-number.csv:3:15: num_gpu is 'eight', expected a whole number from 1 to "
                 "1048576");
}

static void the_recorded_clusters_are_whole(void **state)
{
    static const struct {
        const char *file;
        uint32_t jobs;
        double hours;
    } clusters[] = {
        {"01", 1595, 22740},  {"02", 5778, 123748}, {"04", 15802, 705683}, {"05", 3629, 14303},
        {"06", 2396, 123879}, {"08", 13047, 67100}, {"09", 11134, 39001},
    };

    (void)state;
    for (size_t i = 0; i < sizeof clusters / sizeof *clusters; i++) {
        struct rows r;
        char name[64];

        snprintf(name, sizeof name, "traces/microsoft-itp-2021/cluster%s.csv.gz", clusters[i].file);
        SHARED(name, &r, FORMAT);
        CHECK_COUNTS(&r, clusters[i].jobs, clusters[i].jobs, 0, 0, 0);
        assert_float_equal(rows_gpu_hours(&r), clusters[i].hours, 0.5);
        rows_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_come_in_any_order),
        cmocka_unit_test(a_unit_of_time_can_be_given),
        cmocka_unit_test(each_fault_is_told_at_its_cell),
        cmocka_unit_test(a_near_miss_names_the_column),
        cmocka_unit_test(the_samples_read_as_told),
        cmocka_unit_test(the_recorded_clusters_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_berth_trace.c - Berth's own CSV: directives, optional columns, every kind of bad cell. */
#include "lib/jobs.h"

#define TOP "# berth-trace 1\n# time_unit s\n# origin 2026-01-05T00:00:00Z\n"

static void read_as(const char *text, const char *dump)
{
    struct jobs j;

    jobs_text(&j, text, NULL, NULL);
    if (j.result < 0)
        fail_msg("%s", j.d.message);
    if (j.summary.rejected)
        fail_msg("%s", j.summary.rejects[0].reason);
    assert_string_equal(j.summary.format, "berth");
    assert_string_equal(jobs_dump(&j), dump);
    jobs_free(&j);
}

static void three_columns_are_enough(void **s)
{
    (void)s;
    read_as(TOP "run,JOB_ID,submit\n60,a,5\n", "a at 0 for 60 1x1 by / done\n");
}

static void every_column_is_taken(void **s)
{
    (void)s;
    read_as(TOP
            "job_id,submit,run,replicas,gpus_per_replica,gpu_milli,gpu_types,cpu_milli,memory_mib,"
            "tenant,user,priority,limit,outcome,wait,required,preferred,after,x_mine\n"
            "a,0,60,4,8,,h100|h200,64000,491520,nlp,u1,-5,90.5,killed,7,rack,nvlink,,1\n"
            "b,1,60,2,1,500,,,,\"a, b\",\"u \"\"1\"\"\",,,node_fail,,pod,site,a,\n"
            "c,2,60,1,1,1000,1g.10gb,,,,,,,,,numa,,,\n"
            "d,3,60,2|1,8|4,,,,,,,,,,,node,,,\n",
            "a at 0 for 60 4x8 of h100|h200 cpu 64000 mem 491520 in rack/nvlink limit 90.5 wait 7 "
            "priority -5 by nlp/u1 killed\n"
            "b at 1 for 60 2x1@500 in pod/site after a by a, b/u \"1\" node_fail\n"
            "c at 2 for 60 1x1 of 1g.10gb in numa/none by / done\n"
            "d at 3 for 60 2x8+1x4 in node/none by / done\n");
}

static void the_time_unit_scales_every_time(void **s)
{
    (void)s;
    read_as("# berth-trace 1\n# time_unit ms\njob_id,submit,run,limit,wait\na,500,1500,2000,1\n",
            "a at 0 for 1.5 1x1 limit 2 wait 0.001 by / done\n");
}

static void a_flag_overrides_the_time_unit(void **s)
{
    struct ingest_options opt = {.max_rejects = 1, .reader = {.time_unit = 1000}};
    struct jobs j;

    (void)s;
    jobs_text(&j, TOP "job_id,submit,run\na,0,1500000\n", &opt, NULL);
    assert_int_equal(j.set.specs[0].run, 1500000000);
    jobs_free(&j);
}

static void a_file_without_version_is_read_with_a_warning(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j, "job_id,submit,run\na,0,1\n", NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_int_equal(j.summary.n_warnings, 1);
    assert_string_equal(j.summary.warnings[0].what,
                        "the first line is not '# berth-trace 1'; read as version 1");
    jobs_free(&j);
}

static void stopped(const char *text, uint32_t line, uint32_t column, const char *message)
{
    struct jobs j;

    jobs_text(&j, text, NULL, NULL);
    assert_int_equal(j.result, -1);
    assert_string_equal(j.d.message, message);
    assert_int_equal(j.d.line, line);
    assert_int_equal(j.d.column, column);
    assert_int_equal(j.d.status, STATUS_INPUT);
    jobs_free(&j);
}

static void trouble_before_the_rows_stops(void **s)
{
    (void)s;
    stopped("# berth-trace 9\njob_id,submit,run\n", 1, 15,
            "trace is version 9, this program reads version 1; convert it with the program that "
            "wrote it");
    stopped("# berth-trace one\njob_id,submit,run\n", 1, 15,
            "version is 'one', expected a whole number");
    stopped("# berth-trace 1\n# time_unit days\njob_id,submit,run\n", 2, 13,
            "time_unit is 'days', expected s, ms, us, ns, min or h");
    stopped("# berth-trace 1\n# origin yesterday\njob_id,submit,run\n", 2, 10,
            "origin is 'yesterday', expected a time such as 2026-01-05T00:00:00Z");
    stopped(TOP "job_id,submit\n", 4, 1, "column 'run' is missing");
    stopped(TOP "job_id,submit,run,tennant\n", 4, 0,
            "column 'tennant' is unknown (nearest: 'tenant'); columns of your own begin with x_");
    stopped(TOP "job_id;submit;run\n", 4, 7, "found ';' between columns, expected ','");
    stopped(TOP, 0, 0, "no header line, expected the names of the columns");
}

static void rejected(const char *cells, const char *kind, uint32_t column, const char *reason)
{
    struct jobs j;
    char text[512];

    snprintf(text, sizeof text,
             TOP "job_id,submit,run,replicas,gpus_per_replica,gpu_milli,priority,"
                 "outcome,required\n%s\n",
             cells);
    jobs_text(&j, text, NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_int_equal(j.set.n, 0);
    assert_int_equal(j.summary.rejected, 1);
    assert_string_equal(j.summary.rejects[0].reason, reason);
    assert_string_equal(j.summary.rejects[0].kind, kind);
    assert_int_equal(j.summary.rejects[0].column, column);
    assert_string_equal(j.summary.rejects[0].row, cells);
    jobs_free(&j);
}

static void bad_cells_reject_their_row(void **s)
{
    (void)s;
    rejected("a,x,1,,,,,,", "time", 3, "submit is 'x', expected seconds as a number");
    rejected("a,0,-1,,,,,,", "time", 5, "run is '-1', expected 0 or more");
    rejected("a,0,99999999999,,,,,,", "time", 5,
             "run is 99999999999 s, expected at most 9223372036 s (292 years)");
    rejected("a,0,1,0,,,,,", "number", 7,
             "replicas is '0', expected a whole number from 1 to 1048576");
    rejected("a,0,1,1,eight,,,,", "number", 9,
             "gpus_per_replica is 'eight', expected a whole number from 0 to 1048576");
    rejected("a,0,1,2,4,500,,,", "shape", 11,
             "gpu_milli is 500 with gpus_per_replica 4, expected 1 GPU per replica for a share");
    rejected("a,0,1,1,1,1001,,,", "number", 11,
             "gpu_milli is '1001', expected a whole number from 1 to 1000");
    rejected("a,0,1,2000,2000,,,,", "number", 7,
             "the job asks for 2000 x 2000 GPUs, expected at most 1048576 in all");
    rejected("a,0,1,,,,2147483648,,", "number", 10,
             "priority is '2147483648', expected a whole number from -2147483648 to 2147483647");
    rejected("a,0,1,,,,,dnoe,", "word", 11,
             "outcome is 'dnoe', expected done, failed, killed, timeout, preempted, node_fail or "
             "censored (nearest: 'done')");
    rejected("a,0,1,,,,,,spine", "word", 12,
             "required is 'spine', expected numa, node, nvlink, rack, pod or site");
    rejected(
        "a,0,1,,,,,,rakc", "word", 12,
        "required is 'rakc', expected numa, node, nvlink, rack, pod or site (nearest: 'rack')");
    rejected(",0,1,,,,,,", "missing", 1, "job_id is empty, expected a name");
    rejected("a,0,1", "fields", 1, "row has 3 fields, expected 9");
    rejected("a,0,,,,,,,", "time", 5, "run is empty, expected seconds as a number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_columns_are_enough),
        cmocka_unit_test(every_column_is_taken),
        cmocka_unit_test(the_time_unit_scales_every_time),
        cmocka_unit_test(a_flag_overrides_the_time_unit),
        cmocka_unit_test(a_file_without_version_is_read_with_a_warning),
        cmocka_unit_test(trouble_before_the_rows_stops),
        cmocka_unit_test(bad_cells_reject_their_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_trace_sacct.c - Slurm accounting: steps, arrays, attempts, heterogeneous jobs, TRES. */
#include "lib/reader.h"

extern const struct trace_format trace_format_sacct;
#define FORMAT (&trace_format_sacct)

static void awkward_rows_are_read_as_documented(void **state)
{
    struct rows r;

    (void)state;
    assert_int_equal(rows_guess(FORMAT, DATA "sacct/good.txt", NULL), GUESS_YES);
    rows_file(&r, FORMAT, DATA "sacct/good.txt", NULL);
    CHECK_COUNTS(&r, 13, 9, 5, 2, 0);
    assert_int_equal(rows_folds(&r, "step"), 1);
    assert_int_equal(rows_folds(&r, "component"), 1);
    assert_int_equal(rows_skips(&r, "never ran"), 5); /* four tasks of 7, and 12 */
    assert_int_equal(rows_warned(&r, "zone"), 0);     /* epoch seconds need none */
    rows_free(&r);
}

static void sizes_come_from_what_was_given(void **state)
{
    struct rows r;

    (void)state;
    rows_file(&r, FORMAT, DATA "sacct/good.txt", NULL);
    /* memory per CPU, a count that does not divide, only the typed GPUs tracked */
    CHECK_JOB(&r, "5",
              "5 at 1767571200 for 600 wait 10 limit 1200 1x2+1x1 of l40s cpu 4000 mem "
              "16384 by acc/ann done");
    assert_int_equal(rows_job(&r, "5")->priority, INT32_MAX);
    /* still running; eligible before submitted */
    CHECK_JOB(&r, "6",
              "6 at 1767571300 for 86400 wait 100 limit -1 1x1 of any cpu 4000 mem 1536 by "
              "acc/ann censored");
    CHECK_JOB(&r, "10",
              "10 at 1767571500 for 100 wait 100 limit 3600 1x1@500 of any cpu 1000 mem 0 "
              "by acc/cat done");
    CHECK_JOB(&r, "11",
              "11 at 1767571500 for 100 wait 100 limit -1 1x2 of any cpu 1000 mem 0 by "
              "acc/cat done");
    CHECK_JOB(&r, "13",
              "13 at 1767571500 for 100 wait 100 limit 3600 1x2 of a100|h100 cpu 1000 mem "
              "0 by acc/cat done");
    assert_int_equal(rows_warned(&r, "mixed-types"), 1);
    rows_free(&r);
}

static void components_are_one_gang(void **state)
{
    struct rows r;

    (void)state;
    rows_file(&r, FORMAT, DATA "sacct/good.txt", NULL);
    CHECK_JOB(&r, "9",
              "9 at 1767571500 for 100 wait 100 limit 3600 2x0+4x8 of h200 cpu 32000 mem "
              "524288 by acc/cat done");
    rows_free(&r);
}

static void attempts_are_numbered_in_order_of_submit(void **state)
{
    struct trace_options opt = {.retries = RETRIES_MERGE};
    struct rows r;

    (void)state;
    rows_file(&r, FORMAT, DATA "sacct/good.txt", NULL);
    CHECK_JOB(&r, "8",
              "8 at 1767571500 for 100 wait 100 limit 3600 1x4 of any cpu 4000 mem 0 by "
              "acc/bob preempted");
    CHECK_JOB(&r, "8#2",
              "8#2 at 1767571900 for 100 wait 100 limit 3600 1x4 of any cpu 4000 mem 0 by "
              "acc/bob node_fail");
    CHECK_JOB(&r, "8#3",
              "8#3 at 1767572200 for 300 wait 100 limit 3600 1x4 of any cpu 4000 mem 0 by "
              "acc/bob done");
    rows_free(&r);
    rows_file(&r, FORMAT, DATA "sacct/good.txt", &opt);
    CHECK_COUNTS(&r, 13, 7, 5, 4, 0);
    assert_int_equal(rows_folds(&r, "attempt"), 2);
    assert_true(rows_job(&r, "8#3")->submit == 1767571500 && rows_job(&r, "8#3")->run == 300);
    rows_free(&r);
}

static void each_fault_is_told_at_its_cell(void **state)
{
    (void)state;
    check_reject(
        FORMAT, DATA "sacct/bad-state.txt", "state",
        "bad-state.txt:2:40: State is 'EXPLODED', expected a Slurm state such as COMPLETED, "
        "FAILED or RUNNING");
    check_reject(FORMAT, DATA "sacct/bad-fields.txt", "fields",
                 "bad-fields.txt:2:1: the row has 5 columns, expected 7");
    check_reject(FORMAT, DATA "sacct/bad-id.txt", "number",
                 "bad-id.txt:2:1: JobID is 'x1', expected a job number such as 12, 12_3, 12_[4-9], "
                 "12+1 or 12.0");
    check_reject(
        FORMAT, DATA "sacct/bad-huge.txt", "time",
        "bad-huge.txt:2:36: ElapsedRaw is '99999999999', expected at most 9223372036 s (292 "
        "years)");
    check_reject(FORMAT, DATA "sacct/bad-memory.txt", "number",
                 "bad-memory.txt:2:65: AllocTRES: mem is 'lots', expected memory such as 491520M");
    check_reject(FORMAT, DATA "sacct/bad-shards.txt", "shape",
                 "bad-shards.txt:2:50: AllocTRES is 'gres/shard=6,node=1', expected shards of one "
                 "GPU or of whole GPUs on every node");
    check_stop(FORMAT, DATA "sacct/bad-tasks.txt",
               "bad-tasks.txt:2:6: array task list is not one, expected numbers and ranges such as "
               "1-3,7,9-20:2");
    check_stop(FORMAT, DATA "sacct/bad-no-length.txt",
               "bad-no-length.txt:1:1: column 'ElapsedRaw' is missing; ask sacct for it with "
               "--format");
}

static void a_gang_is_not_replayed_without_its_rejected_part(void **state)
{
    struct rows r;

    (void)state;
    rows_file(&r, FORMAT, DATA "sacct/bad-component.txt", NULL);
    CHECK_COUNTS(&r, 2, 0, 0, 1, 1);
    rows_free(&r);
}

static void the_sample_reads_as_told(void **state)
{
    struct rows r;

    (void)state;
    SHARED("samples/slurm/sacct.txt", &r, FORMAT);
    CHECK_COUNTS(&r, 34, 22, 6, 6, 1);
    assert_int_equal(rows_folds(&r, "step"), 5);
    assert_int_equal(rows_ends(&r, JOB_CENSORED), 1);
    assert_int_equal(rows_without_gpu(&r), 2);
    assert_true(rows_job(&r, "1043")->run == 2930);
    assert_string_equal(rows_job(&r, "1030")->shape, "1x0+1x4");
    assert_string_equal(rows_job(&r, "1041")->shape, "1x1/1g.10gb");
    assert_true(rows_job(&r, "1011") && rows_job(&r, "1011#2") && rows_job(&r, "1012#2"));
    assert_true(rows_job(&r, "1010")->submit == 1767574800); /* eligible at 01:00 */
    assert_true(rows_job(&r, "1047") != NULL);
    rows_free(&r);
}

static void the_bad_samples_fail_at_their_place(void **state)
{
    char path[512];

    (void)state;
    if (!rows_shared("samples/slurm/bad-array.txt", path, sizeof path))
        skip();
    check_stop(FORMAT, path,
               "bad-array.txt:2:59: array task list was cut off by sacct; set "
               "SLURM_BITSTR_LEN=0 and export again");
    check_stop(
        FORMAT, rows_shared("samples/slurm/bad-column.txt", path, sizeof path),
        "bad-column.txt:1:1: column 'ReqTRES' is missing (nearest: 'ReqTres_'); ask sacct for "
        "it with --format");
    rows_shared("samples/slurm/bad-delimiter.txt", path, sizeof path);
    assert_int_equal(rows_guess(FORMAT, path, NULL), GUESS_YES);
    check_stop(FORMAT, path,
               "bad-delimiter.txt:2:1: looks like sacct's padded table, expected '|' "
               "between columns; run sacct with --parsable2");
    check_reject(FORMAT, rows_shared("samples/slurm/bad-time.txt", path, sizeof path), "time",
                 "bad-time.txt:2:79: Start is '00:00:05', expected YYYY-MM-DDThh:mm:ss, epoch "
                 "seconds, Unknown or None (was SLURM_TIME_FORMAT=relative set?)");
    check_reject(FORMAT, rows_shared("samples/slurm/bad-tres.txt", path, sizeof path), "number",
                 "bad-tres.txt:2:194: ReqTRES: gres/gpu is 'eight', expected a whole number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(awkward_rows_are_read_as_documented),
        cmocka_unit_test(sizes_come_from_what_was_given),
        cmocka_unit_test(components_are_one_gang),
        cmocka_unit_test(attempts_are_numbered_in_order_of_submit),
        cmocka_unit_test(each_fault_is_told_at_its_cell),
        cmocka_unit_test(a_gang_is_not_replayed_without_its_rejected_part),
        cmocka_unit_test(the_sample_reads_as_told),
        cmocka_unit_test(the_bad_samples_fail_at_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

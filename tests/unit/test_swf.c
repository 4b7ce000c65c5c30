/* test_swf.c - Standard Workload Format: header, statuses, parts, sizes, dialects. */
#include "lib/jobs.h"

static const char small_log[] =
    "; Version: 2.2\n"
    ";   MaxProcs: 16 (batch partition; 20 total)\n"
    "; MaxNodes: 3\n"
    "; MaxJobs: 8\n"
    "; MaxRecords: 11\n"
    "; MaxRuntime: 600\n"
    "; UnixStartTime: 1767571200\n"
    "; Queue: 2 night shift\n"
    "; Note: a b: c\n"
    "1 10 5 60 4 -1 -1 8 120 2048 1 7 3 1 2 1 -1 -1\n"
    "2 11 -1 -1 -1 -1 -1 4 60 -1 5 7 3 1 2 1 -1 -1\n"
    "\n"
    "3 12 0 0 -1 -1 -1 2 -1 -1 0 8 3 1 1 1 -1 -1\n"
    "4 13 0 90.25 2 -1 -1 2 60 -1 1 8 4 1 0 1 -1 -1\n"
    "; a comment between: rows\n"
    "4 13 0 40 2 -1 -1 2 60 -1 2 8 4 1 0 1 -1 -1\n"
    "4 70 0 50.25 2 -1 -1 2 60 -1 3 8 4 1 0 1 -1 -1\n"
    "5 9 0 1 17 -1 -1 17 60 -1 1 8 4 1 0 1 -1 -1\n"
    "6 14 0 1 -1 -1 -1 -1 60 -1 1 8 4 1 0 1 -1 -1\n"
    "7\t15\t0\t1\t1\t-1\t-1\t1\t60\t-1\t5\t-1\t-1\t1\t0\t1\t-1\t-1 {n1}\n"
    "1 16 0 1 1 -1 -1 1 60 -1 1 8 4 1 0 1 -1 -1\n"
    "8 16 0 1 2 -1 -1 2 60 -1 4 8 4 1 0 1 -1 -1\n";

static const char *warning(const struct jobs *j, const char *part)
{
    for (uint32_t i = 0; i < j->summary.n_warnings; i++)
        if (strstr(j->summary.warnings[i].what, part))
            return j->summary.warnings[i].what;
    return NULL;
}

static void a_log_becomes_jobs_that_may_spread(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j, small_log, NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_string_equal(j.summary.format, "swf");
    assert_string_equal(jobs_dump(&j),
                        "1 at 0 for 60 4x1 cpu 0 mem 2 limit 120 wait 5 by 3/7 done\n"
                        "3 at 2 for 0 2x1 limit 600 wait 0 by 3/8 failed\n"
                        "4 at 3 for 90.25 2x1 limit 60 wait 0 by 4/8 done\n"
                        "7 at 5 for 1 1x1 limit 60 wait 0 by / killed\n");
    assert_true(j.set.origin == 1767571210 * NS_PER_S);
    assert_int_equal(j.summary.rows, 11);
    assert_int_equal(j.summary.folded, 2);
    assert_int_equal(j.summary.skipped, 1);
    assert_string_equal(j.summary.skips[0].what, "never ran");
    assert_int_equal(j.summary.rejected, 4);
    jobs_free(&j);
}

static void rows_that_cannot_be_used_say_why(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j, small_log, NULL, NULL);
    assert_string_equal(j.summary.rejects[0].kind, "too-large");
    assert_string_equal(j.summary.rejects[0].reason,
                        "job 5 asks for 17 processors, MaxProcs of the log is 16");
    assert_string_equal(
        j.summary.rejects[1].reason,
        "neither allocated nor requested processors are known, expected one of them");
    assert_string_equal(j.summary.rejects[2].reason,
                        "job_id '1' is already used in line 10, expected unique ids");
    assert_string_equal(j.summary.rejects[3].reason,
                        "job 8 is only there in parts (status 2, 3 or 4), expected a row of the "
                        "whole");
    jobs_free(&j);
}

static void later_pieces_of_a_job_need_no_submit_time(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j,
              "; MaxRecords: 3\n"
              "1 0 0 5400 3 -1 -1 3 7200 -1 1 2 2 -1 2 1 -1 -1\n"
              "1 0 0 3600 3 -1 -1 3 7200 -1 2 2 2 -1 2 1 -1 -1\n"
              "1 -1 1800 1800 3 -1 -1 3 7200 -1 3 2 2 -1 2 1 -1 -1\n",
              NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_int_equal(j.set.n, 1);
    assert_int_equal(j.set.specs[0].run, 5400 * NS_PER_S);
    jobs_free(&j);
}

static void what_the_header_says_is_compared(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j,
              "; MaxJobs: 3\n; MaxRecords: 2\n; MaxRuntime: none\n; TimeZone: 3600\n"
              "1 0 0 1 1 -1 -1 1 60 -1 1 8 4 1 0 1 -1 -1\n",
              NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_string_equal(warning(&j, "MaxRecords"),
                        "the log has 1 rows, its header says MaxRecords 2");
    assert_string_equal(warning(&j, "MaxJobs"), "the log has 1 jobs, its header says MaxJobs 3");
    assert_string_equal(warning(&j, "MaxRuntime"),
                        "MaxRuntime is 'none', expected a whole number; not used");
    assert_non_null(warning(&j, "TimeZone"));
    jobs_free(&j);
    jobs_text(&j, small_log, NULL, NULL);
    assert_string_equal(warning(&j, "fields"), "job 7 has 19 fields, the standard has 18");
    assert_null(warning(&j, "MaxRecords"));
    assert_null(warning(&j, "MaxJobs"));
    assert_string_equal(j.summary.notes[j.summary.n_notes - 1].what, "Note: a b: c");
    jobs_free(&j);
}

static void sizes_and_tenants_follow_the_options(void **s)
{
    struct ingest_options opt = {.max_rejects = 1};
    struct jobs j;

    (void)s;
    opt.reader.size = SIZE_REQUESTED;
    opt.reader.tenant = "queue";
    opt.reader.resource = "gpu";
    jobs_text(&j, small_log, &opt, NULL);
    assert_non_null(strstr(jobs_dump(&j),
                           "1 at 0 for 60 1x8? cpu 0 mem 16 limit 120 wait 5 by night "
                           "shift/7 done\n"));
    assert_non_null(strstr(jobs_dump(&j), "by 1/8 failed\n"));
    jobs_free(&j);
    opt.reader.resource = "core";
    jobs_text(&j, small_log, &opt, NULL);
    assert_int_equal(j.result, -1);
    assert_int_equal(j.d.status, STATUS_USAGE);
    jobs_free(&j);
}

static void nodes_of(const char *text, const char *resource, struct node_spec **nodes, uint32_t *n,
                     struct arena *a)
{
    struct ingest_options opt = {.reader = {.resource = resource}};
    struct input *in = input_memory("t", text, strlen(text));
    struct diag d;

    assert_int_equal(ingest_nodes_input(in, &opt, NULL, a, nodes, n, &d), 0);
    input_close(in);
}

static void the_header_describes_the_machine(void **s)
{
    struct node_spec *nodes;
    struct arena a;
    uint32_t n;

    (void)s;
    arena_init(&a);
    nodes_of(small_log, NULL, &nodes, &n, &a);
    assert_int_equal(n, 3);
    assert_int_equal(nodes[0].gpus, 6);
    assert_int_equal(nodes[1].gpus, 5);
    assert_int_equal(nodes[2].gpus, 5);
    assert_string_equal(nodes[0].gpu_type, "cpu");
    nodes_of(small_log, "node", &nodes, &n, &a);
    assert_int_equal(n, 3);
    assert_int_equal(nodes[0].gpus, 1);
    nodes_of("; MaxProcs: 4\n", "gpu", &nodes, &n, &a);
    assert_int_equal(n, 4);
    assert_int_equal(nodes[0].gpus, 1);
    assert_string_equal(nodes[0].gpu_type, "gpu");
    arena_free(&a);
}

static void rejected(const char *row, uint32_t column, const char *reason)
{
    struct jobs j;
    char text[256];

    snprintf(text, sizeof text, "; MaxProcs: 8\n%s\n", row);
    jobs_text(&j, text, NULL, NULL);
    assert_int_equal(j.result, 0);
    assert_int_equal(j.summary.rejected, 1);
    assert_string_equal(j.summary.rejects[0].reason, reason);
    assert_int_equal(j.summary.rejects[0].column, column);
    assert_int_equal(j.summary.rejects[0].line, 2);
    jobs_free(&j);
}

static void bad_numbers_are_rejected_at_their_place(void **s)
{
    (void)s;
    rejected("4 95 0 6O 1 0 1024 1 600 8192 1 3 2 3 0 1 -1 -1", 8,
             "run time is '6O', expected seconds as a number, or -1 for unknown");
    rejected("4 95 -7 60 1 0 1024 1 600 8192 1 3 2 3 0 1 -1 -1", 6,
             "wait time is -7, expected 0 or more, or -1 for unknown");
    rejected("4 95 0 -10 1 0 1024 1 600 8192 1 3 2 3 0 1 -1 -1", 8,
             "run time is -10, expected 0 or more, or -1 for unknown");
    rejected("4 95 0 60 1 0 1024 1 600 8192 1 3 2 3 0 1 -1", 1,
             "row has 17 fields, expected 18 (Standard Workload Format 2.2)");
    rejected("4 95 0 99999999999 1 0 1024 1 600 8192 1 3 2 3 0 1 -1 -1", 8,
             "run time is 99999999999 s, expected at most 9223372036 s (292 years)");
    rejected("4 -1 0 60 1 0 1024 1 600 8192 1 3 2 3 0 1 -1 -1", 3,
             "submit time is unknown, expected seconds as a number");
    rejected("4 95 0 60 x 0 1024 1 600 8192 1 3 2 3 0 1 -1 -1", 11,
             "allocated processors is 'x', expected a whole number, or -1 for unknown");
    rejected("4 95 0 60 1 0 1024 1 600 8192 7 3 2 3 0 1 -1 -1", 31,
             "status is 7, expected -1 to 5");
    rejected("4 95 0 -1 1 0 1024 1 600 8192 1 3 2 3 0 1 -1 -1", 8,
             "run time is unknown, expected 0 or more of a job that was not cancelled");
}

static void a_machine_without_a_number_stops(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j, "; Version: 2.2\n; MaxProcs: 32 cores\n1 0\n", NULL, NULL);
    assert_int_equal(j.result, -1);
    assert_string_equal(j.d.message, "MaxProcs is '32 cores', expected a whole number");
    assert_int_equal(j.d.line, 2);
    assert_int_equal(j.d.column, 13);
    assert_int_equal(j.d.width, 8);
    jobs_free(&j);
    jobs_text(&j, "; MaxNodes: 99999999\n", NULL, NULL);
    assert_string_equal(j.d.message,
                        "MaxNodes is '99999999', expected a whole number from 0 to 1048576");
    jobs_free(&j);
}

static void a_log_of_status_zero_says_nothing_of_ends(void **s)
{
    struct jobs j;

    (void)s;
    jobs_text(&j,
              "1 1767571200 0 9 1 -1 -1 4 60 1 0 1 1 1 1 1 -1 -1\n"
              "2 1767571201 0 9 1 -1 -1 4 60 1 0 1 1 1 1 1 -1 -1\n",
              NULL, NULL);
    assert_int_equal(j.set.specs[0].end, JOB_DONE);
    assert_true(j.set.origin == 1767571200 * NS_PER_S);
    assert_non_null(warning(&j, "every row has status 0"));
    jobs_free(&j);
}

static void the_format_is_known_by_its_rows_alone(void **s)
{
    const struct trace_format *f = ingest_format("swf");
    struct trace_near near = {0};
    const char *row = "1 0 0 9.5 1 -1 -1 4 60 1 0 1 1 1 1 1 -1 -1\r\n", *words = "a b c\n",
               *header = "; Version: 2.2\n", *short_row = "1 2 3\n";

    (void)s;
    assert_int_equal(f->guess(row, strlen(row), &near), GUESS_YES);
    assert_int_equal(f->guess(words, strlen(words), &near), GUESS_NO);
    assert_int_equal(f->guess(short_row, strlen(short_row), &near), GUESS_NO);
    assert_int_equal(f->guess(header, strlen(header), &near), GUESS_MAYBE);
}

static const char *shared(const char *inside, char *to, size_t room)
{
    const char *top = getenv("BERTH_SHARED");
    FILE *f;

    snprintf(to, room, "%s/%s", top ? top : "../shared", inside);
    f = fopen(to, "rb");
    if (!f) {
        printf("SKIP: %s not found\n", to);
        return NULL;
    }
    fclose(f);
    return to;
}

static void the_shared_sample_reads_as_its_readme_says(void **s)
{
    const struct ingest_options opt = {.max_rejects = 0.1};
    struct jobs j;
    char path[512];

    (void)s;
    if (!shared("samples/swf/toy.swf", path, sizeof path))
        skip();
    arena_init(&j.arena);
    assert_int_equal(ingest_jobs(path, &opt, NULL, NULL, &j.arena, &j.set, &j.summary, &j.d), 0);
    assert_int_equal(j.summary.rows, 35);
    assert_int_equal(j.set.n, 28);
    assert_int_equal(j.summary.folded, 3);
    assert_int_equal(j.summary.skipped, 1);
    assert_int_equal(j.summary.rejected, 3);
    assert_int_equal(j.summary.n_warnings, 5);
    assert_string_equal(warning(&j, "MaxRecords"),
                        "the log has 35 rows, its header says MaxRecords "
                        "34");
    assert_string_equal(warning(&j, "order"), "job 20 is out of order of submission");
    assert_string_equal(warning(&j, "fields"), "job 31 has 19 fields, the standard has 18");
    assert_string_equal(warning(&j, "limit"), "job 11 ran past its limit");
    assert_string_equal(warning(&j, "zero"), "run time of job 4 is zero, kept");
    jobs_free(&j);
}

static void a_large_recorded_log_reads_whole_and_lean(void **s)
{
    const struct ingest_options opt = {.max_rejects = 0.01};
    struct node_spec *nodes;
    struct topology fleet;
    struct jobs j;
    char path[512];
    uint32_t n;

    (void)s;
    if (!shared("traces/swf/CEA-Curie-2011-2.1-cln.swf.gz", path, sizeof path))
        skip();
    arena_init(&j.arena);
    assert_int_equal(ingest_nodes(path, &opt, NULL, &j.arena, &nodes, &n, &j.d), 0);
    assert_int_equal(n, 5544);
    assert_int_equal(topology_build(&fleet, &j.arena, nodes, n, &j.d), 0);
    assert_int_equal(fleet.n_gpus, 93312);
    assert_int_equal(ingest_jobs(path, &opt, &fleet, NULL, &j.arena, &j.set, &j.summary, &j.d), 0);
    assert_int_equal(j.summary.rows, 312826);
    assert_int_equal(j.summary.jobs + j.summary.skipped + j.summary.rejected, 312826);
    assert_int_equal(j.set.n, 312807);
    assert_in_range(j.arena.total, 0, 40u << 20);
    jobs_free(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_becomes_jobs_that_may_spread),
        cmocka_unit_test(rows_that_cannot_be_used_say_why),
        cmocka_unit_test(later_pieces_of_a_job_need_no_submit_time),
        cmocka_unit_test(what_the_header_says_is_compared),
        cmocka_unit_test(sizes_and_tenants_follow_the_options),
        cmocka_unit_test(the_header_describes_the_machine),
        cmocka_unit_test(bad_numbers_are_rejected_at_their_place),
        cmocka_unit_test(a_machine_without_a_number_stops),
        cmocka_unit_test(a_log_of_status_zero_says_nothing_of_ends),
        cmocka_unit_test(the_format_is_known_by_its_rows_alone),
        cmocka_unit_test(the_shared_sample_reads_as_its_readme_says),
        cmocka_unit_test(a_large_recorded_log_reads_whole_and_lean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_report_edges.c - jobs that never started, still run, have no length, hold shares, and
 * names that need quoting. */
#include "lib/mini_outcome.h"
#include "metrics/lanes.h"
#include "metrics/quantile.h"
#include "metrics/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

/* The small run, to be bent. */
struct bent {
    struct mini_outcome m;
    struct job_result results[4];
    struct segment segments[5];
};

static void bend(struct bent *b)
{
    mini_outcome_init(&b->m);
    memcpy(b->results, b->m.o.results, sizeof b->results);
    memcpy(b->segments, b->m.o.segments, sizeof b->segments);
    b->m.o.results = b->results;
    b->m.o.segments = b->segments;
}

/* The n-th line, from 0; free() it. */
static char *line_of(const struct outcome *o, const char *report, int n)
{
    char *text = mini_outcome_render(o, report), *at = text;

    while (n-- && at)
        at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
    assert_non_null(at);
    char *line = strndup(at, strcspn(at, "\n"));
    free(text);
    return line;
}

static void expect_line(const struct outcome *o, const char *report, int n, const char *expected)
{
    char *line = line_of(o, report, n);

    assert_string_equal(line, expected);
    free(line);
}

static void a_job_that_never_started_has_empty_cells(void **s)
{
    struct bent b;

    (void)s;
    bend(&b);
    b.results[3] = (struct job_result){.start = NS_UNKNOWN, .end = NS_UNKNOWN};
    expect_line(&b.m.o, "jobs_csv", 4,
                "D,mini,recorded,3600.000000,8,3600.000000,,SUBMITTED,,,,,,,,-1.000000,\"\",nlp,u2,"
                ",2x4,,,0,0,0,0,"
                "0,3600,0,0.00,0,,0,0,0,0,0,0");
    expect_line(&b.m.o, "schedule_swf", 22, "4 3600 -1 -1 -1 -1 -1 8 3600 -1 5 1 1 -1 1 -1 -1 -1");
    mini_outcome_free(&b.m);
}

static void a_job_that_runs_at_the_horizon_has_a_start_and_no_end(void **s)
{
    struct bent b;

    (void)s;
    bend(&b);
    b.results[3].end = NS_UNKNOWN;
    expect_line(&b.m.o, "jobs_csv", 4,
                "D,mini,recorded,3600.000000,8,3600.000000,,RUNNING,7200.000000,,,3600.000000,,,0-"
                "7,-1.000000,\"\","
                "nlp,u2,h100-sxm,2x4,n0 n1,,28800,0,0,0,0,3600,1,24.00,0,3600.000000,0,0,0,0,0,0");
    expect_line(&b.m.o, "schedule_swf", 22,
                "4 3600 3600 3600 8 -1 -1 8 3600 -1 -1 1 1 -1 1 1 -1 -1");
    mini_outcome_free(&b.m);
}

static void a_job_without_length_stretches_to_infinity(void **s)
{
    struct bent b;

    (void)s;
    bend(&b);
    b.results[2].end = b.results[2].start;
    char *line = line_of(&b.m.o, "jobs_csv", 3);
    assert_non_null(
        strstr(line, "3600.000000,0.000000,3600.000000,3000.000000,3000.000000,inf,4-5,"));
    assert_non_null(strstr(line, ",300.000000,0,0,"));
    free(line);
    mini_outcome_free(&b.m);
}

static void without_segments_and_waits_cells_are_empty(void **s)
{
    struct bent b;

    (void)s;
    bend(&b);
    b.m.o.segments = NULL;
    b.m.o.waits = NULL;
    b.m.o.series = NULL;
    char *line = line_of(&b.m.o, "jobs_csv", 1);
    assert_non_null(strstr(
        line, ",1.000000,,-1.000000,\"\",vision,u1,h100-sxm,1x3,,1.000000,21600,0,,,,,1,18.00,"));
    free(line);
    free(mini_outcome_render(&b.m.o, "metrics_om"));
    char *trace = mini_outcome_render(&b.m.o, "trace_json");
    assert_non_null(strstr(trace, "\"left_out\":\"slices: devices were not recorded"));
    free(trace);
    mini_outcome_free(&b.m);
}

static void devices_are_joined_into_rising_intervals(void **s)
{
    struct bent b;

    (void)s;
    bend(&b);
    /* n1 first, and a hole: devices 4 6 7 of the fleet, then 0 1 3 */
    b.segments[3] = (struct segment){1, 0, 1000, 0xd};
    b.segments[4] = (struct segment){0, 0, 1000, 0xb};
    char *line = line_of(&b.m.o, "jobs_csv", 4);
    assert_non_null(strstr(line, ",0-1 3-4 6-7,"));
    assert_non_null(strstr(line, ",n0 n1,"));
    free(line);
    mini_outcome_free(&b.m);
}

static void shapes_name_shares_and_unlike_members(void **s)
{
    struct bent b;
    char to[64], tiny[6];

    (void)s;
    bend(&b);
    b.m.jobs.requests[0].share_milli = 250;
    assert_string_equal(outcome_job_shape(&b.m.o, 0, to, sizeof to), "1x0.25");
    b.m.jobs.requests[0].share_milli = 5;
    assert_string_equal(outcome_job_shape(&b.m.o, 0, to, sizeof to), "1x0.005");
    b.m.jobs.requests[2].n_groups = 2;
    assert_string_equal(outcome_job_shape(&b.m.o, 2, to, sizeof to), "1x2+2x4");
    outcome_job_shape(&b.m.o, 2, tiny, sizeof tiny);
    assert_string_equal(tiny, "1x2+2");
    mini_outcome_free(&b.m);
}

static void names_that_need_it_are_quoted_in_every_format(void **s)
{
    struct bent b;
    static const char *const name[4] = {"</script>", "a,\"b\"", "back\\slash", "new\nline"};

    (void)s;
    bend(&b);
    for (int i = 0; i < 4; i++)
        b.m.jobs.name[i] = intern_add(&b.m.jobs.names, name[i], strlen(name[i]));
    b.m.o.scenario = "quote\"back\\new\nline";
    char *jobs = mini_outcome_render(&b.m.o, "jobs_csv");
    assert_non_null(strstr(jobs, "\n\"a,\"\"b\"\"\","));
    char *trace = mini_outcome_render(&b.m.o, "trace_json");
    assert_null(strstr(trace, "</script"));
    assert_non_null(strstr(trace, "\\u003c/script>"));
    assert_non_null(strstr(trace, "new\\nline nlp"));
    char *metrics = mini_outcome_render(&b.m.o, "metrics_om");
    assert_non_null(strstr(metrics, "{scenario=\"quote\\\"back\\\\new\\nline\","));
    free(jobs);
    free(trace);
    free(metrics);
    mini_outcome_free(&b.m);
}

static void without_prices_dollars_are_unknown_and_not_zero(void **s)
{
    struct bent b;

    (void)s;
    bend(&b);
    b.m.o.money = (struct money){.known = false};
    expect_line(&b.m.o, "ledger_csv", 1,
                "total,,held,useful,,43200000000000000,12.000000,0.500000,");
    expect_line(&b.m.o, "ledger_md", 0, "| bucket | GPU-hours | share |");
    char *json = mini_outcome_render(&b.m.o, "outcome_json");
    assert_non_null(strstr(json, "\"money\": null"));
    char *metrics = mini_outcome_render(&b.m.o, "metrics_om");
    assert_null(strstr(metrics, "berth_cost_usd"));
    char *summary = mini_outcome_render(&b.m.o, "summary");
    assert_non_null(strstr(summary, "no price was given"));
    free(json);
    free(metrics);
    free(summary);
    mini_outcome_free(&b.m);
}

static void the_summary_says_what_must_not_be_missed(void **s)
{
    struct bent b;

    (void)s;
    bend(&b);
    b.m.o.warmup = 3600 * NS_PER_S;
    b.m.o.clairvoyant = true;
    b.m.o.estimates = "exact";
    b.m.o.status = RUN_STUCK;
    b.m.o.stuck = "X holds 4 and waits for 2";
    b.m.o.money.unpriced_nodes = 1;
    char *text = mini_outcome_render(&b.m.o, "summary");
    assert_non_null(strstr(text, "warm-up: the first 1:00:00 are in no figure below"));
    assert_non_null(strstr(text, "clairvoyant"));
    assert_non_null(strstr(text, "STUCK"));
    assert_non_null(strstr(text, "stuck: X holds 4 and waits for 2"));
    assert_non_null(strstr(text, "1 of 2 nodes have no purchase price"));
    assert_non_null(strstr(text, "MFU not known"));
    assert_non_null(
        strstr(text, "waiting time of jobs that would have fitted by count: 0.83 job-hours"));
    for (const char *line = text; line && *line;
         line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        assert_in_range(strcspn(line, "\n"), 0, 80);
    free(text);
    mini_outcome_free(&b.m);
}

static void the_table_is_sorted_and_finds_by_name(void **s)
{
    (void)s;
    for (const struct report *const *r = report_all(); *r; r++) {
        assert_ptr_equal(report_find((*r)->name), *r);
        assert_non_null((*r)->summary);
        if (r[1])
            assert_true(strcmp(r[0]->name, r[1]->name) < 0);
    }
    assert_null(report_find("nonsense"));
}

static void a_folder_that_is_not_there_is_an_error(void **s)
{
    const struct report_context c = {.folder = "/nowhere/at/all", .plots = true, .width = 80};
    struct bent b;

    (void)s;
    bend(&b);
    b.m.o.fragmentation.known = true; /* else one figure has nothing to draw */
    for (const struct report *const *r = report_all(); *r; r++) {
        struct diag d = {0};
        if (!(*r)->write || (!(*r)->file && !(*r)->own_files))
            continue;
        assert_int_equal(report_write(*r, &b.m.o, &c, &d), -1);
        assert_int_equal(d.status, STATUS_INPUT);
        assert_non_null(strstr(d.file, "/nowhere/at/all/"));
    }
    mini_outcome_free(&b.m);
}

static void a_written_file_is_what_the_report_renders(void **s)
{
    char folder[] = "/tmp/berth-report-XXXXXX", path[128];
    struct bent b;

    (void)s;
    bend(&b);
    assert_non_null(mkdtemp(folder));
    const struct report_context c = {.folder = folder, .width = 80};
    for (const struct report *const *r = report_all(); *r; r++) {
        struct diag d;
        if (!(*r)->write || !(*r)->file)
            continue;
        assert_int_equal(report_write(*r, &b.m.o, &c, &d), 0);
        snprintf(path, sizeof path, "%s/%s", folder, (*r)->file);
        char *file = mini_outcome_read(path), *text = mini_outcome_render(&b.m.o, (*r)->name);
        assert_string_equal(file, text);
        free(file);
        free(text);
        unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
    mini_outcome_free(&b.m);
}

/* ---- a job that was stopped ---- */

/* A runs 0-3600 and 5400-7200: preempted, 600 s of work lost, 300 s of restore. */
static void interrupt(struct bent *b)
{
    static const struct job_run runs[2] = {
        {0, 3600 * NS_PER_S, 0, 1, 0, STOP_PREEMPTED},
        {5400 * NS_PER_S, 7200 * NS_PER_S, 0, 1, 0, STOP_REASONS},
    };
    static const struct job_history history = {.ran = 5400 * NS_PER_S,
                                               .work = 5100 * NS_PER_S,
                                               .overhead = 300 * NS_PER_S,
                                               .lost = 600 * NS_PER_S,
                                               .stops = {[STOP_PREEMPTED] = 1},
                                               .n_runs = 2};

    bend(b);
    b->results[0].starts = 2;
    b->results[0].history = 1;
    b->m.o.histories = &history;
    b->m.o.n_histories = 1;
    b->m.o.runs = runs;
    b->m.o.n_runs = 2;
    b->m.o.stops[STOP_PREEMPTED] = 1;
    b->m.o.total.bucket[BUCKET_LOST_WORK] = (wide_t)1800 * 1000 * NS_PER_S;
    b->m.o.total.bucket[BUCKET_USEFUL] -= (wide_t)1800 * 1000 * NS_PER_S;
    quantile_jobs(&b->m.o);
}

static void a_stopped_job_shows_every_run(void **s)
{
    struct bent b;

    (void)s;
    interrupt(&b);
    expect_line(&b.m.o, "jobs_csv", 1,
                "A,mini,recorded,0.000000,3,7200.000000,1,COMPLETED_SUCCESSFULLY,0.000000,"
                "5400.000000,7200.000000,1800.000000,7200.000000,1.333333,0-2,-1.000000,\"\","
                "vision,u1,h100-sxm,1x3,n0,1.600000,13500,0,0,0,0,0,2,13.50,0,0.000000,1,0,0,0,"
                "1800,900");
    expect_line(&b.m.o, "schedule_swf", 6, "; Preemption: Yes");
    expect_line(&b.m.o, "schedule_swf", 19, "1 0 0 5400 3 -1 -1 3 7200 -1 1 2 2 -1 2 1 -1 -1");
    expect_line(&b.m.o, "schedule_swf", 20, "1 0 0 3600 3 -1 -1 3 7200 -1 2 2 2 -1 2 1 -1 -1");
    expect_line(&b.m.o, "schedule_swf", 21, "1 -1 1800 1800 3 -1 -1 3 7200 -1 3 2 2 -1 2 1 -1 -1");
    mini_outcome_free(&b.m);
}

static void stops_and_lost_work_are_said(void **s)
{
    struct bent b;

    (void)s;
    interrupt(&b);
    b.m.o.refused_decisions = 12;
    char *text = mini_outcome_render(&b.m.o, "summary");
    assert_non_null(strstr(text, "\n  preempted 1 time, lost 0.50 GPU-h\n"));
    assert_non_null(strstr(text, "\n  until first start "));
    assert_non_null(strstr(text, "\n  decisions of the policy that were refused: 12\n"));
    free(text);
    text = mini_outcome_render(&b.m.o, "outcome_json");
    assert_non_null(strstr(text, "\"preempted\": 1,"));
    assert_non_null(strstr(text, "\"refused_decisions\": 12"));
    free(text);
    text = mini_outcome_render(&b.m.o, "metrics_om");
    assert_non_null(strstr(text, "reason=\"preempted\"} 1\n"));
    free(text);
    mini_outcome_free(&b.m);
}

static void fragmentation_has_columns_only_when_it_was_measured(void **s)
{
    struct bent b;

    (void)s;
    bend(&b);
    char *text = mini_outcome_render(&b.m.o, "series_csv");
    assert_null(strstr(text, "scattered_1_milli"));
    free(text);
    b.m.o.fragmentation =
        (struct outcome_fragmentation){.known = true, .mean = {0, 0.25, 1.5, 2, 6, 0}};
    expect_line(&b.m.o, "series_csv", 1,
                "0.000000000,3000,3000,0,0,0,0,0,0,0,0,0,0,0,0,0,0,2000,0,0,0,2,0,0,0,0,0,0,0,"
                "0,0,0,0,0,0");
    text = mini_outcome_render(&b.m.o, "outcome_json");
    assert_non_null(strstr(text, "\"scattered_2_gpus\": 0.25,"));
    assert_non_null(strstr(text, "\"largest_gang_gpus\": 6,"));
    assert_non_null(strstr(text, "\"fgd_ratio\": null"));
    free(text);
    b.m.o.fragmentation.fgd_known = true;
    text = mini_outcome_render(&b.m.o, "series_csv");
    assert_non_null(strstr(text, ",largest_gang_milli,fgd_milli\n"));
    free(text);
    b.m.o.fragmentation.fgd_known = false;
    b.m.o.fragmentation.mig_known = true;
    b.m.o.fragmentation.mean[FRAG_MIG_HOLES] = 0.125;
    b.m.o.fragmentation.mig_holes_ratio = 0.5;
    b.m.o.fragmentation.gangs = (const struct outcome_gang[]){
        {LEVEL_NODE, 255, 2.5}, {LEVEL_NODE, 0, 2.5}, {LEVEL_SITE, 255, 6}};
    b.m.o.fragmentation.n_gangs = 3;
    text = mini_outcome_render(&b.m.o, "series_csv");
    assert_non_null(strstr(text, ",largest_gang_milli,mig_holes_milli\n"));
    free(text);
    text = mini_outcome_render(&b.m.o, "outcome_json");
    assert_non_null(strstr(text, "\"mig_holes_gpus\": 0.125,"));
    assert_non_null(strstr(text, "\"mig_holes_ratio\": 0.5,"));
    assert_non_null(strstr(text, "\"largest_gang_by_level\": {"));
    free(text);
    mini_outcome_free(&b.m);
}

/* ---- trace.json ---- */

struct track {
    unsigned pid, tid;
    double end;
};

/* The number after `key` in the line, or -1. */
static double field(const char *line, const char *key)
{
    const char *at = strstr(line, key);

    return at ? strtod(at + strlen(key), NULL) : -1;
}

/* Slices of a thread must not overlap, and time never goes back. */
static void check_slices(const char *text, size_t *slices, size_t *open)
{
    VEC(struct track) tracks = {0};
    char line[1024];
    double last = 0;

    *slices = *open = 0;
    for (const char *next = strchr(text, '\n') + 1; *next == '{';) {
        /* a copy: searching in the whole text would read all of it for every line */
        size_t n = strcspn(next, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, next);
        next += n + 1;
        double begin = field(line, "\"ts\":");
        if (begin < 0)
            continue;
        if (begin < last)
            fail_msg("time goes back at %s", line);
        last = begin;
        *open += !strncmp(line, "{\"ph\":\"b\"", 9);
        *open -= !strncmp(line, "{\"ph\":\"e\"", 9);
        if (strncmp(line, "{\"ph\":\"X\"", 9))
            continue;
        (*slices)++;
        unsigned pid = (unsigned)field(line, "\"pid\":"), tid = (unsigned)field(line, "\"tid\":");
        size_t i = 0;
        while (i < tracks.n && (tracks.at[i].pid != pid || tracks.at[i].tid != tid))
            i++;
        if (i == tracks.n)
            VEC_PUSH(&tracks, (struct track){pid, tid, 0});
        if (begin < tracks.at[i].end - 1e-3)
            fail_msg("slices overlap at %s", line);
        tracks.at[i].end = begin + field(line, "\"dur\":");
    }
    VEC_FREE(&tracks);
}

static void slices_of_one_track_never_overlap(void **s)
{
    struct mini_outcome m;
    size_t slices, open;

    (void)s;
    mini_outcome_large(&m, 3000, 8);
    char *text = mini_outcome_render(&m.o, "trace_json");
    check_slices(text, &slices, &open);
    assert_int_equal(open, 0);
    assert_in_range(slices, 3000, 24000);
    free(text);
    mini_outcome_free(&m);
}

static void shares_of_one_gpu_get_tracks_of_their_own(void **s)
{
    struct bent b;
    size_t slices, open;

    (void)s;
    bend(&b);
    for (int i = 0; i < 3; i++) {
        b.segments[i] = (struct segment){0, 0, 250, 1};
        b.m.jobs.requests[i].share_milli = 250;
    }
    char *text = mini_outcome_render(&b.m.o, "trace_json");
    check_slices(text, &slices, &open);
    assert_int_equal(slices, 3 + 8);
    assert_non_null(strstr(text, "\"name\":\"GPU 0 / a\""));
    assert_non_null(strstr(text, "\"name\":\"GPU 0 / b\""));
    assert_null(strstr(text, "\"name\":\"GPU 0 / c\""));
    free(text);
    mini_outcome_free(&b.m);
}

static void a_stopped_job_has_a_slice_for_every_run_and_a_span_for_every_wait(void **s)
{
    struct bent b;
    size_t slices, open;

    (void)s;
    interrupt(&b);
    char *text = mini_outcome_render(&b.m.o, "trace_json");
    check_slices(text, &slices, &open);
    assert_int_equal(open, 0);
    assert_int_equal(slices, 3 + 3 + 3 + 2 + 8);
    assert_non_null(strstr(text, "\"name\":\"waiting\",\"args\":{\"why\":\"preempted\"}}"));
    assert_non_null(strstr(text, "\"state\":\"preempted\"}}"));
    free(text);
    mini_outcome_free(&b.m);
}

static void a_life_without_length_begins_before_it_ends(void **s)
{
    struct bent b;
    size_t slices, open;

    (void)s;
    bend(&b);
    b.results[0].end = b.results[0].start;
    char *text = mini_outcome_render(&b.m.o, "trace_json");
    check_slices(text, &slices, &open);
    assert_int_equal(open, 0);
    const char *begin = strstr(text, "{\"ph\":\"b\",\"cat\":\"job\",\"id\":\"1\"");
    const char *end = strstr(text, "{\"ph\":\"e\",\"cat\":\"job\",\"id\":\"1\"");
    assert_true(begin && end && begin < end);
    free(text);
    mini_outcome_free(&b.m);
}

/* 300,000 jobs: the file stays in budget and says what is missing. */
static void a_trace_beyond_the_budget_is_cut_and_says_so(void **s)
{
    struct mini_outcome m;
    size_t slices, open;

    (void)s;
    mini_outcome_large(&m, 300000, 16);
    char *text = mini_outcome_render(&m.o, "trace_json");
    assert_in_range(strlen(text), 50000000, 110000000);
    assert_non_null(strstr(text, "one slice per node"));
    assert_non_null(strstr(text, "of 300000 jobs submitted"));
    check_slices(text, &slices, &open);
    assert_int_equal(open, 0);
    free(text);
    mini_outcome_free(&m);
}

static void lanes_take_the_lowest_that_is_free(void **s)
{
    struct lanes l = {0};

    (void)s;
    assert_int_equal(lanes_take(&l, 0, 10), 0);
    assert_int_equal(lanes_take(&l, 5, 20), 1);
    assert_int_equal(lanes_take(&l, 10, 12), 0);
    assert_int_equal(lanes_take(&l, 11, 30), 2);
    assert_int_equal(lanes_take(&l, 12, 13), 0);
    VEC_FREE(&l.until);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_that_never_started_has_empty_cells),
        cmocka_unit_test(a_job_that_runs_at_the_horizon_has_a_start_and_no_end),
        cmocka_unit_test(a_job_without_length_stretches_to_infinity),
        cmocka_unit_test(without_segments_and_waits_cells_are_empty),
        cmocka_unit_test(devices_are_joined_into_rising_intervals),
        cmocka_unit_test(shapes_name_shares_and_unlike_members),
        cmocka_unit_test(names_that_need_it_are_quoted_in_every_format),
        cmocka_unit_test(without_prices_dollars_are_unknown_and_not_zero),
        cmocka_unit_test(the_summary_says_what_must_not_be_missed),
        cmocka_unit_test(the_table_is_sorted_and_finds_by_name),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
        cmocka_unit_test(a_written_file_is_what_the_report_renders),
        cmocka_unit_test(a_stopped_job_shows_every_run),
        cmocka_unit_test(stops_and_lost_work_are_said),
        cmocka_unit_test(fragmentation_has_columns_only_when_it_was_measured),
        cmocka_unit_test(slices_of_one_track_never_overlap),
        cmocka_unit_test(a_stopped_job_has_a_slice_for_every_run_and_a_span_for_every_wait),
        cmocka_unit_test(shares_of_one_gpu_get_tracks_of_their_own),
        cmocka_unit_test(a_life_without_length_begins_before_it_ends),
        cmocka_unit_test(a_trace_beyond_the_budget_is_cut_and_says_so),
        cmocka_unit_test(lanes_take_the_lowest_that_is_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

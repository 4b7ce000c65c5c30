/* test_report_mini.c - every report of the run worked out by hand, byte for byte.
 *
 * tests/data/mini holds what our program wrote (BERTH_UPDATE=1 records again; read the diff).
 * Where the published samples are at hand they are compared too; what we add to them is listed
 * here: held_idle, columns at the end, the scopes gpu_type and size_class, keys of outcome.json,
 * and points and quantiles that the OpenMetrics sample leaves out. */
#include "lib/mini_outcome.h"
#include "metrics/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct mini_outcome m;

static int build(void **s)
{
    (void)s;
    mini_outcome_init(&m);
    return 0;
}

static int drop(void **s)
{
    (void)s;
    mini_outcome_free(&m);
    return 0;
}

static void compare(const char *file, const char *ours, const char *theirs)
{
    size_t i = 0, from = 0;

    for (; ours[i] && ours[i] == theirs[i]; i++)
        if (ours[i] == '\n')
            from = i + 1;
    if (ours[i] != theirs[i])
        fail_msg("%s differs:\n  ours     %.*s\n  expected %.*s", file,
                 (int)strcspn(ours + from, "\n"), ours + from, (int)strcspn(theirs + from, "\n"),
                 theirs + from);
}

static void every_file_is_as_recorded(void **s)
{
    (void)s;
    for (const struct report *const *r = report_all(); *r; r++) {
        char path[256];
        if ((*r)->own_files || !(*r)->write)
            continue;
        snprintf(path, sizeof path, "tests/data/mini/%s", (*r)->file ? (*r)->file : "summary.txt");
        char *ours = mini_outcome_render(&m.o, (*r)->name);
        if (getenv("BERTH_UPDATE")) {
            FILE *f = fopen(path, "w");
            assert_non_null(f);
            fputs(ours, f);
            fclose(f);
        }
        char *golden = mini_outcome_read(path);
        if (!golden)
            fail_msg("%s: no such file", path);
        compare(path, ours, golden);
        free(golden);
        free(ours);
    }
}

static void a_report_says_the_same_twice(void **s)
{
    (void)s;
    for (const struct report *const *r = report_all(); *r; r++) {
        if ((*r)->own_files || !(*r)->write)
            continue;
        char *a = mini_outcome_render(&m.o, (*r)->name), *b = mini_outcome_render(&m.o, (*r)->name);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
}

/* ---- the published samples ---- */

static char *sample(const char *file)
{
    const char *shared = mini_outcome_shared();
    char path[1024];

    if (!shared)
        skip();
    snprintf(path, sizeof path, "%s/samples/out/%s", shared, file);
    char *text = mini_outcome_read(path);
    assert_non_null(text);
    return text;
}

static void same_as_sample(const char *report, const char *file)
{
    char *theirs = sample(file), *ours = mini_outcome_render(&m.o, report);

    compare(file, ours, theirs);
    free(ours);
    free(theirs);
}

static void the_sample_swf_is_ours(void **s)
{
    (void)s;
    same_as_sample("schedule_swf", "schedule.swf");
}

static void the_sample_trace_is_ours(void **s)
{
    (void)s;
    same_as_sample("trace_json", "trace.json");
}

static void the_sample_ledger_table_is_ours(void **s)
{
    (void)s;
    same_as_sample("ledger_md", "ledger.md");
}

/* Keep columns [0, n) but for `skip`; in place. */
static void keep_columns(char *text, int n, int skip_column)
{
    char *to = text;
    int column = 0;

    for (const char *from = text; *from; from++) {
        if (*from == '\n') {
            column = 0;
            *to++ = '\n';
            continue;
        }
        if (*from == ',')
            column++;
        if (column < n && column != skip_column)
            *to++ = *from;
    }
    *to = '\0';
}

static void the_sample_jobs_are_the_first_columns_of_ours(void **s)
{
    char *theirs = sample("jobs.csv"), *ours = mini_outcome_render(&m.o, "jobs_csv");

    (void)s;
    keep_columns(ours, 31, -1);
    compare("jobs.csv", ours, theirs);
    free(ours);
    free(theirs);
}

static void the_sample_series_is_ours_but_for_held_idle_and_new_columns(void **s)
{
    char *theirs = sample("series.csv"), *ours = mini_outcome_render(&m.o, "series_csv");

    (void)s;
    keep_columns(ours, 1 + BUCKETS + 2, 1 + BUCKET_HELD_IDLE);
    compare("series.csv", ours, theirs);
    free(ours);
    free(theirs);
}

/* Every line of the sample is ours, in order; lines between them contain one of `added`. Commas
 * at the end and hashes do not count. */
static void lines_among(const char *file, char *ours, char *theirs, const char *const *added)
{
    char *mine, *save_ours, *save_theirs;
    char *line = strtok_r(theirs, "\n", &save_theirs);

    for (mine = strtok_r(ours, "\n", &save_ours); mine; mine = strtok_r(NULL, "\n", &save_ours)) {
        size_t a = strlen(mine), b = line ? strlen(line) : 0;
        a -= a && mine[a - 1] == ',';
        b -= b && line[b - 1] == ',';
        if (line && a == b && !memcmp(mine, line, a)) {
            line = strtok_r(NULL, "\n", &save_theirs);
            continue;
        }
        const char *const *k = added;
        while (*k && !strstr(mine, *k))
            k++;
        if (!*k)
            fail_msg("%s: '%s' where the sample has '%s'", file, mine, line ? line : "nothing");
    }
    if (line)
        fail_msg("%s: the sample's line '%s' is missing", file, line);
}

static void the_sample_ledger_is_part_of_ours(void **s)
{
    static const char *const added[] = {",held_idle,", "gpu_type,", "size_class,", NULL};
    char *theirs = sample("ledger.csv"), *ours = mini_outcome_render(&m.o, "ledger_csv");

    (void)s;
    lines_among("ledger.csv", ours, theirs, added);
    free(ours);
    free(theirs);
}

static void the_sample_metrics_are_part_of_ours(void **s)
{
    static const char *const added[] = {"bucket=\"held_idle\"", "berth_gpus{", "quantile=\"0.9",
                                        NULL};
    char *theirs = sample("metrics.om"), *ours = mini_outcome_render(&m.o, "metrics_om");

    (void)s;
    lines_among("metrics.om", ours, theirs, added);
    free(ours);
    free(theirs);
}

static void the_sample_outcome_is_part_of_ours(void **s)
{
    static const char *const added[] = {"\"held_idle\"",
                                        "\"fleet_cost_low\"",
                                        "\"fleet_cost_high\"",
                                        "\"energy_kwh\"",
                                        "\"unpriced_nodes\"",
                                        "\"occupied\"",
                                        "\"started\"",
                                        "\"finished\"",
                                        "\"p50\"",
                                        "\"p90\"",
                                        "\"p95\"",
                                        "\"p99\"",
                                        "\"mean\"",
                                        "\"max\"",
                                        "\"weight\": \"gpu_time\"",
                                        "_by_gpu_time\"",
                                        "\"first_wait_s\"",
                                        "\"weight\": \"job\"",
                                        "\"stops\"",
                                        "\"preempted\"",
                                        "\"migrated\"",
                                        "\"suspended\"",
                                        "\"node_failure\"",
                                        "\"refused_decisions\"",
                                        "\"blocked_fitting_job_s\"",
                                        "\"promised_starts\"",
                                        "\"made\"",
                                        "\"broken\"",
                                        "  }",
                                        NULL};
    char *theirs = sample("outcome.json"), *ours = mini_outcome_render(&m.o, "outcome_json");

    (void)s;
    lines_among("outcome.json", ours, theirs, added);
    free(ours);
    free(theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_as_recorded),
        cmocka_unit_test(a_report_says_the_same_twice),
        cmocka_unit_test(the_sample_swf_is_ours),
        cmocka_unit_test(the_sample_trace_is_ours),
        cmocka_unit_test(the_sample_ledger_table_is_ours),
        cmocka_unit_test(the_sample_jobs_are_the_first_columns_of_ours),
        cmocka_unit_test(the_sample_series_is_ours_but_for_held_idle_and_new_columns),
        cmocka_unit_test(the_sample_ledger_is_part_of_ours),
        cmocka_unit_test(the_sample_metrics_are_part_of_ours),
        cmocka_unit_test(the_sample_outcome_is_part_of_ours),
    };
    return cmocka_run_group_tests(tests, build, drop);
}

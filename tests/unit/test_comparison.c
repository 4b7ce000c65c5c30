/* test_comparison.c - several runs side by side: what is copied, what is best, what is shown. */
#include "metrics/comparison.h"
#include "lib/mini_outcome.h"
#include "metrics/report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { RUNS = 3 };

/* The small run three times: as it was, with other waits, and stuck. */
static void make(struct comparison *all)
{
    static const char *const policy[RUNS] = {"fifo", "easy", "order=sjf,walk=skip"};
    struct mini_outcome m;

    mini_outcome_init(&m);
    *all = (struct comparison){.scenario = "mini",
                               .seed = 1,
                               .rows = calloc(RUNS, sizeof *all->rows),
                               .n = RUNS,
                               .n_clusters = 1};
    assert_non_null(all->rows);
    for (int i = 0; i < RUNS; i++) {
        all->rows[i].cluster = "2x toy";
        all->rows[i].policy = policy[i];
        comparison_fill(&all->rows[i], &m.o);
    }
    mini_outcome_free(&m); /* a row needs nothing of the outcome */
    all->rows[1].wait.p95 = 60;
    all->rows[2].wait.p95 = 0;
    all->rows[2].status = RUN_STUCK;
}

static char *render(const struct comparison *all, const char *report)
{
    const struct report_context c = {.width = 80};
    struct diag d;
    char *text = NULL;
    size_t n = 0;
    struct writer w = {.file = open_memstream(&text, &n), .path = "-", .is_stdout = true};
    FILE *file = w.file;

    assert_non_null(file);
    assert_int_equal(report_find(report)->compare(all, &c, &w, &d), 0);
    assert_int_equal(writer_close(&w, &d), 0);
    fclose(file);
    return text;
}

static void a_row_says_what_the_outcome_says(void **s)
{
    struct comparison all;

    (void)s;
    make(&all);
    const struct comparison_row *r = &all.rows[0];
    assert_true(r->gpus == 8 && r->capacity_gpu_hours == 24 && r->useful_gpu_hours == 12);
    assert_true(r->share[BUCKET_USEFUL] == 0.5 && r->allocated == 0.625);
    assert_true(r->fleet_usd == 72 && r->usd_per_useful == 6);
    assert_true(isnan(r->fgd_ratio) && isnan(r->fragmentation[FRAG_SCATTERED_8]));
    comparison_free(&all);
}

static void every_bucket_has_a_column_of_its_name(void **s)
{
    (void)s;
    for (int b = 0; b < BUCKETS; b++) {
        char name[64];
        snprintf(name, sizeof name, "%s_share", bucket_info[b].name);
        const struct comparison_column *c = comparison_find(name);
        assert_non_null(c);
        assert_int_equal(c->at,
                         offsetof(struct comparison_row, share) + sizeof(double) * (size_t)b);
    }
    assert_null(comparison_find("nonsense"));
}

static void the_best_is_marked_unless_all_are_alike_or_it_is_stuck(void **s)
{
    struct comparison all;

    (void)s;
    make(&all);
    const struct comparison_column *wait = comparison_find("wait_p95_s");
    assert_false(comparison_best(&all, 0, wait));
    assert_true(comparison_best(&all, 1, wait));
    assert_false(comparison_best(&all, 2, wait));
    const struct comparison_column *useful = comparison_find("useful_share");
    for (uint32_t i = 0; i < RUNS; i++)
        assert_false(comparison_best(&all, i, useful));
    assert_false(comparison_best(&all, 1, comparison_find("too_few_share")));
    comparison_free(&all);
}

static void two_that_read_alike_are_both_the_best(void **s)
{
    struct comparison all;

    (void)s;
    make(&all);
    all.rows[0].wait.p95 = 60.01;
    const struct comparison_column *wait = comparison_find("wait_p95_s");
    assert_true(comparison_best(&all, 0, wait) && comparison_best(&all, 1, wait));
    comparison_free(&all);
}

/* Cells of the n-th line. */
static size_t cells(const char *text, int line)
{
    size_t n = 1;
    bool quoted = false;

    while (line--)
        text = strchr(text, '\n') + 1;
    for (; *text && *text != '\n'; text++) {
        quoted ^= *text == '"';
        n += *text == ',' && !quoted;
    }
    return n;
}

static void every_row_of_the_csv_has_all_columns_and_unknown_is_empty(void **s)
{
    struct comparison all;
    uint32_t n;

    (void)s;
    make(&all);
    comparison_columns(&n);
    char *text = render(&all, "comparison_csv");
    for (int line = 0; line <= RUNS; line++)
        assert_int_equal(cells(text, line), 7 + n);
    assert_non_null(strstr(text, ",stuck,"));
    assert_non_null(strstr(text, ",,,,,,,\n")); /* fragmentation was not measured */
    assert_null(strstr(text, "null"));
    free(text);
    comparison_free(&all);
}

static void tables_leave_out_what_is_nothing_everywhere(void **s)
{
    struct comparison all;

    (void)s;
    make(&all);
    char *text = render(&all, "comparison_md");
    assert_null(strstr(text, "How the free GPUs lay"));
    assert_null(strstr(text, "quota"));
    assert_non_null(strstr(text, "**60.0 s**"));
    assert_non_null(strstr(text, "order=sjf,walk=skip (STUCK)"));
    assert_non_null(strstr(text, "no confidence intervals"));
    free(text);
    comparison_free(&all);
}

static void clusters_are_named_only_where_there_are_several(void **s)
{
    struct comparison all;
    char label[64];

    (void)s;
    make(&all);
    assert_string_equal(comparison_label(&all, 1, label, sizeof label), "easy");
    all.n_clusters = 2;
    assert_string_equal(comparison_label(&all, 1, label, sizeof label), "2x toy, easy");
    comparison_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_says_what_the_outcome_says),
        cmocka_unit_test(every_bucket_has_a_column_of_its_name),
        cmocka_unit_test(the_best_is_marked_unless_all_are_alike_or_it_is_stuck),
        cmocka_unit_test(two_that_read_alike_are_both_the_best),
        cmocka_unit_test(every_row_of_the_csv_has_all_columns_and_unknown_is_empty),
        cmocka_unit_test(tables_leave_out_what_is_nothing_everywhere),
        cmocka_unit_test(clusters_are_named_only_where_there_are_several),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

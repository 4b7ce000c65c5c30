/* test_plot.c - figures: drawn by gnuplot where it is, bounded in size, equal bytes twice, and
 * no way out of the script for text from traces. */
#include "lib/mini_outcome.h"
#include "metrics/plot.h"
#include "metrics/report.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

struct place {
    char folder[64], path[256];
};

static int make_folder(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    if (!p)
        return -1;
    snprintf(p->folder, sizeof p->folder, "/tmp/berth-plot-XXXXXX");
    *state = p;
    return mkdtemp(p->folder) ? 0 : -1;
}

static void clear(struct place *p)
{
    char path[512];
    struct dirent *e;

    snprintf(path, sizeof path, "%s/plots", p->folder);
    DIR *dir = opendir(path);
    while (dir && (e = readdir(dir))) {
        snprintf(path, sizeof path, "%s/plots/%s", p->folder, e->d_name);
        unlink(path);
    }
    if (dir)
        closedir(dir);
}

static int remove_folder(void **state)
{
    struct place *p = *state;
    char path[128];

    clear(p);
    snprintf(path, sizeof path, "%s/plots", p->folder);
    rmdir(path);
    int rc = rmdir(p->folder);
    free(p);
    return rc;
}

static const char *in(struct place *p, const char *name)
{
    snprintf(p->path, sizeof p->path, "%s/plots/%s", p->folder, name);
    return p->path;
}

static off_t size_of(struct place *p, const char *name)
{
    struct stat st;

    return stat(in(p, name), &st) == 0 ? st.st_size : -1;
}

static void need_gnuplot(void)
{
    if (plot_available())
        return;
    printf("SKIP: figures: gnuplot is not in PATH\n");
    skip();
}

static void draw_all(struct place *p, const struct outcome *o)
{
    const struct report_context c = {.folder = p->folder, .plots = true, .width = 80};

    for (const struct report *const *r = report_all(); *r; r++) {
        struct diag d = {0};
        if ((*r)->write && (*r)->own_files && report_write(*r, o, &c, &d) < 0)
            fail_msg("%s: %s", (*r)->name, d.message);
    }
}

static const char *const figures[] = {"utilization", "queue",       "wait_cdf", "wait_cdf_gpu",
                                      "jct_cdf",     "jct_cdf_gpu", "dollars",  "fragmentation"};

static void the_small_run_gets_every_figure(void **state)
{
    struct mini_outcome m;
    char name[64];

    need_gnuplot();
    mini_outcome_init(&m);
    draw_all(*state, &m.o);
    for (size_t i = 0; i <= sizeof figures / sizeof *figures; i++) {
        static const char *const part[] = {"dat", "gp", "png", "svg"};
        const char *figure = i < sizeof figures / sizeof *figures ? figures[i] : "gantt";
        for (int k = 0; k < 4; k++) {
            snprintf(name, sizeof name, "%s.%s", figure, part[k]);
            if (size_of(*state, name) <= 0)
                fail_msg("%s is missing", name);
        }
    }
    mini_outcome_free(&m);
}

static void two_runs_draw_equal_bytes(void **state)
{
    struct mini_outcome m;

    need_gnuplot();
    mini_outcome_init(&m);
    draw_all(*state, &m.o);
    char *png = mini_outcome_read(in(*state, "utilization.png"));
    char *svg = mini_outcome_read(in(*state, "queue.svg"));
    off_t size = size_of(*state, "utilization.png");
    draw_all(*state, &m.o);
    char *again = mini_outcome_read(in(*state, "utilization.png"));
    assert_int_equal(size, size_of(*state, "utilization.png"));
    assert_memory_equal(png, again, (size_t)size);
    free(again);
    again = mini_outcome_read(in(*state, "queue.svg"));
    assert_string_equal(svg, again);
    free(again);
    free(png);
    free(svg);
    mini_outcome_free(&m);
}

static void a_large_run_stays_below_two_megabytes_a_figure(void **state)
{
    struct mini_outcome m;
    char name[64];

    need_gnuplot();
    mini_outcome_large(&m, 300000, 100);
    draw_all(*state, &m.o);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        snprintf(name, sizeof name, "%s.svg", figures[i]);
        assert_in_range(size_of(*state, name), 1000, 2000000);
        snprintf(name, sizeof name, "%s.dat", figures[i]);
        assert_in_range(size_of(*state, name), 10, 1000000);
    }
    assert_int_equal(size_of(*state, "gantt.svg"), -1);
    char *script = mini_outcome_read(in(*state, "utilization.gp"));
    assert_non_null(strstr(script, "means over 600 columns of 300,000 changes"));
    free(script);
    mini_outcome_free(&m);
}

/* The most bars there may be. */
static void the_largest_gantt_stays_below_two_megabytes(void **state)
{
    struct mini_outcome m;

    need_gnuplot();
    mini_outcome_large(&m, 16000, 64);
    draw_all(*state, &m.o);
    assert_in_range(size_of(*state, "gantt.svg"), 1000, 2000000);
    mini_outcome_free(&m);
}

static void without_plots_nothing_is_written(void **state)
{
    struct place *p = *state;
    const struct report_context c = {.folder = p->folder, .width = 80};
    struct mini_outcome m;
    struct diag d;

    mini_outcome_init(&m);
    for (const struct report *const *r = report_all(); *r; r++)
        if ((*r)->write && (*r)->own_files)
            assert_int_equal(report_write(*r, &m.o, &c, &d), 0);
    assert_int_equal(size_of(p, "."), -1);
    mini_outcome_free(&m);
}

static void a_path_without_gnuplot_is_noticed(void **state)
{
    char *path = strdup(getenv("PATH"));
    struct plot p;
    struct diag d;

    assert_int_equal(setenv("PATH", "/nowhere:/tmp", 1), 0);
    assert_false(plot_available());
    assert_int_equal(plot_open(&p, ((struct place *)*state)->folder, "none", "t", "c", &d), 0);
    assert_int_equal(plot_close(&p, &d), -1);
    assert_non_null(strstr(d.message, "gnuplot is not in PATH"));
    assert_int_equal(setenv("PATH", "", 1), 0);
    assert_false(plot_available());
    setenv("PATH", path, 1);
    free(path);
}

static void gnuplots_complaint_is_passed_on(void **state)
{
    struct plot p;
    struct diag d;

    need_gnuplot();
    assert_int_equal(plot_open(&p, ((struct place *)*state)->folder, "bad", "t", "c", &d), 0);
    writer_print(&p.script, "plot nonsense(x)\n");
    assert_int_equal(plot_close(&p, &d), -1);
    assert_non_null(strstr(d.message, "gnuplot failed"));
    assert_non_null(strstr(d.message, "undefined function"));
    assert_int_equal(size_of(*state, "bad.png"), -1);
    assert_int_equal(size_of(*state, "bad.png~"), -1);
}

static void text_cannot_leave_its_quotes(void **state)
{
    struct place *place = *state;
    char evil[256], made[128], caption[300];
    struct plot p;
    struct diag d;

    need_gnuplot();
    snprintf(made, sizeof made, "%s/made", place->folder);
    snprintf(evil, sizeof evil, "it's`touch %s`\"'; system('touch %s'); '@x \\", made, made);
    snprintf(caption, sizeof caption, "%s\n%s", evil, evil);
    assert_int_equal(plot_open(&p, place->folder, "evil", evil, caption, &d), 0);
    writer_print(&p.script, "plot x title ");
    plot_text(&p.script, evil);
    writer_char(&p.script, '\n');
    if (plot_close(&p, &d) < 0)
        fail_msg("%s", d.message);
    assert_int_not_equal(access(made, F_OK), 0);
    assert_true(size_of(place, "evil.svg") > 0);
}

static void odd_outcomes_are_drawn_too(void **state)
{
    struct mini_outcome m;
    struct outcome o;

    need_gnuplot();
    mini_outcome_init(&m);
    /* nothing but zero waits; no origin; one instant; no series; no money */
    o = m.o;
    m.jobs.origin = NS_UNKNOWN;
    draw_all(*state, &o);
    o.horizon = 1;
    draw_all(*state, &o);
    o.series = NULL;
    o.money.known = false;
    o.warmup = NS_PER_S * 100000;
    draw_all(*state, &o);
    mini_outcome_free(&m);
}

static void scattered_gpus_are_drawn_only_where_they_were_measured(void **state)
{
    struct mini_outcome m;
    struct series_row row[6];

    need_gnuplot();
    mini_outcome_init(&m);
    draw_all(*state, &m.o);
    assert_int_equal(size_of(*state, "scattered.svg"), -1);
    memcpy(row, m.o.series, sizeof row);
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < FRAG_METRICS; k++)
            row[i].metric[k] = (i * 3 + k * 2) % 7 * 1000;
    m.o.series = row;
    m.o.fragmentation =
        (struct outcome_fragmentation){.known = true, .fgd_known = true, .mig_known = true};
    draw_all(*state, &m.o);
    assert_in_range(size_of(*state, "scattered.svg"), 1000, 100000);
    assert_true(size_of(*state, "scattered.png") > 0);
    mini_outcome_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_small_run_gets_every_figure, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(two_runs_draw_equal_bytes, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_large_run_stays_below_two_megabytes_a_figure, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(the_largest_gantt_stays_below_two_megabytes, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(without_plots_nothing_is_written, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_path_without_gnuplot_is_noticed, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(gnuplots_complaint_is_passed_on, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(text_cannot_leave_its_quotes, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(odd_outcomes_are_drawn_too, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(scattered_gpus_are_drawn_only_where_they_were_measured,
                                        make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

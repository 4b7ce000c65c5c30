/* plot_queue.c - figure: pending jobs and the GPUs they ask for, two panels of steps. */
#include "metrics/figure.h"
#include "metrics/report.h"

#include <stdlib.h>

static double jobs_of(const struct series_row *row)
{
    return row->pending_jobs;
}

static double gpus_of(const struct series_row *row)
{
    return (double)row->pending_milli / 1000;
}

static double write_block(struct writer *w, const struct series_point *point, size_t n,
                          const char *what)
{
    double most = 0;

    writer_print(w, "# time_s %s\n", what);
    for (size_t i = 0; i < n; i++) {
        figure_time(w, point[i].at);
        writer_char(w, ' ');
        writer_real(w, point[i].value, 3);
        writer_char(w, '\n');
        most = point[i].value > most ? point[i].value : most;
    }
    writer_print(w, "\n\n");
    return most;
}

static void write_panel(struct plot *p, int index, const char *label, const char *colour,
                        double most)
{
    struct writer *w = &p->script;

    writer_print(w, "set yrange [0:");
    writer_real(w, most > 0 ? most * 1.08 : 1, 3);
    writer_print(w, "]\nset ytics (");
    figure_ticks(w, most > 0 ? most * 1.08 : 1, 1);
    writer_print(w, ")\nset label 1 ");
    plot_text(w, label);
    writer_print(w, " at screen " FIGURE_LABEL ", screen %s center rotate font ',9.5'\nplot ",
                 index ? "0.3575" : "0.7325");
    plot_data(p);
    writer_print(w, " index %d using 1:2 with fillsteps fs solid 0.18 noborder lc rgb '%s', ",
                 index, colour);
    plot_data(p);
    writer_print(w, " index %d using 1:2 with steps lw 1 lc rgb '%s'\n", index, colour);
}

static void write_script(struct plot *p, const struct outcome *o, ns_t from, double jobs,
                         double gpus)
{
    struct writer *w = &p->script;
    int a = figure_ticks(NULL, jobs * 1.08, 1), b = figure_ticks(NULL, gpus * 1.08, 1);

    writer_print(w,
                 "set multiplot\nset tmargin at screen 0.89\nset bmargin at screen 0.575\n"
                 "set lmargin at screen %.4f\nset rmargin at screen 0.97\n",
                 figure_margin(a > b ? a : b));
    figure_time_axis(w, o, from, o->horizon, false);
    write_panel(p, 0, "pending jobs", figure_colour[1], jobs);
    writer_print(w, "unset title\nunset label 998\nunset label 999\n"
                    "set tmargin at screen 0.515\nset bmargin at screen 0.20\n");
    figure_time_axis(w, o, from, o->horizon, true);
    write_panel(p, 1, "pending GPUs", figure_colour[5], gpus);
    writer_print(w, "unset multiplot\n");
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    struct series_point *point;
    char caption[512], note[96], a[32];
    struct plot p;

    (void)w;
    if (!c->plots || !o->series || !o->n_series)
        return 0;
    point = malloc((4 * FIGURE_COLUMNS + 1) * sizeof *point);
    if (!point)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){0}, "out of memory for a figure");
    size_t n = series_steps(o, jobs_of, FIGURE_COLUMNS, point);
    if (o->n_series > 4 * FIGURE_COLUMNS)
        snprintf(note, sizeof note, "first, least, most and last of %d columns of %s changes",
                 FIGURE_COLUMNS, figure_thousands((int64_t)o->n_series, a));
    else
        snprintf(note, sizeof note, "not thinned");
    figure_caption(o, o->jobs->n, "jobs", note, caption, sizeof caption);
    int rc = n == 0 ? 0
                    : plot_open(&p, c->folder, "queue",
                                "Queue: waiting jobs, and the GPUs they ask for", caption, d);
    if (rc == 0 && n > 0) {
        double jobs = write_block(&p.data, point, n, "pending_jobs");
        n = series_steps(o, gpus_of, FIGURE_COLUMNS, point);
        double gpus = write_block(&p.data, point, n, "pending_gpus");
        write_script(&p, o, o->series[0].at, jobs, gpus);
        rc = plot_close(&p, d);
    }
    free(point);
    return rc;
}

REPORT(plot_queue) = {
    .name = "plot_queue",
    .own_files = true,
    .summary = "plots/queue: pending jobs and pending GPUs over time",
    .on_by_default = true,
    .write = write_report,
};

/* plot_scattered.c - figure: how badly the free GPUs lie, where that was measured. */
#include "metrics/figure.h"
#include "metrics/report.h"

#include <stdlib.h>

static double scattered_1(const struct series_row *row)
{
    return (double)row->metric[FRAG_SCATTERED_1] / 1000;
}

static double scattered_2(const struct series_row *row)
{
    return (double)row->metric[FRAG_SCATTERED_2] / 1000;
}

static double scattered_4(const struct series_row *row)
{
    return (double)row->metric[FRAG_SCATTERED_4] / 1000;
}

static double scattered_8(const struct series_row *row)
{
    return (double)row->metric[FRAG_SCATTERED_8] / 1000;
}

static double largest_gang(const struct series_row *row)
{
    return (double)row->metric[FRAG_LARGEST_GANG] / 1000;
}

static double fgd(const struct series_row *row)
{
    return (double)row->metric[FRAG_FGD] / 1000;
}

static double mig_holes(const struct series_row *row)
{
    return (double)row->metric[FRAG_MIG_HOLES] / 1000;
}

struct line {
    enum frag_metric metric;
    const char *title;
    double (*of)(const struct series_row *row);
    int colour;
};

static const struct line line[FRAG_METRICS] = {
    {FRAG_LARGEST_GANG, "largest gang with room", largest_gang, 0},
    {FRAG_SCATTERED_8, "free on nodes with < 8 free", scattered_8, 2},
    {FRAG_SCATTERED_4, "... with < 4 free", scattered_4, 3},
    {FRAG_SCATTERED_2, "... with < 2 free", scattered_2, 4},
    {FRAG_SCATTERED_1, "... with < 1 free", scattered_1, 5},
    {FRAG_FGD, "F of the task mix", fgd, 6},
    {FRAG_MIG_HOLES, "MIG slots of no use", mig_holes, 1},
};

/* A block of points per line. Returns the highest value. */
static double write_data(struct writer *w, const struct outcome *o, struct series_point *point)
{
    double most = 0;

    for (int k = 0; k < FRAG_METRICS; k++) {
        if (!outcome_measured(o, line[k].metric))
            continue;
        size_t n = series_steps(o, line[k].of, FIGURE_COLUMNS, point);
        writer_print(w, "# time_s gpus: %s\n", line[k].title);
        for (size_t i = 0; i < n; i++) {
            figure_time(w, point[i].at);
            writer_char(w, ' ');
            writer_real(w, point[i].value, 3);
            writer_char(w, '\n');
            most = point[i].value > most ? point[i].value : most;
        }
        writer_print(w, "\n\n");
    }
    return most;
}

static void write_script(struct plot *p, const struct outcome *o, double most)
{
    struct writer *w = &p->script;
    double top = most > 0 ? most * 1.08 : 1;
    int block = 0;

    figure_time_axis(w, o, o->series[0].at, o->horizon, true);
    writer_print(w, "set yrange [0:");
    writer_real(w, top, 3);
    writer_print(w, "]\nset ytics (");
    double margin = figure_margin(figure_ticks(w, top, 1));
    writer_print(w,
                 ")\nset lmargin at screen %.4f\nset rmargin at screen 0.70\n"
                 "set label 1 'GPUs' at screen " FIGURE_LABEL
                 ", graph 0.5 center rotate font ',9.5'\n"
                 "set key at screen 0.715, graph 1 left top vertical Left reverse samplen 1.2 "
                 "spacing 1.15 width -1\nplot ",
                 margin);
    for (int k = 0; k < FRAG_METRICS; k++) {
        if (!outcome_measured(o, line[k].metric))
            continue;
        writer_print(w, "%s", block ? ", \\\n     " : "");
        plot_data(p);
        writer_print(w, " index %d using 1:2 with steps lw %s lc rgb '%s' title ", block++,
                     k ? "1" : "1.6", figure_colour[line[k].colour]);
        plot_text(w, line[k].title);
    }
    writer_char(w, '\n');
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    char caption[512], note[96], a[32];
    struct series_point *point;
    struct plot p;

    (void)w;
    if (!c->plots || !o->series || !o->n_series || !o->fragmentation.known)
        return 0;
    point = malloc((4 * FIGURE_COLUMNS + 1) * sizeof *point);
    if (!point)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){0}, "out of memory for a figure");
    if (o->n_series > 4 * FIGURE_COLUMNS)
        snprintf(note, sizeof note, "first, least, most and last of %d columns of %s changes",
                 FIGURE_COLUMNS, figure_thousands((int64_t)o->n_series, a));
    else
        snprintf(note, sizeof note, "not thinned");
    figure_caption(o, o->jobs->n, "jobs", note, caption, sizeof caption);
    int rc = plot_open(&p, c->folder, "scattered", "How the free GPUs lie", caption, d);
    if (rc == 0) {
        write_script(&p, o, write_data(&p.data, o, point));
        rc = plot_close(&p, d);
    }
    free(point);
    return rc;
}

REPORT(plot_scattered) = {
    .name = "plot_scattered",
    .own_files = true,
    .summary = "plots/scattered: how badly the free GPUs lie, where that was measured",
    .on_by_default = true,
    .write = write_report,
};

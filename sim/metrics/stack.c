/* stack.c - quantities stacked over time: steps, from the top down by cumulative sums. */
#include "metrics/stack.h"

#include <math.h>
#include <string.h>

enum {
    LAYERS = 32,
    OUTLINED_ROWS = 200, /* with more, an outline would hide what it frames */
};

struct drawing {
    const struct stack *s;
    const struct series *series;
    int shown[LAYERS], n; /* layers that are not zero everywhere, from the bottom up */
    double share[LAYERS]; /* of all layers, by layer */
    double top;           /* of the y axis, GPUs */
    double counted;       /* s: where the warm-up ends; names stand after it */
};

static double gpus(const struct stack *s, const struct series_row *row, int layer)
{
    return (double)s->of(row, layer) / 1000;
}

static double until(const struct series *s, size_t i)
{
    return (double)(i + 1 < s->n ? s->row[i + 1].at : s->to) / 1e9;
}

static void measure(struct drawing *g, const struct outcome *o)
{
    bool shown[LAYERS] = {false};
    double high = 0;
    wide_t all = 0;

    g->counted = (double)(o->warmup > g->series->from ? o->warmup : g->series->from) / 1e9;
    for (size_t i = 0; i < g->series->n; i++) {
        double sum = 0;
        for (int k = 0; k < g->s->n; k++) {
            double v = gpus(g->s, &g->series->row[i], k);
            sum += v;
            shown[k] |= v > 0;
        }
        high = fmax(high, sum);
    }
    for (int k = 0; k < g->s->n; k++)
        all += g->s->total(o, k);
    for (int k = 0; k < g->s->n; k++) {
        if (shown[k])
            g->shown[g->n++] = k;
        /* of the ledger, which does not count the warm-up that the figure shows */
        g->share[k] = all ? (double)g->s->total(o, k) / (double)all : 0;
    }
    g->top = g->s->whole > 0 ? g->s->whole : high * 1.05;
}

/* Time, then the running sum up to each layer shown; the last row closes the steps. */
static void write_data(const struct drawing *g, struct writer *w)
{
    writer_print(w, "# time_s");
    for (int k = 0; k < g->n; k++)
        writer_print(w, " %s%s", k ? "+" : "", g->s->layers[g->shown[k]].label);
    for (size_t i = 0; i <= g->series->n; i++) {
        const struct series_row *row = &g->series->row[i < g->series->n ? i : i - 1];
        double sum = 0;
        writer_char(w, '\n');
        figure_time(w, i < g->series->n ? row->at : g->series->to);
        for (int k = 0; k < g->n; k++) {
            sum += gpus(g->s, row, g->shown[k]);
            writer_char(w, ' ');
            writer_real(w, sum, 3);
        }
    }
    writer_char(w, '\n');
}

/* The place where a band is thick for long enough to hold its name: the middle of the window
 * whose thinnest moment is thickest. */
static bool place_label(const struct drawing *g, int k, double *x, double *y)
{
    enum { PLACES = 150 };
    double from = g->counted, to = (double)g->series->to / 1e9, best = 0;
    double first = 0;
    int last = -2;
    double half = (to - (double)g->series->from / 1e9) *
                  (0.0085 * (double)strlen(g->s->layers[g->shown[k]].label) + 0.01);

    for (int p = 0; p < PLACES; p++) {
        double middle = from + (to - from) * (p + 0.5) / PLACES, low = 0, high = g->top;
        if (middle - half < from || middle + half > to)
            continue;
        for (size_t i = 0; i < g->series->n; i++) {
            const struct series_row *row = &g->series->row[i];
            if ((double)row->at / 1e9 > middle + half || until(g->series, i) < middle - half)
                continue;
            double bottom = 0;
            for (int j = 0; j < k; j++)
                bottom += gpus(g->s, row, g->shown[j]);
            low = fmax(low, bottom);
            high = fmin(high, bottom + gpus(g->s, row, g->shown[k]));
        }
        /* in the middle of a plateau, not at its first place */
        if (high - low > best * 1.001) {
            best = high - low;
            *x = first = middle;
            *y = (high + low) / 2;
            last = p;
        } else if (last == p - 1 && high - low > best * 0.999 &&
                   fabs((high + low) / 2 - *y) < 0.001 * g->top) {
            *x = (first + middle) / 2;
            last = p;
        }
    }
    return best > 0.065 * g->top;
}

static void write_labels(const struct drawing *g, struct writer *w)
{
    for (int k = 0; k < g->n; k++) {
        const struct stack_layer *layer = &g->s->layers[g->shown[k]];
        double x = 0, y = 0;
        if (g->share[g->shown[k]] < 0.03 || !place_label(g, k, &x, &y))
            continue;
        writer_print(w, "set label ");
        plot_text(w, layer->label);
        writer_print(w, " at ");
        writer_real(w, x, 3);
        writer_char(w, ',');
        writer_real(w, y, 3);
        writer_print(w, " center front font ',9.5' tc rgb '%s'\n", figure_ink(layer->colour));
    }
}

static void write_plot(const struct drawing *g, struct plot *p)
{
    struct writer *w = &p->script;
    char label[96];

    writer_print(w, "plot ");
    for (int k = g->n - 1; k >= 0; k--) {
        const struct stack_layer *layer = &g->s->layers[g->shown[k]];
        bool outlined = figure_pale(layer->colour) && g->series->n <= OUTLINED_ROWS;
        snprintf(label, sizeof label, "%s  %.1f %%", layer->label, 100 * g->share[g->shown[k]]);
        writer_print(w, "%s", k < g->n - 1 ? ", \\\n     " : "");
        plot_data(p);
        writer_print(w, " using 1:%d with fillsteps fs solid 1 noborder lc rgb '%s' title ", k + 2,
                     layer->colour);
        plot_text(w, label);
        if (outlined) {
            writer_print(w, ", \\\n     ");
            plot_data(p);
            writer_print(w, " using 1:%d with steps lw 0.5 lc rgb '" FIGURE_TEXT "'", k + 2);
        }
    }
    writer_char(w, '\n');
}

static int draw(struct drawing *g, const struct outcome *o, const char *folder, struct diag *d)
{
    char caption[512], note[96], a[32];
    struct plot p;

    if (g->series->thinned)
        snprintf(note, sizeof note, "means over %u columns of %s changes", (unsigned)g->series->n,
                 figure_thousands((int64_t)g->series->recorded, a));
    else
        snprintf(note, sizeof note, "not thinned");
    figure_caption(o, o->jobs->n, "jobs", note, caption, sizeof caption);
    if (plot_open(&p, folder, g->s->name, g->s->title, caption, d) < 0)
        return -1;
    write_data(g, &p.data);
    figure_time_axis(&p.script, o, g->series->from, g->series->to, true);
    writer_print(&p.script, "set yrange [0:");
    writer_real(&p.script, g->top, 3);
    writer_print(&p.script, "]\nset ytics (");
    double margin = figure_margin(figure_ticks(&p.script, g->top, g->top > 5 ? 1 : 0.01));
    writer_print(&p.script,
                 ")\nset lmargin at screen %.4f\nset rmargin at screen %s\n"
                 "set label 1 'GPUs' at screen " FIGURE_LABEL
                 ", graph 0.5 center rotate font ',9.5'\n"
                 "set key at screen %s, graph 1 left top vertical "
                 "Left reverse samplen 1.2 spacing 1.15 width -1\n",
                 margin, g->s->whole > 0 ? "0.63" : "0.72", g->s->whole > 0 ? "0.712" : "0.735");
    if (g->s->whole > 0)
        writer_print(&p.script, "set border 11\nset y2range [0:100]\n"
                                "set y2tics 20 format '%%.0f %%%%'\n");
    write_labels(g, &p.script);
    write_plot(g, &p);
    return plot_close(&p, d);
}

int stack_draw(const struct stack *s, const struct outcome *o, const char *folder, struct diag *d)
{
    struct series series;
    struct drawing g = {.s = s, .series = &series};
    int rc = 0;

    series_means(o, FIGURE_ROWS, FIGURE_COLUMNS, &series);
    if (series.n) {
        measure(&g, o);
        if (g.n)
            rc = draw(&g, o, folder, d);
    }
    series_free(&series);
    return rc;
}

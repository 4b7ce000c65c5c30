/* plot_comparison.c - figure: several runs as stacked bars by ledger bucket, their waits and what a useful
 * GPU-hour cost beside them. */
#include "metrics/comparison.h"
#include "metrics/figure.h"
#include "metrics/report.h"

#include <math.h>
#include <string.h>

enum {
    BARS = 24,      /* more would have names that nobody can read */
    LARGE = 26,     /* characters of a name in the larger type, */
    SMALL = 40,     /* and of a line in the smaller */
    TWO_LINES = 14, /* most bars whose names may have two lines */
    KEYS = 5        /* entries in a row of the legend */
};

#define SMALLEST 0.0005 /* share that can be seen at all; less has no place in the legend */

/* A panel of plain bars beside the stack. */
struct panel {
    const char *column, *title, *colour;
    double left, right; /* of the page */
};

static const struct panel panels[] = {
    {"wait_p95_s", "wait p95", "#3A3F47", 0.615, 0.715},
    {"usd_per_useful_gpu_hour", "USD / useful GPU-hour", "#3A3F47", 0.825, 0.925},
};

static uint32_t bars(const struct comparison *all)
{
    return all->n < BARS ? all->n : BARS;
}

/* Length of a first line: to the last comma, plus or blank that leaves no more than SMALL. */
static size_t cut(const char *name)
{
    size_t at = 0;

    for (size_t i = 1; i < SMALL; i++)
        if (strchr(", +", name[i]))
            at = i + 1;
    return at ? at : SMALL;
}

static void write_line(struct writer *w, const char *text, double y, const char *font)
{
    writer_print(w, "set label ");
    plot_text(w, text);
    writer_print(w, " at screen 0.262, first %.3f right font ',%s' tc rgb '" FIGURE_TEXT "'\n", y,
                 font);
}

static void write_names(const struct comparison *all, struct writer *w)
{
    double half = 0.018 * bars(all); /* of a line, in bars */

    for (uint32_t i = 0; i < bars(all); i++) {
        char label[320], line[SMALL + 4];
        const char *name = comparison_label(all, i, label, sizeof label);
        size_t n = strlen(name);
        if (n <= LARGE) {
            write_line(w, name, i, bars(all) > TWO_LINES ? "6" : "7.5");
        } else if (n <= SMALL) {
            write_line(w, name, i, "6");
        } else if (bars(all) > TWO_LINES) {
            snprintf(line, sizeof line, "%.*s...", SMALL - 3, name);
            write_line(w, line, i, "6");
        } else {
            size_t k = cut(name);
            snprintf(line, sizeof line, "%.*s", (int)k, name);
            write_line(w, line, i - half, "6");
            snprintf(line, sizeof line, "%.*s%s", SMALL - 3, name + k,
                     n - k > SMALL - 3 ? "..." : "");
            write_line(w, n - k <= SMALL ? name + k : line, i + half, "6");
        }
    }
}

/* Left to right, then the next row, in ledger order; gnuplot would go down first. */
static void write_legend(const bool *shown, struct writer *w)
{
    int n = 0, k = 0;

    for (int b = 0; b < BUCKETS; b++)
        n += shown[b];
    for (int b = 0; b < BUCKETS; b++) {
        if (!shown[b])
            continue;
        double x = 0.06 + 0.185 * (k % KEYS), y = 0.885 - 0.042 * (k / KEYS);
        char name[32];
        size_t length = strcspn(bucket_info[b].label, "(");
        snprintf(name, sizeof name, "%.*s", (int)(length - (bucket_info[b].label[length] == '(')),
                 bucket_info[b].label);
        writer_print(w,
                     "set object rectangle from screen %.3f,%.3f to screen %.3f,%.3f fs solid 1 "
                     "border lc rgb '#888888' fc rgb '%s'\nset label ",
                     x, y - 0.011, x + 0.02, y + 0.011, bucket_info[b].light);
        plot_text(w, name);
        writer_print(w, " at screen %.3f,%.3f left font ',8'\n", x + 0.028, y);
        k++;
    }
}

/* Block 0: the stack, a row per bar and bucket that is not zero; then a block for each panel. */
static void write_data(const struct comparison *all, const bool *shown, struct writer *w)
{
    writer_print(w, "# bar from to, shares of capacity in %%: one block a bucket\n");
    for (int b = 0; b < BUCKETS; b++) {
        if (!shown[b])
            continue;
        for (uint32_t i = 0; i < bars(all); i++) {
            double from = 0;
            for (int k = 0; k < b; k++)
                from += 100 * all->rows[i].share[k];
            writer_print(w, "%u ", i);
            writer_real(w, from, 4);
            writer_char(w, ' ');
            writer_real(w, from + 100 * all->rows[i].share[b], 4);
            writer_char(w, '\n');
        }
        writer_print(w, "\n\n");
    }
    for (size_t k = 0; k < sizeof panels / sizeof *panels; k++) {
        const struct comparison_column *c = comparison_find(panels[k].column);
        writer_print(w, "# bar 0 %s\n", c->name);
        for (uint32_t i = 0; i < bars(all); i++) {
            double v = comparison_value(&all->rows[i], c);
            writer_print(w, "%u 0 ", i);
            writer_real(w, isfinite(v) ? v : 0, 4);
            writer_char(w, '\n');
        }
        writer_print(w, "\n\n");
    }
}

static void write_bars(struct plot *p, int index, const char *colour)
{
    plot_data(p);
    writer_print(&p->script,
                 " index %d using (($2+$3)/2):1:2:3:($1-0.38):($1+0.38) with boxxyerror "
                 "fs solid 1 %s lc rgb '%s'",
                 index, figure_pale(colour) ? "border lc rgb '#888888'" : "noborder", colour);
}

static int write_stack(struct plot *p, const struct comparison *all, const bool *shown,
                       const char *title)
{
    struct writer *w = &p->script;
    int index = 0;

    /* over the whole page, not over one panel */
    writer_print(w, "unset title\nset label ");
    plot_text(w, title);
    writer_print(w, " at screen 0.5,0.945 center font ',12'\n");
    write_legend(shown, w);
    writer_print(w,
                 "set multiplot\nset border 1\nset grid noy x\nset tmargin at screen 0.770\n"
                 "set bmargin at screen 0.185\nset lmargin at screen 0.270\n"
                 "set rmargin at screen 0.580\nset yrange [%u.55:-0.55]\nunset ytics\n"
                 "set xrange [0:100]\nset xtics 25 format '%%.0f %%%%' font ',8'\n"
                 "set xlabel 'share of GPUs x time' font ',8.5' offset 0,0.6\nunset key\n",
                 bars(all) - 1);
    write_names(all, w);
    writer_print(w, "plot ");
    for (int b = 0; b < BUCKETS; b++) {
        if (!shown[b])
            continue;
        writer_print(w, index ? ", \\\n     " : "");
        write_bars(p, index++, bucket_info[b].light);
    }
    writer_char(w, '\n');
    return index;
}

static void write_panel(struct plot *p, const struct comparison *all, const struct panel *panel,
                        int index)
{
    struct writer *w = &p->script;
    const struct comparison_column *c = comparison_find(panel->column);
    double most = 0;

    for (uint32_t i = 0; i < bars(all); i++) {
        double v = comparison_value(&all->rows[i], c);
        most = isfinite(v) ? fmax(most, v) : most;
    }
    writer_print(w,
                 "unset label\nunset object\nunset xtics\nunset grid\nset border 2\n"
                 "set lmargin at screen %.3f\nset rmargin at screen %.3f\nset xlabel ",
                 panel->left, panel->right);
    plot_text(w, panel->title);
    writer_print(w, " font ',8.5' offset 0,-0.5\nset xrange [0:");
    writer_real(w, most > 0 ? most : 1, 4);
    writer_print(w, "]\n");
    for (uint32_t i = 0; i < bars(all); i++) {
        double v = comparison_value(&all->rows[i], c);
        char text[64];
        comparison_text(c, v, text);
        writer_print(w, "set label ");
        plot_text(w, text);
        writer_print(w, " at first ");
        writer_real(w, isfinite(v) ? v : 0, 4);
        writer_print(w, ",%u left offset 0.6,0 font ',8'\n", i);
    }
    writer_print(w, "plot ");
    write_bars(p, index, panel->colour);
    writer_char(w, '\n');
}

static int write_report(const struct comparison *all, const struct report_context *c,
                        struct writer *unused, struct diag *d)
{
    bool shown[BUCKETS] = {false};
    char caption[512], title[160], clock[48];
    struct plot p;

    (void)unused;
    if (!c->plots)
        return 0;
    for (uint32_t i = 0; i < bars(all); i++)
        for (int b = 0; b < BUCKETS; b++)
            shown[b] |= all->rows[i].share[b] >= SMALLEST;
    snprintf(caption, sizeof caption,
             "%s · seed %llu\n%u of %u runs · warm-up %s%s · one run each, no "
             "intervals",
             all->scenario, (unsigned long long)all->seed, bars(all), all->n,
             all->warmup > 0 ? units_clock_text(all->warmup, clock) : "none",
             all->warmup > 0 ? " cut" : "");
    snprintf(title, sizeof title, "%s: what the GPUs did, waits and cost", all->scenario);
    if (plot_open(&p, c->folder, "comparison", title, caption, d) < 0)
        return -1;
    write_data(all, shown, &p.data);
    int index = write_stack(&p, all, shown, title);
    for (size_t k = 0; k < sizeof panels / sizeof *panels; k++)
        if (comparison_filled(all, comparison_find(panels[k].column)))
            write_panel(&p, all, &panels[k], index + (int)k);
    writer_print(&p.script, "unset multiplot\n");
    return plot_close(&p, d);
}

REPORT(plot_comparison) = {
    .name = "plot_comparison",
    .own_files = true,
    .summary = "plots/comparison: several runs by bucket, wait p95, USD per useful GPU-hour",
    .on_by_default = true,
    .compare = write_report,
};

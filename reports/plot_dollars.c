/* plot_dollars.c - figure: from the fleet's cost down to useful dollars, one step per bucket. */
#include "metrics/figure.h"
#include "metrics/money.h"
#include "metrics/report.h"

#include <string.h>

struct step {
    const char *label, *colour;
    int64_t from, to;
}; /* cents */

/* The whole, then what each bucket takes away in ledger order, last what remains: useful. */
static int list(const struct outcome *o, struct step *s)
{
    int64_t left = o->money.fleet_cents;
    int n = 0;

    s[n++] = (struct step){"fleet", "#3A3F47", 0, left};
    for (int b = BUCKET_USEFUL + 1; b < BUCKETS; b++)
        if (o->money.bucket_cents[b]) {
            s[n++] = (struct step){bucket_info[b].label, bucket_info[b].light,
                                   left - o->money.bucket_cents[b], left};
            left -= o->money.bucket_cents[b];
        }
    s[n++] =
        (struct step){bucket_info[BUCKET_USEFUL].label, bucket_info[BUCKET_USEFUL].light, 0, left};
    return n;
}

static void write_dollars(struct writer *w, int64_t cents)
{
    char text[24];

    writer_print(w, "%s", money_text(cents, text));
}

/* Whole dollars once cents no longer matter. */
static void write_value(struct writer *w, const struct step *s, int64_t fleet)
{
    char text[64], whole[32], cents[8] = "";
    int64_t v = s->to - s->from;

    if (fleet < 1000000)
        snprintf(cents, sizeof cents, ".%02d", (int)(v % 100));
    snprintf(text, sizeof text, "%s%s USD  %.1f %%",
             figure_thousands(fleet < 1000000 ? v / 100 : (v + 50) / 100, whole), cents,
             100 * (double)v / (double)fleet);
    plot_text(w, text);
}

static void write_script(struct plot *p, const struct step *s, int n, int64_t fleet)
{
    struct writer *w = &p->script;

    writer_print(w, "set border 1\nset style fill solid 1 noborder\nset grid noy x\n"
                    "set lmargin at screen 0.25\nset rmargin at screen 0.75\n"
                    "set xlabel 'USD' font ',9.5' offset 0,0.5\n"
                    "set xrange [0:");
    write_dollars(w, fleet);
    writer_print(w, "]\nset xtics (");
    figure_ticks(w, (double)fleet / 100, 0.01);
    writer_print(w, ")\nset yrange [%d.6:-0.6]\nset ytics scale 0 (", n - 1);
    for (int i = 0; i < n; i++) {
        writer_print(w, i ? ", " : "");
        plot_text(w, s[i].label);
        writer_print(w, " %d", i);
    }
    writer_print(w, ")\n");
    for (int i = 0; i < n; i++) {
        writer_print(w, "set label ");
        write_value(w, &s[i], fleet);
        writer_print(w, " at graph 1.02, first %d left font ',9.5' tc rgb '" FIGURE_TEXT "'\n", i);
        /* what remains after a step is where the next begins */
        if (i + 1 < n) {
            int64_t x = i ? s[i].from : s[i].to;
            writer_print(w, "set arrow from ");
            write_dollars(w, x);
            writer_print(w, ",%d.36 to ", i);
            write_dollars(w, x);
            writer_print(w, ",%d.64 nohead lw 0.5 lc rgb '#888888'\n", i);
        }
    }
    writer_print(w, "plot ");
    for (int i = 0; i < n; i++) {
        writer_print(w, i ? ", \\\n     " : "");
        plot_data(p);
        writer_print(w, " every ::%d::%d using 1:2:3:4:5:6 with boxxyerror lc rgb '%s' fs solid 1",
                     i, i, s[i].colour);
        writer_print(w,
                     figure_pale(s[i].colour) ? " border lc rgb '" FIGURE_TEXT "'" : " noborder");
    }
    writer_char(w, '\n');
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    struct step s[BUCKETS + 1];
    char caption[512], title[160], usd[32];
    struct plot p;

    (void)w;
    if (!c->plots || !o->money.known || o->money.fleet_cents <= 0)
        return 0;
    int n = list(o, s);
    figure_caption(o, o->jobs->n, "jobs", "dollars of the whole ledger", caption, sizeof caption);
    snprintf(title, sizeof title, "Where the money went: %.1f %% of %s USD did useful work",
             100 * (double)o->money.bucket_cents[BUCKET_USEFUL] / (double)o->money.fleet_cents,
             figure_thousands((o->money.fleet_cents + 50) / 100, usd));
    if (plot_open(&p, c->folder, "dollars", title, caption, d) < 0)
        return -1;
    writer_print(&p.data, "# middle_usd row from_usd to_usd row_low row_high\n");
    for (int i = 0; i < n; i++) {
        write_dollars(&p.data, (s[i].from + s[i].to) / 2);
        writer_print(&p.data, " %d ", i);
        write_dollars(&p.data, s[i].from);
        writer_char(&p.data, ' ');
        write_dollars(&p.data, s[i].to);
        writer_print(&p.data, " %.2f %.2f\n", i - 0.36, i + 0.36);
    }
    write_script(&p, s, n, o->money.fleet_cents);
    return plot_close(&p, d);
}

REPORT(plot_dollars) = {
    .name = "plot_dollars",
    .own_files = true,
    .summary = "plots/dollars: from the fleet's cost down to useful dollars",
    .on_by_default = true,
    .write = write_report,
};

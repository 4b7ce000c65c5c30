/* plot_gantt.c - figure: who held which GPU when, one row per GPU; for small runs only. */
#include "metrics/figure.h"
#include "metrics/lanes.h"
#include "metrics/report.h"

#include <stdlib.h>

enum {
    NODES = 64,
    BARS = 16000,               /* a bar takes 110 bytes of SVG: stay below 2 MB */
    HATCHED_BARS = 8000,        /* with more, hatching would cost as much again */
    TENANTS = FIGURE_LINES - 1, /* the rest is one colour */
    NODE_NAMES = 16,            /* most on the axis */
    NAMED_BARS = 60             /* with more, job names would not fit */
};
#define REST "#9AA0A6"

struct bar {
    ns_t from, to;
    double top, bottom; /* rows of GPUs, downwards */
    uint32_t job;
};

struct drawing {
    const struct outcome *o;
    VEC(struct bar) bars;
    uint32_t tenant[TENANTS]; /* by GPU time held, largest first */
    int tenants;
};

static uint32_t tenant_of(const struct outcome *o, uint32_t job)
{
    return o->jobs->requests[o->jobs->specs[job].request].tenant;
}

/* The colours of few tenants lie far apart. */
static int colour_of(const struct drawing *g, int group)
{
    return g->tenants > 1 ? 1 + group * (TENANTS - 1) / (g->tenants - 1) : 1;
}

/* Colour group of a job: a tenant of its own, or the rest. */
static int group_of(const struct drawing *g, uint32_t job)
{
    for (int i = 0; i < g->tenants; i++)
        if (g->tenant[i] == tenant_of(g->o, job))
            return i;
    return g->tenants;
}

static bool small(const struct outcome *o)
{
    uint64_t bars = 0;

    if (!o->segments || o->fleet->n_nodes > NODES)
        return false;
    for (uint32_t job = 0; job < o->jobs->n && bars <= BARS; job++)
        for (uint32_t k = 0; k < outcome_runs(o, job); k++)
            bars += outcome_run(o, job, k).n_segments;
    return bars > 0 && bars <= BARS;
}

/* Neighbouring devices make one bar; shares of a device lie side by side in its row. */
static void add_bars(struct drawing *g, const struct job_run *run, const struct segment *s,
                     struct lanes *place)
{
    uint32_t row = g->o->fleet->first_gpu[s->node] + outcome_base(s);

    for (uint32_t bit = 0; bit < 64; bit++) {
        uint32_t from = bit;
        while (bit < 64 && s->mask >> bit & 1)
            bit++;
        if (bit == from)
            continue;
        double top = row + from, bottom = row + bit;
        if (s->milli < 1000) {
            double height = (double)s->milli / 1000;
            top += height * lanes_take(&place[row + from], run->start, run->end);
            /* lanes of unlike shares may not add up to one: stay inside the row */
            top = top + height > row + from + 1 ? row + from + 1 - height : top;
            bottom = top + height;
        }
        VEC_PUSH(&g->bars, (struct bar){run->start, run->end, top, bottom, run->job});
    }
}

static int by_start(const void *a, const void *b)
{
    const struct job_run *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->job != y->job)
        return x->job < y->job ? -1 : 1;
    return x->first_segment < y->first_segment ? -1 : x->first_segment > y->first_segment;
}

static int collect(struct drawing *g, struct diag *d)
{
    const struct outcome *o = g->o;
    struct lanes *place = calloc(o->fleet->n_gpus + 1, sizeof *place);
    VEC(struct job_run) order = {0};

    if (!place)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){0}, "out of memory for a figure");
    for (uint32_t job = 0; job < o->jobs->n; job++)
        for (uint32_t k = 0; k < outcome_runs(o, job); k++)
            VEC_PUSH(&order, outcome_run(o, job, k));
    if (order.n)
        qsort(order.at, order.n, sizeof *order.at, by_start);
    for (size_t i = 0; i < order.n; i++)
        for (uint32_t k = 0; k < order.at[i].n_segments; k++)
            add_bars(g, &order.at[i], &o->segments[order.at[i].first_segment + k], place);
    for (uint32_t i = 0; i < o->fleet->n_gpus; i++)
        VEC_FREE(&place[i].until);
    free(place);
    VEC_FREE(&order);
    return 0;
}

static int rank_tenants(struct drawing *g, struct diag *d)
{
    uint32_t n = g->o->jobs->tenants.n;
    double *held = calloc(n + 1, sizeof *held);

    if (!held)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){0}, "out of memory for a figure");
    for (uint32_t job = 0; job < g->o->jobs->n; job++)
        if (tenant_of(g->o, job) < n)
            held[tenant_of(g->o, job)] += (double)outcome_job_held(g->o, job);
    while (g->tenants < TENANTS) {
        uint32_t best = n;
        for (uint32_t i = 0; i < n; i++)
            if (held[i] > 0 && (best == n || held[i] > held[best]))
                best = i;
        if (best == n)
            break;
        held[best] = 0;
        g->tenant[g->tenants++] = best;
    }
    free(held);
    return 0;
}

static void write_bar(struct writer *w, const struct bar *b)
{
    figure_time(w, b->from + (b->to - b->from) / 2);
    writer_char(w, ' ');
    writer_real(w, (b->top + b->bottom) / 2, 3);
    writer_char(w, ' ');
    figure_time(w, b->from);
    writer_char(w, ' ');
    figure_time(w, b->to);
    writer_char(w, ' ');
    writer_real(w, b->top + 0.04, 3);
    writer_char(w, ' ');
    writer_real(w, b->bottom - 0.04, 3);
    writer_char(w, '\n');
}

/* A block per colour, then one of the discarded work. Returns which are not empty. */
static unsigned write_data(const struct drawing *g, struct writer *w)
{
    unsigned filled = 0;

    writer_print(w, "# middle_s row from_s to_s top bottom; a block per tenant, the rest, then "
                    "discarded work again\n");
    for (int k = 0; k <= g->tenants + 1; k++) {
        bool any = false;
        for (size_t i = 0; i < g->bars.n; i++) {
            const struct bar *b = &g->bars.at[i];
            bool discarded =
                !g->o->useful[g->o->jobs->specs[b->job].end] && g->bars.n <= HATCHED_BARS;
            if (k <= g->tenants ? group_of(g, b->job) != k : !discarded)
                continue;
            write_bar(w, b);
            any = true;
        }
        if (any) {
            filled |= 1u << k;
            writer_print(w, "\n\n");
        }
    }
    return filled;
}

static void write_nodes(const struct drawing *g, struct writer *w)
{
    const struct topology *t = g->o->fleet;
    uint32_t every = (t->n_nodes + NODE_NAMES - 1) / NODE_NAMES;
    char name[16];

    writer_print(w, "set yrange [%u:0]\nset ytics scale 0 (", t->n_gpus);
    for (uint32_t i = 0; i < t->n_nodes; i += every) {
        char text[20];
        snprintf(text, sizeof text, "%.16s", topology_node_name(t, i, name));
        writer_print(w, i ? ", " : "");
        plot_text(w, text);
        writer_print(w, " %.1f", t->first_gpu[i] + t->gpus[i] / 2.0);
    }
    writer_print(w, ")\n");
    for (uint32_t i = 1; i < t->n_nodes; i++)
        writer_print(w,
                     "set arrow from graph 0, first %u to graph 1, first %u nohead back lw 0.5 "
                     "lc rgb '#999999'\n",
                     t->first_gpu[i], t->first_gpu[i]);
}

static void write_names(const struct drawing *g, struct writer *w)
{
    ns_t span = g->o->horizon;
    char name[16], text[24];

    for (size_t i = 0; g->bars.n <= NAMED_BARS && i < g->bars.n; i++) {
        const struct bar *b = &g->bars.at[i];
        int group = group_of(g, b->job);
        snprintf(text, sizeof text, "%.20s", job_name(g->o->jobs, b->job, name));
        if ((double)(b->to - b->from) < (double)span * 0.014 * (double)(strlen(text) + 1))
            continue;
        writer_print(w, "set label ");
        plot_text(w, text);
        writer_print(w, " at ");
        figure_time(w, b->from + (b->to - b->from) / 2);
        writer_print(w, ",%.2f center front font ',9.5' tc rgb '%s'\n", (b->top + b->bottom) / 2,
                     figure_ink(group < g->tenants ? figure_colour[colour_of(g, group)] : REST));
    }
}

static void write_plot(const struct drawing *g, struct plot *p, unsigned filled)
{
    struct writer *w = &p->script;
    const char *comma = "plot ";
    int index = 0;

    for (int k = 0; k <= g->tenants + 1; k++) {
        char title[32] = "others";
        if (!(filled >> k & 1))
            continue;
        if (k < g->tenants)
            snprintf(title, sizeof title, "%.28s", intern_text(&g->o->jobs->tenants, g->tenant[k]));
        else if (k > g->tenants)
            snprintf(title, sizeof title, "failed or killed");
        writer_print(w, "%s", comma);
        plot_data(p);
        if (k > g->tenants)
            writer_print(
                w,
                " index %d using 1:2:3:4:5:6 with boxxyerror fs transparent pattern 5 "
                "noborder lc rgb '#FFFFFF', \\\n     keyentry with boxes fs pattern 5 lc rgb "
                "'#555555' title ",
                index++);
        else
            writer_print(
                w, " index %d using 1:2:3:4:5:6 with boxxyerror fs solid 1 %s lc rgb '%s' title ",
                index++, g->bars.n > 2000 ? "noborder" : "border lc rgb '#FFFFFF' lw 0.3",
                k < g->tenants ? figure_colour[colour_of(g, k)] : REST);
        plot_text(w, title);
        comma = ", \\\n     ";
    }
    writer_char(w, '\n');
}

static int draw(const struct drawing *g, const char *folder, struct diag *d)
{
    char caption[512], count[32], note[64];
    struct plot p;

    snprintf(note, sizeof note, "%s bars", figure_thousands((int64_t)g->bars.n, count));
    figure_caption(g->o, g->o->jobs->n, "jobs", note, caption, sizeof caption);
    if (plot_open(&p, folder, "gantt", "Who held which GPU", caption, d) < 0)
        return -1;
    unsigned filled = write_data(g, &p.data);
    figure_time_axis(&p.script, g->o, 0, g->o->horizon, true);
    writer_print(&p.script, "set grid noy x\nset ylabel 'node, one row per GPU' font ',9.5'\n"
                            "set key outside right top vertical Left reverse samplen 1.2 "
                            "spacing 1.15 width -1 box lc rgb '#FFFFFF'\n");
    write_nodes(g, &p.script);
    write_names(g, &p.script);
    write_plot(g, &p, filled);
    return plot_close(&p, d);
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    struct drawing g = {.o = o};
    int rc = 0;

    (void)w;
    if (!c->plots || !small(o))
        return 0;
    rc = collect(&g, d);
    if (rc == 0)
        rc = rank_tenants(&g, d);
    if (rc == 0 && g.bars.n)
        rc = draw(&g, c->folder, d);
    VEC_FREE(&g.bars);
    return rc;
}

REPORT(plot_gantt) = {
    .name = "plot_gantt",
    .own_files = true,
    .summary = "plots/gantt: who held which GPU when; up to 64 nodes and 16,000 bars",
    .on_by_default = true,
    .write = write_report,
};

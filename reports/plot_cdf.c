/* plot_cdf.c - figures: distribution of waits and of completion times by job size, as a share
 * of jobs and as a share of GPU time. */
#include "metrics/figure.h"
#include "metrics/report.h"

#include <math.h>
#include <stdlib.h>

enum {
    CLASSES = FIGURE_LINES - 1, /* the last line is all jobs */
    POINTS = 2000,              /* quantiles of a line */
    FIRST_COUNT = 2             /* size classes before it have no count of GPUs */
};

/* One job's figure. */
struct item {
    double value, gpu_s;
    uint8_t size;
};

/* Neighbouring size classes drawn as one line. */
struct line {
    uint8_t from, to;
    uint64_t n;
};

struct drawing {
    struct item *item; /* by value */
    size_t n;
    struct line line[JOB_SIZES + 1];
    int lines;
    bool by_gpu;
};

static int by_value(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return x->gpu_s < y->gpu_s ? -1 : x->gpu_s > y->gpu_s;
}

static void collect(const struct outcome *o, bool jct, struct drawing *g)
{
    g->n = 0;
    for (uint32_t j = 0; j < o->jobs->n; j++) {
        const struct job_spec *s = &o->jobs->specs[j];
        const struct request *q = &o->jobs->requests[s->request];
        const struct job_result *r = &o->results[j];
        ns_t at = jct ? r->end : r->start;
        if (s->submit < o->warmup || at == NS_UNKNOWN)
            continue;
        g->item[g->n++] =
            (struct item){(double)(jct ? at - s->submit : outcome_job_pending(o, j)) / 1e9,
                          (double)q->demand_milli / 1000 * ((double)s->run / 1e9), q->size_class};
    }
    if (g->n)
        qsort(g->item, g->n, sizeof *g->item, by_value);
}

/* The line with the fewest jobs joins its smaller neighbour until few enough are left. */
static void choose_lines(struct drawing *g)
{
    uint64_t count[JOB_SIZES] = {0};

    for (size_t i = 0; i < g->n; i++)
        count[g->item[i].size]++;
    g->lines = 0;
    for (int k = 0; k < JOB_SIZES; k++)
        if (count[k])
            g->line[g->lines++] = (struct line){(uint8_t)k, (uint8_t)k, count[k]};
    while (g->lines > CLASSES) {
        int least = -1;
        for (int i = 0; i < g->lines; i++)
            if (g->line[i].from >= FIRST_COUNT && (least < 0 || g->line[i].n < g->line[least].n))
                least = i;
        int left = least - 1, right = least + 1, with = right;
        if (right >= g->lines ||
            (left >= 0 && g->line[left].from >= FIRST_COUNT && g->line[left].n < g->line[right].n))
            with = left;
        int low = with < least ? with : least;
        g->line[low].to = g->line[low + 1].to;
        g->line[low].n += g->line[low + 1].n;
        for (int i = low + 1; i + 1 < g->lines; i++)
            g->line[i] = g->line[i + 1];
        g->lines--;
    }
    g->line[g->lines] = (struct line){0, JOB_SIZES - 1, g->n};
}

/* "no GPU", "share", "1 GPU", "2-3 GPUs", "32 GPUs and more", "all". */
static void name_line(const struct drawing *g, int i, char *to, size_t room)
{
    static const int low[JOB_SIZES] = {0, 0, 1, 2, 4, 8, 9, 32, 128};
    static const int high[JOB_SIZES] = {0, 0, 1, 3, 7, 8, 31, 127, 0};
    const struct line *l = &g->line[i];
    char count[32], what[48];

    if (i == g->lines)
        snprintf(what, sizeof what, "all jobs");
    else if (l->to < FIRST_COUNT)
        snprintf(what, sizeof what, l->to ? "share of a GPU" : "no GPU");
    else if (!high[l->to])
        snprintf(what, sizeof what, "%d+ GPUs", low[l->from]);
    else if (low[l->from] == high[l->to])
        snprintf(what, sizeof what, high[l->to] == 1 ? "1 GPU" : "%d GPUs", high[l->to]);
    else
        snprintf(what, sizeof what, "%d-%d GPUs", low[l->from], high[l->to]);
    snprintf(to, room, "%s (%s)", what, figure_thousands((int64_t)l->n, count));
}

static void point(struct writer *w, double x, double y)
{
    writer_real(w, x, 6);
    writer_char(w, ' ');
    writer_real(w, y, 6);
    writer_char(w, '\n');
}

/* Steps from the share at 1 s, zeros among it, to 1 at the right edge; false when there is no
 * weight to share. */
static bool write_line(struct writer *w, const struct drawing *g, const struct line *l, double most)
{
    double total = 0, sum = 0;
    long shown = -1;
    bool begun = false;

    for (size_t i = 0; i < g->n; i++)
        if (g->item[i].size >= l->from && g->item[i].size <= l->to)
            total += g->by_gpu ? g->item[i].gpu_s : 1;
    if (!(total > 0))
        return false;
    for (size_t i = 0; i < g->n; i++) {
        const struct item *it = &g->item[i];
        if (it->value > 1 && !begun) {
            point(w, 1, sum / total);
            begun = true;
        }
        if (it->size < l->from || it->size > l->to)
            continue;
        sum += g->by_gpu ? it->gpu_s : 1;
        long bin = (long)(sum / total * POINTS);
        if (begun && bin > shown) {
            point(w, it->value, sum / total);
            shown = bin;
        }
    }
    if (!begun)
        point(w, 1, sum / total);
    point(w, fmax(most, 1), 1);
    writer_print(w, "\n\n");
    return true;
}

static void write_script(struct plot *p, const struct drawing *g, const bool *drawn, bool jct,
                         double most)
{
    struct writer *w = &p->script;
    const char *comma = "";
    char name[96];
    int index = 0;

    figure_duration_axis(w, most,
                         jct ? "time from submission to end" : "wait from submission to start");
    writer_print(w,
                 "set yrange [0:1.03]\nset ytics 0.2 format '%%.1f'\nset grid x y\nset label 1 "
                 "'%s' at screen " FIGURE_LABEL ", "
                 "graph 0.5 center rotate font ',9.5'\nset lmargin at screen 0.095\n"
                 "set key outside right center vertical Left reverse samplen 3 spacing 1.2 "
                 "width -2\nplot ",
                 g->by_gpu ? "share of GPU time" : "share of jobs");
    for (int i = 0; i <= g->lines; i++) {
        if (!drawn[i])
            continue;
        int k = g->lines > 1 ? i * (FIGURE_LINES - 1) / (g->lines - 1) : 1;
        bool all = i == g->lines;
        name_line(g, i, name, sizeof name);
        writer_print(w, "%s", comma);
        plot_data(p);
        writer_print(w, " index %d using 1:2 with steps lw %s dt %d lc rgb '%s' title ", index++,
                     all ? "1.2" : "1.8", all ? 3 : figure_dash[k],
                     all ? FIGURE_TEXT : figure_colour[k]);
        plot_text(w, name);
        comma = ", \\\n     ";
    }
    writer_char(w, '\n');
}

static int draw(const struct outcome *o, struct drawing *g, bool jct, const char *folder,
                struct diag *d)
{
    static const char *const file[2][2] = {{"wait_cdf", "wait_cdf_gpu"},
                                           {"jct_cdf", "jct_cdf_gpu"}};
    double most = g->n ? g->item[g->n - 1].value : 0;
    bool drawn[JOB_SIZES + 1] = {false}, any = false;
    char caption[512], title[96], note[64];
    struct plot p;

    snprintf(note, sizeof note, g->n > POINTS ? "%d quantiles a line" : "not thinned", POINTS);
    figure_caption(o, g->n, jct ? "ended jobs" : "started jobs", note, caption, sizeof caption);
    snprintf(title, sizeof title, "%s by job size, share of %s",
             jct ? "Time from submission to end" : "Wait", g->by_gpu ? "GPU time" : "jobs");
    if (plot_open(&p, folder, file[jct][g->by_gpu], title, caption, d) < 0)
        return -1;
    writer_print(&p.data, "# seconds share, one block a line\n");
    for (int i = 0; i <= g->lines; i++)
        any |= drawn[i] = write_line(&p.data, g, &g->line[i], most * 1.1);
    if (!any) {
        plot_drop(&p);
        return 0;
    }
    write_script(&p, g, drawn, jct, most);
    return plot_close(&p, d);
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    struct drawing g = {.item = malloc((o->jobs->n + 1) * sizeof *g.item)};
    int rc = 0;

    (void)w;
    if (!g.item)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){0}, "out of memory for a figure");
    for (int jct = 0; c->plots && jct < 2 && rc == 0; jct++) {
        collect(o, jct, &g);
        choose_lines(&g);
        for (int by_gpu = 0; g.n && by_gpu < 2 && rc == 0; by_gpu++) {
            g.by_gpu = by_gpu;
            rc = draw(o, &g, jct, c->folder, d);
        }
    }
    free(g.item);
    return rc;
}

REPORT(plot_cdf) = {
    .name = "plot_cdf",
    .own_files = true,
    .summary = "plots/wait_cdf, jct_cdf: distributions by job size, by job and by GPU time",
    .on_by_default = true,
    .write = write_report,
};

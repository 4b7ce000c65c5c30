/* summary.c - what came of the run, for people at a terminal. */
#include "metrics/calendar.h"
#include "metrics/figure.h"
#include "metrics/money.h"
#include "metrics/report.h"

#include <math.h>
#include <string.h>

#define MILLI_NS_PER_HOUR 3.6e15
enum { WARNINGS = 5, BAR = 14, INDENT = 17, LINE = 80 };

struct page {
    struct writer *w;
    const struct outcome *o;
    const struct report_context *c;
};

static void bold(const struct page *p, bool on)
{
    if (p->c->colour)
        writer_print(p->w, on ? "\033[1m" : "\033[0m");
}

/* "1,234.50" right-aligned. */
static void number(const struct page *p, int width, double v)
{
    char text[64], whole[48];
    double cents = round(fabs(v) * 100);

    if (!isfinite(v) || cents > 9e15) {
        writer_print(p->w, "%*s", width, "-");
        return;
    }
    figure_thousands((int64_t)(cents / 100), whole);
    snprintf(text, sizeof text, "%s%s.%02d", v < 0 ? "-" : "", whole, (int)fmod(cents, 100));
    writer_print(p->w, "%*s", width, text);
}

/* Two decimals as long as they matter. */
static void ratio(const struct page *p, int width, double v)
{
    char text[32];

    if (!(v >= 1000 && v < 9e15))
        number(p, width, v);
    else
        writer_print(p->w, "%*s", width, figure_thousands((int64_t)(v + 0.5), text));
}

static void share(const struct page *p, int width, wide_t v)
{
    char text[32];

    snprintf(text, sizeof text, "%.1f %%",
             p->o->capacity ? 100 * (double)v / (double)p->o->capacity : 0.0);
    writer_print(p->w, "%*s", width, text);
}

static void duration(const struct page *p, int width, double s)
{
    char text[32];

    writer_print(p->w, "%*s", width, figure_duration(s, text));
}

static void write_fleet(const struct page *p)
{
    const struct topology *t = p->o->fleet;
    char text[32], name[96] = "GPUs";

    if (t->n_types == 1)
        snprintf(name, sizeof name, "GPUs (%.80s)", t->type_name[0]);
    else if (t->n_types > 1)
        snprintf(name, sizeof name, "GPUs of %u types", t->n_types);
    writer_print(p->w, "%s %s on ", figure_thousands(t->n_gpus, text), name);
    writer_print(p->w, "%s node%s", figure_thousands(t->n_nodes, text), t->n_nodes == 1 ? "" : "s");
}

static void write_head(const struct page *p)
{
    static const char *const how[] = {[RUN_FINISHED] = "all jobs ended",
                                      [RUN_HORIZON] = "stopped at the horizon",
                                      [RUN_STUCK] = "STUCK"};
    const struct outcome *o = p->o;
    char clock[48], text[32];

    bold(p, true);
    writer_print(p->w, "%s", o->scenario);
    bold(p, false);
    writer_print(p->w, "  policy %s  seed %llu\n", o->policy_name, (unsigned long long)o->seed);
    if (strcmp(o->policy_name, o->composition))
        writer_print(p->w, "  %s\n", o->composition);
    writer_print(p->w, "  %s jobs, ", figure_thousands(o->jobs->n, text));
    write_fleet(p);
    writer_print(p->w, "\n  %s simulated: %s\n", units_clock_text(o->horizon, clock),
                 how[o->status]);
    writer_print(p->w, "  estimates of run times: %s%s\n", o->estimates,
                 o->clairvoyant ? " (clairvoyant: no real policy knows every length)" : "");
    if (o->warmup > 0)
        writer_print(p->w, "  warm-up: the first %s are in no figure below\n",
                     units_clock_text(o->warmup, clock));
    else
        writer_print(p->w, "  warm-up: none cut\n");
    if (o->stuck)
        writer_print(p->w, "  stuck: %s\n", o->stuck);
}

/* What the fleet's cost is made of, on as many lines as it takes. */
static void write_parts(const struct page *p)
{
    const struct money *m = &p->o->money;
    int column = INDENT;

    writer_print(p->w, "%*s", INDENT - 1, "");
    for (int k = 0, n = 0; k < MONEY_PARTS; k++) {
        char part[48];
        if (!m->part_cents[k])
            continue;
        int length = snprintf(part, sizeof part, " %s %.1f %%", money_part_name[k],
                              100 * (double)m->part_cents[k] / (double)m->fleet_cents);
        for (char *c = part; *c; c++)
            *c = *c == '_' ? ' ' : *c;
        if (n++) {
            writer_char(p->w, ',');
            if (column + length >= LINE) {
                writer_print(p->w, "\n%*s", INDENT - 1, "");
                column = INDENT;
            }
        }
        writer_print(p->w, "%s", part);
        column += length + 1;
    }
    writer_char(p->w, '\n');
}

static void write_headline(const struct page *p)
{
    const struct money *m = &p->o->money;

    if (!m->known) {
        writer_print(p->w, "\n  dollars: not known, no price was given\n");
        return;
    }
    writer_char(p->w, '\n');
    bold(p, true);
    number(p, 16, m->useful_gpu_hours_per_1000_usd);
    writer_print(p->w, " useful GPU-hours per 1000 USD\n");
    number(p, 16, m->usd_per_useful_gpu_hour);
    writer_print(p->w, " USD per useful GPU-hour\n");
    bold(p, false);
    number(p, 16, (double)m->fleet_cents / 100);
    writer_print(p->w, " USD for the fleet\n");
    if (m->low < m->high) {
        writer_print(p->w, "%*s", INDENT, "");
        number(p, 0, m->low);
        writer_print(p->w, " to ");
        number(p, 0, m->high);
        writer_print(p->w, " by the ranges of its prices\n");
    }
    write_parts(p);
    if (m->unpriced_nodes)
        writer_print(p->w, "%*s%u of %u nodes have no purchase price and count as free\n", INDENT,
                     "", m->unpriced_nodes, p->o->fleet->n_nodes);
}

static void write_bucket(const struct page *p, const char *label, wide_t v, int64_t cents, bool sum)
{
    bold(p, sum);
    writer_print(p->w, "  %-28s", label);
    number(p, 15, (double)v / MILLI_NS_PER_HOUR);
    share(p, 9, v);
    if (p->o->money.known)
        number(p, 17, (double)cents / 100);
    bold(p, false);
    if (!sum && p->c->width >= 72 + BAR && p->o->capacity) {
        int n = (int)(BAR * (double)v / (double)p->o->capacity + 0.5);
        writer_print(p->w, n ? "  %.*s" : "", n, "##############");
    }
    writer_char(p->w, '\n');
}

static void write_ledger(const struct page *p)
{
    const struct outcome *o = p->o;

    writer_print(p->w, "\n  %-28s%15s%9s%s\n", "where GPU time went", "GPU-hours", "share",
                 o->money.known ? "              USD" : "");
    for (int b = 0; b < BUCKETS; b++) {
        if (!o->total.bucket[b])
            continue;
        write_bucket(p, bucket_info[b].label, o->total.bucket[b], o->money.bucket_cents[b], false);
        for (int f = 0; b == BUCKET_FRAGMENTATION && f < FRAGS; f++)
            if (o->frag[f]) {
                char label[40];
                snprintf(label, sizeof label, "  by %s", frag_name[f]);
                for (char *c = label; *c; c++)
                    *c = *c == '_' ? ' ' : *c;
                writer_print(p->w, "  %-28s", label);
                number(p, 15, (double)o->frag[f] / MILLI_NS_PER_HOUR);
                share(p, 9, o->frag[f]);
                writer_char(p->w, '\n');
            }
    }
    write_bucket(p, "sum = capacity", o->capacity, o->money.fleet_cents, true);
    writer_print(p->w, "\n  allocated ");
    share(p, 0, outcome_held(&o->total));
    writer_print(p->w, "   occupied ");
    share(p, 0, outcome_occupied(&o->total));
    writer_print(p->w, "   useful ");
    share(p, 0, o->total.bucket[BUCKET_USEFUL]);
    writer_print(p->w, "   MFU not known\n");
}

static void write_row(const struct page *p, const char *label, const struct quantiles *q)
{
    const double v[] = {q->mean, q->p50, q->p90, q->p95, q->p99, q->max};

    writer_print(p->w, "  %-18s", label);
    for (int i = 0; i < 6; i++)
        duration(p, 10, v[i]);
    writer_char(p->w, '\n');
}

/* "preempted 3 times, migrated once, lost 1.25 GPU-hours"; nothing when no job was stopped or lost work. */
static void write_stops(const struct page *p)
{
    static const char *const what[STOP_REASONS] = {
        [STOP_PREEMPTED] = "preempted",
        [STOP_MIGRATED] = "migrated",
        [STOP_SUSPENDED] = "suspended",
        [STOP_NODE_FAILURE] = "stopped by a failed node",
    };
    const struct outcome *o = p->o;
    const char *comma = "\n  ";
    char text[32];

    for (int k = 0; k < STOP_REASONS; k++) {
        if (!o->stops[k])
            continue;
        writer_print(p->w, "%s%s %s time%s", comma, what[k],
                     figure_thousands((int64_t)o->stops[k], text), o->stops[k] == 1 ? "" : "s");
        comma = ", ";
    }
    if (*comma == '\n' && !o->total.bucket[BUCKET_LOST_WORK])
        return;
    writer_print(p->w, "%slost ", comma);
    number(p, 0, (double)o->total.bucket[BUCKET_LOST_WORK] / MILLI_NS_PER_HOUR);
    writer_print(p->w, " GPU-h");
}

/* Of a run in which some job was started more than once, both waits. */
static bool restarted(const struct outcome *o)
{
    for (uint32_t i = 0; i < o->n_histories; i++)
        for (int k = 0; k < STOP_REASONS; k++)
            if (o->histories[i].stops[k])
                return true;
    return false;
}

static void write_jobs(const struct page *p)
{
    const struct outcome_jobs *s = &p->o->stats;
    const double v[] = {s->slowdown.mean, s->slowdown.p50, s->slowdown.p90,
                        s->slowdown.p95,  s->slowdown.p99, s->slowdown.max};
    char a[32], b[32], c[32];

    writer_print(p->w, "\n  %-18s%10s%10s%10s%10s%10s%10s\n", "jobs", "mean", "p50", "p90", "p95",
                 "p99", "max");
    write_row(p, "wait, by job", &s->wait);
    if (restarted(p->o))
        write_row(p, "until first start", &s->first_wait);
    write_row(p, "wait, by GPU time", &s->wait_gpu);
    write_row(p, "JCT, by job", &s->jct);
    write_row(p, "JCT, by GPU time", &s->jct_gpu);
    writer_print(p->w, "  %-18s", "slowdown (10 s)");
    for (int i = 0; i < 6; i++)
        ratio(p, 10, v[i]);
    writer_print(p->w, "\n\n  %s of %s jobs started, %s ended",
                 figure_thousands((int64_t)s->started, a), figure_thousands((int64_t)s->n, b),
                 figure_thousands((int64_t)s->finished, c));
    if (!isnan(s->makespan_s)) {
        writer_print(p->w, "; makespan ");
        duration(p, 0, s->makespan_s);
    }
    write_stops(p);
    writer_print(p->w, "\n  waiting time of jobs that would have fitted by count: ");
    number(p, 0, (double)p->o->blocked_fitting / 3.6e12);
    writer_print(p->w, " job-hours\n");
}

static void write_checks(const struct page *p)
{
    const struct outcome *o = p->o;
    wide_t sum = 0;

    for (int b = 0; b < BUCKETS; b++)
        sum += o->total.bucket[b];
    writer_print(p->w, "  checks: ledger sums %s; Little's law %.4g = %.4g jobs in system\n",
                 sum == o->capacity ? "exactly" : "WRONG", o->little_n, o->little_lambda_w);
    if (o->promises)
        writer_print(p->w, "  promised starts: %llu, broken %llu\n",
                     (unsigned long long)o->promises, (unsigned long long)o->promises_broken);
    if (o->refused_decisions)
        writer_print(p->w, "  decisions of the policy that were refused: %llu\n",
                     (unsigned long long)o->refused_decisions);
    if (p->c->rejects_note)
        writer_print(p->w, "  %s\n", p->c->rejects_note);
    uint32_t shown = 0;
    for (uint32_t i = 0; i < o->n_warnings && shown < WARNINGS; i++) {
        if (p->c->rejects_note && !strcmp(o->warnings[i], p->c->rejects_note))
            continue;
        writer_print(p->w, "  warning: %s\n", o->warnings[i]);
        shown++;
    }
    if (shown == WARNINGS && o->n_warnings > WARNINGS)
        writer_print(p->w, "  ... all %u warnings are in outcome.json\n", o->n_warnings);
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    const struct page p = {w, o, c};

    (void)d;
    write_head(&p);
    write_headline(&p);
    write_ledger(&p);
    write_jobs(&p);
    write_checks(&p);
    return 0;
}

REPORT(summary) = {
    .name = "summary",
    .summary = "what came of the run, for people at a terminal",
    .write = write_report,
};

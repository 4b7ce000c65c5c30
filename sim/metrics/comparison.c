/* comparison.c - several runs side by side: rows, columns, and tables of both. */
#include "metrics/comparison.h"
#include "base/check.h"
#include "metrics/calendar.h"
#include "metrics/figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GPU_HOUR 3.6e15 /* milli-GPU x ns */
enum { CELL = 64, NAME_WIDTH = 16, LABEL = 320 };

#define AT(member) offsetof(struct comparison_row, member)
#define SHARE(name, label, better, member)                                                         \
    {                                                                                              \
        name "_share", label, COMPARISON_SHARE, better, AT(member)                                 \
    }

static const struct comparison_column columns[] = {
    {"gpus", "GPUs", COMPARISON_COUNT, 0, AT(gpus)},
    {"jobs", "jobs", COMPARISON_COUNT, 0, AT(jobs)},
    {"jobs_started", "started", COMPARISON_COUNT, 0, AT(started)},
    {"jobs_finished", "ended", COMPARISON_COUNT, 0, AT(finished)},
    {"capacity_gpu_hours", "capacity GPU-h", COMPARISON_AMOUNT, 0, AT(capacity_gpu_hours)},
    {"useful_gpu_hours", "useful GPU-h", COMPARISON_AMOUNT, 0, AT(useful_gpu_hours)},
    SHARE("allocated", "allocated", 0, allocated),
    SHARE("occupied", "occupied", 0, occupied),
    SHARE("useful", "useful", 1, share[BUCKET_USEFUL]),
    SHARE("discarded", "discarded", 0, share[BUCKET_DISCARDED]),
    SHARE("gang_wait", "gang wait", -1, share[BUCKET_GANG_WAIT]),
    SHARE("startup", "startup", -1, share[BUCKET_STARTUP]),
    SHARE("comm_stall", "comm. stall", -1, share[BUCKET_COMM_STALL]),
    SHARE("input_stall", "input stall", -1, share[BUCKET_INPUT_STALL]),
    SHARE("interference", "interference", -1, share[BUCKET_INTERFERENCE]),
    SHARE("held_idle", "held idle", -1, share[BUCKET_HELD_IDLE]),
    SHARE("checkpoint", "checkpoint", 0, share[BUCKET_CHECKPOINT]),
    SHARE("restore", "restore", 0, share[BUCKET_RESTORE]),
    SHARE("lost_work", "lost work", -1, share[BUCKET_LOST_WORK]),
    SHARE("policy", "policy", 0, share[BUCKET_POLICY]),
    SHARE("reserved", "reserved", 0, share[BUCKET_RESERVED]),
    SHARE("quota", "quota", 0, share[BUCKET_QUOTA]),
    SHARE("fragmentation", "fragm.", -1, share[BUCKET_FRAGMENTATION]),
    SHARE("too_few", "too few", 0, share[BUCKET_TOO_FEW]),
    SHARE("no_demand", "no demand", 0, share[BUCKET_NO_DEMAND]),
    SHARE("down", "down", 0, share[BUCKET_DOWN]),
    SHARE("drained", "drained", 0, share[BUCKET_DRAINED]),
    {"wait_mean_s", "wait mean", COMPARISON_TIME, -1, AT(wait.mean)},
    {"wait_p50_s", "wait p50", COMPARISON_TIME, -1, AT(wait.p50)},
    {"wait_p90_s", "wait p90", COMPARISON_TIME, -1, AT(wait.p90)},
    {"wait_p95_s", "wait p95", COMPARISON_TIME, -1, AT(wait.p95)},
    {"wait_p99_s", "wait p99", COMPARISON_TIME, -1, AT(wait.p99)},
    {"jct_mean_s", "JCT mean", COMPARISON_TIME, -1, AT(jct.mean)},
    {"jct_p50_s", "JCT p50", COMPARISON_TIME, -1, AT(jct.p50)},
    {"jct_p95_s", "JCT p95", COMPARISON_TIME, -1, AT(jct.p95)},
    {"makespan_s", "makespan", COMPARISON_TIME, -1, AT(makespan_s)},
    {"preemptions", "preempted", COMPARISON_COUNT, 0, AT(stops[STOP_PREEMPTED])},
    {"migrations", "migrated", COMPARISON_COUNT, 0, AT(stops[STOP_MIGRATED])},
    {"suspensions", "suspended", COMPARISON_COUNT, 0, AT(stops[STOP_SUSPENDED])},
    {"node_failures", "node failed", COMPARISON_COUNT, 0, AT(stops[STOP_NODE_FAILURE])},
    {"lost_gpu_hours", "lost GPU-h", COMPARISON_AMOUNT, -1, AT(lost_gpu_hours)},
    {"promises", "promised", COMPARISON_COUNT, 0, AT(promises)},
    {"promises_broken", "broken", COMPARISON_COUNT, 0, AT(promises_broken)},
    {"fleet_usd", "fleet USD", COMPARISON_AMOUNT, 0, AT(fleet_usd)},
    {"usd_per_useful_gpu_hour", "USD/useful", COMPARISON_AMOUNT, -1, AT(usd_per_useful)},
    {"useful_gpu_hours_per_1000_usd", "GPU-h/kUSD", COMPARISON_AMOUNT, 1, AT(useful_per_1000_usd)},
    {"scattered_1_gpus", "scattered<1", COMPARISON_AMOUNT, 0, AT(fragmentation[FRAG_SCATTERED_1])},
    {"scattered_2_gpus", "scattered<2", COMPARISON_AMOUNT, 0, AT(fragmentation[FRAG_SCATTERED_2])},
    {"scattered_4_gpus", "scattered<4", COMPARISON_AMOUNT, 0, AT(fragmentation[FRAG_SCATTERED_4])},
    {"scattered_8_gpus", "scattered<8", COMPARISON_AMOUNT, 0, AT(fragmentation[FRAG_SCATTERED_8])},
    {"largest_gang_gpus", "largest gang", COMPARISON_AMOUNT, 0,
     AT(fragmentation[FRAG_LARGEST_GANG])},
    {"fgd_gpus", "FGD's F", COMPARISON_AMOUNT, 0, AT(fragmentation[FRAG_FGD])},
    {"fgd_ratio", "F / free", COMPARISON_RATIO, 0, AT(fgd_ratio)},
};
#undef AT
#undef SHARE

const struct comparison_column *comparison_columns(uint32_t *n)
{
    *n = sizeof columns / sizeof *columns;
    return columns;
}

const struct comparison_column *comparison_find(const char *name)
{
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (!strcmp(columns[i].name, name))
            return &columns[i];
    return NULL;
}

double comparison_value(const struct comparison_row *row, const struct comparison_column *c)
{
    double v;

    memcpy(&v, (const char *)row + c->at, sizeof v);
    return v;
}

static void fill_counts(struct comparison_row *row, const struct outcome *o)
{
    row->status = o->status;
    row->clairvoyant = o->clairvoyant;
    row->gpus = o->fleet->n_gpus;
    row->jobs = (double)o->stats.n;
    row->started = (double)o->stats.started;
    row->finished = (double)o->stats.finished;
    row->wait = o->stats.wait;
    row->jct = o->stats.jct;
    row->makespan_s = o->stats.makespan_s;
    row->promises = (double)o->promises;
    row->promises_broken = (double)o->promises_broken;
    for (int k = 0; k < STOP_REASONS; k++)
        row->stops[k] = (double)o->stops[k];
}

void comparison_fill(struct comparison_row *row, const struct outcome *o)
{
    double capacity = (double)o->capacity;
    bool money = o->money.known;

    fill_counts(row, o);
    row->composition = strdup(o->composition);
    check(row->composition != NULL);
    row->capacity_gpu_hours = capacity / GPU_HOUR;
    row->useful_gpu_hours = (double)o->total.bucket[BUCKET_USEFUL] / GPU_HOUR;
    row->lost_gpu_hours = (double)o->total.bucket[BUCKET_LOST_WORK] / GPU_HOUR;
    row->allocated = o->capacity ? (double)outcome_held(&o->total) / capacity : NAN;
    row->occupied = o->capacity ? (double)outcome_occupied(&o->total) / capacity : NAN;
    for (int b = 0; b < BUCKETS; b++)
        row->share[b] = o->capacity ? (double)o->total.bucket[b] / capacity : NAN;
    row->fleet_usd = money ? (double)o->money.fleet_cents / 100 : NAN;
    row->usd_per_useful = money ? o->money.usd_per_useful_gpu_hour : NAN;
    row->useful_per_1000_usd = money ? o->money.useful_gpu_hours_per_1000_usd : NAN;
    for (int k = 0; k < FRAG_METRICS; k++) {
        bool known = o->fragmentation.known && (k != FRAG_FGD || o->fragmentation.fgd_known);
        row->fragmentation[k] = known ? o->fragmentation.mean[k] : NAN;
    }
    row->fgd_ratio =
        o->fragmentation.known && o->fragmentation.fgd_known ? o->fragmentation.fgd_ratio : NAN;
}

void comparison_free(struct comparison *all)
{
    for (uint32_t i = 0; i < all->n; i++)
        free(all->rows[i].composition);
    free(all->rows);
    memset(all, 0, sizeof *all);
}

/* ---- cells ---- */

void comparison_text(const struct comparison_column *c, double v, char *to)
{
    char whole[32];
    double hundredths = round(fabs(v) * 100);

    if (!isfinite(v) || hundredths > 9e15)
        strcpy(to, "-");
    else if (c->kind == COMPARISON_SHARE)
        snprintf(to, CELL - 16, "%.1f %%", 100 * v);
    else if (c->kind == COMPARISON_TIME)
        figure_duration(v, to);
    else if (c->kind == COMPARISON_COUNT)
        figure_thousands((int64_t)v, to);
    else if (c->kind == COMPARISON_RATIO)
        snprintf(to, CELL - 16, "%.3f", v);
    else
        snprintf(to, CELL - 16, "%s.%02d", figure_thousands((int64_t)(hundredths / 100), whole),
                 (int)fmod(hundredths, 100));
}

bool comparison_filled(const struct comparison *all, const struct comparison_column *c)
{
    for (uint32_t i = 0; i < all->n; i++) {
        double v = comparison_value(&all->rows[i], c);
        if (!isnan(v) && v != 0)
            return true;
    }
    return false;
}

bool comparison_best(const struct comparison *all, uint32_t row, const struct comparison_column *c)
{
    double best = NAN;
    char mine[CELL], other[CELL];
    bool differ = false;

    if (!c->better || all->rows[row].status == RUN_STUCK)
        return false;
    for (uint32_t i = 0; i < all->n; i++) {
        double v = comparison_value(&all->rows[i], c);
        if (all->rows[i].status != RUN_STUCK && !isnan(v) &&
            (isnan(best) || v * c->better > best * c->better))
            best = v;
    }
    comparison_text(c, best, mine);
    for (uint32_t i = 0; i < all->n; i++) {
        comparison_text(c, comparison_value(&all->rows[i], c), other);
        differ |= strcmp(mine, other) != 0;
    }
    comparison_text(c, comparison_value(&all->rows[row], c), other);
    return differ && !isnan(best) && !strcmp(mine, other);
}

const char *comparison_label(const struct comparison *all, uint32_t row, char *to, size_t room)
{
    const struct comparison_row *r = &all->rows[row];

    snprintf(to, room, "%s%s%s%s", all->n_clusters > 1 ? r->cluster : "",
             all->n_clusters > 1 ? ", " : "", r->policy, r->status == RUN_STUCK ? " (STUCK)" : "");
    return to;
}

/* ---- tables ---- */

void comparison_head(const struct comparison *all, struct writer *w)
{
    char clock[48];
    const char *comma = "";

    writer_print(w, "%s: %u runs side by side, seed %llu, ", all->scenario, all->n,
                 (unsigned long long)all->seed);
    if (all->warmup > 0)
        writer_print(w, "warm-up %s cut", units_clock_text(all->warmup, clock));
    else
        writer_print(w, "no warm-up cut");
    writer_print(w, "; one run each, so no confidence intervals\n");
    for (uint32_t i = 0; i < all->n; i++)
        if (all->rows[i].clairvoyant) {
            char label[LABEL];
            writer_print(w, "%s%s", *comma ? comma : "knows every length (clairvoyant): ",
                         comparison_label(all, i, label, sizeof label));
            comma = "; ";
        }
    if (*comma)
        writer_char(w, '\n');
}

static void pad(struct writer *w, size_t n, char with)
{
    while (n--)
        writer_char(w, with);
}

/* The cell with its mark; without one a blank keeps the numbers of a text in line. */
static void cell(const struct comparison *all, uint32_t row, const struct comparison_column *c,
                 bool markdown, char *to)
{
    char text[CELL - 8];
    bool best = comparison_best(all, row, c);

    comparison_text(c, comparison_value(&all->rows[row], c), text);
    if (markdown)
        snprintf(to, CELL, "%s%s%s", best ? "**" : "", text, best ? "**" : "");
    else
        snprintf(to, CELL, "%s%c", text, best ? '*' : ' ');
}

static size_t width_of(const struct comparison *all, const struct comparison_column *c,
                       bool markdown)
{
    size_t n = strlen(c->label) + !markdown;

    for (uint32_t i = 0; i < all->n; i++) {
        char text[CELL];
        cell(all, i, c, markdown, text);
        if (strlen(text) > n)
            n = strlen(text);
    }
    return n;
}

/* Bytes of the longest name: characters, as far as names are ASCII. */
static size_t name_width(const struct comparison *all, bool markdown)
{
    size_t n = strlen("policy"), limit = markdown ? LABEL : NAME_WIDTH;

    for (uint32_t i = 0; i < all->n; i++) {
        char label[LABEL];
        size_t k = strlen(comparison_label(all, i, label, sizeof label));
        if (k > n && k <= limit)
            n = k;
    }
    return n;
}

static void write_name(const char *name, size_t width, bool markdown, struct writer *w)
{
    size_t n = strlen(name);

    writer_print(w, "%s%s", markdown ? "| " : "  ", name);
    /* a name that is too long for a text has a line of its own */
    if (n > width) {
        writer_print(w, "\n  ");
        n = 0;
    }
    pad(w, width - n, ' ');
}

void comparison_table(const struct comparison *all, const char *const *names, bool markdown,
                      struct writer *w)
{
    const struct comparison_column *shown[sizeof columns / sizeof *columns];
    size_t width[sizeof columns / sizeof *columns], n = 0, first = name_width(all, markdown);
    const char *between = markdown ? " | " : "  ", *end = markdown ? " |\n" : "\n";

    for (; *names; names++) {
        const struct comparison_column *c = comparison_find(*names);
        check(c != NULL);
        if (!comparison_filled(all, c))
            continue;
        width[n] = width_of(all, c, markdown);
        shown[n++] = c;
    }
    write_name("policy", first, markdown, w);
    for (size_t k = 0; k < n; k++)
        writer_print(w, "%s%*s%s", between, (int)width[k] - !markdown, shown[k]->label,
                     markdown ? "" : " ");
    writer_print(w, "%s", end);
    for (size_t k = 0; markdown && k <= n; k++) {
        writer_print(w, k ? "| " : "| :");
        pad(w, k ? width[k - 1] - 1 : first - 1, '-');
        writer_print(w, k ? ": " : " ");
        if (k == n)
            writer_print(w, "|\n");
    }
    for (uint32_t i = 0; i < all->n; i++) {
        char text[LABEL];
        write_name(comparison_label(all, i, text, sizeof text), first, markdown, w);
        for (size_t k = 0; k < n; k++) {
            cell(all, i, shown[k], markdown, text);
            writer_print(w, "%s%*s", between, (int)width[k], text);
        }
        writer_print(w, "%s", end);
    }
}

/* summary.c - what was read and left out, counted, and the closing line of an import. */
#include "ingest/summary.h"

#include "base/check.h"
#include "ingest/order.h"
#include <string.h>

static const char *keep(struct arena *a, const char *text)
{
    return arena_text(a, text, strlen(text));
}

#define TAKE_TALLIES(a, v, out, n_out)                                                             \
    do {                                                                                           \
        struct ingest_count *to_ = ARENA_ARRAY((a), struct ingest_count, (v)->n + 1);              \
        for (size_t i_ = 0; i_ < (v)->n; i_++)                                                     \
            to_[i_] = (struct ingest_count){keep((a), (v)->at[i_].what), (v)->at[i_].n,            \
                                            (v)->at[i_].first_line};                               \
        (out) = to_;                                                                               \
        (n_out) = (uint32_t)(v)->n;                                                                \
    } while (0)

/* Append how often, when it was not once. */
static void count_warnings(struct sink *s)
{
    for (size_t i = 0; i < s->warnings.n; i++) {
        struct sink_tally *w = &s->warnings.at[i];
        size_t n = strlen(w->what) + 40;
        w->n = s->warning_kinds.at[i].n;
        if (w->n == 1)
            continue;
        w->what = realloc(w->what, n);
        check(w->what != NULL);
        snprintf(w->what + strlen(w->what), 40, " (%llu rows)", (unsigned long long)w->n);
    }
}

static int by_line(const void *ctx, uint32_t x, uint32_t y)
{
    const struct ingest_reject *r = ctx;

    return (r[x].line > r[y].line) - (r[x].line < r[y].line);
}

static void take_rejects(struct sink *s, struct ingest_summary *out)
{
    uint32_t n = (uint32_t)s->rejects.n, *order = malloc((n + 1) * sizeof *order);
    struct ingest_reject *to = ARENA_ARRAY(s->arena, struct ingest_reject, n + 1);
    struct diag *first = ARENA_ARRAY(s->arena, struct diag, SINK_FIRST);

    check(order != NULL);
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    order_sort(order, n, by_line, s->rejects.at);
    for (uint32_t i = 0; i < n; i++)
        to[i] = s->rejects.at[order[i]];
    free(order);
    memcpy(first, s->first, sizeof s->first);
    out->rejects = to;
    out->rejected = n;
    out->first = first;
    out->n_first = n < SINK_FIRST ? n : SINK_FIRST;
}

void summary_fill(struct sink *s, uint32_t jobs, struct ingest_summary *out)
{
    memset(out, 0, sizeof *out);
    out->file = keep(s->arena, s->file);
    out->format = s->format ? s->format->name : "synthetic";
    out->jobs = jobs;
    out->censored = s->censored;
    out->cpu_only = s->cpu_only;
    for (size_t i = 0; i < s->skips.n; i++)
        out->skipped += s->skips.at[i].n;
    for (size_t i = 0; i < s->folds.n; i++)
        out->folded += s->folds.at[i].n;
    take_rejects(s, out);
    out->rows = s->rows ? s->rows : jobs + out->rejected + out->skipped + out->folded;
    count_warnings(s);
    TAKE_TALLIES(s->arena, &s->skips, out->skips, out->n_skips);
    TAKE_TALLIES(s->arena, &s->folds, out->folds, out->n_folds);
    TAKE_TALLIES(s->arena, &s->warnings, out->warnings, out->n_warnings);
    TAKE_TALLIES(s->arena, &s->notes, out->notes, out->n_notes);
}

/* --- the closing line --- */

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* " (4 never ran, 2 still pending)" */
static void print_reasons(FILE *to, const struct ingest_count *c, uint32_t n)
{
    if (n == 1)
        fprintf(to, " (%s)", c->what);
    for (uint32_t i = 0; i < n && n > 1; i++)
        fprintf(to, "%s%llu %s%s", i ? ", " : " (", (unsigned long long)c[i].n, c[i].what,
                i + 1 == n ? ")" : "");
}

void ingest_print(FILE *to, const struct ingest_summary *s)
{
    uint64_t all = s->jobs + s->skipped + s->rejected, single = s->rows - s->folded;

    fprintf(to, "%s: %llu row%s: ", s->file, (unsigned long long)s->rows, plural(s->rows));
    for (uint32_t i = 0; i < s->n_folds; i++)
        fprintf(to, "%llu %s%s folded%s", (unsigned long long)s->folds[i].n, s->folds[i].what,
                plural(s->folds[i].n), i + 1 < s->n_folds || all > single ? ", " : "; ");
    if (all > single)
        fprintf(to, "%llu more job%s from rows that hold several; ",
                (unsigned long long)(all - single), plural(all - single));
    fprintf(to, "%llu job%s = %llu replayed", (unsigned long long)all, plural(all),
            (unsigned long long)s->jobs);
    if (s->censored || s->cpu_only) {
        fputs(" (", to);
        if (s->censored)
            fprintf(to, "%llu censored%s", (unsigned long long)s->censored,
                    s->cpu_only ? ", " : "");
        if (s->cpu_only)
            fprintf(to, "%llu without GPU", (unsigned long long)s->cpu_only);
        fputc(')', to);
    }
    fprintf(to, " + %llu skipped", (unsigned long long)s->skipped);
    print_reasons(to, s->skips, s->n_skips);
    fprintf(to, " + %llu rejected\n", (unsigned long long)s->rejected);
}

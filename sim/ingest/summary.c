/* summary.c - the closing line of an import. */
#include "ingest/ingest.h"

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

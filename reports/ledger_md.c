/* ledger_md.c - the ledger as a Markdown table for people. */
#include "metrics/money.h"
#include "metrics/report.h"

#include <string.h>

#define MILLI_NS_PER_HOUR 3.6e15
#define THIN_BLANK "\xe2\x80\xaf" /* narrow no-break space: the number stays in one piece */

/* "1234567.89" with thin blanks between thousands. */
static void write_number(struct writer *w, const char *text)
{
    size_t whole = strcspn(text, ".");

    for (size_t i = 0; text[i]; i++) {
        if (i && i < whole && (whole - i) % 3 == 0 && text[i - 1] != '-')
            writer_print(w, THIN_BLANK);
        writer_char(w, text[i]);
    }
}

static void write_row(struct writer *w, const struct outcome *o, const char *name, wide_t v,
                      int64_t cents, const char *mark)
{
    char text[64];

    snprintf(text, sizeof text, "%.2f", (double)v / MILLI_NS_PER_HOUR);
    writer_print(w, "| %s%s%s | %s", mark, name, mark, mark);
    write_number(w, text);
    writer_print(w, "%s | %s%.1f %%%s |", mark, mark,
                 o->capacity ? 100 * (double)v / (double)o->capacity : 0.0, mark);
    if (o->money.known) {
        writer_print(w, " %s", mark);
        write_number(w, money_text(cents, text));
        writer_print(w, "%s |", mark);
    }
    writer_char(w, '\n');
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    (void)c;
    (void)d;
    writer_print(w, "| bucket | GPU-hours | share |%s\n| :--- | ---: | ---: |%s\n",
                 o->money.known ? " USD |" : "", o->money.known ? " ---: |" : "");
    for (int b = 0; b < BUCKETS; b++)
        if (o->total.bucket[b])
            write_row(w, o, bucket_info[b].name, o->total.bucket[b], o->money.bucket_cents[b], "");
    write_row(w, o, "sum", o->capacity, o->money.fleet_cents, "**");
    return 0;
}

REPORT(ledger_md) = {
    .name = "ledger_md",
    .file = "ledger.md",
    .summary = "the ledger as a Markdown table",
    .on_by_default = true,
    .write = write_report,
};

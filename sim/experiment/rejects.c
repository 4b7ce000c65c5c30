/* rejects.c - rejects.csv: the rows of a trace that could not be used, with their reasons. */
#include "experiment/rejects.h"
#include "base/writer.h"

#include <string.h>

enum { SHOWN_OF_A_KIND = 5 };

/* The name without its folders: outputs name no place of this machine. */
static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

int rejects_write(const struct ingest_summary *s, const char *path, struct diag *d)
{
    struct writer w;

    if (writer_open(&w, path, d) < 0)
        return -1;
    writer_print(&w, "file,line,column,kind,reason,row\n");
    for (uint64_t i = 0; i < s->rejected; i++) {
        const struct ingest_reject *r = &s->rejects[i];
        writer_csv(&w, last_part(s->file));
        writer_char(&w, ',');
        writer_int(&w, r->line);
        writer_char(&w, ',');
        if (r->column)
            writer_int(&w, r->column);
        writer_char(&w, ',');
        writer_csv(&w, r->kind);
        writer_char(&w, ',');
        writer_csv(&w, r->reason);
        writer_char(&w, ',');
        writer_csv(&w, r->row);
        writer_char(&w, '\n');
    }
    return writer_close(&w, d);
}

/* Rejects of the same kind before number i. */
static uint64_t of_kind_before(const struct ingest_summary *s, uint64_t i)
{
    uint64_t n = 0;

    for (uint64_t k = 0; k < i && n <= SHOWN_OF_A_KIND; k++)
        n += !strcmp(s->rejects[k].kind, s->rejects[i].kind);
    return n;
}

void rejects_print(FILE *to, const struct ingest_summary *s, const char *where, int colour)
{
    uint64_t shown = 0;

    for (uint64_t i = 0; i < s->rejected; i++) {
        const struct ingest_reject *r = &s->rejects[i];
        struct diag d = {0};
        if (of_kind_before(s, i) >= SHOWN_OF_A_KIND)
            continue;
        diag_fail(&d, STATUS_INPUT,
                  (struct diag_at){.file = s->file, .line = r->line, .column = r->column}, "%s",
                  r->reason);
        diag_print(to, &d, "warning", colour);
        shown++;
    }
    if (shown < s->rejected)
        fprintf(to, "... and %llu more like it%s%s\n", (unsigned long long)(s->rejected - shown),
                where ? ", see " : "; give -o to list them all", where ? where : "");
}

/* rejects.c - rejects.csv: the rows of a trace that could not be used, with their reasons. */
#include "experiment/rejects.h"
#include "base/path.h"
#include "base/writer.h"

int rejects_write(const struct ingest_summary *s, const char *path, struct diag *d)
{
    struct writer w;

    if (writer_open(&w, path, d) < 0)
        return -1;
    writer_print(&w, "file,line,column,kind,reason,row\n");
    for (uint64_t i = 0; i < s->rejected; i++) {
        const struct ingest_reject *r = &s->rejects[i];
        writer_csv(&w, path_last(s->file));
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

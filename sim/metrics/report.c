/* report.c - the table of built-in reports, and writing one of them. */
#include "metrics/report.h"

#include <string.h>

#define X(id) extern const struct report report_##id;
#include "gen/reports.def"
#undef X

#define X(id) &report_##id,
static const struct report *const table[] = {
#include "gen/reports.def"
    NULL};
#undef X

const struct report *const *report_all(void)
{
    return table;
}

const struct report *report_find(const char *name)
{
    for (const struct report *const *r = table; *r; r++)
        if (!strcmp((*r)->name, name))
            return *r;
    return NULL;
}

/* Of one run when `o` is there, else of all. */
static int call(const struct report *r, const struct outcome *o, const struct comparison *all,
                const struct report_context *c, struct writer *w, struct diag *d)
{
    return o ? r->write(o, c, w, d) : r->compare(all, c, w, d);
}

static int write_file(const struct report *r, const struct outcome *o, const struct comparison *all,
                      const struct report_context *c, struct diag *d)
{
    char path[1024] = "";
    struct writer w;

    if (r->own_files)
        return call(r, o, all, c, NULL, d);
    if (r->file) {
        int n = snprintf(path, sizeof path, "%s/%s", c->folder, r->file);
        if (n < 0 || (size_t)n >= sizeof path)
            return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = c->folder},
                             "the folder's name is too long, expected at most 900 bytes");
    }
    if (writer_open(&w, r->file ? path : "-", d) < 0)
        return -1;
    if (call(r, o, all, c, &w, d) < 0) {
        writer_drop(&w);
        return -1;
    }
    return writer_close(&w, d);
}

int report_write(const struct report *r, const struct outcome *o, const struct report_context *c,
                 struct diag *d)
{
    return write_file(r, o, NULL, c, d);
}

int report_compare(const struct report *r, const struct comparison *all,
                   const struct report_context *c, struct diag *d)
{
    return write_file(r, NULL, all, c, d);
}

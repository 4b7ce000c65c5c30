/* writer.h - output files: text goes to a temporary beside the target and is renamed
 * when it is complete, so a reader never sees half a file.
 *
 * Errors are sticky: after the first failed write the rest are no-ops and
 * writer_close() reports it. */
#ifndef BERTH_BASE_WRITER_H
#define BERTH_BASE_WRITER_H

#include "base/diag.h"
#include "base/units.h"
#include <stdbool.h>

struct writer {
    FILE *file;      /* owned; NULL after a failed open */
    char path[1024]; /* the target, for messages and for the rename */
    char temporary[1040];
    int failed;     /* errno of the first failure */
    bool is_stdout; /* "-": straight to standard output, no rename */
};

/* Open `path` for writing ("-" = standard output). 0, or -1 with STATUS_INPUT. */
int writer_open(struct writer *w, const char *path, struct diag *d);

__attribute__((format(printf, 2, 3))) void writer_print(struct writer *w, const char *fmt, ...);
void writer_bytes(struct writer *w, const void *data, size_t n);
void writer_char(struct writer *w, char c);
void writer_int(struct writer *w, int64_t v);
void writer_wide(struct writer *w, wide_t v);
void writer_csv(struct writer *w, const char *text);         /* quoted as RFC 4180 where needed */
void writer_json(struct writer *w, const char *text);        /* with quotes; '<' as \u003c */
void writer_seconds(struct writer *w, ns_t t, int decimals); /* decimals 0..9, exact, truncated */

/* A double as JSON/CSV: at most `decimals` decimals, trailing zeros cut, never an
 * exponent or locale; NaN and infinities are written as null. */
void writer_real(struct writer *w, double v, int decimals);

/* Finish: flush, fsync-free close, rename. 0, or -1 with STATUS_INPUT
 * ("out/jobs.csv: error: write failed: no space left on device"); the temporary is gone. */
int writer_close(struct writer *w, struct diag *d);

/* Give up: remove the temporary, leave the target as it was. */
void writer_drop(struct writer *w);

#endif

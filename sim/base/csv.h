/* csv.h - rows with header names, line and column, over libcsv.
 *
 * The only file that includes <csv.h>. Cells separated by commas are quoted as RFC 4180
 * says, and a quoted cell may hold line ends; with another delimiter nothing is quoted
 * and a quote is a character like any other. Blanks around a cell that is not quoted are
 * dropped. Fields are borrowed until the next row. Cell errors carry file, line, column
 * of the cell, and the line's text. */
#ifndef BERTH_BASE_CSV_H
#define BERTH_BASE_CSV_H

#include "base/diag.h"
#include "base/input.h"
#include "base/units.h"

#define CSV_COLUMNS_MAX 4096

struct csv; /* one open table */

struct csv_column {   /* what a reader wants */
    const char *name; /* header text, compared without case */
    bool required;
};

/* Read the header line and find the wanted columns. `delimiter` is ',' or '|' or '\t'.
 * Lines that begin with '#' before the header are skipped when `comments`. NULL with *d:
 * missing required column (with the nearest found), wrong delimiter, a column twice.
 * `in` and `wanted` are borrowed. */
struct csv *csv_open(struct input *in, char delimiter, bool comments,
                     const struct csv_column *wanted, uint32_t n, struct diag *d);
/* For files without a header: columns are `wanted` in order. */
struct csv *csv_open_bare(struct input *in, char delimiter, const struct csv_column *wanted,
                          uint32_t n, struct diag *d);
void csv_close(struct csv *c);

/* Next row that is not blank. 1 = a row, 0 = the end, -1 = file trouble in *d. A row with
 * another number of fields than the header is row trouble: csv_next returns 1 and
 * csv_row_trouble() is not NULL. */
int csv_next(struct csv *c, struct diag *d);
const struct diag *csv_row_trouble(const struct csv *c);

uint32_t csv_line(const struct csv *c);
const char *csv_text(const struct csv *c); /* the row as it stood */
uint32_t csv_header_count(const struct csv *c);
const char *csv_header(const struct csv *c, uint32_t i); /* every header name, wanted or not */

bool csv_has(const struct csv *c, uint32_t want); /* was the column in the header? */
const char *csv_field(const struct csv *c, uint32_t want,
                      size_t *n);                           /* "" when absent; n may be NULL */
struct diag_at csv_at(const struct csv *c, uint32_t want);  /* place of the cell */
uint32_t csv_column_of(const struct csv *c, uint32_t want); /* 1-based byte column in the row */

/* Checked conversions of a cell: 0, or -1 with *d ("num_gpu is 'eight', expected a whole
 * number from 1 to 1048576"). An empty cell gives `missing` unless the column is required. */
int csv_integer(const struct csv *c, uint32_t want, int64_t low, int64_t high, int64_t missing,
                int64_t *out, struct diag *d);
/* Seconds (or units of `unit` ns) -> ns, 0 and up; accepts a trailing ".0". */
int csv_seconds(const struct csv *c, uint32_t want, ns_t unit, ns_t missing, ns_t *out,
                struct diag *d);

#endif

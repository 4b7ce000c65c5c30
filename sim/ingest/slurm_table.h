/* slurm_table.h - the output of `sacct --parsable2`: columns between '|', nothing quoted or
 * escaped, free text in the last column, which may hold '|' itself. */
#ifndef BERTH_INGEST_SLURM_TABLE_H
#define BERTH_INGEST_SLURM_TABLE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/input.h"
#include <stdbool.h>

#define SLURM_TABLE_COLUMNS 256

struct slurm_table {
    struct input *in;   /* borrowed */
    struct arena arena; /* the header's names */
    const char *name[SLURM_TABLE_COLUMNS];
    uint32_t n; /* columns in the header */
    char *line; /* of the row last read; valid until the next */
    size_t line_n;
    uint32_t number;
    uint32_t start[SLURM_TABLE_COLUMNS], length[SLURM_TABLE_COLUMNS];
};

/* Read the header. -1 for kubectl-like padded tables and other delimiters. */
int slurm_table_open(struct slurm_table *t, struct input *in, struct diag *d);
void slurm_table_close(struct slurm_table *t);

/* The number of a column by its name without case, or -1. */
int slurm_table_column(const struct slurm_table *t, const char *name);

/* Next row that is not blank: 1 = a row, 0 = the end, -1 = file trouble, 2 = a row with too
 * few columns, described in *d. */
int slurm_table_next(struct slurm_table *t, struct diag *d);

/* A cell; "" for column -1. Not NUL-terminated. */
const char *slurm_table_cell(const struct slurm_table *t, int column, size_t *n);
/* Place of `width` bytes from byte `at` of a cell; the whole cell when width is 0. */
struct diag_at slurm_table_at(const struct slurm_table *t, int column, size_t at, size_t width);

#endif

/* rejects.h - rejects.csv: the rows of a trace that could not be used, with their reasons. */
#ifndef BERTH_EXPERIMENT_REJECTS_H
#define BERTH_EXPERIMENT_REJECTS_H

#include "ingest/ingest.h"

/* Write `path`: file, line, column, kind, reason, row; in file order. 0, or -1 with *d. */
int rejects_write(const struct ingest_summary *s, const char *path, struct diag *d);

#endif

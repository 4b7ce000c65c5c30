/* table.h - the loop that readers of tables share: one row in, one verdict out. */
#ifndef BERTH_INGEST_TABLE_H
#define BERTH_INGEST_TABLE_H

#include "base/csv.h"
#include "ingest/trace.h"
#include "ingest/zone.h"

#define TABLE_GPUS_MAX 1048576 /* what a job may ask for at most */

enum table_verdict {
    TABLE_JOB,    /* row is filled: hand it over */
    TABLE_KEPT,   /* the reader keeps it for later */
    TABLE_NODE,   /* it was a node and is handed over: not counted as a row of jobs */
    TABLE_SKIP,   /* left out on purpose, `word` says why */
    TABLE_REJECT, /* cannot be used, `word` is the kind and `why` the complaint */
    TABLE_STOP    /* the run must stop, `why` says why */
};

struct table {
    struct csv *csv;
    const struct csv_column *columns;
    const struct trace_options *opt;
    struct sink *sink;
    struct zone zone;
    const char *word;
    struct diag why;
    void *own; /* the reader's */
};

typedef enum table_verdict table_take(struct table *t, struct trace_row *row);

/* Read all rows of `in`. `take` gets a row with its line, text and unknowns set. The
 * caller fills `columns`; `own` is passed on. 0, or -1 with *d. */
int table_read(struct input *in, char delimiter, const struct csv_column *columns, uint32_t n,
               table_take *take, void *own, const struct trace_options *opt, struct sink *s,
               struct diag *d);

/* Shorthand for a verdict. */
enum table_verdict table_reject(struct table *t, const char *kind);
enum table_verdict table_skip(struct table *t, const char *reason);

/* Cells. False with t->why and t->word set. `whole` accepts "8" and "8.0"; `seconds` may be
 * empty and is then `missing`; `time` is text in the table's zone, empty = NS_UNKNOWN. */
bool table_whole(struct table *t, uint32_t want, int64_t low, int64_t high, int64_t *out);
bool table_seconds(struct table *t, uint32_t want, ns_t missing, ns_t *out);
bool table_time(struct table *t, uint32_t want, ns_t *out);
/* "Pass", "Killed" or "Failed": the three words of the Philly, Helios and Lumos releases. */
bool table_outcome(struct table *t, uint32_t want, enum job_end *out);
/* The cell's text, NULL when empty. */
const char *table_text(const struct table *t, uint32_t want);
/* Submit, start, end and duration: four columns side by side in `columns`, from `first` on,
 * the first three text in the table's zone. Fills submit, wait and run; the recorded duration
 * wins over end minus start; no start is "never ran". */
enum table_verdict table_span(struct table *t, uint32_t first, struct trace_row *row);
/* A Slurm state by its word: JOB_CENSORED and so on; a waiting job gives "never ran". */
enum table_verdict table_state(struct table *t, uint32_t want, struct trace_row *row);
/* Complain that `to` lies before `from`: "end_time is 3600 s before start_time". */
enum table_verdict table_backwards(struct table *t, uint32_t to, const char *to_name,
                                   const char *from_name, ns_t by);

/* The same as table_read() for files without a header: `columns` in order. */
int table_read_bare(struct input *in, char delimiter, const struct csv_column *columns, uint32_t n,
                    table_take *take, void *own, const struct trace_options *opt, struct sink *s,
                    struct diag *d);

#endif

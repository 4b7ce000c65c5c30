/* ingest.h - rows to a checked, sorted job_set; a list of rejected rows with reasons. */
#ifndef BERTH_INGEST_INGEST_H
#define BERTH_INGEST_INGEST_H

#include "cluster/catalog.h"
#include "ingest/trace.h"

struct ingest_reject {
    uint32_t line, column;
    const char *kind, *reason, *row;
};
struct ingest_count {
    const char *what;
    uint64_t n;
    uint32_t first_line;
};

/* What was read, for `trace info`, rejects.csv and outcome.json. Owned by the arena. */
struct ingest_summary {
    const char *file, *format;
    char sha256[65];
    uint64_t rows, jobs, rejected, skipped, folded, censored, cpu_only;
    const struct ingest_reject *rejects; /* `rejected` of them, in file order */
    const struct diag *first;            /* the first rejects in full, at most five */
    uint32_t n_first;
    const struct ingest_count *skips, *folds, *warnings; /* warnings: `what` is the whole text */
    uint32_t n_skips, n_folds, n_warnings;
    const struct ingest_count *notes; /* `what` is "key: value" */
    uint32_t n_notes;
};

struct ingest_options {
    struct trace_options reader;
    const char *format; /* NULL = guess */
    double max_rejects; /* share of job rows, 0..1; default 0.01 is set by the caller */
    enum { OVERSIZE_REJECT, OVERSIZE_STOP } oversize;
    uint8_t useful[JOB_ENDS]; /* which ends count as useful: caller fills, default done, timeout,
                                       censored, preempted and node_fail as recorded work */
};

/* Read the jobs of `path`. When more rows were rejected than opt->max_rejects allows the
 * answer is -1, *d is the first reject with the closing line as its hint, and *summary is
 * filled so that the other rejects can be shown before it.
 * `fleet` may be NULL (trace info, convert): then shapes are
 * not completed, types not resolved, nothing is too large. With a fleet: a recorded total
 * without shape becomes one replica when it fits a node of the largest size, else as many
 * full nodes as it fills plus one replica with the rest; GPU types are looked up in
 * `catalog` (ids and aliases) and then among the fleet's types; rows that could never fit
 * the empty fleet are rejected ("too-large", "type", "shape").
 * Sorted by (submit, job_id with digit runs compared as numbers); times shifted so that the
 * earliest submit is 0. Text of numbers stays exact. 0, or -1 with *d. */
int ingest_jobs(const char *path, const struct ingest_options *opt, const struct topology *fleet,
                const struct catalog *catalog, struct arena *a, struct job_set *out,
                struct ingest_summary *summary, struct diag *d);

/* The same from an open input (tests, fuzzing). The input stays the caller's. */
int ingest_input(struct input *in, const struct ingest_options *opt, const struct topology *fleet,
                 const struct catalog *catalog, struct arena *a, struct job_set *out,
                 struct ingest_summary *summary, struct diag *d);

/* The nodes of `path` (openb node list, kubectl JSON, SWF header, scontrol): specs in the arena. */
int ingest_nodes(const char *path, const struct ingest_options *opt, const struct catalog *catalog,
                 struct arena *a, struct node_spec **out, uint32_t *n, struct diag *d);

/* The same from an open input. The input stays the caller's. */
int ingest_nodes_input(struct input *in, const struct ingest_options *opt,
                       const struct catalog *catalog, struct arena *a, struct node_spec **out,
                       uint32_t *n, struct diag *d);

/* Build a job_set from rows made by the program itself (synthetic workloads). */
struct sink *ingest_begin(const char *name, const struct ingest_options *opt,
                          const struct topology *fleet, const struct catalog *catalog,
                          struct arena *a);
int ingest_finish(struct sink *s, struct job_set *out, struct ingest_summary *summary,
                  struct diag *d);

void ingest_free(struct job_set *j); /* the interns; the rest is in the arena */

/* The closing line: "sacct.txt: 34 rows: 5 steps folded, ...; 29 jobs = 22 replayed (...)
 * + 6 skipped + 1 rejected". The numbers add up. */
void ingest_print(FILE *to, const struct ingest_summary *s);

/* Table of formats, sorted by name, NULL at the end; and the one of that name or NULL. */
const struct trace_format *const *ingest_formats(void);
const struct trace_format *ingest_format(const char *name);

/* Guess from the head: the format, or NULL with *d ("unknown trace format: the header is
 * close to 'itp' (missing 'submission_time', found 'submit'); name it with --format"). */
const struct trace_format *ingest_guess(struct input *in, struct diag *d);

#endif

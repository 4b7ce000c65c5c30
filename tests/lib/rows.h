/* rows.h - a sink that writes down what a trace reader hands over, for tests of readers.
 *
 * It stands in for the sink of ingest/, so a test that uses it must not use ingest/. */
#ifndef BERTH_TESTS_LIB_ROWS_H
#define BERTH_TESTS_LIB_ROWS_H

#include "base/vec.h"
#include "ingest/trace.h"

struct rows_job {
    char id[96];    /* "" when the format has none */
    char shape[96]; /* "3x4+1x3", "?8" (total without shape), "2x1@460", with "/1g.10gb" */
    char types[64], tenant[64], user[64];
    double submit, run, limit, wait; /* seconds; -1 unknown */
    double gpus;                     /* all of it, shares as fractions */
    int64_t cpu_milli, memory_mib;
    int32_t priority;
    enum level required, preferred;
    enum job_end end;
    uint32_t line;
};
struct rows_node {
    char name[64], type[64], nvlink[64], rack[64];
    struct node_spec spec;
};
struct rows_note {
    char word[32];
    uint32_t line;
    char text[256];
};
struct rows_reject {
    char kind[32];
    struct diag why;
};

struct rows {
    VEC(struct rows_job) jobs;
    VEC(struct rows_node) nodes;
    VEC(struct rows_note) skips, folds, warnings;
    VEC(struct rows_reject) rejects;
    uint32_t count; /* raw rows */
    bool unsorted_ok;
    ns_t origin;
    int result;      /* of the reader */
    struct diag why; /* when it is -1 */
};

/* Read a file, or text under a name; `opt` may be NULL. */
void rows_file(struct rows *r, const struct trace_format *f, const char *path,
               const struct trace_options *opt);
void rows_text(struct rows *r, const struct trace_format *f, const char *text,
               const struct trace_options *opt);
void rows_free(struct rows *r);

/* "11 at 60 for 3600 wait 10 limit -1 2x8 of h100 cpu 4000 mem 0 by vcX/ada done" */
const char *rows_line(const struct rows_job *j, char *to, size_t room);

const struct rows_job *rows_job(const struct rows *r, const char *id); /* NULL = none */
const struct rows_node *rows_node(const struct rows *r, const char *name);
uint32_t rows_skips(const struct rows *r, const char *reason);
uint32_t rows_folds(const struct rows *r, const char *word);
uint32_t rows_warned(const struct rows *r, const char *kind);
uint32_t rows_ends(const struct rows *r, enum job_end end);
uint32_t rows_without_gpu(const struct rows *r);
double rows_gpu_hours(const struct rows *r);

/* "file:line:column: message" of a complaint. */
const char *rows_place(const struct diag *d, char *to, size_t room);

/* What guess() says of the first bytes of a file. */
int rows_guess(const struct trace_format *f, const char *path, struct trace_near *near);

/* Path of a shared input, or NULL after a loud line; the test should then skip. */
const char *rows_shared(const char *inside, char *to, size_t room);

#endif

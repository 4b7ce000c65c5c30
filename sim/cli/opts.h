/* opts.h - declared flags: a verb lists rows, one parser reads them all.
 *
 * `--key=value`, `--key value`, short flags only where a row has a letter (`-o DIR`, `-j2`,
 * `-vv`), `--` ends the flags, no abbreviations. Texts are borrowed from argv. */
#ifndef BERTH_CLI_OPTS_H
#define BERTH_CLI_OPTS_H

#include "base/diag.h"
#include "base/vec.h"
#include <stdbool.h>
#include <stddef.h>

struct opts_list {
    const char **at;
    size_t n, room;
};

/* Every flag of the program; a verb takes those its tables name. NULL = not given. */
struct opts {
    /* how to speak */
    bool json, quiet, help;
    int verbose;
    const char *color, *progress;
    /* where to write */
    const char *output;
    bool force;
    /* what to run */
    struct opts_list set;
    const char *trace, *cluster, *policy, *model, *seed, *threads, *horizon, *warmup, *catalog;
    /* how to read a trace */
    const char *format, *max_rejects, *oversize, *tz, *time_unit, *resource, *retries, *censored;
    const char *gang, *level, *tenant, *size, *submit_time, *cpu_only;
    struct opts_list outcome;
    /* of one verb */
    const char *to, *type, *call_limit;
    bool parts, journal, all, print;
    /* what is not a flag, in order */
    struct opts_list args;
};

enum opts_kind { OPTS_TEXT, OPTS_LIST, OPTS_BOOL, OPTS_COUNT };

struct opts_flag {
    const char *name; /* without the dashes; NULL ends a table */
    char letter;      /* 0 = none */
    enum opts_kind kind;
    size_t at;         /* offsetof(struct opts, field) */
    const char *value; /* how help names the value; NULL: the flag takes none */
    const char *help;  /* with default and unit */
    const char *words; /* the values it may have, with blanks between; NULL = any */
};

struct opts_table {
    const char *purpose; /* heading in help */
    const struct opts_flag *flags;
};
enum { OPTS_TABLES = 6, OPTS_FLAGS_MAX = 64 };

/* Flags that several verbs share. */
extern const struct opts_table opts_speaking, opts_writing, opts_reading, opts_catalog;

/* Read argv[0..argc) by the verb's tables (NULL at the end). 0, or -1 with
 * STATUS_USAGE. What was read so far is in *o either way, so that --json holds for the error. */
int opts_parse(struct opts *o, const char *verb, const struct opts_table *const *tables, int argc,
               const char *const *argv, struct diag *d);
void opts_free(struct opts *o);

#endif

/* diag.h - the one error record, and how it is shown.
 *
 * Library code returns 0, or -1 with one record filled in; only the command
 * line prints it. A message says what was found and what was expected, in lower
 * case and without a full stop; the place is file:line:column, 1-based, where a
 * column is a byte. */
#ifndef BERTH_BASE_DIAG_H
#define BERTH_BASE_DIAG_H

#include <stdint.h>
#include <stdio.h>

/* What the program's exit status promises. */
enum status {
    STATUS_OK = 0,
    STATUS_GATE = 1,   /* a gate or a target was not met */
    STATUS_USAGE = 2,  /* wrong command line */
    STATUS_INPUT = 3,  /* unreadable or invalid input, unwritable output */
    STATUS_POLICY = 4, /* a policy failed to load or broke its contract */
    STATUS_STUCK = 5,  /* the simulated system cannot move */
    STATUS_BROKEN = 6  /* an invariant of ours broke */
};

/* Where something is. Every pointer is borrowed for the call only and may be
 * NULL; zero numbers are not shown. */
struct diag_at {
    const char *file;      /* as the user named it */
    const char *text;      /* the whole line, without its line end */
    const char *path;      /* JSON path such as "$.cluster.nodes[2].gpus" */
    uint32_t line, column; /* 1-based */
    uint32_t width;        /* bytes to mark with ^~~~, at least 1 when column is set */
};

/* One problem. Plain data: may be copied and compared, owns nothing. */
struct diag {
    int status; /* enum status; 0 = nothing happened */
    uint32_t line, column, width;
    char file[256];
    char path[192];
    char excerpt[128];       /* at most 96 bytes of the line around the column, "..." where cut */
    uint32_t excerpt_column; /* 1-based column of the mark inside excerpt, 0 = no mark */
    char message[640];
    char hint[256];                /* one line that begins with a verb, or empty */
    char found[96], expected[160]; /* for --json; empty when not given */
};

/* Fill *d and return -1, so that callers can write `return diag_fail(...)`.
 * `status` is one of enum status. Text that does not fit is cut. */
__attribute__((format(printf, 4, 5))) int diag_fail(struct diag *d, int status, struct diag_at at,
                                                    const char *fmt, ...);

/* The usual shape: "WHAT is 'FOUND', expected EXPECTED", status STATUS_INPUT. */
int diag_expected(struct diag *d, struct diag_at at, const char *what, const char *found,
                  const char *expected);

/* Add the recovery line. No effect on an empty record. */
__attribute__((format(printf, 2, 3))) void diag_hint(struct diag *d, const char *fmt, ...);

/* Print: "place: error: message", then "  at PATH" unless the message names the path
 * already, then excerpt and mark, then the hint. `kind` is "error" or "warning".
 * `colour` adds escape codes. */
void diag_print(FILE *to, const struct diag *d, const char *kind, int colour);

/* The same as one JSON object on one line, {"error":{...}}. */
void diag_print_json(FILE *to, const struct diag *d);

/* The nearest of `n` words to `word` (optimal string alignment distance, case ignored),
 * or NULL when the distance is more than a third of the longer length. Ties go to the first. */
const char *diag_nearest(const char *word, const char *const *words, uint32_t n);

#endif

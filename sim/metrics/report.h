/* report.h - the interface a report implements: one report per file in reports/.
 *
 * A report is of one run (.write), or of all runs of a scenario side by side (.compare, when there are
 * several and all have ended); exactly one of the two is there. */
#ifndef BERTH_METRICS_REPORT_H
#define BERTH_METRICS_REPORT_H

#include "base/diag.h"
#include "base/writer.h"
#include "metrics/comparison.h"
#include "metrics/outcome.h"

struct report_context {
    const char *folder;       /* output folder, without a slash at the end; NULL: no folder */
    const char *rejects_note; /* "1 of 5 rows rejected, see rejects.csv" or NULL */
    bool plots;               /* gnuplot was found and plots are wanted */
    bool colour;
    int width; /* of the terminal, 80 when unknown */
};

struct report {
    const char *name;    /* "jobs_csv" */
    const char *file;    /* "jobs.csv" inside the folder; NULL: standard output (summary) */
    bool own_files;      /* opens files of its own inside the folder (plots); then no `w` */
    const char *summary; /* one line for help */
    bool on_by_default;  /* in `berth run -o DIR` */
    /* Write everything about the outcome to `w` (NULL when .own_files). 0 or -1 with *d. */
    int (*write)(const struct outcome *o, const struct report_context *c, struct writer *w,
                 struct diag *d);
    /* The same of several runs; the folder is the one that holds theirs. */
    int (*compare)(const struct comparison *all, const struct report_context *c, struct writer *w,
                   struct diag *d);
};

/* `REPORT(jobs_csv) = { ... };` is the last thing in reports/jobs_csv.c. */
#define REPORT(id)                                                                                 \
    extern const struct report report_##id;                                                        \
    const struct report report_##id

const struct report *const *report_all(void);       /* sorted by name, NULL at the end */
const struct report *report_find(const char *name); /* or NULL */

/* Write one report into the folder through a writer (temporary and rename); it must be of one run. */
int report_write(const struct report *r, const struct outcome *o, const struct report_context *c,
                 struct diag *d);

/* The same with one of several runs. */
int report_compare(const struct report *r, const struct comparison *all,
                   const struct report_context *c, struct diag *d);

#endif

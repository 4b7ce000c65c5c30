/* comparison.h - several runs side by side: one row of plain numbers each, copied out of its outcome
 * before that is gone, and the columns that name, order and format them.
 *
 * One run a row: there is no replication here, hence no interval. */
#ifndef BERTH_METRICS_COMPARISON_H
#define BERTH_METRICS_COMPARISON_H

#include "base/writer.h"
#include "metrics/outcome.h"

/* Every number is a double; NAN = not known. Shares are of capacity, times in seconds. */
struct comparison_row {
    const char *cluster, *policy; /* borrowed from the scenario */
    char *composition;            /* owned */
    char folder[200];             /* inside the output folder */
    enum run_status status;
    bool clairvoyant;
    double gpus, jobs, started, finished;
    double capacity_gpu_hours, useful_gpu_hours, lost_gpu_hours;
    double allocated, occupied, share[BUCKETS];
    struct quantiles wait, jct; /* job-weighted */
    double makespan_s;
    double stops[STOP_REASONS], promises, promises_broken;
    double fleet_usd, usd_per_useful, useful_per_1000_usd;
    double fragmentation[FRAG_METRICS], fgd_ratio;
};

struct comparison {
    const char *scenario; /* borrowed */
    uint64_t seed;
    ns_t warmup;
    struct comparison_row *rows; /* in input order; owned */
    uint32_t n, n_clusters;
};

enum comparison_kind {
    COMPARISON_SHARE,  /* 0..1; percent for people */
    COMPARISON_TIME,   /* s; the unit people would choose */
    COMPARISON_COUNT,  /* whole */
    COMPARISON_AMOUNT, /* GPU-hours, USD, GPUs: two decimals for people */
    COMPARISON_RATIO
};

struct comparison_column {
    const char *name;  /* with its unit: "wait_p95_s" */
    const char *label; /* for people, who see the unit in the cell: "wait p95" */
    enum comparison_kind kind;
    int better; /* 1: more, -1: less is better; 0: neither */
    size_t at;  /* of the double in struct comparison_row */
};

/* All columns, in order; *n of them. */
const struct comparison_column *comparison_columns(uint32_t *n);
const struct comparison_column *comparison_find(const char *name); /* or NULL */

double comparison_value(const struct comparison_row *row, const struct comparison_column *c);

/* "12.3 %", "4.4 h", "1,234.50", "-" when unknown; `to` has at least 48 bytes. */
void comparison_text(const struct comparison_column *c, double v, char *to);

/* Does any row have something else than nothing there? */
bool comparison_filled(const struct comparison *all, const struct comparison_column *c);

/* Is the row's cell the best of its column, as people read it? No cell is when all read alike, and that
 * of a run that got stuck never is. */
bool comparison_best(const struct comparison *all, uint32_t row, const struct comparison_column *c);

/* "easy", or "121x hgx-v100, easy" when clusters differ; `to` holds `room` bytes. */
const char *comparison_label(const struct comparison *all, uint32_t row, char *to, size_t room);

/* What must be said above the numbers: scenario, seed, warm-up, how many, that there is no interval. */
void comparison_head(const struct comparison *all, struct writer *w);

/* The runs by the named columns (names end with NULL), those that are filled. As Markdown the best are bold;
 * as text they have a star. */
void comparison_table(const struct comparison *all, const char *const *names, bool markdown,
                      struct writer *w);

/* Copy what the outcome says into the row. */
void comparison_fill(struct comparison_row *row, const struct outcome *o);

void comparison_free(struct comparison *all);

#endif

/* slurm_row.h - one row of sacct as times, sizes and an end: everything but which rows
 * belong together. */
#ifndef BERTH_INGEST_SLURM_ROW_H
#define BERTH_INGEST_SLURM_ROW_H

#include "ingest/slurm_table.h"
#include "ingest/slurm_text.h"
#include "ingest/zone.h"

#define SLURM_ROW_SHARDS 4 /* shards a GPU is sold as when nobody says: gres.conf is not read */

enum slurm_column {
    SLURM_JOBID,
    SLURM_ACCOUNT,
    SLURM_USER,
    SLURM_PRIORITY,
    SLURM_SUBMIT,
    SLURM_ELIGIBLE,
    SLURM_START,
    SLURM_END,
    SLURM_ELAPSEDRAW,
    SLURM_ELAPSED,
    SLURM_SUSPENDED,
    SLURM_STATE,
    SLURM_TIMELIMIT,
    SLURM_TIMELIMITRAW,
    SLURM_NNODES,
    SLURM_ALLOCCPUS,
    SLURM_REQMEM,
    SLURM_REQTRES,
    SLURM_ALLOCTRES,
    SLURM_COLUMNS
};

struct slurm_row {
    struct slurm_id id;
    ns_t submit, start, run, limit; /* NS_UNKNOWN where the file does not say */
    struct job_group groups[2];
    uint32_t n_groups, share_milli;
    int64_t cpu_milli, memory_mib;                     /* per replica */
    const char *types, *user, *account, *text, *tasks; /* in the arena; NULL = none */
    bool mig, ran;
    int32_t priority;
    enum job_end end;
    uint32_t line, size_column;
};

struct slurm_reader {
    struct slurm_table table;
    int column[SLURM_COLUMNS]; /* in the table, -1 = absent */
    struct zone zone;
    struct sink *sink; /* for warnings */
    struct arena *arena;
    uint32_t shards; /* per GPU */
    bool shards_stated, by_submit, any_gpu;
};

/* Find the columns in the header of r->table; -1 when the file cannot be read without one. */
int slurm_row_columns(struct slurm_reader *r, struct diag *d);

/* The row's number only: a step needs nothing else. False with *why. */
bool slurm_row_id(const struct slurm_reader *r, struct slurm_id *id, struct diag *why);

/* The whole row. NULL, or the kind of trouble with *why filled. */
const char *slurm_row_read(struct slurm_reader *r, struct slurm_row *row, struct diag *why);

#endif

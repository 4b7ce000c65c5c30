/* sink.h - what ingest knows of a file between its first row and its last; private to ingest. */
#ifndef BERTH_INGEST_SINK_H
#define BERTH_INGEST_SINK_H

#include "base/vec.h"
#include "ingest/gpu_types.h"
#include "ingest/ingest.h"
#include "ingest/request_classes.h"

enum { SINK_FIRST = 5 }; /* rejects kept in full for the screen */

struct staged { /* one accepted row, 64 bytes */
    ns_t submit, run, limit, wait;
    uint32_t request, line;
    uint32_t id;    /* number in sink.ids, INTERN_NONE = the format has none */
    uint32_t user;  /* number in sink.users */
    uint32_t after; /* number in sink.ids_after, INTERN_NONE = nothing */
    int32_t priority;
    uint8_t end;  /* enum job_end */
    bool dropped; /* rejected after all, with the reason in sink.rejects */
};

struct sink_tally {
    char *what;
    uint64_t n;
    uint32_t first_line;
}; /* what: owned */

struct sink {
    const char *file;                  /* borrowed: outlives the sink */
    const struct trace_format *format; /* NULL: rows made by the program itself */
    const struct ingest_options *opt;  /* borrowed */
    const struct topology *fleet;      /* borrowed; NULL = nothing is completed or too large */
    const struct catalog *catalog;     /* borrowed; may be NULL */
    struct arena *arena;               /* borrowed: rejects, nodes and the job_set go there */
    bool want_nodes;                   /* rows are ignored, nodes are kept */

    VEC(struct staged) staged;
    VEC(uint32_t) owner; /* by number in ids: index in staged, JOB_NONE = free */
    VEC(struct job_group) scratch;
    struct intern ids, ids_after, users, tenants, accepts;
    struct request_classes classes;
    struct fit *fit;         /* owned; NULL without a fleet */
    struct gpu_types *types; /* owned; NULL without a fleet */
    bool nameless, any_wait, any_user, any_priority;

    VEC(struct ingest_reject) rejects;
    struct diag first[SINK_FIRST];
    VEC(struct sink_tally) skips, folds, warnings, warning_kinds, notes;
    VEC(struct node_spec) nodes;
    uint64_t rows, censored, cpu_only;
    ns_t origin, last_submit;
    bool unsorted_ok;
};

struct sink *sink_open(const char *file, const struct trace_format *format,
                       const struct ingest_options *opt, const struct topology *fleet,
                       const struct catalog *catalog, struct arena *a);
void sink_close(struct sink *s);

#endif

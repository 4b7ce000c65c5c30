/* trace.h - the interface a trace format implements: one reader per file in traces/.
 *
 * A reader turns text into rows and hands each to the sink, in file order; it keeps
 * nothing. Three kinds of trouble, three calls: file trouble is `return diag_fail(...)`
 * (the run stops, status 3); a row that cannot be used is sink_reject(); something odd
 * but usable is sink_warn(). Nothing is dropped without being counted. */
#ifndef BERTH_INGEST_TRACE_H
#define BERTH_INGEST_TRACE_H

#include "base/diag.h"
#include "base/input.h"
#include "base/units.h"
#include "sched/job.h"

/* What the user may say to a reader. Zero means default. */
struct trace_options {
    const char *tz;       /* "" or NULL = UTC; "+08:00" or an IANA name */
    const char *resource; /* swf: "cpu", "gpu", "node": what a processor is */
    enum { RETRIES_ATTEMPTS, RETRIES_MERGE } retries;
    enum { CENSORED_KEEP, CENSORED_SKIP } censored;
    enum { GANG_DEFAULT, GANG_OWNER } gang;              /* Kubernetes */
    enum { SIZE_ALLOCATED, SIZE_REQUESTED } size;        /* swf */
    enum { SUBMIT_ELIGIBLE, SUBMIT_SUBMIT } submit_time; /* sacct */
    const char *tenant;                                  /* swf: "group", "queue", "partition" */
    const char *level;                                   /* Kubernetes: "rack=LABEL" */
    ns_t time_unit;     /* 0 = the format's own; else ns per unit */
    bool cpu_only_skip; /* leave out rows without a GPU */
};

/* One job as the file tells it. Text is borrowed until sink_row() returns. */
struct trace_row {
    const char *job_id; /* unique in the file; NULL: format has none, line order numbers them */
    ns_t submit;        /* absolute or relative, the sink subtracts the smallest */
    ns_t run;           /* work on the recorded hardware, >= 0 */
    ns_t limit;         /* NS_UNKNOWN = none */
    ns_t wait;          /* NS_UNKNOWN = not recorded */
    const struct job_group *groups; /* n_groups of them; n_groups == 0: the shape is not recorded */
    uint32_t n_groups;
    uint32_t gpus;                 /* total; used only when n_groups == 0 */
    uint32_t share_milli;          /* 1..999: replicas of one share each; 0 = whole GPUs */
    const char *mig_profile;       /* NULL or "1g.10gb": each GPU asked for is an instance of it */
    const char *gpu_types;         /* NULL or "" = any; ids or aliases joined by '|' */
    int64_t cpu_milli, memory_mib; /* per replica (per job when n_groups == 0); 0 = not stated */
    uint8_t required, preferred;   /* enum level */
    const char *tenant, *user;     /* NULL = not recorded */
    int32_t priority;
    const char *after; /* job_id, NULL = none */
    enum job_end end;
    uint32_t line;        /* of the row, 1-based */
    const char *text;     /* the row's own text for rejects.csv, or NULL */
    uint32_t gpus_column; /* column of the size, for "larger than the fleet"; 0 = unknown */
    uint32_t id_column;   /* column of job_id, for "already used"; 0 = the first */
};

struct sink; /* ingest/sink.c: checks rows; ingest/ingest.c makes a job_set */

/* Hand over one job. The sink itself warns of rows out of order, run times of zero and
 * runs beyond their limit, leaves out censored and CPU-only rows when asked to, and
 * rejects an id used before, unknown GPU types and what could never fit the fleet. -1 only when the run must stop (too many rejects, out of range). */
int sink_row(struct sink *s, const struct trace_row *row, struct diag *d);

/* A row that cannot be used. `kind` is a short word for rejects.csv: "number", "time",
 * "end-before-start", "duplicate", "too-large", "missing", "type", "shape". `why` was
 * filled by diag_fail/diag_expected and holds place and reason. `text` is the row.
 * Returns 0, or -1 to stop. */
int sink_reject(struct sink *s, const char *kind, const struct diag *why, const char *text);

/* Left out on purpose: "never ran", "no GPU". Counted by reason. */
void sink_skip(struct sink *s, const char *reason, uint32_t line);

/* Part of another row's job: "step", "part", "component", "attempt". Counted by word. */
void sink_fold(struct sink *s, const char *word, uint32_t line);

/* Odd but usable; one warning per kind is shown, with a count and the first line. */
__attribute__((format(printf, 4, 5))) void sink_warn(struct sink *s, const char *kind,
                                                     uint32_t line, const char *fmt, ...);

/* Number of raw rows seen (every data row or object, before folding and skipping). */
void sink_count_row(struct sink *s);

/* Facts of the file's header. All optional. */
void sink_origin(struct sink *s, ns_t utc); /* UTC (ns since 1970) of the file's time 0; without
                                                   it, submit times above 1e9 s are taken as epoch */
void sink_note(struct sink *s, const char *key, const char *value); /* for `berth trace info` */
void sink_unsorted_ok(struct sink *s); /* the format does not promise order: do not warn */

/* The outcomes handed over so far mean nothing: every job counts as done. */
void sink_forget_ends(struct sink *s);

/* One node of the recorded fleet; a file may hold jobs, nodes or both. Text is copied. */
int sink_node(struct sink *s, const struct node_spec *node, uint32_t line, struct diag *d);

/* How sure a format is that text is its own. */
enum { GUESS_NO = 0, GUESS_MAYBE = 10, GUESS_YES = 100 };

/* A near miss, filled in by guess() for the message about an unknown format. */
struct trace_near {
    const char *format;          /* static */
    char missing[64], found[64]; /* required column, and what stands in its place ("" = nothing) */
    uint32_t line, column;
    uint32_t matched; /* required columns found; the largest wins */
};

struct trace_format {
    const char *name;    /* "swf" */
    const char *summary; /* one line */
    const char *source;  /* where the format is defined or published */
    const char *columns; /* what the reader takes from it, for `berth help formats` */
    const char *counted; /* what rejects are counted in; NULL = "rows", else "jobs" */
    bool jobs, nodes;    /* what a file of this format can hold */
    /* Is `head` (the first 64 KiB at most, NUL-terminated, line ends as stored) of this
     * format? May fill *near when it is not but comes close. */
    int (*guess)(const char *head, size_t n, struct trace_near *near);
    /* Read all of it. 0, or -1 with *d. */
    int (*read)(struct input *in, const struct trace_options *opt, struct sink *s, struct diag *d);
};

/* `TRACE_FORMAT(swf) = { ... };` is the last thing in traces/swf.c. */
#define TRACE_FORMAT(id)                                                                           \
    extern const struct trace_format trace_format_##id;                                            \
    const struct trace_format trace_format_##id

#endif

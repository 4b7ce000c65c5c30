/* runlog.h - run.log: the facts of one execution that must not be in the results: wall and CPU
 * time, memory, machine, files written. */
#ifndef BERTH_EXPERIMENT_RUNLOG_H
#define BERTH_EXPERIMENT_RUNLOG_H

#include "base/diag.h"

struct runlog {
    char *text; /* owned */
    size_t n, room;
    double began;                              /* seconds of the monotonic clock */
    void (*line)(void *ctx, const char *text); /* every line as it is noted; may be NULL */
    void *ctx;
};

/* A stretch of work, measured. */
struct runlog_watch {
    double wall, cpu;
};

/* Begin with the program, the time and the machine. */
void runlog_begin(struct runlog *l, void (*line)(void *ctx, const char *text), void *ctx);
void runlog_free(struct runlog *l);

__attribute__((format(printf, 2, 3))) void runlog_note(struct runlog *l, const char *fmt, ...);

/* CPU time is this thread's. */
void runlog_start(struct runlog_watch *w);
/* What has gone by since: call in the same thread. */
struct runlog_watch runlog_read(const struct runlog_watch *w);
/* "read trace: 0.52 s wall, 0.51 s cpu, 35.1 MiB peak" */
void runlog_stop(struct runlog *l, const struct runlog_watch *w, const char *what);
/* The same with times that runlog_read() gave. */
void runlog_took(struct runlog *l, struct runlog_watch took, const char *what);

/* Write the log and the list of every file below `folder` as folder/run.log. 0, or -1 with *d. */
int runlog_write(struct runlog *l, const char *folder, struct diag *d);

#endif

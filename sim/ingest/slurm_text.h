/* slurm_text.h - the small languages of Slurm's accounting: states, lengths of time, job
 * numbers. All pure; n bytes, no NUL needed. */
#ifndef BERTH_INGEST_SLURM_TEXT_H
#define BERTH_INGEST_SLURM_TEXT_H

#include "base/units.h"
#include "sched/job.h"

/* What became of a job: the end of one that ran, SLURM_PENDING for one still waiting,
 * JOB_ENDS when the word is not known. "CANCELLED by 1000" is CANCELLED. */
enum { SLURM_PENDING = JOB_ENDS + 1 };
int slurm_text_state(const char *text, size_t n);

/* "[DD-[HH:]]MM:SS[.fff]" or "DD-HH:MM:SS" -> ns. */
bool slurm_text_elapsed(const char *text, size_t n, ns_t *out);

/* A time limit: as elapsed; UNLIMITED, Partition_Limit, INVALID and "" are NS_UNKNOWN. */
bool slurm_text_limit(const char *text, size_t n, ns_t *out);

/* "12", "12_3", "12_[4-9%2]", "12+1", "12.batch", "12+1.0". */
struct slurm_id {
    uint64_t job;
    int64_t task;          /* -1 none */
    int64_t component;     /* -1 none */
    size_t tasks, tasks_n; /* the list between brackets, 0 bytes when there is none */
    bool step;
};
bool slurm_text_id(const char *text, size_t n, struct slurm_id *out);

/* The next task of a list such as "1-3,7,9-20:2%4"; *at starts at 0. 1 = *task is set,
 * 0 = the end, -1 = *at stands where the list is not one ("..." means cut off). */
struct slurm_tasks {
    const char *text;
    size_t n, at;
    int64_t next, last, step;
};
int slurm_text_task(struct slurm_tasks *t, int64_t *task);

#endif

/* run.h - one scenario end to end: every cluster with every policy, in input order.
 *
 * Per cluster the fleet is built and the jobs are read or drawn; per (cluster, policy) a trial is
 * run, its money computed and its reports written into the folder given. The caller stages the
 * folder (staging.h) and moves it into place when run_scenario() says that all is well. */
#ifndef BERTH_EXPERIMENT_RUN_H
#define BERTH_EXPERIMENT_RUN_H

#include "experiment/runlog.h"
#include "experiment/scenario.h"
#include "experiment/trial.h"
#include "metrics/comparison.h"

struct run_options {
    const char *folder;       /* where reports go; NULL = none are written */
    const char *render;       /* report that is kept as text: "summary", "outcome_json"; or NULL */
    const char *side_by_side; /* the same of all runs when they are several; or NULL */
    int threads;              /* at least 1; never changes a result */
    bool colour;              /* of the rendered text */
    int width;
    struct runlog *log;      /* may be NULL */
    struct host_note *notes; /* by trial: where its policy is; NULL = nobody looks on */
    /* What was read of one cluster's workload; `why` is NULL, or the reason to stop, which may be
     * changed. May be NULL. */
    void (*read)(void *ctx, const struct ingest_summary *s, struct diag *why);
    /* Something that the user should know and the results do not say. May be NULL. */
    void (*note)(void *ctx, const char *what, const char *which);
    /* Progress; may be called from several threads. */
    void (*plan)(void *ctx, uint32_t trials, const struct job_set *jobs);
    void (*progress)(void *ctx, uint32_t trial, const struct trial_progress *p);
    void *ctx;
};

struct run_trial {
    uint32_t cluster, policy; /* indexes in the scenario */
    char name[200];           /* subfolder, "" when there is only one trial */
    struct diag diag;         /* status 0, or STATUS_STUCK with its message */
    char *text;               /* rendered report; owned */
    size_t text_n;
    struct runlog_watch simulated, reported; /* what each took */
};

struct run {
    struct run_trial *trials; /* owned */
    uint32_t n;
    struct comparison comparison; /* a row for each; owned; names are borrowed from the scenario */
    char *text;                   /* rendered report of all; NULL = there is one trial; owned */
    size_t text_n;
};

/* 0 when every trial could be told (stuck ones included: look at their diag), or -1 with *d. */
int run_scenario(const struct scenario *s, const struct run_options *o, struct run *out,
                 struct diag *d);
void run_free(struct run *r);

#endif

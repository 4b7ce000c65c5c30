/* progress.h - one line on stderr while a run goes on: bar, rate, time left.
 *
 * Only on a terminal (or when told always), after half a second, at most ten times a second,
 * cut to the width, cleared at the end. Safe to call from several trials at once. */
#ifndef BERTH_CLI_PROGRESS_H
#define BERTH_CLI_PROGRESS_H

#include "experiment/run.h"
#include <pthread.h>

enum { PROGRESS_TRIALS = 256 }; /* followed one by one; more count only when they end */

struct progress {
    bool on, utf8, drawn;
    int width;
    double began, last; /* seconds of the monotonic clock */
    uint64_t ended[PROGRESS_TRIALS], events[PROGRESS_TRIALS];
    uint64_t jobs_per_trial;
    double last_day; /* of the last submission */
    uint32_t trials;
    pthread_mutex_t lock;
};

/* `when` is the value of --progress; NULL = auto. */
void progress_begin(struct progress *p, const char *when);

/* What the run tells; `trial` counts from 0. */
void progress_plan(struct progress *p, uint32_t trials, const struct job_set *jobs);
void progress_tell(struct progress *p, uint32_t trial, const struct trial_progress *now);

/* Clear the line; progress_tell() after it draws nothing. */
void progress_end(struct progress *p);

/* The line itself, without colour codes or line end, for tests: at most `width` columns. */
void progress_line(char *to, size_t room, int width, bool utf8, double share, double day,
                   double last_day, uint64_t jobs, uint64_t of_jobs, double events_per_s,
                   double eta_s);

#endif

/* window.h - Slurm-style scheduling: a strict main pass at every event, and a backfill pass by timer over a
 * node map cut into slices of time (policies.md 4.4; Slurm, sched/backfill).
 *
 * The backfill pass takes the pending jobs in order. Each gets the earliest start at which every
 * replica has a node for the whole estimate, with starts rounded down and ends rounded up to slices;
 * earliest now means that it starts, otherwise its slices are taken for the rest of the pass. The map
 * is made anew each pass, so nothing is promised. It counts devices, CPU and memory per node: which
 * devices of a node come free together, and wishes inside a node, are looked at only when a job starts.
 * A pass that could start nobody, or repeat the last one, is not made: the schedule is the same. */
#ifndef BERTH_SCHED_WINDOW_H
#define BERTH_SCHED_WINDOW_H

#include "base/arena.h"
#include "sched/state.h"
#include <stdint.h>

struct core;
struct window;

/* Places of its options. */
enum {
    WINDOW_DEPTH,      /* jobs that the main pass looks at after an event */
    WINDOW_PER_TENANT, /* 1: a blocked job blocks its tenant alone; 0: everybody behind it */
    WINDOW_MAIN,       /* the main pass looks at all jobs every so often */
    WINDOW_INTERVAL,   /* between backfill passes */
    WINDOW_RESOLUTION, /* one slice */
    WINDOW_SPAN,       /* starts later than that from now are not reserved */
    WINDOW_MOST,       /* jobs that a backfill pass looks at */
    WINDOW_TESTS       /* trials of a job at an instant in one pass, 0 = any number */
};

struct window *window_new(struct core *c, struct arena *a);
void window_free(struct window *w);
void window_state(struct window *w, struct state *s);

#endif

/* tiresias.h - the recorded runs of the Tiresias simulator: its cases, clusters and traces, as tests need them. */
#ifndef BERTH_TESTS_LIB_TIRESIAS_H
#define BERTH_TESTS_LIB_TIRESIAS_H

#include "lib/builders.h"
#include "lib/recorded.h"

#define TIRESIAS "oracles/tiresias"

enum { TIRESIAS_FIGURES = 8 };
extern const char *const tiresias_figure[TIRESIAS_FIGURES]; /* "makespan", "mean_jct", ... */

struct tiresias_case {
    char name[96], trace[32], cluster[32], placement[16], scheme[32], queues[64];
    char figure[TIRESIAS_FIGURES][24]; /* as printed */
    int64_t jobs, completed, preemptions, events, promotions;
};

struct tiresias_job { /* seconds */
    int64_t id, gpus, submit, duration;
};

struct tiresias_world {
    struct arena a;
    struct topology fleet;
    struct tiresias_job *job; /* in order of (submit, place in the file) */
    uint32_t n, per_node;     /* jobs; GPUs of a node */
};

/* A table of the oracle; the test program ends when it is not there. */
struct recorded tiresias_table(const char *folder, const char *file, const char *const *columns,
                               uint32_t n);

struct recorded tiresias_cases(void);
bool tiresias_next(const struct recorded *cases, struct tiresias_case *c);

/* The others count GPUs, whatever the placement. */
bool tiresias_by_node(const struct tiresias_case *c);

/* Thresholds of "3: 3250/7200"; at most `most`. The number of them. */
uint32_t tiresias_limits(const struct tiresias_case *c, int64_t *limit, uint32_t most);

/* The knob of "dlas-gpu-05" in 1/1000: a leading 0 is a fraction. 0 = the scheme has none. */
uint32_t tiresias_knob(const char *scheme);

/* Cluster and trace of a case. Counted GPUs are one node; else nodes in switches, which are racks. */
void tiresias_world(struct tiresias_world *w, const struct tiresias_case *c);
void tiresias_world_free(struct tiresias_world *w);

/* The trace as jobs. Counted GPUs: one worker with all of them on the one node. By node: workers of one
 * GPU, on one node when one can hold them, else in one rack. */
void tiresias_fill(const struct tiresias_world *w, const struct tiresias_case *c,
                   struct builders_job *jobs); /* of world->n */
void tiresias_jobs(struct tiresias_world *w, const struct tiresias_case *c, struct job_set *out);

#endif

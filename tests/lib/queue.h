/* queue.h - single-class queues for closed-form tests: jobs from a law or a model file, waits as
 * the engine gives them, and waits as a recursion gives them that knows nothing of the engine. */
#ifndef BERTH_TESTS_LIB_QUEUE_H
#define BERTH_TESTS_LIB_QUEUE_H

#include "experiment/law.h"
#include "ingest/ingest.h"
#include "lib/builders.h"

/* n one-GPU jobs: Poisson arrivals at `per_s`, run times from the law. */
void queue_jobs(struct job_set *out, struct arena *a, uint64_t seed, uint32_t replication,
                uint32_t n, double per_s, const struct law *service);

/* The jobs of a model file of scenarios/models. Release with ingest_free(). */
void queue_model(struct job_set *out, struct arena *a, const char *file, uint64_t seed);

/* Waits in seconds under "fifo" on one node of `servers` GPUs, by job. */
double *queue_simulate(const struct job_set *jobs, uint32_t servers, struct arena *a);

/* The same by the recursion of Lindley (1952), of Kiefer and Wolfowitz (1955) for several
 * servers: a job starts when it is there and the first server is free. */
double *queue_recursion(const struct job_set *jobs, uint32_t servers, struct arena *a);

/* Ends the test unless both give the same bits for every job. */
void queue_expect_equal(const double *simulated, const double *recursion, uint32_t n);

/* Ends the test unless the formula lies in the 99 % interval by 20 batch means, after the first
 * twentieth of the jobs (the queue starts empty), and the interval is at most `width` of it. */
void queue_expect_mean(const char *what, const double *x, uint32_t n, double formula, double width);

#endif

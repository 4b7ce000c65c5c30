/* replicate.h - many tasks in parallel, results in input order. The only file that knows of
 * threads: tasks share read-only data, and each writes only what belongs to its own index. */
#ifndef BERTH_EXPERIMENT_REPLICATE_H
#define BERTH_EXPERIMENT_REPLICATE_H

#include <stdint.h>

/* Run task(ctx, 0) .. task(ctx, n - 1) on at most `threads` threads (at least 1). Returns when all
 * are done. */
void replicate_run(void (*task)(void *ctx, uint32_t i), void *ctx, uint32_t n, int threads);

/* Threads worth using: the processors this process may run on. */
int replicate_threads(void);

#endif

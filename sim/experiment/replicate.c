/* replicate.c - many tasks in parallel, results in input order. */
#include "experiment/replicate.h"

#include <omp.h>

/* The thread sanitizer does not see how the OpenMP library forks and joins: it is told. */
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#define HAND_OVER(mark) __tsan_release(mark)
#define TAKE_OVER(mark) __tsan_acquire(mark)
#else
#define HAND_OVER(mark) ((void)(mark))
#define TAKE_OVER(mark) ((void)(mark))
#endif

void replicate_run(void (*task)(void *ctx, uint32_t i), void *ctx, uint32_t n, int threads)
{
    char fork = 0, join = 0;

    /* One thread must not depend on a thread team: sanitizers then see plain code. */
    if (threads <= 1 || n <= 1) {
        for (uint32_t i = 0; i < n; i++)
            task(ctx, i);
        return;
    }
    HAND_OVER(&fork);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (uint32_t i = 0; i < n; i++) {
        TAKE_OVER(&fork);
        task(ctx, i);
        HAND_OVER(&join);
    }
    TAKE_OVER(&join);
}

int replicate_threads(void)
{
    return omp_get_num_procs();
}

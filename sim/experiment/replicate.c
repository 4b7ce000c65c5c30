/* replicate.c - many tasks in parallel, results in input order. */
#include "experiment/replicate.h"

#include <omp.h>

void replicate_run(void (*task)(void *ctx, uint32_t i), void *ctx, uint32_t n, int threads)
{
    /* One thread must not depend on a thread team: sanitizers then see plain code. */
    if (threads <= 1 || n <= 1) {
        for (uint32_t i = 0; i < n; i++)
            task(ctx, i);
        return;
    }
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (uint32_t i = 0; i < n; i++)
        task(ctx, i);
}

int replicate_threads(void)
{
    return omp_get_num_procs();
}

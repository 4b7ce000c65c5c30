/* dead_gpu.c - starts jobs on a node that is not up. */
#include "double.h"

DECIDE
{
    struct double_state *s = self;
    uint32_t job = double_first(v, BERTH_JOB_PENDING);

    (void)events, (void)n_events, (void)mode;
    for (uint32_t i = 0; job != BERTH_NONE && i < v->nodes.n; i++)
        if (berth_node_at(v, i)->health != BERTH_NODE_UP) {
            uint32_t gpus = berth_request_at(v, berth_job_at(v, job)->request)->gpus;
            s->pieces[0] =
                (struct berth_piece){.node = i, .milli = 1000, .mask = (UINT64_C(1) << gpus) - 1};
            double_emit(s, BERTH_DO_START, job, s->pieces, 1);
            break;
        }
    return 0;
}

DOUBLE(dead_gpu, 0);

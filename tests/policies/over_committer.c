/* over_committer.c - starts every job on the first devices of the first node, taken or not. */
#include "double.h"

DECIDE
{
    struct double_state *s = self;
    uint32_t job = double_first(v, BERTH_JOB_PENDING);

    (void)events, (void)n_events, (void)mode;
    if (job != BERTH_NONE) {
        uint32_t gpus = berth_request_at(v, berth_job_at(v, job)->request)->gpus;
        s->pieces[0] = (struct berth_piece){.milli = 1000, .mask = (UINT64_C(1) << gpus) - 1};
        double_emit(s, BERTH_DO_START, job, s->pieces, 1);
    }
    return 0;
}

DOUBLE(over_committer, 0);

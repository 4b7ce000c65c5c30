/* flapper.c - stops what runs and starts it again, every nanosecond. */
#include "double.h"

DECIDE
{
    struct double_state *s = self;
    uint32_t job = double_first(v, BERTH_JOB_RUNNING);
    struct berth_decision wake = {
        .size = sizeof wake, .kind = BERTH_DO_WAKE, .cookie = 1, .at = v->now + 1};

    (void)events, (void)n_events, (void)mode;
    if (job != BERTH_NONE)
        double_emit(s, BERTH_DO_PREEMPT, job, NULL, 0);
    else
        double_fifo(s, v);
    s->host->emit(s->host->ctx, &wake);
    return 0;
}

DOUBLE(flapper, BERTH_CAN_PREEMPT);

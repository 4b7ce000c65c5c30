/* sisyphus.c - lets a job run a minute, then throws its work away, for ever. */
#include "double.h"

DECIDE
{
    struct double_state *s = self;
    struct berth_decision wake = {.size = sizeof wake,
                                  .kind = BERTH_DO_WAKE,
                                  .cookie = 1,
                                  .at = v->now + INT64_C(60000000000)};
    struct berth_decision stop = {
        .size = sizeof stop, .kind = BERTH_DO_PREEMPT, .arg = BERTH_STOP_REQUEUE};

    (void)mode;
    for (uint32_t i = 0; i < n_events; i++)
        if (events[i].kind == BERTH_EV_TIMER) {
            while ((stop.job = double_first(v, BERTH_JOB_RUNNING)) != BERTH_NONE) {
                s->host->emit(s->host->ctx, &stop);
                wake.at = v->now + 1; /* it waits again then */
            }
        }
    double_fifo(s, v);
    s->host->emit(s->host->ctx, &wake);
    return 0;
}

DOUBLE(sisyphus, BERTH_CAN_PREEMPT);

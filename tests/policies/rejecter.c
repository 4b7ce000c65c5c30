/* rejecter.c - rejects every job. */
#include "double.h"

DECIDE
{
    (void)v, (void)mode;
    for (uint32_t i = 0; i < n_events; i++)
        if (events[i].kind == BERTH_EV_JOB_SUBMITTED)
            double_emit(self, BERTH_DO_REJECT, events[i].job, NULL, 0);
    return 0;
}

DOUBLE(rejecter, 0);

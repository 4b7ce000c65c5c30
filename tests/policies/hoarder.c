/* hoarder.c - holds devices for every job and starts none. */
#include "double.h"

DECIDE
{
    struct double_state *s = self;

    (void)mode;
    for (uint32_t i = 0; i < n_events; i++) {
        struct berth_decision d = {.size = sizeof d, .kind = BERTH_DO_HOLD, .job = events[i].job};
        if (events[i].kind != BERTH_EV_JOB_SUBMITTED)
            continue;
        d.n_pieces = s->place->find(s->host->ctx, d.job, BERTH_PLACE_FIRST, s->pieces, ROOM);
        d.pieces = s->pieces;
        d.arg = berth_request_at(v, berth_job_at(v, d.job)->request)->replicas;
        if (d.n_pieces)
            s->host->emit(s->host->ctx, &d);
    }
    return 0;
}

DOUBLE(hoarder, BERTH_CAN_HOLD);

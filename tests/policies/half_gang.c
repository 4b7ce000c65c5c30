/* half_gang.c - starts jobs on half of what they ask for. */
#include "double.h"

DECIDE
{
    struct double_state *s = self;
    uint32_t job = double_first(v, BERTH_JOB_PENDING);

    (void)events, (void)n_events, (void)mode;
    if (job != BERTH_NONE) {
        uint32_t n = s->place->find(s->host->ctx, job, BERTH_PLACE_FIRST, s->pieces, ROOM);
        if (n)
            s->pieces[0].mask &= s->pieces[0].mask - 1;
        double_emit(s, BERTH_DO_START, job, s->pieces, n);
    }
    return 0;
}

DOUBLE(half_gang, 0);

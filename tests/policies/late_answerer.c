/* late_answerer.c - finds a place in one call and asks for it in the next. */
#include "double.h"

DECIDE
{
    struct double_state *s = self;
    uint32_t job = s->job;

    (void)events, (void)n_events, (void)mode;
    if (job != BERTH_NONE)
        double_emit(s, BERTH_DO_START, job, s->pieces, s->n);
    /* It keeps the first place it found, whoever has it by now. */
    s->job = double_first(v, BERTH_JOB_PENDING);
    if (s->job != BERTH_NONE && !s->n)
        s->n = s->place->find(s->host->ctx, s->job, BERTH_PLACE_FIRST, s->pieces, ROOM);
    return 0;
}

DOUBLE(late_answerer, 0);

/* forgetful.c - keeps what it decides by in a writable global: two runs in one process differ. */
#include "double.h"
#include <time.h>

static uint32_t turns;
long forgetful_seen;

DECIDE
{
    struct double_state *s = self;
    uint32_t job, n, rule;

    (void)events, (void)n_events, (void)mode;
    forgetful_seen = (long)time(NULL);
    while ((job = double_first(v, BERTH_JOB_PENDING)) != BERTH_NONE) {
        rule = turns++ % 5 < 2 ? BERTH_PLACE_WORST : BERTH_PLACE_BEST;
        n = s->place->find(s->host->ctx, job, rule, s->pieces, ROOM);
        if (!n)
            break;
        double_emit(s, BERTH_DO_START, job, s->pieces, n);
    }
    return 0;
}

DOUBLE(forgetful, 0);

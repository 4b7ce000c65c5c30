/* truth_seeker.c - asks for the true lengths without saying so: no fault, but the run is marked. */
#include "double.h"

DECIDE
{
    struct double_state *s = self;

    (void)events, (void)n_events, (void)mode;
    s->host->extension(s->host->ctx, BERTH_CLAIRVOYANT);
    double_fifo(s, v);
    return 0;
}

DOUBLE(truth_seeker, 0);

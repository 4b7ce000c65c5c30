/* unfinished.c - leaves its transaction open. */
#include "double.h"

DECIDE
{
    struct double_state *s = self;

    (void)events, (void)n_events, (void)mode;
    s->host->begin(s->host->ctx);
    double_fifo(s, v);
    return 0;
}

DOUBLE(unfinished, 0);

/* looper.c - does not come back. */
#include "double.h"

DECIDE
{
    volatile uint32_t forever = 1;

    (void)self, (void)v, (void)events, (void)n_events, (void)mode;
    while (forever)
        continue;
    return 0;
}

DOUBLE(looper, 0);

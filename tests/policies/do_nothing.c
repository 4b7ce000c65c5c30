/* do_nothing.c - starts no job. */
#include "double.h"

DECIDE
{
    (void)self, (void)v, (void)events, (void)n_events, (void)mode;
    return 0;
}

DOUBLE(do_nothing, 0);

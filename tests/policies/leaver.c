/* leaver.c - ends the whole program in the middle of a call. */
#include "double.h"
#include <stdlib.h>

DECIDE
{
    (void)self, (void)v, (void)events, (void)n_events, (void)mode;
    exit(0);
}

DOUBLE(leaver, 0);

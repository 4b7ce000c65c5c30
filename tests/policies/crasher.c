/* crasher.c - writes to nowhere at the second call. */
#include "double.h"

DECIDE
{
    struct double_state *s = self;
    /* No address of any x86-64 or arm64 process; page zero may be mapped. */
    int *volatile nowhere = (int *)(uintptr_t)0x0dead00000000000;

    (void)events, (void)n_events, (void)mode;
    double_fifo(s, v);
    if (s->n++ == 1)
        *nowhere = 1;
    return 0;
}

DOUBLE(crasher, 0);

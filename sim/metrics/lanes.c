/* lanes.c - side-by-side tracks for things that overlap in time. */
#include "metrics/lanes.h"

uint32_t lanes_take(struct lanes *l, ns_t start, ns_t end)
{
    for (uint32_t i = 0; i < l->until.n; i++)
        if (l->until.at[i] <= start) {
            l->until.at[i] = end;
            return i;
        }
    VEC_PUSH(&l->until, end);
    return (uint32_t)l->until.n - 1;
}

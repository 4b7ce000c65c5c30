/* change_log.c - which nodes changed since a reader last looked. */
#include "cluster/change_log.h"

void change_log_init(struct change_log *l, uint32_t n, struct arena *a)
{
    l->node = ARENA_ARRAY(a, struct change, n + 1);
    l->n = n;
    l->changes = 0;
    for (uint32_t i = 0; i <= n; i++)
        l->node[i] = (struct change){0, i ? i - 1 : n, i < n ? i + 1 : 0};
}

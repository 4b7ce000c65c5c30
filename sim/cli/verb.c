/* verb.c - find a command by its name. */
#include "cli/verb.h"

#include <string.h>

enum { VERBS_MAX = 32 };

const struct verb *verb_find(const struct verb *const *verbs, const char *name)
{
    for (; *verbs; verbs++)
        if (!strcmp((*verbs)->name, name))
            return *verbs;
    return NULL;
}

int verb_unknown(const struct verb *const *verbs, const char *name, struct diag *d)
{
    const char *words[VERBS_MAX];
    uint32_t n = 0;

    for (; *verbs && n < VERBS_MAX; verbs++)
        words[n++] = (*verbs)->name;
    const char *near = diag_nearest(name, words, n);
    if (near)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "unknown verb '%s' (nearest: '%s'), see 'berth help'", name, near);
    return diag_fail(d, STATUS_USAGE, (struct diag_at){0}, "unknown verb '%s', see 'berth help'",
                     name);
}

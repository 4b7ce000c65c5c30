/* gpu_types.c - names of GPU types in a trace to a mask of the fleet's types. */
#include "ingest/gpu_types.h"

#include "base/check.h"
#include "base/vec.h"
#include <stdio.h>
#include <string.h>

struct verdict {
    uint64_t mask;
    char *reason;
}; /* mask 0: `reason`, owned */

struct gpu_types {
    const struct topology *fleet;
    const struct catalog *catalog;
    struct intern seen; /* texts met before; a verdict each */
    VEC(struct verdict) verdicts;
};

struct gpu_types *gpu_types_open(const struct topology *fleet, const struct catalog *catalog)
{
    struct gpu_types *t = calloc(1, sizeof *t);

    check(t != NULL);
    t->fleet = fleet;
    t->catalog = catalog;
    intern_init(&t->seen);
    return t;
}

void gpu_types_close(struct gpu_types *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->verdicts.n; i++)
        free(t->verdicts.at[i].reason);
    VEC_FREE(&t->verdicts);
    intern_free(&t->seen);
    free(t);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

/* The fleet's type of that name, or -1; *known when the catalogue or the fleet has it. */
static int find(const struct gpu_types *t, const char *name, bool *known)
{
    const struct catalog_gpu *g = t->catalog ? catalog_gpu_find(t->catalog, name) : NULL;
    int i = g ? topology_type(t->fleet, g->id) : -1;

    for (uint32_t k = 0; i < 0 && k < t->fleet->n_types; k++)
        if (same(t->fleet->type_name[k], name))
            i = (int)k;
    *known = g || i >= 0;
    return i;
}

static const char *nearest(const struct gpu_types *t, const char *name)
{
    uint32_t n = 0, n_catalog = t->catalog ? t->catalog->n_gpus : 0;
    const char **words = calloc((size_t)t->fleet->n_types + n_catalog + 1, sizeof *words);
    const char *best;

    check(words != NULL);
    for (uint32_t i = 0; i < t->fleet->n_types; i++)
        words[n++] = t->fleet->type_name[i];
    for (uint32_t i = 0; i < n_catalog; i++)
        words[n++] = t->catalog->gpus[i].id;
    best = diag_nearest(name, words, n);
    free(words);
    return best;
}

static char *keep(const char *text)
{
    char *to = malloc(strlen(text) + 1);

    check(to != NULL);
    return strcpy(to, text);
}

static struct verdict judge(const struct gpu_types *t, const char *text)
{
    struct verdict v = {0, NULL};
    char name[96], why[320];
    size_t n, used = 0;

    for (const char *p = text;; p += n + 1) {
        bool known;
        int type;
        n = strcspn(p, "|");
        snprintf(name, sizeof name, "%.*s", (int)(n < 95 ? n : 95), p);
        type = find(t, name, &known);
        if (!known) {
            const char *near = nearest(t, name);
            snprintf(why, sizeof why,
                     "GPU type is '%s', expected a catalogue id or a type of the fleet%s%s%s", name,
                     near ? " (nearest: '" : "", near ? near : "", near ? "')" : "");
            return (struct verdict){0, keep(why)};
        }
        if (type >= 0)
            v.mask |= UINT64_C(1) << type;
        if (!p[n])
            break;
    }
    if (!v.mask) {
        used = (size_t)snprintf(why, sizeof why, "asks for GPU type '%.80s', the fleet has ", text);
        for (uint32_t i = 0; i < t->fleet->n_types && used < sizeof why; i++)
            used += (size_t)snprintf(why + used, sizeof why - used, "%s%s", i ? ", " : "",
                                     t->fleet->type_name[i]);
        v.reason = keep(why);
    }
    return v;
}

int gpu_types_mask(struct gpu_types *t, const char *text, uint64_t *mask, const char **reason)
{
    uint32_t i;

    if (!text || !*text) {
        *mask = t->fleet->n_types == 64 ? UINT64_MAX : (UINT64_C(1) << t->fleet->n_types) - 1;
        return 0;
    }
    i = intern_add(&t->seen, text, strlen(text));
    if (i == t->verdicts.n)
        VEC_PUSH(&t->verdicts, judge(t, text));
    *mask = t->verdicts.at[i].mask;
    *reason = t->verdicts.at[i].reason;
    return *mask ? 0 : -1;
}

/* catalog.c - finding entries of the hardware catalogue. */
#include "cluster/catalog.h"
#include "base/diag.h"
#include "base/vec.h"
#include <ctype.h>
#include <stdbool.h>

/* Names differ in case and in what stands between words: "Tesla T4", "Tesla-T4", "tesla_t4". */
static int plain(char c)
{
    return c == ' ' || c == '_' ? '-' : tolower((unsigned char)c);
}

static bool same_name(const char *a, const char *b)
{
    while (*a && plain(*a) == plain(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

const struct catalog_gpu *catalog_gpu_find(const struct catalog *c, const char *id)
{
    for (uint32_t i = 0; i < c->n_gpus; i++)
        if (same_name(c->gpus[i].id, id))
            return &c->gpus[i];
    for (uint32_t i = 0; i < c->n_gpus; i++)
        for (uint32_t k = 0; k < c->gpus[i].n_aliases; k++)
            if (same_name(c->gpus[i].aliases[k], id))
                return &c->gpus[i];
    return NULL;
}

const struct catalog_node *catalog_node_find(const struct catalog *c, const char *id)
{
    for (uint32_t i = 0; i < c->n_nodes; i++)
        if (!strcmp(c->nodes[i].id, id))
            return &c->nodes[i];
    return NULL;
}

const struct catalog_entry *catalog_entry_find(const struct catalog *c, const char *id)
{
    for (uint32_t i = 0; i < c->n_entries; i++)
        if (!strcmp(c->entries[i].id, id))
            return &c->entries[i];
    return NULL;
}

const struct catalog_figure *catalog_figure_find(const struct catalog_entry *e, const char *key)
{
    for (uint32_t i = 0; i < e->n_figures; i++)
        if (!strcmp(e->figures[i].key, key))
            return &e->figures[i];
    return NULL;
}

#define NAME_SHOWN 64 /* diag_nearest() looks at shorter names only */

struct name {
    char plain[NAME_SHOWN];
    const char *id;
};
typedef VEC(struct name) name_list;

static void add(name_list *names, const char *name, const char *id)
{
    struct name n = {.id = id};
    for (size_t i = 0; i + 1 < NAME_SHOWN && name[i]; i++)
        n.plain[i] = (char)plain(name[i]);
    VEC_PUSH(names, n);
}

static const char *nearest(name_list *names, const char *word)
{
    const char *found = NULL;
    VEC(const char *) words = {0};
    char low[NAME_SHOWN] = "";
    for (size_t i = 0; i + 1 < NAME_SHOWN && word[i]; i++)
        low[i] = (char)plain(word[i]);
    for (size_t i = 0; i < names->n; i++)
        VEC_PUSH(&words, names->at[i].plain);
    const char *near = diag_nearest(low, words.at, (uint32_t)words.n);
    for (size_t i = 0; near && !found && i < names->n; i++)
        if (words.at[i] == near)
            found = names->at[i].id;
    VEC_FREE(&words);
    VEC_FREE(names);
    return found;
}

const char *catalog_gpu_nearest(const struct catalog *c, const char *word)
{
    name_list names = {0};
    for (uint32_t i = 0; i < c->n_gpus; i++) {
        add(&names, c->gpus[i].id, c->gpus[i].id);
        for (uint32_t k = 0; k < c->gpus[i].n_aliases; k++)
            add(&names, c->gpus[i].aliases[k], c->gpus[i].id);
    }
    return nearest(&names, word);
}

const char *catalog_node_nearest(const struct catalog *c, const char *word)
{
    name_list names = {0};
    for (uint32_t i = 0; i < c->n_nodes; i++)
        add(&names, c->nodes[i].id, c->nodes[i].id);
    return nearest(&names, word);
}

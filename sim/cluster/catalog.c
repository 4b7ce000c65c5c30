/* catalog.c - finding entries of the hardware catalogue. */
#include "cluster/catalog.h"
#include "base/diag.h"
#include "base/vec.h"
#include <ctype.h>

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

typedef VEC(const char *) name_list;

const char *catalog_gpu_nearest(const struct catalog *c, const char *word)
{
    name_list names = {0};
    for (uint32_t i = 0; i < c->n_gpus; i++) {
        VEC_PUSH(&names, c->gpus[i].id);
        for (uint32_t k = 0; k < c->gpus[i].n_aliases; k++)
            VEC_PUSH(&names, c->gpus[i].aliases[k]);
    }
    const char *near = diag_nearest(word, names.at, (uint32_t)names.n);
    VEC_FREE(&names);
    const struct catalog_gpu *gpu = near ? catalog_gpu_find(c, near) : NULL;
    return gpu ? gpu->id : NULL;
}

const char *catalog_node_nearest(const struct catalog *c, const char *word)
{
    name_list names = {0};
    for (uint32_t i = 0; i < c->n_nodes; i++)
        VEC_PUSH(&names, c->nodes[i].id);
    const char *near = diag_nearest(word, names.at, (uint32_t)names.n);
    VEC_FREE(&names);
    return near;
}

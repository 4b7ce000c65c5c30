/* topology.c - build the fleet from node specs. */
#include "cluster/topology.h"

#include "base/intern.h"
#include <stdio.h>
#include <string.h>

static const char *const level_names[LEVELS] = {"none",   "gpu",  "numa", "node",
                                                "nvlink", "rack", "pod",  "site"};

enum level level_parse(const char *text)
{
    int l = 0;

    while (l < LEVELS && strcmp(text, level_names[l]))
        l++;
    return (enum level)l;
}

const char *level_name(enum level l)
{
    return l < LEVELS ? level_names[l] : "unknown";
}

const char *topology_node_name(const struct topology *t, uint32_t node, char *to)
{
    if (t->name)
        return t->name[node];
    snprintf(to, 16, "n%u", node);
    return to;
}

int topology_type(const struct topology *t, const char *id)
{
    for (uint32_t i = 0; i < t->n_types; i++)
        if (!strcmp(t->type_name[i], id))
            return (int)i;
    return -1;
}

/* Numbers for the named domains of one level. Nodes that name none share domain 0 when
 * nobody names any; else each unnamed node is a domain of its own. */
static void number_domains(struct topology *t, struct arena *a, const struct node_spec *specs,
                           enum level l)
{
    struct intern names;
    bool any = false;

    t->domains[l] = 1;
    for (uint32_t i = 0; i < t->n_nodes; i++)
        any = any || specs[i].domain[l];
    if (!any)
        return;
    intern_init(&names);
    t->domain[l] = ARENA_ARRAY(a, uint32_t, t->n_nodes);
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        char own[32];
        const char *text = specs[i].domain[l];
        if (!text) {
            snprintf(own, sizeof own, "\001%u", i);
            text = own;
        }
        t->domain[l][i] = intern_add(&names, text, strlen(text));
    }
    t->domains[l] = names.n;
    intern_free(&names);
}

/* Where nobody names NVLink domains they follow from the size of one: as large as the
 * node or nothing stated -> the node; smaller -> islands inside the node, and the node
 * is still the level's domain. */
static void number_nvlink(struct topology *t, struct arena *a, const struct node_spec *specs)
{
    number_domains(t, a, specs, LEVEL_NVLINK);
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        uint32_t size = specs[i].nvlink_gpus;
        if (!specs[i].domain[LEVEL_NVLINK] && specs[i].gpus > 1 && size < specs[i].gpus)
            t->island[i] = (uint16_t)(size ? size : 1);
        t->has_islands = t->has_islands || t->island[i];
    }
    if (t->domain[LEVEL_NVLINK])
        return;
    t->domain[LEVEL_NVLINK] = ARENA_ARRAY(a, uint32_t, t->n_nodes);
    for (uint32_t i = 0; i < t->n_nodes; i++)
        t->domain[LEVEL_NVLINK][i] = i;
    t->domains[LEVEL_NVLINK] = t->n_nodes;
}

static int add_type(struct topology *t, struct arena *a, const char *id, struct diag *d)
{
    int have;

    if (!id || !*id)
        id = "gpu";
    have = topology_type(t, id);
    if (have >= 0)
        return have;
    if (t->n_types == TOPOLOGY_TYPES)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){0},
                         "the fleet has more than %d GPU types, expected at most that many",
                         TOPOLOGY_TYPES);
    t->type_name[t->n_types] = arena_text(a, id, strlen(id));
    return (int)t->n_types++;
}

static bool alike(const struct node_spec *x, const struct node_spec *y)
{
    return x->gpus == y->gpus && x->gpus_down == y->gpus_down && x->cpu_milli == y->cpu_milli &&
           x->memory_mib == y->memory_mib && x->health == y->health &&
           !strcmp(x->gpu_type ? x->gpu_type : "", y->gpu_type ? y->gpu_type : "");
}

int topology_build(struct topology *t, struct arena *a, const struct node_spec *specs, uint32_t n,
                   struct diag *d)
{
    bool named = false;

    memset(t, 0, sizeof *t);
    if (!n)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){0},
                         "the cluster has 0 nodes, expected at least 1");
    t->n_nodes = n;
    t->equal_nodes = true;
    t->gpu_type = ARENA_ARRAY(a, uint8_t, n);
    t->health = ARENA_ARRAY(a, uint8_t, n);
    t->numa = ARENA_ARRAY(a, uint8_t, n);
    t->gpus = ARENA_ARRAY(a, uint16_t, n);
    t->gpus_down = ARENA_ARRAY(a, uint16_t, n);
    t->island = ARENA_ARRAY(a, uint16_t, n);
    t->first_gpu = ARENA_ARRAY(a, uint32_t, n);
    t->gpu_memory_mib = ARENA_ARRAY(a, uint32_t, n);
    t->cpu_milli = ARENA_ARRAY(a, int64_t, n);
    t->memory_mib = ARENA_ARRAY(a, int64_t, n);
    t->node_type = ARENA_ARRAY(a, const char *, n);
    for (uint32_t i = 0; i < n; i++)
        named = named || specs[i].name;
    if (named)
        t->name = ARENA_ARRAY(a, const char *, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct node_spec *s = &specs[i];
        int type = s->gpus ? add_type(t, a, s->gpu_type, d) : 255;
        if (type < 0)
            return -1;
        if (s->gpus > 4096)
            return diag_fail(d, STATUS_INPUT, (struct diag_at){0},
                             "node %u has %u GPUs, expected at most 4096", i, s->gpus);
        if (named) {
            char own[16];
            const char *text = s->name;
            if (!text) {
                snprintf(own, sizeof own, "n%u", i);
                text = own;
            }
            t->name[i] = arena_text(a, text, strlen(text));
        }
        /* Nodes of one kind follow each other: share the text of the one before. */
        if (i && s->type && specs[i - 1].type && !strcmp(s->type, specs[i - 1].type))
            t->node_type[i] = t->node_type[i - 1];
        else
            t->node_type[i] = arena_text(a, s->type ? s->type : "", s->type ? strlen(s->type) : 0);
        t->gpu_type[i] = (uint8_t)type;
        t->health[i] = (uint8_t)s->health;
        t->numa[i] = (uint8_t)(s->numa == 0 ? 1 : s->numa > 255 ? 255 : s->numa);
        t->has_numa = t->has_numa || t->numa[i] > 1;
        t->gpus[i] = (uint16_t)s->gpus;
        t->gpus_down[i] = (uint16_t)(s->gpus_down < s->gpus ? s->gpus_down : s->gpus);
        t->gpu_memory_mib[i] = s->memory_mib_gpu;
        t->cpu_milli[i] = s->cpu_milli;
        t->memory_mib[i] = s->memory_mib;
        t->first_gpu[i] = t->n_gpus;
        t->n_gpus += s->gpus;
        if (s->gpus) {
            t->type_gpus[type] += s->gpus;
            if (s->gpus > t->max_node_gpus)
                t->max_node_gpus = s->gpus;
        }
        t->equal_nodes = t->equal_nodes && alike(s, specs);
    }
    if (!t->n_gpus)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){0},
                         "the cluster has %u nodes and 0 GPUs, expected at least 1 GPU", n);
    t->milli = (uint64_t)t->n_gpus * 1000;
    t->domains[LEVEL_NODE] = n;
    number_nvlink(t, a, specs);
    for (int l = LEVEL_RACK; l < LEVELS; l++)
        number_domains(t, a, specs, (enum level)l);
    return 0;
}

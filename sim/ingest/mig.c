/* mig.c - MIG profiles that a trace asks for, on the GPU types of a fleet. */
#include "ingest/mig.h"

#include "ingest/shape.h"
#include <stdio.h>
#include <string.h>

const char *mig_name(const char *text, char *to, size_t room)
{
    static const char *const before[] = {"nvidia.com/", "mig-"};
    size_t n;

    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (!strncmp(text, before[i], strlen(before[i])))
            text += strlen(before[i]);
    n = strlen(text);
    if (n > 3 && !strcmp(text + n - 3, ".me"))
        snprintf(to, room, "%.*s+me", (int)(n - 3), text);
    else
        snprintf(to, room, "%s", text);
    return to;
}

bool mig_is_name(const char *text)
{
    size_t n = strspn(text, "0123456789"), m;

    if (!n || text[n] != 'g' || text[n + 1] != '.')
        return false;
    text += n + 2;
    m = strspn(text, "0123456789");
    return m && !strncmp(text + m, "gb", 2) && (!text[m + 2] || text[m + 2] == '+');
}

/* ", h100-sxm has 1g.10gb, 2g.20gb (nearest: '1g.10gb')", or ", the fleet has a10: none ...". */
static void explain(const struct topology *fleet, const char *name, uint64_t types, char *reason)
{
    const char *words[GEOMETRY_PROFILES * TOPOLOGY_TYPES], *near;
    size_t used = (size_t)snprintf(reason, MIG_REASON, "asks for MIG profile '%.60s'", name);
    uint32_t n = 0;

    for (uint32_t type = 0; type < fleet->n_types; type++) {
        const struct geometry_board *b = geometry_find(fleet->type_name[type]);
        if (!(types >> type & 1) || !b)
            continue;
        for (uint32_t q = 0; q < geometry_layout[b->layout].n; q++) {
            words[n++] = b->name[q];
            if (used < MIG_REASON)
                used += (size_t)snprintf(reason + used, MIG_REASON - used, "%s%s%s%s", ", ",
                                         q ? "" : b->gpu, q ? "" : " has ", b->name[q]);
        }
    }
    near = n ? diag_nearest(name, words, n) : NULL;
    if (near && used < MIG_REASON)
        snprintf(reason + used, MIG_REASON - used, " (nearest: '%s')", near);
    if (n)
        return;
    for (uint32_t type = 0; type < fleet->n_types && used < MIG_REASON; type++)
        used += (size_t)snprintf(reason + used, MIG_REASON - used, "%s%s",
                                 type ? ", " : ", the fleet has ", fleet->type_name[type]);
    if (used < MIG_REASON)
        snprintf(reason + used, MIG_REASON - used, ": none it may use can be partitioned");
}

int mig_resolve(const struct topology *fleet, const char *name, struct request *r,
                const char **dropped, char *reason)
{
    uint64_t types = 0;

    *dropped = NULL;
    for (uint32_t type = 0; type < fleet->n_types; type++) {
        const struct geometry_board *b = geometry_find(fleet->type_name[type]);
        int q = b ? geometry_named(b, name) : -1;
        if (!(r->types >> type & 1) || q < 0)
            continue;
        if (!r->mig)
            r->mig = job_mig(b->layout, (uint32_t)q);
        if (r->mig == job_mig(b->layout, (uint32_t)q))
            types |= UINT64_C(1) << type;
        else if (!*dropped)
            *dropped = fleet->type_name[type];
    }
    if (!types) {
        explain(fleet, name, r->types, reason);
        return -1;
    }
    r->types = types;
    r->share_milli = geometry_milli(job_mig_layout(r->mig), job_mig_profile(r->mig));
    return 0;
}

void mig_split(struct request *r, struct job_group *groups, uint32_t n)
{
    uint32_t most = 0;

    for (uint32_t i = 0; i < n; i++)
        most = groups[i].gpus > most ? groups[i].gpus : most;
    if (most > 1) {
        if (n == 1 && groups[0].replicas == 1 && r->required == LEVEL_NONE)
            r->required = LEVEL_NODE;
        r->cpu_milli = shape_each(r->cpu_milli, most);
        r->memory_mib = shape_each(r->memory_mib, most);
    }
    for (uint32_t i = 0; i < n; i++) {
        groups[i].replicas *= groups[i].gpus;
        groups[i].gpus = groups[i].replicas ? 1 : 0;
    }
    r->shape_open = 0;
}

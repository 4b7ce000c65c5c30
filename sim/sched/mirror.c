/* mirror.c - what the core copies from the policy's view. */
#include "sched/mirror.h"

#include "base/bits.h"
#include "base/check.h"
#include "sched/share.h"
#include <stdlib.h>
#include <string.h>

/* Devices that are free or that some job holds, as a count by node. A job that stops may be shown with
 * devices that are another's by now, so they are collected by device. */
static uint16_t *usable(const struct berth_view *v, struct arena *a)
{
    uint64_t *there = ARENA_ARRAY(a, uint64_t, (size_t)v->nodes.n * v->words + 1);
    uint16_t *n = ARENA_ARRAY(a, uint16_t, v->nodes.n + 1);

    memcpy(there, v->free_mask, (size_t)v->nodes.n * v->words * sizeof *there);
    for (uint32_t i = 0; i < v->jobs.n; i++) {
        const struct berth_job *j = berth_job_at(v, i);
        for (uint32_t k = 0; k < j->n_pieces; k++)
            there[(size_t)j->pieces[k].node * v->words + j->pieces[k].base / 64] |=
                j->pieces[k].mask;
    }
    for (uint32_t i = 0; i < v->nodes.n; i++)
        for (uint32_t w = 0; w < v->words; w++)
            n[i] = (uint16_t)(n[i] + bits_count(there[(size_t)i * v->words + w]));
    return n;
}

struct topology *mirror_fleet(const struct berth_view *v, struct arena *a)
{
    struct topology *t = ARENA_NEW(a, struct topology);
    uint32_t n = v->nodes.n;
    const uint16_t *there = usable(v, a);

    t->n_nodes = n;
    t->n_gpus = v->n_gpus;
    t->n_types = v->n_types;
    t->milli = (uint64_t)v->n_gpus * 1000;
    for (uint32_t i = 0; i < v->n_types; i++)
        t->type_name[i] = v->types[i];
    t->gpu_type = ARENA_ARRAY(a, uint8_t, n);
    t->health = ARENA_ARRAY(a, uint8_t, n);
    t->numa = ARENA_ARRAY(a, uint8_t, n);
    t->gpus = ARENA_ARRAY(a, uint16_t, n);
    t->gpus_down = ARENA_ARRAY(a, uint16_t, n);
    t->island = ARENA_ARRAY(a, uint16_t, n);
    t->first_gpu = ARENA_ARRAY(a, uint32_t, n);
    t->cpu_milli = ARENA_ARRAY(a, int64_t, n);
    t->memory_mib = ARENA_ARRAY(a, int64_t, n);
    for (int l = LEVEL_NVLINK; l < LEVELS; l++) {
        t->domains[l] = v->domains[l];
        if (v->domains[l] > 1)
            t->domain[l] = ARENA_ARRAY(a, uint32_t, n);
    }
    for (int l = 0; l < LEVEL_NVLINK; l++)
        t->domains[l] = v->domains[l];
    for (uint32_t i = 0; i < n; i++) {
        const struct berth_node *from = berth_node_at(v, i);
        t->gpus[i] = (uint16_t)from->gpus;
        t->gpu_type[i] = from->type == BERTH_NONE ? 255 : (uint8_t)from->type;
        t->health[i] = (uint8_t)from->health;
        t->numa[i] = (uint8_t)from->numa;
        t->island[i] = (uint16_t)from->island;
        t->first_gpu[i] = from->first_gpu;
        t->cpu_milli[i] = from->cpu_milli;
        t->memory_mib[i] = from->memory_mib;
        if (from->health == BERTH_NODE_UP)
            t->gpus_down[i] = (uint16_t)(from->gpus - there[i]);
        if (from->gpus > t->max_node_gpus)
            t->max_node_gpus = from->gpus;
        if (from->type != BERTH_NONE)
            t->type_gpus[from->type] += from->gpus;
        t->has_islands = t->has_islands || from->island > 1;
        t->has_numa = t->has_numa || from->numa > 1;
        for (int l = LEVEL_NVLINK; l < LEVELS; l++)
            if (t->domain[l])
                t->domain[l][i] = from->domain[l];
    }
    return t;
}

struct job_set *mirror_jobs(const struct berth_view *v, enum share share, struct arena *a)
{
    struct job_set *j = ARENA_NEW(a, struct job_set);
    uint32_t groups = 0;

    for (uint32_t i = 0; i < v->requests.n; i++)
        groups += berth_request_at(v, i)->n_groups;
    j->n_requests = v->requests.n;
    j->requests = ARENA_ARRAY(a, struct request, v->requests.n + 1);
    j->groups = ARENA_ARRAY(a, struct job_group, groups + 1);
    j->known_jobs = ARENA_ARRAY(a, uint64_t, v->requests.n + 1);
    for (uint32_t i = 0; i < v->requests.n; i++) {
        const struct berth_request *from = berth_request_at(v, i);
        j->requests[i] = (struct request){
            .first_group = j->n_groups,
            .n_groups = from->n_groups,
            .replicas = from->replicas,
            .gpus = from->gpus,
            .share_milli = from->share_milli,
            .mig = from->mig_profile == BERTH_NONE ? 0 : (uint8_t)from->mig_profile,
            .tenant = from->queue,
            .demand_milli = from->demand_milli,
            .types = from->types,
            .cpu_milli = from->cpu_milli,
            .memory_mib = from->memory_mib,
            .required = (uint8_t)from->required,
            .preferred = (uint8_t)from->preferred,
            .size_class = job_size_class(from->gpus, from->share_milli)};
        j->known_jobs[i] = from->known_jobs;
        share_give(&j->requests[i], share, v);
        if (j->requests[i].mig)
            j->mig_demand[(j->requests[i].mig - 1) / GEOMETRY_PROFILES]
                         [job_mig_number(j->requests[i].mig)] +=
                (uint32_t)from->known_jobs * from->replicas;
        for (uint32_t g = 0; g < from->n_groups; g++)
            j->groups[j->n_groups++] =
                (struct job_group){from->groups[g].replicas, from->groups[g].gpus};
    }
    return j;
}

void mirror_free(struct job_set *j)
{
    free(j->specs);
    free(j->user);
}

void mirror_grow(struct job_set *j, uint32_t had, uint32_t room)
{
    j->specs = realloc(j->specs, room * sizeof *j->specs);
    j->user = realloc(j->user, room * sizeof *j->user);
    check(j->specs && j->user);
    memset(j->specs + had, 0, (room - had) * sizeof *j->specs);
    memset(j->user + had, 0, (room - had) * sizeof *j->user);
    j->n = room;
}

void mirror_job(struct job_set *j, uint32_t slot, const struct berth_job *from,
                const struct berth_clairvoyant *truth, void *ctx)
{
    j->specs[slot] = (struct job_spec){.submit = from->submit,
                                       .run = truth ? truth->run(ctx, slot) : NS_UNKNOWN,
                                       .limit = from->limit,
                                       .request = from->request};
    j->user[slot] = from->user == BERTH_NONE ? 0 : from->user;
}

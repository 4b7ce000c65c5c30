/* yarn.h - the placement that the program calls yarn, on a book of its own: first fit of a job on one
 * node, or of whole idle nodes and a rest inside one switch.
 *
 * Books what the program books, with its numbers: 2 CPUs for one GPU, else 6 a GPU; 5 GB a job, or 11 GB
 * and 0.1 GB per GPU of the job for each GPU when it spans nodes. Nodes are alike. */
#ifndef TIRESIAS_YARN_H
#define TIRESIAS_YARN_H

#include "jobs.h"

#define WORKER_MEMORY 50 /* tenths of a GB */

struct yarn {
    uint32_t n, per_node, switches;
    uint32_t node_cpus;
    uint32_t *gpus, *cpus, *of_switch; /* by node: free; its switch */
    int64_t *memory;                   /* free, tenths of a GB */
};

/* Steps of the rebuilding schemes: GPUs and CPUs come back, memory does not. */
static inline void yarn_empty(struct yarn *y)
{
    for (uint32_t i = 0; i < y->n; i++) {
        y->gpus[i] = y->per_node;
        y->cpus[i] = y->node_cpus;
    }
}

static inline bool yarn_init(struct yarn *y, const struct berth_host *host,
                             const struct berth_view *v)
{
    y->n = v->nodes.n;
    y->per_node = berth_node_at(v, 0)->gpus;
    y->node_cpus = (uint32_t)(berth_node_at(v, 0)->cpu_milli / 1000);
    y->switches = v->domains[BERTH_LEVEL_RACK];
    y->gpus = jobs_alloc(host, y->n, sizeof *y->gpus);
    y->cpus = jobs_alloc(host, y->n, sizeof *y->cpus);
    y->of_switch = jobs_alloc(host, y->n, sizeof *y->of_switch);
    y->memory = jobs_alloc(host, y->n, sizeof *y->memory);
    if (!y->gpus || !y->cpus || !y->of_switch || !y->memory)
        return false;
    for (uint32_t i = 0; i < y->n; i++) {
        y->of_switch[i] = berth_node_at(v, i)->domain[BERTH_LEVEL_RACK];
        y->memory[i] = berth_node_at(v, i)->memory_mib * 10 / 1024;
    }
    yarn_empty(y);
    return true;
}

/* Room for the parts of a job that has come. */
static inline bool yarn_come(const struct yarn *y, const struct berth_host *host, struct job *j)
{
    j->parts = jobs_alloc(host, j->gpus / y->per_node + 1, sizeof *j->parts);
    return j->parts != NULL;
}

static inline bool fits(const struct yarn *y, uint32_t node, struct part p)
{
    return y->gpus[node] >= p.gpus && y->cpus[node] >= p.cpus && y->memory[node] >= p.memory;
}

static inline void book(struct yarn *y, struct job *j, uint32_t node, struct part p)
{
    y->gpus[node] -= p.gpus;
    y->cpus[node] -= p.cpus;
    y->memory[node] -= p.memory;
    p.node = node;
    j->parts[j->n_parts++] = p;
}

static inline void yarn_return(struct yarn *y, struct job *j)
{
    for (uint32_t i = 0; i < j->n_parts; i++) {
        y->gpus[j->parts[i].node] += j->parts[i].gpus;
        y->cpus[j->parts[i].node] += j->parts[i].cpus;
        y->memory[j->parts[i].node] += j->parts[i].memory;
    }
    j->n_parts = 0;
}

static inline bool take_in_switch(struct yarn *y, struct job *j, uint32_t in)
{
    int64_t each = 110 + j->gpus;
    uint32_t whole = j->gpus / y->per_node, rest = j->gpus % y->per_node;
    struct part full = {.gpus = y->per_node, .cpus = 6 * y->per_node, .memory = each * y->per_node},
                last = {.gpus = rest, .cpus = 6 * rest, .memory = each * rest};

    for (uint32_t i = 0; i < y->n && j->n_parts < whole; i++)
        if (y->of_switch[i] == in && fits(y, i, full))
            book(y, j, i, full);
    if (j->n_parts == whole && !rest)
        return true;
    if (j->n_parts == whole)
        for (uint32_t i = 0; i < y->n; i++)
            if (y->of_switch[i] == in && fits(y, i, last)) {
                book(y, j, i, last);
                return true;
            }
    yarn_return(y, j);
    return false;
}

/* Book a place for the job, whose parts it fills. */
static inline bool yarn_take(struct yarn *y, struct job *j)
{
    struct part all = {
        .gpus = j->gpus, .cpus = j->gpus == 1 ? 2 : 6 * j->gpus, .memory = WORKER_MEMORY};

    j->n_parts = 0;
    if (j->gpus > y->per_node) {
        for (uint32_t in = 0; in < y->switches; in++)
            if (take_in_switch(y, j, in))
                return true;
        return false;
    }
    for (uint32_t i = 0; i < y->n; i++)
        if (fits(y, i, all)) {
            book(y, j, i, all);
            return true;
        }
    return false;
}

#endif

/* topology.h - the fleet: nodes, their GPUs, and the domain tree above and inside them.
 *
 * site > pod > rack > NVLink domain > node > NUMA > GPU. Levels above the node are
 * optional; a level nobody stated is one domain that holds every node. An NVLink
 * domain may span nodes (rack-scale systems), be one node, or be part of one
 * (bridged pairs). Immutable once built; shared by all trials and threads. */
#ifndef BERTH_CLUSTER_TOPOLOGY_H
#define BERTH_CLUSTER_TOPOLOGY_H

#include "base/arena.h"
#include "base/diag.h"
#include <stdbool.h>
#include <stdint.h>

#define TOPOLOGY_TYPES 64 /* GPU types in one fleet: they must fit a 64-bit mask */
#define NODE_NONE UINT32_MAX

/* From the inside out; the order is used: a larger level contains the smaller. */
enum level {
    LEVEL_NONE,
    LEVEL_GPU,
    LEVEL_NUMA,
    LEVEL_NODE,
    LEVEL_NVLINK,
    LEVEL_RACK,
    LEVEL_POD,
    LEVEL_SITE,
    LEVELS
};

/* "nvlink" <-> LEVEL_NVLINK; LEVELS when the word is unknown. */
enum level level_parse(const char *text);
const char *level_name(enum level l);

enum node_health { NODE_UP, NODE_DRAINED, NODE_DOWN };

/* What a builder is given for one node. Text is copied. */
struct node_spec {
    const char *name;              /* NULL: "n0", "n1", ... by index */
    const char *type;              /* catalogue id or free text, for reports; may be NULL */
    const char *gpu_type;          /* catalogue id; "" or NULL when gpus == 0 */
    uint32_t gpus;                 /* 0..4096 allocatable devices */
    uint32_t gpus_down;            /* of them unavailable from the start: the highest indexes */
    uint32_t nvlink_gpus;          /* see catalog_node; used when domain[LEVEL_NVLINK] is NULL */
    uint32_t numa;                 /* 0 is read as 1; GPUs are dealt to NUMA nodes in equal runs */
    uint32_t memory_mib_gpu;       /* memory of one GPU, 0 = unknown */
    int64_t cpu_milli, memory_mib; /* 0 = not stated, then not a constraint */
    enum node_health health;
    const char
        *domain[LEVELS]; /* names of the domains it is in, LEVEL_NVLINK and up; NULL = not stated */
};

struct topology {
    uint32_t n_nodes, n_gpus, n_types, max_node_gpus;
    uint64_t milli; /* n_gpus * 1000: capacity, unavailable devices included */
    /* by GPU type */
    const char *type_name[TOPOLOGY_TYPES];
    uint32_t type_gpus[TOPOLOGY_TYPES];
    /* by node */
    const char **name;      /* NULL = every node is "n<index>" */
    const char **node_type; /* never NULL entries, may be "" */
    uint8_t *gpu_type;      /* index of the type; 255 on nodes without GPUs */
    uint8_t *health;        /* enum node_health */
    uint8_t *numa;          /* NUMA nodes */
    uint16_t *gpus;         /* devices */
    uint16_t *gpus_down;
    uint16_t *island;    /* GPUs per NVLink island when smaller than the node; 0 = no islands
                                           (the domain is the node or larger); 1 = no NVLink */
    uint32_t *first_gpu; /* fleet-wide index of the node's GPU 0 */
    uint32_t *gpu_memory_mib;
    int64_t *cpu_milli, *memory_mib; /* 0 = not stated */
    uint32_t *domain[LEVELS];   /* domain number of each node; NULL = the level is one domain */
    uint32_t domains[LEVELS];   /* how many; 1 when domain[] is NULL; nodes for LEVEL_NODE */
    bool has_islands, has_numa; /* some node has NVLink islands / several NUMA nodes */
    bool equal_nodes;           /* all nodes alike in type, GPUs, CPU, memory, health */
};

/* Build from n node specs into the arena. -1 with STATUS_INPUT for: no node, no device
 * at all, more than TOPOLOGY_TYPES types, more than 4096 devices on a node. */
int topology_build(struct topology *t, struct arena *a, const struct node_spec *specs, uint32_t n,
                   struct diag *d);

/* The node's name, into `to` (at least 16 bytes) when it has none of its own. */
const char *topology_node_name(const struct topology *t, uint32_t node, char *to);

/* The index of a GPU type by its id, or -1. */
int topology_type(const struct topology *t, const char *id);

/* The domain of a node at a level: node itself at LEVEL_NODE and below. */
static inline uint32_t topology_domain(const struct topology *t, enum level l, uint32_t node)
{
    return l <= LEVEL_NODE ? node : t->domain[l] ? t->domain[l][node] : 0;
}

#endif

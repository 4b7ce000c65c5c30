/* slurm_node.h - one record of `scontrol show node`: Key=Value by blanks, some values with
 * blanks and '=' in them. */
#ifndef BERTH_INGEST_SLURM_NODE_H
#define BERTH_INGEST_SLURM_NODE_H

#include "cluster/topology.h"

#define SLURM_NODE_PARTS 8

struct slurm_node_type {
    char name[64];
    uint32_t gpus;
};

struct slurm_node {
    char name[128];
    uint32_t n; /* kinds of device, at least one (0 GPUs when none) */
    struct slurm_node_type type[SLURM_NODE_PARTS];
    uint32_t sockets;                      /* of the GPUs, 0 = not said */
    int64_t cpus, usable_cpus, memory_mib; /* -1 = not said */
    enum node_health health;
    uint32_t line; /* of NodeName */
    bool told_gres;
};

/* Take one line of a record. 0, or -1 with *d. `text` is NUL-terminated. */
int slurm_node_line(struct slurm_node *n, const char *file, const char *text, uint32_t line,
                    struct diag *d);

#endif

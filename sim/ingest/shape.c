/* shape.c - totals over several nodes to replicas of a gang. */
#include "ingest/shape.h"

uint32_t shape_split(uint32_t gpus, uint32_t nodes, struct job_group groups[2])
{
    uint32_t each = gpus / nodes, more = gpus % nodes;

    if (more == 0) {
        groups[0] = (struct job_group){.replicas = nodes, .gpus = each};
        return 1;
    }
    groups[0] = (struct job_group){.replicas = more, .gpus = each + 1};
    groups[1] = (struct job_group){.replicas = nodes - more, .gpus = each};
    return 2;
}

int64_t shape_each(int64_t total, uint32_t replicas)
{
    return replicas <= 1 ? total : total / replicas + (total % replicas != 0);
}

/* bucket.h - the ledger's buckets, in ledger order (also the order of every stack, table
 * and legend). At every instant every milli-GPU of the fleet is in exactly one. */
#ifndef BERTH_METRICS_BUCKET_H
#define BERTH_METRICS_BUCKET_H

enum bucket {
    /* held */
    BUCKET_USEFUL,
    BUCKET_DISCARDED,
    BUCKET_GANG_WAIT,
    BUCKET_STARTUP,
    BUCKET_COMM_STALL,
    BUCKET_INPUT_STALL,
    BUCKET_INTERFERENCE,
    BUCKET_HELD_IDLE,
    BUCKET_CHECKPOINT,
    BUCKET_RESTORE,
    BUCKET_LOST_WORK,
    /* free */
    BUCKET_POLICY,
    BUCKET_RESERVED,
    BUCKET_QUOTA,
    BUCKET_FRAGMENTATION,
    BUCKET_TOO_FEW,
    BUCKET_NO_DEMAND,
    /* unavailable */
    BUCKET_DOWN,
    BUCKET_DRAINED,
    BUCKETS
};

/* Why a placement does not exist though the count is free. */
enum frag {
    FRAG_NODE,
    FRAG_NVLINK,
    FRAG_CPU_MEMORY,
    FRAG_GPU_TYPE,
    FRAG_SHARE,
    FRAG_LEVEL,
    FRAG_MIG,
    FRAGS
};

struct bucket_info {
    const char *name;         /* "gang_wait" */
    const char *label;        /* "gang-wait hold" */
    const char *group;        /* "held", "free", "unavailable" */
    const char *light, *dark; /* colours, fixed everywhere */
};

extern const struct bucket_info bucket_info[BUCKETS];
extern const char *const
    frag_name[FRAGS]; /* "node", "nvlink", "cpu_memory", "gpu_type", "share", "level", "mig" */

#endif

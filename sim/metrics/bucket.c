/* bucket.c - names, labels, groups and colours of the ledger's buckets.
 *
 * Colours have one meaning everywhere. Neighbours in the stack stay at least 20 apart (CIE76)
 * under normal, protan, deutan and tritan vision (Machado 2009, severity 1). held_idle was
 * chosen by scanning the RGB cube in steps of 8 for the colour whose smallest distance to all
 * others, background and text included, is largest: 27 in the light set (34 to its
 * neighbours), 26 in the dark set (68). */
#include "metrics/bucket.h"

const struct bucket_info bucket_info[BUCKETS] = {
    [BUCKET_USEFUL] = {"useful", "useful", "held", "#4C86C6", "#B3C3EA"},
    [BUCKET_DISCARDED] = {"discarded", "discarded (failed or killed)", "held", "#F5AFA7",
                          "#B52113"},
    [BUCKET_GANG_WAIT] = {"gang_wait", "gang-wait hold", "held", "#A84EEC", "#D68FF6"},
    [BUCKET_STARTUP] = {"startup", "startup", "held", "#4E27EA", "#6B50D8"},
    [BUCKET_COMM_STALL] = {"comm_stall", "communication stall", "held", "#1D6A3D", "#80CCA6"},
    [BUCKET_INPUT_STALL] = {"input_stall", "input stall", "held", "#3EA582", "#297667"},
    [BUCKET_INTERFERENCE] = {"interference", "interference", "held", "#A2DD8F", "#5DE850"},
    [BUCKET_HELD_IDLE] = {"held_idle", "held idle", "held", "#580088", "#500080"},
    [BUCKET_CHECKPOINT] = {"checkpoint", "checkpoint", "held", "#857631", "#E7DCB2"},
    [BUCKET_RESTORE] = {"restore", "restore", "held", "#D7BB59", "#C1A93B"},
    [BUCKET_LOST_WORK] = {"lost_work", "lost work", "held", "#DE3A64", "#CD7272"},
    [BUCKET_POLICY] = {"policy", "policy", "free", "#EB6BDF", "#D596C3"},
    [BUCKET_RESERVED] = {"reserved", "reserved", "free", "#BC268C", "#9A3081"},
    [BUCKET_QUOTA] = {"quota", "quota", "free", "#D693BF", "#D531C9"},
    [BUCKET_FRAGMENTATION] = {"fragmentation", "fragmentation", "free", "#82520B", "#F1B868"},
    [BUCKET_TOO_FEW] = {"too_few", "too few", "free", "#CB8826", "#DF6D15"},
    [BUCKET_NO_DEMAND] = {"no_demand", "no demand", "free", "#D0D1D4", "#4E5563"},
    [BUCKET_DOWN] = {"down", "down", "unavailable", "#8192A2", "#8691A6"},
    [BUCKET_DRAINED] = {"drained", "drained", "unavailable", "#4F535C", "#C8CACD"},
};

const char *const frag_name[FRAGS] = {
    [FRAG_NODE] = "node",         [FRAG_NVLINK] = "nvlink", [FRAG_CPU_MEMORY] = "cpu_memory",
    [FRAG_GPU_TYPE] = "gpu_type", [FRAG_SHARE] = "share",   [FRAG_LEVEL] = "level",
    [FRAG_MIG] = "mig",
};

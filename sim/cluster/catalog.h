/* catalog.h - GPU, node, fabric, storage and price entries as read from data files.
 *
 * Plain data: the reader is experiment/catalog_file.c. Every figure may be a range:
 * `value` is used, `low` and `high` bound it for sensitivity; unknown is NAN. Every
 * entry carries its source, date and confidence. */
#ifndef BERTH_CLUSTER_CATALOG_H
#define BERTH_CLUSTER_CATALOG_H

#include <stdint.h>

struct range {
    double value, low, high;
};

struct provenance {
    const char *source;     /* who says so, with a place to look it up */
    const char *date;       /* of the source, "2026-03" or "2026-03-14" or "2026" */
    const char *confidence; /* vendor-spec, measured-3p, list-price, market-index,
                                   rumoured, derived, engineers-estimate */
    const char *note;       /* may be empty */
    const char *checked;    /* seen, partly-seen, secondary, recalled, n/a: was the source read? */
};

/* A named figure that no field holds; kept until a law uses it. */
struct catalog_figure {
    const char *key, *unit;
    struct range range;
};

struct catalog_gpu {
    const char *id, *name, *vendor;
    const char *const *aliases; /* names in traces and labels: "V100M32", "NVIDIA-A100-SXM4-80GB" */
    uint32_t n_aliases;
    uint32_t memory_mib;      /* 0 = unknown */
    struct range bf16_tflops; /* dense */
    struct range power_w;     /* board limit */
    struct range idle_w;
    struct provenance from;
    const struct catalog_figure *figures; /* units are in the keys: "fp16_tflops" */
    uint32_t n_figures;
};

struct catalog_node {
    const char *id, *name;
    const char *gpu; /* catalog_gpu id, "" for a CPU node */
    uint32_t gpus;
    uint32_t nvlink_gpus; /* GPUs in one NVLink domain: 0 or 1 none, may exceed gpus (rack scale) */
    uint32_t numa;        /* NUMA nodes, at least 1 */
    int64_t cpu_milli;    /* 0 = not stated, then not a constraint */
    int64_t memory_mib;   /* 0 = not stated */
    struct range price_usd; /* purchase of one node, with its share of the rack */
    struct range power_max_w, idle_w;
    struct provenance from;
    const char *price_confidence; /* of price_usd, "" = as the rest */
    const struct catalog_figure *figures;
    uint32_t n_figures;
};

/* Fabric, storage and price entries are kept as named figures until laws use them. */
struct catalog_entry {
    const char *id, *kind, *name; /* kind: "fabric", "storage", "price" */
    const struct catalog_figure *figures;
    uint32_t n_figures;
    struct provenance from;
};

struct catalog { /* owned by its arena; sorted by id within each kind */
    const struct catalog_gpu *gpus;
    const struct catalog_node *nodes;
    const struct catalog_entry *entries;
    uint32_t n_gpus, n_nodes, n_entries;
};

/* The entry with that id, or NULL. GPUs also by alias; case does not matter there, and blank
 * and '_' count as '-', as in "NVIDIA A100-SXM4-80GB" and "nvidia-a100-sxm4-80gb". */
const struct catalog_gpu *catalog_gpu_find(const struct catalog *c, const char *id);
const struct catalog_node *catalog_node_find(const struct catalog *c, const char *id);
const struct catalog_entry *catalog_entry_find(const struct catalog *c, const char *id);

/* The figure of that key, or NULL. */
const struct catalog_figure *catalog_figure_find(const struct catalog_entry *e, const char *key);

/* The GPU id or node id nearest to a word (for GPUs by id or alias), or NULL. */
const char *catalog_gpu_nearest(const struct catalog *c, const char *word);
const char *catalog_node_nearest(const struct catalog *c, const char *word);

#endif

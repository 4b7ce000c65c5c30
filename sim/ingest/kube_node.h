/* kube_node.h - one Kubernetes node as node specs: one, or several when it offers MIG
 * slices beside whole GPUs, because a node of a fleet has one type of device. */
#ifndef BERTH_INGEST_KUBE_NODE_H
#define BERTH_INGEST_KUBE_NODE_H

#include "ingest/kube_need.h"

#define KUBE_NODE_PARTS 8

struct kube_node {
    const json_node *at;
    const char *name;  /* borrowed */
    uint32_t replicas; /* a GPU is sold this many times, 1 = whole */
    uint32_t line;
    uint32_t n;                             /* parts; at least one */
    struct node_spec part[KUBE_NODE_PARTS]; /* texts borrowed or in the arena */
    bool no_product;                        /* it has GPUs and no label says which */
};

/* Labels that name levels above the node: "rack=LABEL,pod=LABEL", as --level says it.
 * `label[LEVELS]` points into the arena, NULL where none. -1 with STATUS_USAGE. */
int kube_node_levels(const char *option, const char *label[LEVELS], struct arena *a,
                     struct diag *d);

/* Read a node. -1 with *d when it does not say what it offers. */
int kube_node_read(struct kube_file *f, const json_node *at, const char *const label[LEVELS],
                   struct arena *a, struct kube_node *out, struct diag *d);

/* For qsort; and the node of that name among n sorted ones, or NULL. */
int kube_node_by_name(const void *a, const void *b);
struct kube_node *kube_node_find(const struct kube_node *nodes, size_t n, const char *name);

/* Take what its own pods (DaemonSets, mirror pods) hold off the CPU and memory. */
void kube_node_deduct(struct kube_node *n, const struct kube_need *need);

/* Divide the CPU and memory over the parts by the GPUs they are cut from. */
void kube_node_divide(struct kube_node *n);

#endif

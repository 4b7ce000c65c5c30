/* kube_gang.h - pods that belong together to one job.
 *
 * A gang was submitted with its first pod, placed with its last, started with the latest
 * start of a member and ended with the latest finish. */
#ifndef BERTH_INGEST_KUBE_GANG_H
#define BERTH_INGEST_KUBE_GANG_H

#include "ingest/kube_node.h"
#include "ingest/trace.h"

struct kube_gang { /* what is needed beside the pods; all borrowed */
    struct kube_file *file;
    const struct kube_node *nodes; /* sorted by name */
    size_t n_nodes;
    const char *const *label; /* by level, see kube_node_levels() */
    struct sink *sink;
};

/* Hand the n members from p on to the sink as one job, or count them as never placed or
 * rejected. -1 when the run must stop. */
int kube_gang_emit(const struct kube_gang *g, const struct kube_pod *p, size_t n, struct diag *d);

#endif

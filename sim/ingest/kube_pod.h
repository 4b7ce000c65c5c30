/* kube_pod.h - one Kubernetes pod as times, a request and the gang it belongs to. */
#ifndef BERTH_INGEST_KUBE_POD_H
#define BERTH_INGEST_KUBE_POD_H

#include "ingest/kube_file.h"
#include "sched/job.h"

struct kube_need {
    int64_t cpu_milli, memory_mib, gpus;
    int64_t slices; /* of `mig`, the profile's name in the arena */
    const char *mig;
};

struct kube_pod {
    const json_node *at;
    const char *name, *space, *uid, *node; /* borrowed from the file; NULL = none */
    char about[128];                       /* "pod 'vision/eval-1'" */
    const char *gang;                      /* in the arena; NULL = alone */
    const char *gang_name;                 /* the group's own name */
    const char *product;                   /* GPU product it asks for */
    const char *required, *preferred;      /* labels of levels */
    struct kube_need need;
    ns_t created, placed, started, finished; /* NS_UNKNOWN */
    ns_t limit;
    int32_t priority;
    uint32_t line, restarts, group_total; /* members the gang says it has; 0 = unsaid */
    uint32_t order;                       /* in the file; the caller's */
    bool waiting;                         /* never placed */
    bool node_owned;                      /* of a DaemonSet, or a mirror pod */
    enum job_end end;
};

/* Read a pod. -1 with *d for requests that cannot be right. */
int kube_pod_read(struct kube_file *f, const json_node *at, bool by_owner, struct arena *a,
                  struct kube_pod *out, struct diag *d);

#endif

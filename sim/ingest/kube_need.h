/* kube_need.h - what a pod asks for, from its containers. */
#ifndef BERTH_INGEST_KUBE_NEED_H
#define BERTH_INGEST_KUBE_NEED_H

#include "ingest/kube_pod.h"

/* The larger of what its containers need together and what each init step needs, sidecars
 * (restartable init containers) counted in both from when they start, plus overhead. */
int kube_need_read(struct kube_file *f, const json_node *spec, const char *about, struct arena *a,
                   struct kube_need *out, struct diag *d);

/* One map of resources ("cpu": "4") without limits beside it: node sizes. -1 with *d. */
int kube_need_map(struct kube_file *f, const json_node *map, const char *about, struct arena *a,
                  struct kube_need *out, struct diag *d);

/* "nvidia.com/mig-3g.40gb" -> "3g.40gb", else NULL. */
const char *kube_need_mig(const char *resource);

/* Is it a resource that counts whole devices (or their time slices)? */
bool kube_need_is_gpu(const char *resource);

#endif

/* kube_file.h - a file of Kubernetes objects: what shape it has, and complaints that name
 * the object. */
#ifndef BERTH_INGEST_KUBE_FILE_H
#define BERTH_INGEST_KUBE_FILE_H

#include "base/arena.h"
#include "base/json.h"
#include "base/vec.h"

struct kube_object {
    const json_node *at;
    const char *kind;
};

struct kube_file {
    struct json *json;               /* owned */
    bool watched;                    /* events of a watch, not a snapshot */
    bool one;                        /* one value in the file: paths begin with "$" */
    VEC(struct kube_object) objects; /* owned; in file order, events without their envelope */
    ns_t latest;                     /* the latest time met so far, UTC; NS_UNKNOWN at first */
};

/* Accepts List, NodeList, PodList, single objects, concatenated JSON and watch events. */
int kube_file_open(struct kube_file *f, const char *text, size_t n, const char *name,
                   struct diag *d);
void kube_file_close(struct kube_file *f);

/* -1 with *d: the complaint stands at `v` (`member`: at its key), the path is that of
 * `of`, followed by `about` in brackets when given. */
__attribute__((format(printf, 7, 8))) int kube_file_fail(struct kube_file *f, const json_node *v,
                                                         bool member, const json_node *of,
                                                         const char *about, struct diag *d,
                                                         const char *fmt, ...);

/* A text member, or NULL; other kinds count as absent. */
const char *kube_file_text(const json_node *of, const char *key);

/* A time such as "2026-01-05T00:00:00Z"; NS_UNKNOWN when absent or not one. Notes the
 * latest. */
ns_t kube_file_time(struct kube_file *f, const json_node *of, const char *key);

#endif

/* kubernetes.c - nodes and pods as `kubectl get nodes,pods -A -o json` tells them, or the
 * stream of `kubectl get pods --watch --output-watch-events -o json`.
 *
 * A snapshot only has what still exists: finished pods go with their job's time to live,
 * so lengths lean to the long and the recent. Pods of one gang become one job. */
#include "base/vec.h"
#include "ingest/kube_gang.h"
#include "ingest/trace.h"

#include <string.h>

struct reading {
    struct kube_file file;
    struct arena arena;
    const char *label[LEVELS];
    VEC(struct kube_node) nodes; /* sorted by name once all are read */
    VEC(struct kube_pod) pods;
    struct sink *sink;
    const struct trace_options *opt;
};

static int kubernetes_guess(const char *head, size_t n, struct trace_near *near)
{
    (void)near;
    if (n > 5 && memcmp(head, "NAME ", 5) == 0 &&
        (strstr(head, " STATUS ") || strstr(head, " READY ")))
        return GUESS_YES; /* the table: the reader says what to add */
    if (n == 0 || head[strspn(head, " \t\r\n")] != '{')
        return GUESS_NO;
    if (strstr(head, "\"apiVersion\"") && (strstr(head, "\"kind\"") || strstr(head, "\"items\"")))
        return GUESS_YES;
    return GUESS_NO;
}

/* A pod is told again by every event: the same one next to each other, the last at the end. */
static int by_identity(const void *a, const void *b)
{
    const struct kube_pod *x = a, *y = b;
    int c = strcmp(x->space, y->space);

    c = c ? c : strcmp(x->name, y->name);
    c = c ? c : strcmp(x->uid ? x->uid : "", y->uid ? y->uid : "");
    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static int by_gang(const void *a, const void *b)
{
    const struct kube_pod *x = a, *y = b;
    int c = !x->gang - !y->gang;

    if (c == 0 && x->gang)
        c = strcmp(x->gang, y->gang);
    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static int gather(struct reading *own, struct diag *d)
{
    for (size_t i = 0; i < own->file.objects.n; i++) {
        const struct kube_object *o = &own->file.objects.at[i];

        if (strcmp(o->kind, "Node") == 0) {
            struct kube_node n;
            if (kube_node_read(&own->file, o->at, own->label, &own->arena, &n, d) < 0)
                return -1;
            VEC_PUSH(&own->nodes, n);
        } else if (strcmp(o->kind, "Pod") == 0) {
            struct kube_pod p;
            sink_count_row(own->sink);
            if (kube_pod_read(&own->file, o->at, own->opt->gang == GANG_OWNER, &own->arena, &p, d) <
                0)
                return -1;
            p.order = (uint32_t)i;
            VEC_PUSH(&own->pods, p);
        }
    }
    if (own->nodes.n > 0)
        qsort(own->nodes.at, own->nodes.n, sizeof *own->nodes.at, kube_node_by_name);
    if (own->nodes.n == 0 && own->pods.n == 0 && own->file.objects.n > 0)
        return kube_file_fail(&own->file, own->file.objects.at[0].at, false,
                              own->file.objects.at[0].at, NULL, d,
                              "found %s and no Node or Pod, expected what 'kubectl get nodes,pods "
                              "--all-namespaces -o json' prints",
                              own->file.objects.at[0].kind);
    return 0;
}

/* Keep the last event of every pod, and those that are jobs. */
static void sift(struct reading *own)
{
    size_t kept = 0;
    struct kube_pod *p = own->pods.at;

    if (own->pods.n == 0)
        return;
    qsort(p, own->pods.n, sizeof *p, by_identity);
    for (size_t i = 0; i < own->pods.n; i++) {
        struct kube_node *n = kube_node_find(own->nodes.at, own->nodes.n, p[i].node);
        bool again = i + 1 < own->pods.n && strcmp(p[i].space, p[i + 1].space) == 0 &&
                     strcmp(p[i].name, p[i + 1].name) == 0 &&
                     strcmp(p[i].uid ? p[i].uid : "", p[i + 1].uid ? p[i + 1].uid : "") == 0;

        if (again) {
            sink_fold(own->sink, "earlier event", p[i].line);
        } else if (p[i].node_owned) {
            sink_fold(own->sink, "node-owned pod", p[i].line);
            if (n)
                kube_node_deduct(n, &p[i].need);
        } else {
            p[kept++] = p[i];
        }
    }
    own->pods.n = kept;
    qsort(p, kept, sizeof *p, by_gang);
}

static int emit_nodes(struct reading *own, struct diag *d)
{
    for (size_t i = 0; i < own->nodes.n; i++) {
        struct kube_node *n = &own->nodes.at[i];

        if (i > 0 && kube_node_by_name(n, n - 1) == 0)
            continue; /* a watch stream tells a node again */
        if (n->no_product)
            sink_warn(own->sink, "no-product", n->line,
                      "node '%s' has GPUs and no label for their "
                      "product, 'unknown-gpu' is taken",
                      n->name);
        if (n->n > 1)
            sink_warn(own->sink, "mixed-node", n->line,
                      "node '%s' offers several kinds of device: "
                      "read as %u nodes, CPU and memory divided by GPUs",
                      n->name, n->n);
        kube_node_divide(n);
        for (uint32_t k = 0; k < n->n; k++)
            if (sink_node(own->sink, &n->part[k], n->line, d) < 0)
                return -1;
    }
    return 0;
}

/* A pod group that needs fewer members than there are could shrink; jobs here cannot. */
static void elastic(struct reading *own)
{
    for (size_t i = 0; i < own->file.objects.n; i++) {
        const struct kube_object *o = &own->file.objects.at[i];
        const json_node *spec = json_get(o->at, "spec"), *meta = json_get(o->at, "metadata");
        const char *name = kube_file_text(meta, "name"), *space = kube_file_text(meta, "namespace");
        double least, members = 0;

        if (strcmp(o->kind, "PodGroup") != 0 || !name || !space ||
            (!json_number(json_get(spec, "minMember"), &least) &&
             !json_number(json_dig(spec, "schedulingPolicy", "gang", "minCount", (char *)NULL),
                          &least)))
            continue;
        for (size_t k = 0; k < own->pods.n; k++)
            members += own->pods.at[k].gang && strcmp(own->pods.at[k].gang_name, name) == 0 &&
                       strcmp(own->pods.at[k].space, space) == 0;
        if (members > least)
            sink_warn(own->sink, "elastic", json_line(own->file.json, o->at),
                      "gang '%s' could run "
                      "with %.0f of its %.0f members: read as rigid at full size",
                      name, least, members);
    }
}

static int read_file(struct reading *own, struct input *in, struct diag *d)
{
    char *text;
    size_t n;

    if (kube_node_levels(own->opt->level, own->label, &own->arena, d) < 0 ||
        input_all(in, &text, &n, d) < 0 ||
        kube_file_open(&own->file, text, n, input_name(in), d) < 0 || gather(own, d) < 0)
        return -1;
    sift(own);
    if (own->pods.n > 0 && !own->file.watched)
        sink_warn(own->sink, "snapshot", 1,
                  "a snapshot has only pods that still exist, so lengths "
                  "lean to the long and the recent; record 'kubectl get pods --watch "
                  "--output-watch-events' instead");
    elastic(own);
    if (emit_nodes(own, d) < 0)
        return -1;
    struct kube_gang gang = {.file = &own->file,
                             .nodes = own->nodes.at,
                             .n_nodes = own->nodes.n,
                             .label = own->label,
                             .sink = own->sink};
    for (size_t i = 0, n_gang; i < own->pods.n; i += n_gang) {
        const struct kube_pod *p = &own->pods.at[i];

        for (n_gang = 1; p->gang && i + n_gang < own->pods.n && p[n_gang].gang &&
                         strcmp(p->gang, p[n_gang].gang) == 0;)
            n_gang++;
        if (kube_gang_emit(&gang, p, n_gang, d) < 0)
            return -1;
    }
    return 0;
}

static int kubernetes_read(struct input *in, const struct trace_options *opt, struct sink *s,
                           struct diag *d)
{
    struct reading own = {.sink = s, .opt = opt};
    int result;

    arena_init(&own.arena);
    sink_origin(s, 0);
    sink_unsorted_ok(s);
    result = read_file(&own, in, d);
    VEC_FREE(&own.pods);
    VEC_FREE(&own.nodes);
    kube_file_close(&own.file);
    arena_free(&own.arena);
    return result;
}

TRACE_FORMAT(kubernetes) = {
    .name = "kubernetes",
    .summary = "Kubernetes nodes and pods, kubectl get nodes,pods -A -o json",
    .source = "kubernetes.io/docs/reference/kubernetes-api",
    .columns =
        "pods: requests, times, phase, gang, priority; nodes: allocatable, GPU labels, health",
    .counted = "jobs",
    .jobs = true,
    .nodes = true,
    .guess = kubernetes_guess,
    .read = kubernetes_read,
};

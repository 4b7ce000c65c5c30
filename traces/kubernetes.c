/* kubernetes.c - nodes and pods as `kubectl get nodes,pods -A -o json` tells them, or the
 * stream of `kubectl get pods --watch --output-watch-events -o json`.
 *
 * A snapshot only has what still exists: finished pods go with their job's time to live,
 * so lengths lean to the long and the recent. Pods of one gang become one job. */
#include "base/vec.h"
#include "ingest/kube_node.h"
#include "ingest/trace.h"

#include <string.h>

#define GROUPS_MAX 64

struct pod { struct kube_pod is; uint32_t order; };

struct reading {
    struct kube_file file;
    struct arena arena;
    const char *label[LEVELS];
    VEC(struct kube_node) nodes;        /* sorted by name once all are read */
    VEC(struct pod) pods;
    struct sink *sink;
    const struct trace_options *opt;
};

static int kubernetes_guess(const char *head, size_t n, struct trace_near *near)
{
    (void)near;
    if (n > 5 && memcmp(head, "NAME ", 5) == 0
        && (strstr(head, " STATUS ") || strstr(head, " READY ")))
        return GUESS_YES;               /* the table: the reader says what to add */
    if (n == 0 || head[strspn(head, " \t\r\n")] != '{')
        return GUESS_NO;
    if (strstr(head, "\"apiVersion\"") && (strstr(head, "\"kind\"") || strstr(head, "\"items\"")))
        return GUESS_YES;
    return GUESS_NO;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct kube_node *)a)->name, ((const struct kube_node *)b)->name);
}

/* A pod is told again by every event: the same one next to each other, the last at the end. */
static int by_identity(const void *a, const void *b)
{
    const struct pod *x = a, *y = b;
    int c = strcmp(x->is.space, y->is.space);

    c = c ? c : strcmp(x->is.name, y->is.name);
    c = c ? c : strcmp(x->is.uid ? x->is.uid : "", y->is.uid ? y->is.uid : "");
    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static int by_gang(const void *a, const void *b)
{
    const struct pod *x = a, *y = b;
    int c = !x->is.gang - !y->is.gang;

    if (c == 0 && x->is.gang)
        c = strcmp(x->is.gang, y->is.gang);
    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static struct kube_node *node_of(const struct reading *own, const struct kube_pod *p)
{
    struct kube_node key = {.name = p->node};

    return p->node && own->nodes.n > 0
               ? bsearch(&key, own->nodes.at, own->nodes.n, sizeof key, by_name) : NULL;
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
            struct pod p = {.order = (uint32_t)i};
            sink_count_row(own->sink);
            if (kube_pod_read(&own->file, o->at, own->opt->gang == GANG_OWNER, &own->arena, &p.is,
                              d) < 0)
                return -1;
            VEC_PUSH(&own->pods, p);
        }
    }
    if (own->nodes.n > 0)
        qsort(own->nodes.at, own->nodes.n, sizeof *own->nodes.at, by_name);
    return 0;
}

/* Keep the last event of every pod, and those that are jobs. */
static void sift(struct reading *own)
{
    size_t kept = 0;
    struct pod *p = own->pods.at;

    if (own->pods.n == 0)
        return;
    qsort(p, own->pods.n, sizeof *p, by_identity);
    for (size_t i = 0; i < own->pods.n; i++) {
        struct kube_node *n = node_of(own, &p[i].is);
        bool again = i + 1 < own->pods.n && strcmp(p[i].is.space, p[i + 1].is.space) == 0
                     && strcmp(p[i].is.name, p[i + 1].is.name) == 0
                     && strcmp(p[i].is.uid ? p[i].is.uid : "",
                               p[i + 1].is.uid ? p[i + 1].is.uid : "") == 0;

        if (again) {
            sink_fold(own->sink, "earlier event", p[i].is.line);
        } else if (p[i].is.node_owned) {
            sink_fold(own->sink, "node-owned pod", p[i].is.line);
            if (n)
                kube_node_deduct(n, &p[i].is.need);
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

        if (i > 0 && by_name(n, n - 1) == 0)
            continue;                   /* a watch stream tells a node again */
        if (n->no_product)
            sink_warn(own->sink, "no-product", n->line, "node '%s' has GPUs and no label for their "
                      "product, 'unknown-gpu' is taken", n->name);
        if (n->n > 1)
            sink_warn(own->sink, "mixed-node", n->line, "node '%s' offers several kinds of device: "
                      "read as %u nodes, CPU and memory divided by GPUs", n->name, n->n);
        kube_node_divide(n);
        for (uint32_t k = 0; k < n->n; k++)
            if (sink_node(own->sink, &n->part[k], n->line, d) < 0)
                return -1;
    }
    return 0;
}

static enum level level_of(const struct reading *own, const char *label, uint32_t line)
{
    if (!label)
        return LEVEL_NONE;
    if (strcmp(label, "kubernetes.io/hostname") == 0)
        return LEVEL_NODE;
    if (strcmp(label, "nvidia.com/gpu.clique") == 0)
        return LEVEL_NVLINK;
    for (int i = LEVEL_NVLINK; i < LEVELS; i++)
        if (own->label[i] && strcmp(own->label[i], label) == 0)
            return (enum level)i;
    sink_warn(own->sink, "topology", line, "a job wants topology label '%s', which is no level: "
              "ignored; --level rack=%s makes it one", label, label);
    return LEVEL_NONE;
}

static int reject(struct reading *own, const struct kube_pod *p, const char *kind, struct diag *d,
                  const char *what)
{
    struct diag why;

    kube_file_fail(&own->file, p->at, false, p->at, p->about, &why, "%s %s", p->about, what);
    if (sink_reject(own->sink, kind, &why, p->about) == 0)
        return 0;
    *d = why;
    return -1;
}

/* Size of one member: whole GPUs, MIG slices, or time slices of a GPU as a share. */
static bool size(const struct reading *own, const struct kube_pod *p, uint32_t *gpus,
                 struct trace_row *row, bool first)
{
    const struct kube_node *n = node_of(own, p);
    uint32_t share = 0;

    *gpus = (uint32_t)p->need.gpus;
    if (p->need.mig && p->need.gpus > 0)
        return false;
    if (p->need.mig)
        *gpus = (uint32_t)p->need.slices;
    else if (n && n->replicas > 1 && p->need.gpus > 0 && p->need.gpus < n->replicas)
        share = (uint32_t)((p->need.gpus * 1000 + n->replicas - 1) / n->replicas);
    else if (n && n->replicas > 1)
        *gpus = (*gpus + n->replicas - 1) / n->replicas;
    if (share)
        *gpus = 1;
    if (!first && (row->share_milli != share || !row->mig_profile != !p->need.mig
                   || (p->need.mig && strcmp(p->need.mig, row->mig_profile) != 0)))
        return false;
    row->share_milli = share;
    row->mig_profile = p->need.mig;
    row->gpu_types = p->need.mig ? p->need.mig : p->product ? p->product : row->gpu_types;
    return true;
}

static void add_member(struct trace_row *row, struct job_group *groups, uint32_t gpus)
{
    for (uint32_t i = 0; i < row->n_groups; i++)
        if (groups[i].gpus == gpus) {
            groups[i].replicas++;
            return;
        }
    if (row->n_groups < GROUPS_MAX)
        groups[row->n_groups++] = (struct job_group){.replicas = 1, .gpus = gpus};
}

static enum job_end worse(enum job_end a, enum job_end b)
{
    static const int rank[JOB_ENDS] = {[JOB_DONE] = 0, [JOB_PREEMPTED] = 1, [JOB_FAILED] = 2,
                                       [JOB_CENSORED] = 3};
    return rank[b] > rank[a] ? b : a;
}

/* One gang, or one pod alone: n members from p on. */
static int emit(struct reading *own, const struct pod *p, size_t n, struct diag *d)
{
    const struct kube_pod *head = &p[0].is;
    struct job_group groups[GROUPS_MAX];
    struct trace_row row = {.submit = head->created, .limit = head->limit, .wait = NS_UNKNOWN,
                            .groups = groups, .tenant = head->space, .priority = head->priority,
                            .end = JOB_DONE, .line = head->line, .text = head->about};
    ns_t placed = NS_UNKNOWN, start = NS_UNKNOWN, finish = NS_UNKNOWN;
    size_t ran = 0;
    char id[640];

    for (size_t i = 1; i < n; i++)
        sink_fold(own->sink, "gang member", p[i].is.line);
    for (size_t i = 0; i < n; i++) {
        const struct kube_pod *m = &p[i].is;
        ns_t began = m->started != NS_UNKNOWN ? m->started : m->placed;
        uint32_t gpus;

        if (m->waiting)
            continue;
        if (m->started == NS_UNKNOWN && (m->end != JOB_CENSORED || began == NS_UNKNOWN))
            return reject(own, m, "missing", d,
                          "has no container times left, expected when it started and finished");
        if (m->restarts > 0)
            sink_warn(own->sink, "restarts", m->line, "%s was restarted %u times: only its last "
                      "run is known", m->about, m->restarts);
        if (!size(own, m, &gpus, &row, ran == 0))
            return reject(own, m, "shape", d, "differs from its gang in the kind of GPU it asks for");
        add_member(&row, groups, gpus);
        row.submit = m->created < row.submit ? m->created : row.submit;
        row.cpu_milli = m->need.cpu_milli > row.cpu_milli ? m->need.cpu_milli : row.cpu_milli;
        row.memory_mib = m->need.memory_mib > row.memory_mib ? m->need.memory_mib : row.memory_mib;
        row.end = ran == 0 ? m->end : worse(row.end, m->end);
        placed = m->placed > placed ? m->placed : placed;
        start = began > start ? began : start;
        finish = m->finished > finish ? m->finished : finish;
        ran++;
    }
    if (ran == 0) {
        sink_skip(own->sink, "never placed", head->line);
        return 0;
    }
    if (ran < n)
        sink_warn(own->sink, "partial-gang", head->line, "%zu of %zu members of '%s' were placed: "
                  "read as a gang of those", ran, n, head->gang_name);
    if (head->group_total > n)
        sink_warn(own->sink, "lost-members", head->line, "gang '%s' says it has %u members, %zu are "
                  "in the file", head->gang_name, head->group_total, n);
    if (row.end == JOB_CENSORED || finish == NS_UNKNOWN)
        finish = own->file.latest;
    if (finish < start)
        return reject(own, head, "end-before-start", d, "ends before its last member starts");
    row.run = finish - start;
    if (placed >= row.submit)
        row.wait = placed - row.submit;
    row.required = (uint8_t)level_of(own, head->required, head->line);
    row.preferred = (uint8_t)level_of(own, head->preferred, head->line);
    snprintf(id, sizeof id, "%.300s/%.300s", head->space, head->gang ? head->gang_name : head->name);
    row.job_id = id;
    return sink_row(own->sink, &row, d);
}

/* A pod group that needs fewer members than there are could shrink; jobs here cannot. */
static void elastic(struct reading *own)
{
    for (size_t i = 0; i < own->file.objects.n; i++) {
        const struct kube_object *o = &own->file.objects.at[i];
        const json_node *spec = json_get(o->at, "spec"), *meta = json_get(o->at, "metadata");
        const char *name = kube_file_text(meta, "name"), *space = kube_file_text(meta, "namespace");
        double least, members = 0;

        if (strcmp(o->kind, "PodGroup") != 0 || !name || !space
            || (!json_number(json_get(spec, "minMember"), &least)
                && !json_number(json_dig(spec, "schedulingPolicy", "gang", "minCount", NULL), &least)))
            continue;
        for (size_t k = 0; k < own->pods.n; k++)
            members += own->pods.at[k].is.gang && strcmp(own->pods.at[k].is.gang_name, name) == 0
                       && strcmp(own->pods.at[k].is.space, space) == 0;
        if (members > least)
            sink_warn(own->sink, "elastic", json_line(own->file.json, o->at), "gang '%s' could run "
                      "with %.0f of its %.0f members: read as rigid at full size", name, least,
                      members);
    }
}

static int read_file(struct reading *own, struct input *in, struct diag *d)
{
    char *text;
    size_t n;

    if (kube_node_levels(own->opt->level, own->label, &own->arena, d) < 0
        || input_all(in, &text, &n, d) < 0
        || kube_file_open(&own->file, text, n, input_name(in), d) < 0 || gather(own, d) < 0)
        return -1;
    sift(own);
    if (own->pods.n > 0)
        sink_warn(own->sink, "snapshot", 1, "a snapshot has only pods that still exist, so lengths "
                  "lean to the long and the recent; record 'kubectl get pods --watch "
                  "--output-watch-events' instead");
    elastic(own);
    if (emit_nodes(own, d) < 0)
        return -1;
    for (size_t i = 0, n_gang; i < own->pods.n; i += n_gang) {
        const struct pod *p = &own->pods.at[i];

        for (n_gang = 1; p->is.gang && i + n_gang < own->pods.n && p[n_gang].is.gang
                         && strcmp(p->is.gang, p[n_gang].is.gang) == 0;)
            n_gang++;
        if (emit(own, p, n_gang, d) < 0)
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
    .columns = "pods: requests, times, phase, gang, priority; nodes: allocatable, GPU labels, health",
    .jobs = true,
    .nodes = true,
    .guess = kubernetes_guess,
    .read = kubernetes_read,
};

/* kube_gang.c - pods that belong together to one job: groups of members, times of the whole. */
#include "ingest/kube_gang.h"

#include <string.h>

#define GROUPS_MAX 64

static enum level level_of(const struct kube_gang *g, const char *label, uint32_t line)
{
    if (!label)
        return LEVEL_NONE;
    if (strcmp(label, "kubernetes.io/hostname") == 0)
        return LEVEL_NODE;
    if (strcmp(label, "nvidia.com/gpu.clique") == 0)
        return LEVEL_NVLINK;
    for (int i = LEVEL_NVLINK; i < LEVELS; i++)
        if (g->label[i] && strcmp(g->label[i], label) == 0)
            return (enum level)i;
    sink_warn(g->sink, "topology", line,
              "a job wants topology label '%s', which is no level: "
              "ignored; --level rack=%s makes it one",
              label, label);
    return LEVEL_NONE;
}

static int reject(const struct kube_gang *g, const struct kube_pod *p, const char *kind,
                  struct diag *d, const char *what)
{
    struct diag why;

    kube_file_fail(g->file, p->at, false, p->at, p->about, &why, "%s %s", p->about, what);
    if (sink_reject(g->sink, kind, &why, p->about) == 0)
        return 0;
    *d = why;
    return -1;
}

/* Size of one member: whole GPUs, MIG slices, or time slices of a GPU as a share. */
static bool size(const struct kube_gang *g, const struct kube_pod *p, uint32_t *gpus,
                 struct trace_row *row, bool first)
{
    const struct kube_node *n = kube_node_find(g->nodes, g->n_nodes, p->node);
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
    if (!first && (row->share_milli != share || !row->mig_profile != !p->need.mig ||
                   (p->need.mig && strcmp(p->need.mig, row->mig_profile) != 0)))
        return false;
    row->share_milli = share;
    row->mig_profile = p->need.mig;
    row->gpu_types = p->need.mig ? p->need.mig : p->product ? p->product : row->gpu_types;
    return true;
}

static bool add_member(struct trace_row *row, struct job_group *groups, uint32_t gpus)
{
    for (uint32_t i = 0; i < row->n_groups; i++)
        if (groups[i].gpus == gpus) {
            groups[i].replicas++;
            return true;
        }
    if (row->n_groups == GROUPS_MAX)
        return false;
    groups[row->n_groups++] = (struct job_group){.replicas = 1, .gpus = gpus};
    return true;
}

static enum job_end worse(enum job_end a, enum job_end b)
{
    static const int rank[JOB_ENDS] = {
        [JOB_DONE] = 0, [JOB_PREEMPTED] = 1, [JOB_FAILED] = 2, [JOB_CENSORED] = 3};
    return rank[b] > rank[a] ? b : a;
}

int kube_gang_emit(const struct kube_gang *g, const struct kube_pod *p, size_t n, struct diag *d)
{
    const struct kube_pod *head = &p[0];
    struct job_group groups[GROUPS_MAX];
    struct trace_row row = {.submit = head->created,
                            .limit = head->limit,
                            .wait = NS_UNKNOWN,
                            .groups = groups,
                            .tenant = head->space,
                            .priority = head->priority,
                            .end = JOB_DONE,
                            .line = head->line,
                            .text = head->about};
    ns_t placed = NS_UNKNOWN, start = NS_UNKNOWN, finish = NS_UNKNOWN;
    size_t ran = 0;
    char id[640];

    for (size_t i = 1; i < n; i++)
        sink_fold(g->sink, "gang member", p[i].line);
    for (size_t i = 0; i < n; i++) {
        const struct kube_pod *m = &p[i];
        ns_t began = m->started != NS_UNKNOWN ? m->started : m->placed;
        uint32_t gpus;

        if (m->waiting)
            continue;
        if (m->started == NS_UNKNOWN && (m->end != JOB_CENSORED || began == NS_UNKNOWN))
            return reject(g, m, "missing", d,
                          "has no container times left, expected when it started and finished");
        if (m->restarts > 0)
            sink_warn(g->sink, "restarts", m->line,
                      "%s was restarted %u times: only its last "
                      "run is known",
                      m->about, m->restarts);
        if (!size(g, m, &gpus, &row, ran == 0))
            return reject(g, m, "shape", d, "differs from its gang in the kind of GPU it asks for");
        if (!add_member(&row, groups, gpus))
            return reject(g, m, "shape", d, "makes its gang one of more than 64 different sizes");
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
        sink_skip(g->sink, "never placed", head->line);
        return 0;
    }
    if (ran < n)
        sink_warn(g->sink, "partial-gang", head->line,
                  "%zu of %zu members of '%s' were placed: "
                  "read as a gang of those",
                  ran, n, head->gang_name);
    if (head->group_total > n)
        sink_warn(g->sink, "lost-members", head->line,
                  "gang '%s' says it has %u members, %zu are "
                  "in the file",
                  head->gang_name, head->group_total, n);
    if (row.end == JOB_CENSORED || finish == NS_UNKNOWN)
        finish = g->file->latest;
    if (finish < start)
        return reject(g, head, "end-before-start", d, "ends before its last member starts");
    row.run = finish - start;
    if (placed >= row.submit)
        row.wait = placed - row.submit;
    row.required = (uint8_t)level_of(g, head->required, head->line);
    row.preferred = (uint8_t)level_of(g, head->preferred, head->line);
    snprintf(id, sizeof id, "%.300s/%.300s", head->space,
             head->gang ? head->gang_name : head->name);
    row.job_id = id;
    return sink_row(g->sink, &row, d);
}

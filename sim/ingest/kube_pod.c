/* kube_pod.c - one Kubernetes pod as times, a request and the gang it belongs to. */
#include "ingest/kube_pod.h"

#include "ingest/kube_need.h"

#include <stdlib.h>
#include <string.h>

static const json_node *condition(const json_node *status, const char *type)
{
    JSON_EACH (c, json_get(status, "conditions")) {
        const char *own = kube_file_text(c, "type");
        if (own && strcmp(own, type) == 0)
            return c;
    }
    return NULL;
}

static bool holds(const json_node *condition_node)
{
    const char *status = kube_file_text(condition_node, "status");

    return status && strcmp(status, "True") == 0;
}

/* Is the member true? */
static bool is_true(struct kube_file *f, const json_node *of, const char *key)
{
    const json_node *v = json_get(of, key);
    struct diag unused;
    bool yes = false;

    return json_kind(v) == JSON_BOOL && json_as_bool(f->json, v, &yes, &unused) == 0 && yes;
}

/* The owner that controls the pod. */
static const json_node *controller(struct kube_file *f, const json_node *meta)
{
    JSON_EACH (o, json_get(meta, "ownerReferences"))
        if (is_true(f, o, "controller"))
            return o;
    return json_first(json_get(meta, "ownerReferences"));
}

static void gang(struct kube_file *f, const json_node *meta, const json_node *spec, bool by_owner,
                 struct arena *a, struct kube_pod *p)
{
    static const char *const notes[] = {"scheduling.k8s.io/group-name",
                                        "scheduling.volcano.sh/group-name"};
    static const char *const single[] = {"ReplicaSet", "StatefulSet", "DaemonSet", "Node"};
    const json_node *labels = json_get(meta, "labels"), *extra = json_get(meta, "annotations");
    const char *name = json_string(json_dig(spec, "schedulingGroup", "podGroupName", (char *)NULL));
    const char *rule = "group", *total, *jobset;
    char key[640];

    for (size_t i = 0; !name && i < sizeof notes / sizeof *notes; i++)
        name = kube_file_text(extra, notes[i]);
    if (!name && (name = kube_file_text(labels, "kueue.x-k8s.io/pod-group-name"))) {
        rule = "kueue";
        total = kube_file_text(extra, "kueue.x-k8s.io/pod-group-total-count");
        p->group_total = total ? (uint32_t)strtoul(total, NULL, 10) : 0;
    }
    jobset = kube_file_text(labels, "jobset.sigs.k8s.io/jobset-name");
    if (!name && by_owner && jobset) {
        name = jobset;
        rule = "JobSet";
    } else if (!name && by_owner) {
        const json_node *owner = controller(f, meta);
        const char *kind = kube_file_text(owner, "kind");

        name = kube_file_text(owner, "name");
        for (size_t i = 0; kind && i < sizeof single / sizeof *single; i++)
            if (strcmp(kind, single[i]) == 0)
                name = NULL;
        rule = kind ? kind : "owner";
    }
    if (!name)
        return;
    snprintf(key, sizeof key, "%.60s/%.250s/%.250s", rule, p->space, name);
    p->gang = arena_text(a, key, strlen(key));
    p->gang_name = name;
}

/* GPU product by node selector, or by a required affinity with one value. */
static const char *product(const json_node *spec)
{
    static const char label[] = "nvidia.com/gpu.product";
    const char *name = kube_file_text(json_get(spec, "nodeSelector"), label);
    const json_node *terms =
        json_dig(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
                 "nodeSelectorTerms", (char *)NULL);

    if (name || json_count(terms) != 1)
        return name;
    JSON_EACH (e, json_get(json_first(terms), "matchExpressions")) {
        const char *key = kube_file_text(e, "key"), *op = kube_file_text(e, "operator");
        if (key && op && strcmp(key, label) == 0 && strcmp(op, "In") == 0 &&
            json_count(json_get(e, "values")) == 1)
            return json_string(json_first(json_get(e, "values")));
    }
    return NULL;
}

static void times(struct kube_file *f, const json_node *status, struct kube_pod *p)
{
    const json_node *placed = condition(status, "PodScheduled");

    p->placed = p->started = p->finished = NS_UNKNOWN;
    p->waiting = !p->node && !holds(placed);
    if (holds(placed))
        p->placed = kube_file_time(f, placed, "lastTransitionTime");
    JSON_EACH (c, json_get(status, "conditions"))
        kube_file_time(f, c, "lastTransitionTime");
    JSON_EACH (c, json_get(status, "containerStatuses")) {
        const json_node *state = json_get(c, "state"), *over = json_get(state, "terminated");
        ns_t start = kube_file_time(f, over ? over : json_get(state, "running"), "startedAt");
        ns_t end = kube_file_time(f, over, "finishedAt");
        double restarts;

        if (start != NS_UNKNOWN && (p->started == NS_UNKNOWN || start < p->started))
            p->started = start;
        if (end > p->finished)
            p->finished = end;
        if (json_number(json_get(c, "restartCount"), &restarts) && restarts > p->restarts)
            p->restarts = restarts < 4e9 ? (uint32_t)restarts : UINT32_MAX;
    }
}

static enum job_end outcome(const json_node *status)
{
    const char *phase = kube_file_text(status, "phase");

    if (!phase)
        return JOB_CENSORED;
    if (strcmp(phase, "Succeeded") == 0)
        return JOB_DONE;
    if (strcmp(phase, "Failed") == 0)
        return holds(condition(status, "DisruptionTarget")) ? JOB_PREEMPTED : JOB_FAILED;
    return JOB_CENSORED;
}

static bool node_owned(struct kube_file *f, const json_node *meta)
{
    const char *kind = kube_file_text(controller(f, meta), "kind");

    return json_get(json_get(meta, "annotations"), "kubernetes.io/config.mirror") ||
           (kind && (strcmp(kind, "DaemonSet") == 0 || strcmp(kind, "Node") == 0));
}

int kube_pod_read(struct kube_file *f, const json_node *at, bool by_owner, struct arena *a,
                  struct kube_pod *out, struct diag *d)
{
    const json_node *meta = json_get(at, "metadata"), *spec = json_get(at, "spec");
    const json_node *status = json_get(at, "status"), *notes = json_get(meta, "annotations");
    double number;

    *out = (struct kube_pod){.at = at, .limit = NS_UNKNOWN, .line = json_line(f->json, at)};
    out->name = kube_file_text(meta, "name");
    if (!out->name)
        return kube_file_fail(f, meta ? meta : at, false, at, NULL, d,
                              "pod has no metadata.name, expected one");
    out->space = kube_file_text(meta, "namespace");
    out->space = out->space ? out->space : "default";
    out->uid = kube_file_text(meta, "uid");
    out->node = kube_file_text(spec, "nodeName");
    snprintf(out->about, sizeof out->about, "pod '%.50s/%.60s'", out->space, out->name);
    out->created = kube_file_time(f, meta, "creationTimestamp");
    if (out->created == NS_UNKNOWN)
        return kube_file_fail(f, meta, true, meta, out->about, d,
                              "pod has no creationTimestamp, expected a time such as "
                              "2026-01-05T00:00:00Z");
    if (kube_need_read(f, spec, out->about, a, &out->need, d) < 0)
        return -1;
    gang(f, meta, spec, by_owner, a, out);
    out->product = product(spec);
    out->required = kube_file_text(notes, "kueue.x-k8s.io/podset-required-topology");
    out->preferred = kube_file_text(notes, "kueue.x-k8s.io/podset-preferred-topology");
    out->node_owned = node_owned(f, meta);
    out->end = outcome(status);
    times(f, status, out);
    if (json_number(json_get(spec, "priority"), &number) && number >= INT32_MIN &&
        number <= INT32_MAX)
        out->priority = (int32_t)number;
    if (json_number(json_get(spec, "activeDeadlineSeconds"), &number) && number >= 0 &&
        number <= (double)SECONDS_MAX)
        out->limit = (ns_t)number * NS_PER_S;
    return 0;
}

/* kube_node.c - one Kubernetes node as node specs. */
#include "ingest/kube_node.h"

#include "ingest/kube_quantity.h"

#include <stdlib.h>
#include <string.h>

int kube_node_levels(const char *option, const char *label[LEVELS], struct arena *a, struct diag *d)
{
    for (int i = 0; i < LEVELS; i++)
        label[i] = NULL;
    while (option && *option) {
        size_t n = strcspn(option, ","), word = strcspn(option, "=");
        enum level level = LEVELS;
        char name[16];

        if (word < n && word < sizeof name) {
            snprintf(name, sizeof name, "%.*s", (int)word, option);
            level = level_parse(name);
        }
        if (level <= LEVEL_NODE || level >= LEVELS || word + 1 >= n)
            return diag_fail(d, STATUS_USAGE, (struct diag_at){.file = "--level"},
                             "level is '%.*s', expected nvlink, rack, pod or site, then '=' and a "
                             "node label",
                             (int)n, option);
        label[level] = arena_text(a, option + word + 1, n - word - 1);
        option += n + (option[n] == ',');
    }
    return 0;
}

static uint32_t count(const json_node *labels, const char *key)
{
    const char *text = kube_file_text(labels, key);
    int64_t v;

    return text && units_integer(text, strlen(text), &v) && v > 0 && v < 1 << 20 ? (uint32_t)v : 0;
}

static bool ends_with(const char *text, size_t n, const char *end)
{
    size_t m = strlen(end);

    return n >= m && memcmp(text + n - m, end, m) == 0;
}

/* "NVIDIA-L4-SHARED" -> "NVIDIA-L4"; "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb" -> "1g.5gb". */
static const char *product(const json_node *labels, struct arena *a)
{
    static const char *const keys[] = {"nvidia.com/gpu.product", "amd.com/gpu.product-name",
                                       "cloud.google.com/gke-accelerator"};
    const char *name = NULL, *mig;
    size_t n;

    for (size_t i = 0; !name && i < sizeof keys / sizeof *keys; i++)
        name = kube_file_text(labels, keys[i]);
    if (!name)
        return NULL;
    mig = strstr(name, "-MIG-");
    if (mig)
        return mig + strlen("-MIG-");
    n = strlen(name);
    return ends_with(name, n, "-SHARED") ? arena_text(a, name, n - strlen("-SHARED")) : name;
}

static enum node_health health(struct kube_file *f, const json_node *spec, const json_node *status)
{
    const json_node *held = json_get(spec, "unschedulable");
    struct diag unused;
    bool cordoned = false, ready = true;

    JSON_EACH (c, json_get(status, "conditions")) {
        const char *type = kube_file_text(c, "type"), *is = kube_file_text(c, "status");
        kube_file_time(f, c, "lastTransitionTime");
        kube_file_time(f, c, "lastHeartbeatTime");
        if (type && strcmp(type, "Ready") == 0)
            ready = is && strcmp(is, "True") == 0;
    }
    if (!ready)
        return NODE_DOWN;
    if (json_kind(held) == JSON_BOOL)
        json_as_bool(f->json, held, &cordoned, &unused);
    return cordoned ? NODE_DRAINED : NODE_UP;
}

/* MIG slices under their profile as parts of their own. */
static int slices(struct kube_file *f, const json_node *offered, const char *about, struct arena *a,
                  struct kube_node *out, struct diag *d)
{
    JSON_EACH (v, offered) {
        const char *mig = kube_need_mig(json_key(v)), *text = json_string(v);
        struct node_spec *part;
        char name[300];
        int64_t n;

        if (!mig)
            continue;
        if (!text || !units_integer(text, strlen(text), &n) || n < 0 || n > 4096)
            return kube_file_fail(f, v, false, v, about, d,
                                  "%s is '%.80s', expected a whole number up to 4096", json_key(v),
                                  text ? text : "not text");
        if (n == 0)
            continue;
        if (out->n == KUBE_NODE_PARTS)
            return kube_file_fail(f, v, true, v, about, d, "more than %d kinds of device on a node",
                                  KUBE_NODE_PARTS - 1);
        snprintf(name, sizeof name, "%.200s:%.60s", out->name, mig);
        part = &out->part[out->n++];
        *part = out->part[0];
        part->name = arena_text(a, name, strlen(name));
        part->gpu_type = mig;
        part->gpus = (uint32_t)n;
        part->gpus_down = 0;
        part->memory_mib_gpu = 0;
    }
    /* a node that offers nothing but one kind of slice is that kind */
    if (out->n == 2 && out->part[0].gpus == 0) {
        out->part[0] = out->part[1];
        out->part[0].name = out->name;
        out->n = 1;
    }
    return 0;
}

int kube_node_read(struct kube_file *f, const json_node *at, const char *const label[LEVELS],
                   struct arena *a, struct kube_node *out, struct diag *d)
{
    const json_node *meta = json_get(at, "metadata"), *labels = json_get(meta, "labels");
    const json_node *status = json_get(at, "status");
    const json_node *offered = json_get(status, "allocatable");
    struct kube_need can, has;
    struct node_spec *node = &out->part[0];
    char about[128];
    int64_t gpus, all;

    *out = (struct kube_node){
        .at = at, .name = kube_file_text(meta, "name"), .n = 1, .line = json_line(f->json, at)};
    if (!out->name)
        return kube_file_fail(f, meta ? meta : at, false, at, NULL, d,
                              "node has no metadata.name, expected one");
    if (json_kind(offered) != JSON_OBJECT)
        return kube_file_fail(f, status ? status : at, status != NULL, status ? status : at, NULL,
                              d,
                              "node '%.80s' has no status.allocatable, expected what the kubelet "
                              "offers",
                              out->name);
    snprintf(about, sizeof about, "node '%.100s'", out->name);
    if (kube_need_map(f, offered, about, a, &can, d) < 0 ||
        kube_need_map(f, json_get(status, "capacity"), about, a, &has, d) < 0)
        return -1;
    out->replicas = count(labels, "nvidia.com/gpu.replicas");
    out->replicas = out->replicas ? out->replicas : 1;
    gpus = can.gpus;
    all = has.gpus > gpus ? has.gpus : gpus;
    if (out->replicas > 1) { /* the resource counts time slices, the fleet devices */
        gpus = (gpus + out->replicas - 1) / out->replicas;
        all = (all + out->replicas - 1) / out->replicas;
    }
    if (all > 4096)
        return kube_file_fail(f, offered, true, offered, about, d,
                              "node '%.80s' has %lld GPUs, expected at most 4096", out->name,
                              (long long)all);
    *node = (struct node_spec){
        .name = out->name,
        .type = kube_file_text(labels, "node.kubernetes.io/instance-type"),
        .gpus = (uint32_t)all,
        .gpus_down = (uint32_t)(all - gpus),
        .cpu_milli = can.cpu_milli,
        .memory_mib = can.memory_mib,
        .memory_mib_gpu = count(labels, "nvidia.com/gpu.memory"),
        .health = health(f, json_get(at, "spec"), status),
    };
    node->gpu_type = product(labels, a);
    out->no_product = all > 0 && !node->gpu_type;
    if (out->no_product)
        node->gpu_type = "unknown-gpu";
    node->domain[LEVEL_NVLINK] = kube_file_text(labels, "nvidia.com/gpu.clique");
    for (int i = LEVEL_NVLINK; i < LEVELS; i++)
        if (label[i] && kube_file_text(labels, label[i]))
            node->domain[i] = kube_file_text(labels, label[i]);
    return slices(f, offered, about, a, out, d);
}

int kube_node_by_name(const void *a, const void *b)
{
    return strcmp(((const struct kube_node *)a)->name, ((const struct kube_node *)b)->name);
}

struct kube_node *kube_node_find(const struct kube_node *nodes, size_t n, const char *name)
{
    struct kube_node key = {.name = name};

    return name && n > 0 ? bsearch(&key, nodes, n, sizeof key, kube_node_by_name) : NULL;
}

void kube_node_deduct(struct kube_node *n, const struct kube_need *need)
{
    struct node_spec *s = &n->part[0];

    /* 0 would mean that nobody said: leave at least a trace of what was offered */
    if (s->cpu_milli > 0)
        s->cpu_milli = s->cpu_milli > need->cpu_milli ? s->cpu_milli - need->cpu_milli : 1;
    if (s->memory_mib > 0)
        s->memory_mib = s->memory_mib > need->memory_mib ? s->memory_mib - need->memory_mib : 1;
}

void kube_node_divide(struct kube_node *n)
{
    int64_t cpu = n->part[0].cpu_milli, memory = n->part[0].memory_mib, weight[KUBE_NODE_PARTS];
    int64_t sum = 0, cpu_left = cpu, memory_left = memory;

    if (n->n < 2)
        return;
    for (uint32_t i = 0; i < n->n; i++) { /* in sevenths of a GPU: "3g" is three of them */
        long sevenths = i == 0 ? 7 : strtol(n->part[i].gpu_type, NULL, 10);
        weight[i] = (sevenths > 0 ? sevenths : 7) * (int64_t)n->part[i].gpus;
        sum += weight[i];
    }
    for (uint32_t i = n->n; i-- > 0 && sum > 0;) {
        int64_t c = i == 0 ? cpu_left : cpu / sum * weight[i];
        int64_t m = i == 0 ? memory_left : memory / sum * weight[i];

        n->part[i].cpu_milli = c;
        n->part[i].memory_mib = m;
        cpu_left -= c;
        memory_left -= m;
    }
}

/* scenario_nodes.c - equal nodes of a cluster: from the catalogue, from JSON, spelled out. */
#include "experiment/scenario_nodes.h"
#include <math.h>
#include <string.h>

#define WATTS_MAX 1e6
#define USD_MAX 1e9

static const struct range unknown = {(double)NAN, (double)NAN, (double)NAN};

void scenario_nodes_from_catalog(struct scenario_part *p, const struct catalog_node *from,
                                 struct scenario_nodes *to)
{
    const struct catalog_gpu *gpu =
        *from->gpu ? catalog_gpu_find(p->out->catalog, from->gpu) : NULL;
    to->node.type = from->id;
    to->node.gpu_type = gpu ? gpu->id : NULL;
    to->node.gpus = from->gpus;
    to->node.nvlink_gpus = from->nvlink_gpus;
    to->node.numa = from->numa;
    to->node.memory_mib_gpu = gpu ? gpu->memory_mib : 0;
    to->node.cpu_milli = from->cpu_milli;
    to->node.memory_mib = from->memory_mib;
    to->price = (struct price_node){.capital_usd = from->price_usd,
                                    .busy_w = unknown,
                                    .idle_w = from->idle_w,
                                    .max_w = from->power_max_w};
}

/* ---- from JSON ---- */

static int read_count(struct scenario_part *p, const json_node *v, const char *key, int64_t low,
                      int64_t high, uint32_t *out)
{
    int64_t n = *out;
    if (json_int(p->j, v, key, low, high, &n, p->d) < 0)
        return -1;
    *out = (uint32_t)n;
    return 0;
}

static int read_size(struct scenario_part *p, const json_node *v, const char *key, int64_t *mib)
{
    const json_node *member = json_get(v, key);
    const char *text = json_string(member);
    int64_t bytes;
    if (!member)
        return 0;
    if (!text || !units_bytes(text, strlen(text), &bytes) || bytes < 0)
        return json_expected(p->j, member, p->d, "a size with a unit such as \"2TiB\"");
    *mib = bytes >> 20;
    return 0;
}

static int read_name(struct scenario_part *p, const json_node *v, const char *key, const char **out)
{
    const char *text = NULL;
    if (json_text(p->j, v, key, &text, p->d) < 0)
        return -1;
    if (text && !*text)
        return json_expected(p->j, json_get(v, key), p->d, "a name");
    if (text)
        *out = scenario_keep(p, text);
    return 0;
}

static int read_range(struct scenario_part *p, const json_node *v, const char *key, double high,
                      struct range *out)
{
    double r[3];
    if (!json_get(v, key))
        return 0;
    if (json_range(p->j, v, key, 0, high, r, p->d) < 0)
        return -1;
    *out = (struct range){r[0], r[1], r[2]};
    return 0;
}

/* The GPU type by catalogue id or alias. */
static int read_gpu_type(struct scenario_part *p, const json_node *v, struct scenario_nodes *to)
{
    const json_node *member = json_get(v, "gpu_type");
    const char *text = NULL;
    if (!member)
        return 0;
    if (json_as_text(p->j, member, &text, p->d) < 0)
        return -1;
    const struct catalog_gpu *gpu = catalog_gpu_find(p->out->catalog, text);
    if (!gpu) {
        char expected[160];
        const char *near = catalog_gpu_nearest(p->out->catalog, text);
        struct diag_at place = json_at(p->j, member);
        place.path = json_path(p->j, member);
        snprintf(expected, sizeof expected,
                 "a catalogue id%s%s%s; 'berth catalog --type gpu' lists them",
                 near ? " (nearest: '" : "", near ? near : "", near ? "')" : "");
        return diag_expected(p->d, place, "gpu_type", text, expected);
    }
    to->node.gpu_type = gpu->id;
    to->node.memory_mib_gpu = gpu->memory_mib;
    return 0;
}

/* The type: a catalogue node brings its figures, another name needs gpus and gpu_type. */
static int read_type(struct scenario_part *p, const json_node *v, struct scenario_nodes *to)
{
    const json_node *member = json_get(v, "type");
    if (read_name(p, v, "type", &to->node.type) < 0)
        return -1;
    const struct catalog_node *known =
        to->node.type ? catalog_node_find(p->out->catalog, to->node.type) : NULL;
    if (known) {
        scenario_nodes_from_catalog(p, known, to);
        return 0;
    }
    if (json_get(v, "gpus"))
        return 0;
    if (!member)
        return json_missing(p->j, v, "type", "a catalogue node id, or gpus and gpu_type", p->d);
    char expected[200];
    const char *near = catalog_node_nearest(p->out->catalog, to->node.type);
    snprintf(expected, sizeof expected,
             "a catalogue node id%s%s%s, or gpus and gpu_type beside it; 'berth catalog --type "
             "node' lists them",
             near ? " (nearest: '" : "", near ? near : "", near ? "')" : "");
    return json_expected(p->j, member, p->d, expected);
}

static int read_domains(struct scenario_part *p, const json_node *v, struct scenario_nodes *to)
{
    if (read_name(p, v, "rack", &to->node.domain[LEVEL_RACK]) < 0 ||
        read_name(p, v, "pod", &to->node.domain[LEVEL_POD]) < 0 ||
        read_name(p, v, "site", &to->node.domain[LEVEL_SITE]) < 0 ||
        read_count(p, v, "nodes_per_rack", 1, SCENARIO_NODES_MAX, &to->nodes_per_rack) < 0 ||
        read_count(p, v, "nodes_per_pod", 1, SCENARIO_NODES_MAX, &to->nodes_per_pod) < 0)
        return -1;
    if (to->node.domain[LEVEL_RACK] && to->nodes_per_rack)
        return json_fail_member(p->j, json_get(v, "nodes_per_rack"), p->d,
                                "both rack and nodes_per_rack are given, expected one");
    if (to->node.domain[LEVEL_POD] && to->nodes_per_pod)
        return json_fail_member(p->j, json_get(v, "nodes_per_pod"), p->d,
                                "both pod and nodes_per_pod are given, expected one");
    if (to->nodes_per_rack && to->nodes_per_pod % to->nodes_per_rack)
        return json_expected(p->j, json_get(v, "nodes_per_pod"), p->d,
                             "a multiple of nodes_per_rack");
    return 0;
}

int scenario_nodes_read(struct scenario_part *p, const json_node *v, struct scenario_nodes *to)
{
    static const char *const keys[] = {
        "name",           "count",         "type",      "gpus",        "gpu_type",
        "gpu_memory",     "nvlink_gpus",   "numa",      "cpu",         "memory",
        "health",         "gpus_down",     "rack",      "pod",         "site",
        "nodes_per_rack", "nodes_per_pod", "price_usd", "power_max_w", "idle_w"};
    static const char *const health[] = {"up", "drained", "down"};
    *to =
        (struct scenario_nodes){.count = 1, .at = v, .price = {unknown, unknown, unknown, unknown}};
    if (json_is(p->j, v, JSON_OBJECT, p->d) < 0 ||
        json_check_keys(p->j, v, keys, COUNT(keys), p->d) < 0 || read_type(p, v, to) < 0)
        return -1;
    struct node_spec before = to->node;
    double cpu = -1;
    int64_t gpu_mib = -1;
    uint32_t state = 0;
    if (read_name(p, v, "name", &to->node.name) < 0 ||
        read_count(p, v, "count", 1, SCENARIO_NODES_MAX, &to->count) < 0 ||
        read_count(p, v, "gpus", 0, 4096, &to->node.gpus) < 0 || read_gpu_type(p, v, to) < 0 ||
        read_size(p, v, "gpu_memory", &gpu_mib) < 0 ||
        read_count(p, v, "nvlink_gpus", 0, 65536, &to->node.nvlink_gpus) < 0 ||
        read_count(p, v, "numa", 1, 64, &to->node.numa) < 0 ||
        json_real(p->j, v, "cpu", 0, 1e6, &cpu, p->d) < 0 ||
        read_size(p, v, "memory", &to->node.memory_mib) < 0 ||
        json_choice(p->j, v, "health", health, 3, &state, p->d) < 0 ||
        read_count(p, v, "gpus_down", 0, to->node.gpus, &to->node.gpus_down) < 0 ||
        read_domains(p, v, to) < 0)
        return -1;
    to->node.health = (enum node_health)state;
    if (cpu >= 0)
        to->node.cpu_milli = (int64_t)(cpu * 1000 + 0.5);
    if (gpu_mib >= 0)
        to->node.memory_mib_gpu = (uint32_t)gpu_mib;
    if (to->node.gpus && !to->node.gpu_type)
        return json_missing(p->j, v, "gpu_type",
                            "a catalogue id; 'berth catalog --type gpu' lists them", p->d);
    if (to->node.gpu_type && (before.gpus != to->node.gpus || before.gpu_type != to->node.gpu_type))
        to->price = (struct price_node){unknown, unknown, unknown,
                                        unknown}; /* no longer the machine of the catalogue */
    uint32_t nvlink = to->node.nvlink_gpus, gpus = to->node.gpus;
    if (nvlink > 1 && gpus && (nvlink > gpus ? nvlink % gpus : gpus % nvlink) &&
        json_get(v, "nvlink_gpus"))
        return json_expected(p->j, json_get(v, "nvlink_gpus"), p->d,
                             "a multiple or a divisor of gpus");
    return read_range(p, v, "price_usd", USD_MAX, &to->price.capital_usd) < 0 ||
                   read_range(p, v, "power_max_w", WATTS_MAX, &to->price.max_w) < 0 ||
                   read_range(p, v, "idle_w", WATTS_MAX, &to->price.idle_w) < 0
               ? -1
               : 0;
}

/* ---- spelled out ---- */

/* "r12": made once per domain, shared by its nodes. */
static const char *domain_name(struct scenario_part *p, const char *letters, uint32_t number)
{
    char name[24];
    snprintf(name, sizeof name, "%s%u", letters, number);
    return scenario_keep(p, name);
}

int scenario_nodes_add(struct scenario_part *p, const struct scenario_nodes *spec,
                       struct scenario_fleet *to)
{
    struct node_spec node = spec->node;
    uint32_t span = node.gpus && node.nvlink_gpus > node.gpus ? node.nvlink_gpus / node.gpus : 0;
    if (to->nodes.n + spec->count > SCENARIO_NODES_MAX)
        return json_fail(p->j, spec->at, p->d, "cluster has more than %d nodes",
                         SCENARIO_NODES_MAX);
    for (uint32_t i = 0; i < spec->count; i++) {
        if (spec->nodes_per_rack && i % spec->nodes_per_rack == 0)
            node.domain[LEVEL_RACK] = domain_name(p, "r", to->racks++);
        if (spec->nodes_per_pod && i % spec->nodes_per_pod == 0)
            node.domain[LEVEL_POD] = domain_name(p, "p", to->pods++);
        if (span && i % span == 0)
            node.domain[LEVEL_NVLINK] = domain_name(p, "nv", to->nvlinks++);
        if (spec->node.name && spec->count > 1)
            node.name = domain_name(p, spec->node.name, i);
        VEC_PUSH(&to->nodes, node);
        VEC_PUSH(&to->prices, spec->price);
    }
    return 0;
}

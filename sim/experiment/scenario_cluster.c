/* scenario_cluster.c - the "cluster" and "clusters" sections: a text, a list of nodes, a file. */
#include "base/check.h"
#include "base/intern.h"
#include "experiment/scenario_nodes.h"
#include <math.h>
#include <string.h>

/* A node list in a file of any format that holds nodes; the trace's own options hold where they
 * are not about rows. */
static int read_file(struct scenario_part *p, const char *path, const char *format,
                     struct scenario_fleet *to)
{
    const struct range unknown = {(double)NAN, (double)NAN, (double)NAN};
    struct ingest_options opt = p->out->ingest;
    struct node_spec *nodes;
    uint32_t n;
    opt.format = format;
    if (ingest_nodes(path, &opt, p->out->catalog, p->a, &nodes, &n, p->d) < 0)
        return -1;
    if (!n)
        return diag_fail(p->d, STATUS_INPUT, (struct diag_at){.file = path},
                         "holds no node, expected a fleet");
    for (uint32_t i = 0; i < n; i++) {
        struct scenario_nodes known = {.price = {unknown, unknown, unknown, unknown}};
        const struct catalog_node *type =
            nodes[i].type ? catalog_node_find(p->out->catalog, nodes[i].type) : NULL;
        if (type)
            scenario_nodes_from_catalog(p, type, &known);
        VEC_PUSH(&to->nodes, nodes[i]);
        VEC_PUSH(&to->prices, known.price);
    }
    return 0;
}

/* The fleet that the trace's own header describes. */
static int read_trace_fleet(struct scenario_part *p, const json_node *v, struct scenario_fleet *to,
                            const char **file)
{
    const char *trace = p->out->trace;
    if (!trace)
        return json_fail(p->j, v, p->d,
                         "cluster is 'trace', but the workload is a model, expected a fleet");
    if (!strcmp(trace, "-"))
        return json_fail(
            p->j, v, p->d,
            "cluster is 'trace', but the trace is standard input, which can be read once");
    *file = trace;
    return read_file(p, trace, p->out->ingest.format, to);
}

static int read_text(struct scenario_part *p, const json_node *v, struct scenario_fleet *to,
                     const char **file)
{
    const char *text = json_string(v);
    if (!*text)
        return json_expected(p->j, v, p->d,
                             "a fleet such as \"16x hgx-h100\", \"trace\" or a file");
    if (!strcmp(text, "trace"))
        return read_trace_fleet(p, v, to, file);
    if (!scenario_fleet_is_path(text))
        return scenario_fleet_read(p, v, to);
    *file = scenario_keep(p, text);
    return read_file(p, *file, NULL, to);
}

static int read_list(struct scenario_part *p, const json_node *list, struct scenario_fleet *to)
{
    if (!json_first(list))
        return json_fail(p->j, list, p->d, "nodes is empty, expected at least one node");
    JSON_EACH (v, list) {
        struct scenario_nodes spec;
        if (scenario_nodes_read(p, v, &spec) < 0 || scenario_nodes_add(p, &spec, to) < 0)
            return -1;
    }
    return 0;
}

static int check_names(struct scenario_part *p, const json_node *v,
                       const struct scenario_fleet *fleet)
{
    struct intern names;
    const char *twice = NULL;
    intern_init(&names);
    for (size_t i = 0; i < fleet->nodes.n && !twice; i++) {
        const char *name = fleet->nodes.at[i].name;
        uint32_t before = names.n;
        if (name && intern_add(&names, name, strlen(name)) < before)
            twice = name;
    }
    intern_free(&names);
    return twice ? json_fail(p->j, v, p->d, "name '%s' belongs to two nodes, expected unique names",
                             twice)
                 : 0;
}

static int read_object(struct scenario_part *p, const json_node *v, struct scenario_cluster *c,
                       struct scenario_fleet *to)
{
    static const char *const keys[] = {"name", "nodes", "file", "format"};
    const json_node *nodes = json_get(v, "nodes");
    const char *name = NULL, *file = NULL, *format = NULL;
    if (json_check_keys(p->j, v, keys, COUNT(keys), p->d) < 0 ||
        json_text(p->j, v, "name", &name, p->d) < 0 ||
        json_text(p->j, v, "file", &file, p->d) < 0 ||
        json_text(p->j, v, "format", &format, p->d) < 0)
        return -1;
    if (name)
        c->name = scenario_keep(p, name);
    if (file && nodes)
        return json_fail_member(p->j, nodes, p->d, "both file and nodes are given, expected one");
    if (format && !file)
        return json_fail_member(p->j, json_get(v, "format"), p->d,
                                "format is given without a file");
    if (file) {
        c->file = scenario_keep(p, file);
        return read_file(p, c->file, format, to);
    }
    if (!nodes)
        return json_missing(p->j, v, "nodes",
                            "a list of nodes, a text such as \"16x hgx-h100\", or a file", p->d);
    if (json_kind(nodes) == JSON_TEXT)
        return read_text(p, nodes, to, &c->file);
    if (json_kind(nodes) != JSON_ARRAY)
        return json_expected(p->j, nodes, p->d,
                             "an array of nodes, or a text such as \"16x hgx-h100\"");
    return read_list(p, nodes, to);
}

static int read_cluster(struct scenario_part *p, const json_node *v, const char *name,
                        struct scenario_cluster *c)
{
    struct scenario_fleet fleet = {0};
    int result;
    *c = (struct scenario_cluster){.name = name};
    if (json_kind(v) == JSON_TEXT)
        result = read_text(p, v, &fleet, &c->file);
    else if (json_kind(v) == JSON_OBJECT)
        result = read_object(p, v, c, &fleet);
    else
        result = json_expected(p->j, v, p->d, "an object, or a text such as \"16x hgx-h100\"");
    if (result == 0)
        result = check_names(p, v, &fleet);
    if (result == 0 && fleet.nodes.n) {
        struct node_spec *nodes = ARENA_ARRAY(p->a, struct node_spec, fleet.nodes.n);
        struct price_node *prices = ARENA_ARRAY(p->a, struct price_node, fleet.nodes.n);
        check(fleet.nodes.at && fleet.prices.at);
        memcpy(nodes, fleet.nodes.at, fleet.nodes.n * sizeof *nodes);
        memcpy(prices, fleet.prices.at, fleet.nodes.n * sizeof *prices);
        c->nodes = nodes;
        c->prices = prices;
        c->n_nodes = (uint32_t)fleet.nodes.n;
    }
    VEC_FREE(&fleet.nodes);
    VEC_FREE(&fleet.prices);
    return result;
}

int scenario_cluster_read(struct scenario_part *p, const json_node *root)
{
    const json_node *one = json_get(root, "cluster"), *many;
    if (json_array(p->j, root, "clusters", &many, p->d) < 0)
        return -1;
    if (one && many)
        return json_fail_member(p->j, one, p->d,
                                "both cluster and clusters are given, expected one");
    if (!one && !json_first(many))
        return many ? json_fail(p->j, many, p->d, "clusters is empty, expected at least one")
                    : json_missing(p->j, root, "cluster", "a fleet such as \"16x hgx-h100\"", p->d);
    struct scenario_cluster *list =
        ARENA_ARRAY(p->a, struct scenario_cluster, one ? 1 : json_count(many));
    p->out->clusters = list;
    if (one) {
        p->out->n_clusters = 1;
        return read_cluster(
            p, one, json_string(one) ? scenario_keep(p, json_string(one)) : "cluster", list);
    }
    JSON_EACH (v, many) {
        char name[24];
        uint32_t n = p->out->n_clusters++;
        snprintf(name, sizeof name, "cluster%u", n);
        if (read_cluster(p, v, scenario_keep(p, json_string(v) ? json_string(v) : name), &list[n]) <
            0)
            return -1;
        for (uint32_t i = 0; i < n; i++)
            if (!strcmp(list[i].name, list[n].name))
                return json_fail(p->j, v, p->d,
                                 "name '%s' belongs to two clusters, expected unique names",
                                 list[n].name);
    }
    return 0;
}

/* scenario_nodes.h - equal nodes of a cluster, before they are spelled out one by one.
 * Serves scenario_*.c only. */
#ifndef BERTH_EXPERIMENT_SCENARIO_NODES_H
#define BERTH_EXPERIMENT_SCENARIO_NODES_H

#include "base/vec.h"
#include "experiment/scenario_part.h"

#define SCENARIO_NODES_MAX 1048576

/* The fleet under construction. */
struct scenario_fleet {
    VEC(struct node_spec) nodes;
    VEC(struct price_node) prices; /* watts and purchase as known so far, NAN else */
    uint32_t racks, pods, nvlinks; /* names given out: "r0", "p0", "nv0" */
};

struct scenario_nodes {
    uint32_t count;
    uint32_t nodes_per_rack, nodes_per_pod; /* 0 = not grouped */
    struct node_spec node;                  /* what they share; name is a prefix or NULL */
    struct price_node price;
    const json_node *at; /* for complaints */
};

/* Everything the catalogue knows of the type. */
void scenario_nodes_from_catalog(struct scenario_part *p, const struct catalog_node *from,
                                 struct scenario_nodes *to);

/* The object {"count": ..., "type": ...} of "nodes". */
int scenario_nodes_read(struct scenario_part *p, const json_node *v, struct scenario_nodes *to);

/* Append `count` nodes, with their racks, pods and NVLink domains. */
int scenario_nodes_add(struct scenario_part *p, const struct scenario_nodes *spec,
                       struct scenario_fleet *to);

/* "121x hgx-v100 + 4x dgx-h100/rack4": nodes from a text. */
int scenario_fleet_read(struct scenario_part *p, const json_node *v, struct scenario_fleet *to);

#endif

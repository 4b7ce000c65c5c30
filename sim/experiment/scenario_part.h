/* scenario_part.h - what the readers of a scenario's sections share. Serves scenario*.c only. */
#ifndef BERTH_EXPERIMENT_SCENARIO_PART_H
#define BERTH_EXPERIMENT_SCENARIO_PART_H

#include "base/json.h"
#include "experiment/scenario.h"

struct scenario_part {
    struct json *j;
    struct arena *a;
    struct scenario *out;
    struct diag *d;
};

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof *(list)))

/* The "trace" object into out->ingest and out->trace. */
int scenario_trace_read(struct scenario_part *p, const json_node *trace);
void scenario_trace_defaults(struct ingest_options *opt);

/* "cluster" or "clusters" into out->clusters, with what is known of each node's price. */
int scenario_cluster_read(struct scenario_part *p, const json_node *root);
/* Is this text a path rather than "trace" or "121x hgx-v100"? */
bool scenario_fleet_is_path(const char *text);
/* The "price" section, after the clusters. */
int scenario_price_read(struct scenario_part *p, const json_node *root);

/* A copy in the arena. */
const char *scenario_keep(struct scenario_part *p, const char *text);

#endif

/* scenario.h - a checked scenario: JSON with comments in, plain data out.
 *
 * Unknown keys and wrong types are errors with file, line, column and JSON path. `--set
 * path=value` overrides any key before checking; the merged text can be written back and
 * runs to the same bytes. scenarios/README.md is the reference. */
#ifndef BERTH_EXPERIMENT_SCENARIO_H
#define BERTH_EXPERIMENT_SCENARIO_H

#include "engine/engine.h"
#include "ingest/ingest.h"
#include "metrics/outcome.h"
#include "model/price.h"

struct scenario_cluster {
    const char *name;
    const struct node_spec *nodes;
    uint32_t n_nodes;
    const struct price_node *prices; /* by node, same index as nodes */
    struct price_inputs price;       /* of this fleet: staff depends on its size */
    bool price_given;                /* false: money is not computed */
    const char *file;                /* node list it was read from, or NULL */
};

struct scenario {            /* all memory in the arena given to scenario_load */
    const char *name, *file; /* file: as given, "-" or NULL when from flags alone */
    const char *merged;      /* JSON text of the merged scenario, NUL-terminated; its paths
                                are relative to the current folder and it says so */
    /* workload: exactly one of trace and model */
    const char *trace; /* path, resolved against the scenario's folder */
    const char *model; /* workload model file, likewise */
    struct ingest_options ingest;
    const struct scenario_cluster *clusters; /* at least one */
    uint32_t n_clusters;
    const char *const *policies; /* at least one: preset or composition text */
    uint32_t n_policies;
    bool policy_is_flag; /* policies come from the command line, not from the file */
    uint64_t seed;
    ns_t horizon;               /* NS_NEVER = until the last job ends */
    ns_t warmup;                /* 0 = none */
    ns_t series_step;           /* 0 = every change */
    bool fragmentation;         /* measure it at every instant */
    bool journal;               /* record each trial's events and decisions into its folder */
    struct engine_costs costs;  /* of stopping, moving and restoring a job; all 0 = nothing */
    const char *const *outputs; /* report names; NULL = the defaults */
    uint32_t n_outputs;
    const struct catalog *catalog;
};

/* Flags of the command line that stand for scenario keys; NULL = not given. */
struct scenario_flags {
    const char *trace, *cluster, *policy,
        *model; /* cluster: "121x hgx-v100 + 4x dgx-h100" or a file */
    const char *horizon, *warmup, *format, *seed,
        *max_rejects;       /* max_rejects in percent: "1", "0.5%" */
    const char *const *set; /* "path=value": JSON when it parses, else text */
    uint32_t n_set;
    const char *catalog; /* folder; NULL = found beside the program or installed */
};

/* Read, merge, check. `file` may be NULL when flags give trace and cluster. 0, or -1 with *d. */
int scenario_load(const char *file, const struct scenario_flags *flags, struct arena *a,
                  struct scenario *out, struct diag *d);

/* Read every *.json of the catalogue folder. 0, or -1 with *d. */
int catalog_load(const char *folder, struct arena *a, struct catalog *out, struct diag *d);

/* The catalogue's folder: `given`, else $BERTH_CATALOG, else scenarios/catalog beside the
 * executable's top folder, else the installed one. NULL with *d when there is none. */
const char *catalog_folder(const char *given, struct arena *a, struct diag *d);

#endif

/* openb_nodes.c - Alibaba's "openb" node lists of 2023: the fleet that goes with the pods. */
#include "ingest/header.h"
#include "ingest/table.h"

enum { SN, CPU_MILLI, MEMORY_MIB, GPU, MODEL, COLUMNS };

static const char *const header[COLUMNS] = {"sn", "cpu_milli", "memory_mib", "gpu", "model"};

static const struct csv_column columns[COLUMNS] = {
    {"sn", true}, {"cpu_milli", true}, {"memory_mib", true}, {"gpu", true}, {"model", true},
};

static int openb_nodes_guess(const char *head, size_t n, struct trace_near *near)
{
    const struct header_rule rule = {
        .format = "openb_nodes", .delimiter = ',', .required = header, .n_required = COLUMNS};
    return header_guess(&rule, head, n, near);
}

static enum table_verdict take(struct table *t, struct trace_row *row)
{
    struct node_spec node = {.name = table_text(t, SN), .gpu_type = csv_field(t->csv, MODEL, NULL)};
    int64_t gpus;

    if (!table_whole(t, GPU, 0, 4096, &gpus) ||
        !table_whole(t, CPU_MILLI, 0, INT64_C(1) << 40, &node.cpu_milli) ||
        !table_whole(t, MEMORY_MIB, 0, INT64_C(1) << 40, &node.memory_mib))
        return table_reject(t, t->word);
    if (gpus > 0 && !*node.gpu_type) {
        diag_fail(&t->why, STATUS_INPUT, csv_at(t->csv, MODEL),
                  "model is empty, expected the model of the node's %lld GPUs", (long long)gpus);
        return table_reject(t, "missing");
    }
    node.gpus = (uint32_t)gpus;
    return sink_node(t->sink, &node, row->line, &t->why) < 0 ? TABLE_STOP : TABLE_NODE;
}

static int openb_nodes_read(struct input *in, const struct trace_options *opt, struct sink *s,
                            struct diag *d)
{
    sink_note(s, "models", "G1, G2 and G3 are models the publisher does not name");
    return table_read(in, ',', columns, COLUMNS, take, NULL, opt, s, d);
}

TRACE_FORMAT(openb_nodes) = {
    .name = "openb_nodes",
    .summary = "Alibaba openb nodes, 2023",
    .source = "github.com/alibaba/clusterdata, cluster-trace-gpu-v2023",
    .columns = "sn, cpu_milli, memory_mib, gpu, model",
    .nodes = true,
    .guess = openb_nodes_guess,
    .read = openb_nodes_read,
};

/* scontrol_nodes.c - the fleet as `scontrol show node` tells it (records over several lines, or
 * one line each with -o). Records of partitions in the same file are passed over. */
#include "ingest/slurm_node.h"
#include "ingest/trace.h"

#include <string.h>

static int scontrol_nodes_guess(const char *head, size_t n, struct trace_near *near)
{
    const char *p = head + strspn(head, " \t\r\n");

    (void)near;
    return n > 0 && strncmp(p, "NodeName=", 9) == 0 &&
                   (strstr(p, "CPUTot=") || strstr(p, "RealMemory=") || strstr(p, "State="))
               ? GUESS_YES
               : GUESS_NO;
}

/* A node of a fleet has one type of device: several kinds make several nodes, which divide
 * the CPU and memory by their number of devices. */
static int hand_over(const struct slurm_node *n, struct sink *s, struct diag *d)
{
    int64_t cpu = (n->usable_cpus > 0 ? n->usable_cpus : n->cpus > 0 ? n->cpus : 0) * 1000;
    int64_t memory = n->memory_mib > 0 ? n->memory_mib : 0;
    uint32_t parts = n->n ? n->n : 1, devices = 0;
    char name[200];

    for (uint32_t i = 0; i < n->n; i++)
        devices += n->type[i].gpus;
    if (parts > 1)
        sink_warn(s, "mixed-node", n->line,
                  "node '%s' offers several kinds of device: read as %u "
                  "nodes, CPU and memory divided by devices",
                  n->name, parts);
    for (uint32_t i = 0; i < parts; i++) {
        uint32_t gpus = n->n ? n->type[i].gpus : 0;
        struct node_spec spec = {
            .name = name,
            .gpu_type = n->n ? n->type[i].name : "",
            .gpus = gpus,
            .numa = n->sockets,
            .health = n->health,
            .cpu_milli = parts > 1 ? cpu * gpus / devices : cpu,
            .memory_mib = parts > 1 ? memory * gpus / devices : memory,
        };

        if (i == 0)
            snprintf(name, sizeof name, "%s", n->name);
        else
            snprintf(name, sizeof name, "%s:%s", n->name, n->type[i].name);
        if (gpus > 0 && !*spec.gpu_type) {
            spec.gpu_type = "unknown-gpu";
            sink_warn(s, "no-type", n->line,
                      "Gres of node '%s' names no type, 'unknown-gpu' is "
                      "taken",
                      n->name);
        }
        if (sink_node(s, &spec, n->line, d) < 0)
            return -1;
    }
    return 0;
}

static int scontrol_nodes_read(struct input *in, const struct trace_options *opt, struct sink *s,
                               struct diag *d)
{
    struct slurm_node node = {.name = ""};
    char *line;
    size_t n;
    bool open = false;
    int got;

    (void)opt;
    while ((got = input_line(in, &line, &n, d)) > 0) {
        const char *text = line + strspn(line, " \t");
        bool begins = strncmp(text, "NodeName=", 9) == 0;

        if (open && (begins || *text == '\0' || strncmp(text, "PartitionName=", 14) == 0)) {
            if (hand_over(&node, s, d) < 0)
                return -1;
            open = false;
        }
        open = open || begins;
        if (open && slurm_node_line(&node, input_name(in), line, input_line_number(in), d) < 0)
            return -1;
    }
    return got < 0 ? -1 : open ? hand_over(&node, s, d) : 0;
}

TRACE_FORMAT(scontrol_nodes) = {
    .name = "scontrol_nodes",
    .summary = "Slurm nodes, scontrol show node",
    .source = "slurm.schedmd.com/scontrol.html",
    .columns = "NodeName, Gres, CfgTRES (checked), CPUEfctv or CPUTot, RealMemory, State",
    .nodes = true,
    .guess = scontrol_nodes_guess,
    .read = scontrol_nodes_read,
};

/* fuzz_reader.h - one trace reader on any bytes: no crash, no leak, and numbers that add up. */
#ifndef BERTH_TESTS_FUZZ_READER_H
#define BERTH_TESTS_FUZZ_READER_H

#include "base/check.h"
#include "ingest/ingest.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline void fuzz_check(const struct job_set *j, const struct ingest_summary *s)
{
    ns_t last = 0;

    check(s->jobs == j->n);
    for (uint32_t i = 0; i < j->n; i++) {
        const struct job_spec *spec = &j->specs[i];
        check(spec->submit >= last && spec->run >= 0 && spec->request < j->n_requests);
        check(spec->end < JOB_ENDS && j->requests[spec->request].n_groups >= 1);
        check(!j->after || j->after[i] == JOB_NONE || j->after[i] < j->n);
        last = spec->submit;
    }
}

static inline void fuzz_once(const char *format, const uint8_t *data, size_t n,
                             const struct topology *fleet, struct arena *a)
{
    const struct ingest_options opt = {.format = format, .max_rejects = 1};
    struct input *in = input_memory("fuzz", data, n);
    struct ingest_summary summary;
    struct job_set jobs;
    struct diag d = {0};

    if (ingest_input(in, &opt, fleet, NULL, a, &jobs, &summary, &d) == 0)
        fuzz_check(&jobs, &summary);
    else
        check(d.status != STATUS_OK && d.message[0]);
    ingest_free(&jobs);
    input_close(in);
}

static inline void fuzz_nodes(const char *format, const uint8_t *data, size_t n, struct arena *a)
{
    const struct ingest_options opt = {.format = format, .max_rejects = 1};
    struct input *in = input_memory("fuzz", data, n);
    struct node_spec *nodes = NULL;
    struct topology fleet;
    struct diag d = {0};
    uint32_t count = 0;

    if (ingest_nodes_input(in, &opt, NULL, a, &nodes, &count, &d) == 0 && count < 10000)
        topology_build(&fleet, a, nodes, count, &d);
    else
        check(count || (d.status != STATUS_OK && d.message[0]));
    input_close(in);
}

/* Read the bytes as one format, without a fleet and for a small one of three kinds of node, and
 * as a list of nodes. */
static inline int fuzz_reader(const char *format, const uint8_t *data, size_t n)
{
    const struct node_spec nodes[] = {
        {.gpu_type = "h100-sxm", .gpus = 8, .numa = 2, .cpu_milli = 64000, .memory_mib = 491520},
        {.gpu_type = "T4", .gpus = 2, .cpu_milli = 16000},
        {.cpu_milli = 32000}};
    struct topology fleet;
    struct arena a;
    struct diag d;

    arena_init(&a);
    check(topology_build(&fleet, &a, nodes, 3, &d) == 0);
    fuzz_once(format, data, n, NULL, &a);
    fuzz_once(format, data, n, &fleet, &a);
    fuzz_nodes(format, data, n, &a);
    arena_free(&a);
    return 0;
}

#endif

/* swf_header.h - the directives of a Standard Workload Format log: "; Name: value". */
#ifndef BERTH_INGEST_SWF_HEADER_H
#define BERTH_INGEST_SWF_HEADER_H

#include "base/intern.h"
#include "base/vec.h"
#include "ingest/trace.h"

struct swf_name {
    int64_t number;
    uint32_t text;
}; /* "Queue: 1 batch": text in `texts` */

struct swf_header {
    int64_t max_procs, max_nodes, max_jobs, max_records; /* 0 = not stated */
    ns_t max_runtime;                                    /* NS_UNKNOWN = not stated */
    int64_t unix_start;                                  /* s, 0 = not stated */
    bool time_zone, time_zone_string;
    VEC(struct swf_name) queues, partitions;
    struct intern texts;
};

void swf_header_init(struct swf_header *h);
void swf_header_free(struct swf_header *h);

/* One line that begins with ';'. -1 with *d when the machine's size is not a number;
 * other numbers that are none are warned of and not used. */
int swf_header_take(struct swf_header *h, const char *file, const char *line, uint32_t number,
                    struct sink *s, struct diag *d);

/* The name of queue or partition `number`, or NULL. */
const char *swf_header_queue(const struct swf_header *h, int64_t number);
const char *swf_header_partition(const struct swf_header *h, int64_t number);

/* Hand the machine's nodes to the sink: MaxNodes nodes that share MaxProcs processors as
 * evenly as it goes; without MaxNodes as many nodes as processors; with `per_node` one
 * device a node. Nothing when no size is stated, or one above a million nodes. */
int swf_header_nodes(const struct swf_header *h, const char *device, bool per_node, struct sink *s,
                     struct diag *d);

#endif

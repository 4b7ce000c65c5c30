/* assemble.h - accepted rows to a job_set; private to ingest. */
#ifndef BERTH_INGEST_ASSEMBLE_H
#define BERTH_INGEST_ASSEMBLE_H

#include "ingest/sink.h"

/* For each staged row the staged row it waits for, JOB_NONE = none; rows that wait for
 * each other in a circle are rejected. NULL when nobody waits; else the caller's to free. */
uint32_t *assemble_after(struct sink *s);

/* Staged rows that were not rejected, *n of them, in order of (submit, id). The caller's
 * to free. */
uint32_t *assemble_order(const struct sink *s, uint32_t *n);

/* Fill *out, whose interns are empty, from the rows in that order. `after` may be NULL. */
void assemble_set(struct sink *s, const uint32_t *order, uint32_t n, const uint32_t *after,
                  struct job_set *out);

#endif

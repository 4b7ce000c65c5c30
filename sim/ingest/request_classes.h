/* request_classes.h - jobs that ask for the same thing share one request. */
#ifndef BERTH_INGEST_REQUEST_CLASSES_H
#define BERTH_INGEST_REQUEST_CLASSES_H

#include "base/vec.h"
#include "ingest/fit.h"
#include "sched/job.h"

struct request_classes {
    VEC(struct request) requests;
    VEC(struct job_group) groups;
    VEC(char *) verdicts; /* by request: NULL = fits, else why not; owned */
    uint32_t *slot;       /* owned; open addressing, UINT32_MAX = empty */
    uint32_t slots;
};

void request_classes_free(struct request_classes *c); /* a zeroed one is empty */

/* The number of the request, given a new one if it was not seen; `fit` (may be NULL) says
 * then once and for all whether it could ever be placed. Groups are put in order, larger
 * replicas first, and equal ones joined: `groups` (n of them, at least one) is changed.
 * r's totals and its place in `groups` are filled in here. */
uint32_t request_classes_add(struct request_classes *c, struct request *r, struct job_group *groups,
                             uint32_t n, struct fit *fit);

/* Compare two requests by what they ask, tenants by name: an order that does not depend on
 * the numbers they were given. */
int request_classes_compare(const struct request_classes *c, const struct intern *tenants,
                            uint32_t x, uint32_t y);

#endif

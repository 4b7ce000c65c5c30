/* kube_quantity.h - Kubernetes quantities: 500m, 64, 0.5, 1e9, 64Gi, 68G. */
#ifndef BERTH_INGEST_KUBE_QUANTITY_H
#define BERTH_INGEST_KUBE_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In thousandths, rounded up as the scheduler does. False when it is not a quantity, is
 * negative or does not fit. */
bool kube_quantity_milli(const char *text, size_t n, int64_t *milli);

/* In MiB, rounded up; the same rules. */
bool kube_quantity_mib(const char *text, size_t n, int64_t *mib);

#endif

/* order.h - the order of jobs: digits compare as numbers, and a stable sort of indexes. */
#ifndef BERTH_INGEST_ORDER_H
#define BERTH_INGEST_ORDER_H

#include <stdint.h>

/* Runs of digits compare as numbers, the rest as bytes: "a2" < "a10". 0 only for equal
 * text: "a01" and "a1" differ. */
int order_natural(const char *a, const char *b);

/* Sort n indexes so that compare(ctx, x, y) <= 0 for neighbours; equal ones keep their
 * order. Takes one pass when they are in order already. */
typedef int order_compare(const void *ctx, uint32_t x, uint32_t y);
void order_sort(uint32_t *at, uint32_t n, order_compare *compare, const void *ctx);

#endif

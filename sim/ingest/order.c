/* order.c - the order of jobs: digits compare as numbers, and a stable sort of indexes. */
#include "ingest/order.h"

#include "base/check.h"
#include <string.h>

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int order_natural(const char *a, const char *b)
{
    const char *x = a, *y = b;

    while (*x && *y) {
        if (is_digit(*x) && is_digit(*y)) {
            size_t n = 0, m = 0;
            int c;
            while (*x == '0')
                x++;
            while (*y == '0')
                y++;
            while (is_digit(x[n]))
                n++;
            while (is_digit(y[m]))
                m++;
            if (n != m)
                return n < m ? -1 : 1;
            c = memcmp(x, y, n);
            if (c)
                return c;
            x += n;
            y += m;
        } else if (*x != *y) {
            return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
        } else {
            x++;
            y++;
        }
    }
    if (*x || *y)
        return *x ? 1 : -1;
    return strcmp(a, b);
}

/* Merge runs [from, middle) and [middle, to) of `at` into `out`. */
static void merge(const uint32_t *at, uint32_t *out, uint32_t from, uint32_t middle, uint32_t to,
                  order_compare *compare, const void *ctx)
{
    uint32_t a = from, b = middle;

    for (uint32_t i = from; i < to; i++)
        out[i] = a < middle && (b == to || compare(ctx, at[a], at[b]) <= 0) ? at[a++] : at[b++];
}

void order_sort(uint32_t *at, uint32_t n, order_compare *compare, const void *ctx)
{
    uint32_t i = 1, *spare, *from = at, *to;

    while (i < n && compare(ctx, at[i - 1], at[i]) <= 0)
        i++;
    if (i >= n)
        return;
    spare = malloc((size_t)n * sizeof *spare);
    check(spare != NULL);
    to = spare;
    for (uint64_t width = 1; width < n; width *= 2) {
        for (uint64_t lo = 0; lo < n; lo += 2 * width) {
            uint64_t mid = lo + width < n ? lo + width : n;
            uint64_t hi = lo + 2 * width < n ? lo + 2 * width : n;
            merge(from, to, (uint32_t)lo, (uint32_t)mid, (uint32_t)hi, compare, ctx);
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != at)
        memcpy(at, from, (size_t)n * sizeof *at);
    free(spare);
}

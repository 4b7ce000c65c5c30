/* series.h - the recorded step functions, thinned for plots and viewers: no peak is lost, and
 * no sum changes. */
#ifndef BERTH_METRICS_SERIES_H
#define BERTH_METRICS_SERIES_H

#include "metrics/outcome.h"

/* Rows of an outcome, as they are or as time-weighted means over equal columns of time. */
struct series {
    struct series_row *row; /* owned */
    size_t n;
    ns_t from, to;   /* the last row holds until `to` */
    size_t recorded; /* rows before thinning */
    bool thinned;
};

/* At most `columns` rows when the outcome has more than `most`, else all of them. Means keep
 * the sum over buckets of a row. Empty when no series was kept. */
void series_means(const struct outcome *o, size_t most, size_t columns, struct series *out);
void series_free(struct series *s);

struct series_point {
    ns_t at;
    double value;
};

/* One quantity as steps: all changes, or first, minimum, maximum and last of each column. `to`
 * holds 4 * columns + 1 points, the last one at the end of the time. Returns how many. */
size_t series_steps(const struct outcome *o, double (*of)(const struct series_row *),
                    size_t columns, struct series_point *to);

/* Means of n sums of value x time over `span` > 0. The running sum is rounded, not the terms, so that
 * the means add up to the mean of the sum. */
void series_divide(const wide_t *sum, int n, ns_t span, int32_t *to);

#endif

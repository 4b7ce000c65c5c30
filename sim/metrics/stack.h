/* stack.h - a figure of quantities stacked over time, as steps. */
#ifndef BERTH_METRICS_STACK_H
#define BERTH_METRICS_STACK_H

#include "metrics/figure.h"

struct stack_layer {
    const char *label, *colour;
}; /* "#RRGGBB" */

struct stack {
    const char *name, *title;
    const struct stack_layer *layers; /* from the bottom up */
    int n;
    int32_t (*of)(const struct series_row *row, int layer); /* milli-GPU */
    wide_t (*total)(const struct outcome *o, int layer);    /* over the ledger's time, for shares */
    double whole; /* GPUs: the right axis is in % of it, and the top; 0 = as
                     high as the data */
};

/* Draw it into folder/plots. Layers that are zero everywhere are left out; with none left there
 * is no figure. 0, or -1 with *d. */
int stack_draw(const struct stack *s, const struct outcome *o, const char *folder, struct diag *d);

#endif

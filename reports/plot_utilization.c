/* plot_utilization.c - figure: GPUs by ledger bucket over time, stacked, useful at the bottom. */
#include "metrics/report.h"
#include "metrics/stack.h"

#include <string.h>

static int32_t bucket_of(const struct series_row *row, int layer)
{
    return row->bucket[layer];
}

static wide_t total_of(const struct outcome *o, int layer)
{
    return o->total.bucket[layer];
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    struct stack_layer layers[BUCKETS];
    char label[BUCKETS][32], title[96], count[32];
    struct stack s = {.name = "utilization",
                      .title = title,
                      .layers = layers,
                      .n = BUCKETS,
                      .of = bucket_of,
                      .total = total_of,
                      .whole = (double)o->fleet->milli / 1000};

    (void)w;
    if (!c->plots || !o->series)
        return 0;
    for (int b = 0; b < BUCKETS; b++) {
        /* "discarded (failed or killed)" would push the picture aside */
        snprintf(label[b], sizeof label[b], "%.*s", (int)strcspn(bucket_info[b].label, "("),
                 bucket_info[b].label);
        if (strchr(bucket_info[b].label, '('))
            label[b][strlen(label[b]) - 1] = '\0';
        layers[b] = (struct stack_layer){label[b], bucket_info[b].light};
    }
    snprintf(title, sizeof title, "What the %s GPUs did, by ledger bucket",
             figure_thousands(o->fleet->n_gpus, count));
    return stack_draw(&s, o, c->folder, d);
}

REPORT(plot_utilization) = {
    .name = "plot_utilization",
    .own_files = true,
    .summary = "plots/utilization: GPUs by ledger bucket over time",
    .on_by_default = true,
    .write = write_report,
};

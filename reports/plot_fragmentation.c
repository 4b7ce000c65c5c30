/* plot_fragmentation.c - figure: free GPUs that no pending job could use, by what blocked it. */
#include "metrics/report.h"
#include "metrics/stack.h"

static int32_t frag_of(const struct series_row *row, int layer)
{
    return row->frag[layer];
}

static wide_t total_of(const struct outcome *o, int layer)
{
    return o->frag[layer];
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    /* from the bucket's own brown to light sand, dark and light by turns */
    static const struct stack_layer layers[FRAGS] = {
        [FRAG_NODE] = {"node too full", "#82520B"},
        [FRAG_NVLINK] = {"NVLink domain", "#E3B778"},
        [FRAG_CPU_MEMORY] = {"CPU or memory", "#3E6C7A"},
        [FRAG_GPU_TYPE] = {"GPU type", "#A9D0DB"},
        [FRAG_SHARE] = {"share of a GPU", "#5B3A6E"},
        [FRAG_LEVEL] = {"required level", "#CDB5DA"},
        [FRAG_MIG] = {"MIG geometry", "#4E7A3C"},
    };
    const struct stack s = {.name = "fragmentation",
                            .title =
                                "Free GPUs that fit the count of a pending job but not its shape",
                            .layers = layers,
                            .n = FRAGS,
                            .of = frag_of,
                            .total = total_of};

    (void)w;
    if (!c->plots || !o->series)
        return 0;
    return stack_draw(&s, o, c->folder, d);
}

REPORT(plot_fragmentation) = {
    .name = "plot_fragmentation",
    .own_files = true,
    .summary = "plots/fragmentation: blocked GPUs by cause over time",
    .on_by_default = true,
    .write = write_report,
};

/* comparison_summary.c - several runs side by side, for people at a terminal. */
#include "metrics/comparison.h"
#include "metrics/report.h"

static const char *const columns[] = {
    "useful_share", "fragmentation_share",     "wait_mean_s", "wait_p95_s",
    "jct_mean_s",   "usd_per_useful_gpu_hour", NULL};

static int write_report(const struct comparison *all, const struct report_context *context,
                        struct writer *w, struct diag *d)
{
    (void)context;
    (void)d;
    comparison_head(all, w);
    writer_char(w, '\n');
    comparison_table(all, columns, false, w);
    writer_print(w, "  * the best of its column\n");
    return 0;
}

REPORT(comparison_summary) = {
    .name = "comparison_summary",
    .summary = "several runs side by side, for people at a terminal",
    .compare = write_report,
};

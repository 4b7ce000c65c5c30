/* comparison_csv.c - several runs side by side, every column, for programs. */
#include "metrics/comparison.h"
#include "metrics/report.h"

static const char *const status_name[] = {
    [RUN_FINISHED] = "finished", [RUN_HORIZON] = "horizon", [RUN_STUCK] = "stuck"};

static void write_cell(struct writer *w, const struct comparison_column *c, double v)
{
    writer_char(w, ',');
    if (v != v)
        return; /* unknown is empty */
    writer_real(w, v, c->kind == COMPARISON_COUNT ? 0 : c->kind == COMPARISON_SHARE ? 9 : 6);
}

static int write_report(const struct comparison *all, const struct report_context *context,
                        struct writer *w, struct diag *d)
{
    uint32_t n;
    const struct comparison_column *c = comparison_columns(&n);

    (void)context;
    (void)d;
    writer_print(w, "run,cluster,policy,composition,seed,status,clairvoyant");
    for (uint32_t k = 0; k < n; k++)
        writer_print(w, ",%s", c[k].name);
    writer_char(w, '\n');
    for (uint32_t i = 0; i < all->n; i++) {
        const struct comparison_row *r = &all->rows[i];
        const char *const text[] = {r->folder, r->cluster, r->policy, r->composition};
        for (int k = 0; k < 4; k++) {
            writer_csv(w, text[k]);
            writer_char(w, ',');
        }
        writer_print(w, "%llu,%s,%d", (unsigned long long)all->seed, status_name[r->status],
                     r->clairvoyant);
        for (uint32_t k = 0; k < n; k++)
            write_cell(w, &c[k], comparison_value(r, &c[k]));
        writer_char(w, '\n');
    }
    return 0;
}

REPORT(comparison_csv) = {
    .name = "comparison_csv",
    .file = "comparison.csv",
    .summary = "several runs: one row each, every column",
    .on_by_default = true,
    .compare = write_report,
};

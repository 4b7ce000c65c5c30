/* ledger_csv.c - the ledger, exact: in total, by tenant, GPU type and job size. */
#include "metrics/money.h"
#include "metrics/report.h"

#include <stdlib.h>
#include <string.h>

#define MILLI_NS_PER_HOUR 3.6e15

struct table {
    struct writer *w;
    const struct outcome *o;
};

struct owner {
    const char *key;
    const struct ledger_row *row;
    int64_t cents[BUCKETS];
};

static void write_row(const struct table *t, const char *scope, const char *key, const char *group,
                      const char *bucket, const char *sub, wide_t v, int64_t cents)
{
    char text[24];

    writer_print(t->w, "%s,", scope);
    writer_csv(t->w, key);
    writer_print(t->w, ",%s,%s,%s,", group, bucket, sub);
    writer_wide(t->w, v);
    writer_print(t->w, ",%.6f,%.6f,", (double)v / MILLI_NS_PER_HOUR,
                 t->o->capacity ? (double)v / (double)t->o->capacity : 0.0);
    if (t->o->money.known)
        writer_print(t->w, "%s", money_text(cents, text));
    writer_char(t->w, '\n');
}

static void write_bucket(const struct table *t, const char *scope, const char *key, int b, wide_t v,
                         int64_t cents)
{
    write_row(t, scope, key, bucket_info[b].group, bucket_info[b].name, "", v, cents);
}

static void write_fragmentation(const struct table *t)
{
    double exact[FRAGS];
    int64_t cents[FRAGS];

    for (int f = 0; f < FRAGS; f++)
        exact[f] = (double)t->o->frag[f];
    money_share(exact, FRAGS, t->o->money.bucket_cents[BUCKET_FRAGMENTATION], cents);
    for (int f = 0; f < FRAGS; f++)
        if (t->o->frag[f])
            write_row(t, "total", "", "free", "fragmentation", frag_name[f], t->o->frag[f],
                      cents[f]);
}

static void write_total(const struct table *t)
{
    const struct money *m = &t->o->money;

    for (int b = 0; b < BUCKETS; b++) {
        write_bucket(t, "total", "", b, t->o->total.bucket[b], m->bucket_cents[b]);
        if (b == BUCKET_FRAGMENTATION)
            write_fragmentation(t);
    }
    write_row(t, "total", "", "sum", "capacity", "", t->o->capacity, m->fleet_cents);
}

/* Cents of one bucket among its owners, by GPU time; what nobody owns is a part of its own, so
 * that owners never get more than the bucket has. */
static void share_bucket(const struct outcome *o, struct owner *owner, size_t n, int b)
{
    double *exact = calloc(n + 1, sizeof *exact);
    int64_t *cents = calloc(n + 1, sizeof *cents);
    wide_t rest = o->total.bucket[b];

    for (size_t i = 0; exact && i < n; i++) {
        exact[i] = (double)owner[i].row->bucket[b];
        rest -= owner[i].row->bucket[b];
    }
    if (exact && cents) {
        exact[n] = rest > 0 ? (double)rest : 0;
        money_share(exact, n + 1, o->money.bucket_cents[b], cents);
        for (size_t i = 0; i < n; i++)
            owner[i].cents[b] = cents[i];
    }
    free(exact);
    free(cents);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct owner *)a)->key, ((const struct owner *)b)->key);
}

static void write_owners(const struct table *t, const char *scope, struct owner *owner, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (int b = 0; b < BUCKETS; b++)
            if (owner[i].row->bucket[b])
                write_bucket(t, scope, owner[i].key, b, owner[i].row->bucket[b], owner[i].cents[b]);
}

static int write_tenants(const struct table *t, struct diag *d)
{
    const struct intern *names = &t->o->jobs->tenants;
    struct owner *owner = calloc(names->n + 1, sizeof *owner);

    if (!owner)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){0}, "out of memory for %u tenants",
                         names->n);
    for (uint32_t i = 0; i < names->n; i++)
        owner[i] = (struct owner){.key = intern_text(names, i), .row = &t->o->by_tenant[i]};
    for (int b = 0; b < BUCKETS; b++)
        share_bucket(t->o, owner, names->n, b);
    qsort(owner, names->n, sizeof *owner, by_key);
    write_owners(t, "tenant", owner, names->n);
    free(owner);
    return 0;
}

static void write_types(const struct table *t)
{
    const struct topology *fleet = t->o->fleet;

    for (uint32_t k = 0; k < fleet->n_types; k++) {
        const struct ledger_row *row = &t->o->by_type[k];
        const int64_t(*cents)[BUCKETS] = t->o->money.type_cents;
        wide_t sum = 0;
        for (int b = 0; b < BUCKETS; b++) {
            sum += row->bucket[b];
            if (row->bucket[b])
                write_bucket(t, "gpu_type", fleet->type_name[k], b, row->bucket[b],
                             cents ? cents[k][b] : 0);
        }
        write_row(t, "gpu_type", fleet->type_name[k], "sum", "capacity", "", sum,
                  (int64_t)t->o->money.cents_per_type[k]);
    }
}

static void write_sizes(const struct table *t)
{
    struct owner owner[JOB_SIZES] = {0};

    for (int i = 0; i < JOB_SIZES; i++)
        owner[i] = (struct owner){.key = job_size_name((uint8_t)i), .row = &t->o->by_size[i]};
    for (int b = 0; b < BUCKETS; b++)
        share_bucket(t->o, owner, JOB_SIZES, b);
    write_owners(t, "size_class", owner, JOB_SIZES);
}

static int write_report(const struct outcome *o, const struct report_context *c, struct writer *w,
                        struct diag *d)
{
    const struct table t = {w, o};

    (void)c;
    writer_print(w, "scope,key,group,bucket,sub,milligpu_ns,gpu_hours,share,cost_usd\n");
    write_total(&t);
    if (write_tenants(&t, d) < 0)
        return -1;
    write_types(&t);
    write_sizes(&t);
    return 0;
}

REPORT(ledger_csv) = {
    .name = "ledger_csv",
    .file = "ledger.csv",
    .summary = "the ledger, exact: in total, by tenant, GPU type and job size, with dollars",
    .on_by_default = true,
    .write = write_report,
};

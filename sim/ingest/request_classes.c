/* request_classes.c - jobs that ask for the same thing share one request. */
#include "ingest/request_classes.h"

#include "base/check.h"
#include "base/digest.h"
#include <string.h>

void request_classes_free(struct request_classes *c)
{
    for (size_t i = 0; i < c->verdicts.n; i++)
        free(c->verdicts.at[i]);
    VEC_FREE(&c->verdicts);
    VEC_FREE(&c->requests);
    VEC_FREE(&c->groups);
    free(c->slot);
    c->slot = NULL;
    c->slots = 0;
}

/* Larger replicas first; equal sizes become one group, empty groups go. */
static uint32_t put_in_order(struct job_group *g, uint32_t n)
{
    uint32_t m = 0;

    for (uint32_t i = 1; i < n; i++) {
        struct job_group x = g[i];
        uint32_t k = i;
        for (; k > 0 && g[k - 1].gpus < x.gpus; k--)
            g[k] = g[k - 1];
        g[k] = x;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (m && g[m - 1].gpus == g[i].gpus)
            g[m - 1].replicas += g[i].replicas;
        else if (g[i].replicas)
            g[m++] = g[i];
    }
    return m;
}

static uint64_t hash(const struct request *r, const struct job_group *g)
{
    uint64_t h = digest_mix(r->types ^ digest_mix((uint64_t)r->tenant << 32 | r->share_milli));

    h = digest_mix(h ^ (uint64_t)r->cpu_milli);
    h = digest_mix(h ^ (uint64_t)r->memory_mib);
    h = digest_mix(h ^ ((uint64_t)r->required << 48 | (uint64_t)r->preferred << 40 |
                        (uint64_t)r->shape_open << 32 | r->accepts));
    h = digest_mix(h ^ r->mig);
    for (uint32_t i = 0; i < r->n_groups; i++)
        h = digest_mix(h ^ ((uint64_t)g[i].replicas << 32 | g[i].gpus));
    return h;
}

static bool equal(const struct request_classes *c, const struct request *a, const struct request *r,
                  const struct job_group *g)
{
    return a->n_groups == r->n_groups && a->share_milli == r->share_milli && a->mig == r->mig &&
           a->tenant == r->tenant && a->types == r->types && a->cpu_milli == r->cpu_milli &&
           a->memory_mib == r->memory_mib && a->required == r->required &&
           a->preferred == r->preferred && a->shape_open == r->shape_open &&
           a->accepts == r->accepts &&
           !memcmp(c->groups.at + a->first_group, g, r->n_groups * sizeof *g);
}

static uint32_t find_slot(const struct request_classes *c, const struct request *r,
                          const struct job_group *g)
{
    uint32_t i = (uint32_t)hash(r, g) & (c->slots - 1);

    while (c->slot[i] != UINT32_MAX && !equal(c, &c->requests.at[c->slot[i]], r, g))
        i = (i + 1) & (c->slots - 1);
    return i;
}

static void grow(struct request_classes *c)
{
    if (c->requests.n * 2 < c->slots)
        return;
    free(c->slot);
    c->slots = c->slots ? c->slots * 2 : 64;
    c->slot = malloc(c->slots * sizeof *c->slot);
    check(c->slot != NULL);
    memset(c->slot, 0xff, c->slots * sizeof *c->slot);
    for (uint32_t i = 0; i < c->requests.n; i++) {
        const struct request *r = &c->requests.at[i];
        c->slot[find_slot(c, r, c->groups.at + r->first_group)] = i;
    }
}

static char *judge(struct fit *fit, const struct request *r, const struct job_group *groups)
{
    char reason[200], *to;

    if (!fit || fit_check(fit, r, groups, reason) == 0)
        return NULL;
    to = malloc(strlen(reason) + 1);
    check(to != NULL);
    return strcpy(to, reason);
}

uint32_t request_classes_add(struct request_classes *c, struct request *r, struct job_group *groups,
                             uint32_t n, struct fit *fit)
{
    uint32_t at;

    r->n_groups = put_in_order(groups, n);
    r->replicas = r->gpus = 0;
    for (uint32_t i = 0; i < r->n_groups; i++) {
        r->replicas += groups[i].replicas;
        r->gpus += groups[i].replicas * groups[i].gpus;
    }
    r->demand_milli = (uint64_t)r->gpus * (r->share_milli ? r->share_milli : 1000);
    r->size_class = job_size_class(r->gpus, r->share_milli);
    grow(c);
    at = find_slot(c, r, groups);
    if (c->slot[at] != UINT32_MAX)
        return c->slot[at];
    r->first_group = (uint32_t)c->groups.n;
    for (uint32_t i = 0; i < r->n_groups; i++)
        VEC_PUSH(&c->groups, groups[i]);
    VEC_PUSH(&c->verdicts, judge(fit, r, groups));
    VEC_PUSH(&c->requests, *r);
    c->slot[at] = (uint32_t)c->requests.n - 1;
    return c->slot[at];
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int request_classes_compare(const struct request_classes *c, const struct intern *tenants,
                            uint32_t x, uint32_t y)
{
    const struct request *a = &c->requests.at[x], *b = &c->requests.at[y];
    int v = 0;

    if (x == y)
        return 0;
    v = v ? v : compare(a->gpus, b->gpus);
    v = v ? v : compare(a->replicas, b->replicas);
    v = v ? v : compare(a->n_groups, b->n_groups);
    for (uint32_t i = 0; !v && i < a->n_groups; i++)
        v = compare(c->groups.at[a->first_group + i].gpus, c->groups.at[b->first_group + i].gpus);
    for (uint32_t i = 0; !v && i < a->n_groups; i++)
        v = compare(c->groups.at[a->first_group + i].replicas,
                    c->groups.at[b->first_group + i].replicas);
    v = v ? v : compare(a->share_milli, b->share_milli);
    v = v ? v : compare(a->mig, b->mig);
    v = v ? v : strcmp(intern_text(tenants, a->tenant), intern_text(tenants, b->tenant));
    v = v ? v : (a->types > b->types) - (a->types < b->types);
    v = v ? v : compare(a->cpu_milli, b->cpu_milli);
    v = v ? v : compare(a->memory_mib, b->memory_mib);
    v = v ? v : compare(a->required, b->required);
    v = v ? v : compare(a->preferred, b->preferred);
    return v ? v : compare(a->shape_open, b->shape_open);
}

/* money.c - dollars of a run: cost of the fleet, its parts, and the split over the buckets. */
#include "metrics/money.h"
#include "base/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MILLI_NS_PER_GPU_HOUR (3600.0 * 1e9 * 1000.0)
#define CENTS_MAX 9e15 /* doubles still tell single cents apart */

/* Cost of the fleet in USD, before rounding. */
struct cost {
    double part[MONEY_PARTS];
    double fixed[TOPOLOGY_TYPES]; /* of the type's capacity, held or not */
    double busy[TOPOLOGY_TYPES];  /* on top, for what was held of the type */
    double kwh;
};

struct fleet_time {
    double hours;                    /* of the ledger */
    double capacity[TOPOLOGY_TYPES]; /* GPU-hours */
    double held[TOPOLOGY_TYPES];
    double all; /* GPU-hours of every type */
};

static struct fleet_time measure(const struct outcome *o)
{
    struct fleet_time t = {.hours = (double)(o->horizon - o->warmup) / 3600e9};

    for (uint32_t k = 0; k < o->fleet->n_types; k++) {
        t.capacity[k] = o->fleet->type_gpus[k] * t.hours;
        t.held[k] = (double)outcome_held(&o->by_type[k]) / MILLI_NS_PER_GPU_HOUR;
        t.all += t.capacity[k];
    }
    return t;
}

static void rent(const struct outcome *o, const struct price_inputs *p, const struct fleet_time *t,
                 enum price_end end, struct cost *c)
{
    for (uint32_t k = 0; k < o->fleet->n_types; k++) {
        c->fixed[k] = price_rent_hour(p, end) * t->capacity[k];
        c->part[MONEY_RENT] += c->fixed[k];
    }
}

/* Watts of every node are summed apart from dollars: power costs energy under rent too. */
static void energy(const struct outcome *o, const struct price_node *prices,
                   const struct price_inputs *p, const struct fleet_time *t, struct cost *c)
{
    double busy_kw[TOPOLOGY_TYPES] = {0}, pue = isnan(p->pue.value) ? 1 : p->pue.value;

    c->kwh = prices ? 0 : NAN;
    for (uint32_t i = 0; prices && i < o->fleet->n_nodes; i++) {
        double idle = prices[i].idle_w.value, busy = prices[i].busy_w.value;
        c->kwh += (isnan(busy) ? NAN : idle) / 1000 * t->hours * pue;
        if (o->fleet->gpus[i])
            busy_kw[o->fleet->gpu_type[i]] += busy > idle ? (busy - idle) / 1000 : 0;
    }
    for (uint32_t k = 0; k < o->fleet->n_types; k++)
        if (t->capacity[k] > 0)
            c->kwh += busy_kw[k] * t->hours * pue * t->held[k] / t->capacity[k];
}

static void own(const struct outcome *o, const struct price_node *prices,
                const struct price_inputs *p, const struct fleet_time *t, enum price_end end,
                struct cost *c)
{
    double shared = price_staff_hour(p, end) * t->hours;

    c->part[MONEY_STAFF] = shared;
    for (uint32_t i = 0; prices && i < o->fleet->n_nodes; i++) {
        struct price_hour h = price_node_hour(p, &prices[i], end);
        double fixed = (h.capital + h.energy_idle + h.hosting + h.support) * t->hours;
        c->part[MONEY_CAPITAL] += h.capital * t->hours;
        c->part[MONEY_ENERGY_IDLE] += h.energy_idle * t->hours;
        c->part[MONEY_HOSTING] += h.hosting * t->hours;
        c->part[MONEY_SUPPORT] += h.support * t->hours;
        if (o->fleet->gpus[i]) {
            uint8_t k = o->fleet->gpu_type[i];
            c->fixed[k] += fixed;
            c->busy[k] += h.energy_busy_extra * t->hours;
        } else {
            shared += fixed;
        }
    }
    for (uint32_t k = 0; k < o->fleet->n_types; k++) {
        if (t->all > 0)
            c->fixed[k] += shared * t->capacity[k] / t->all;
        /* so far as if always held */
        c->busy[k] *= t->capacity[k] > 0 ? t->held[k] / t->capacity[k] : 0;
        c->part[MONEY_ENERGY_BUSY] += c->busy[k];
    }
}

static struct cost cost_of(const struct outcome *o, const struct price_node *prices,
                           const struct price_inputs *p, const struct fleet_time *t,
                           enum price_end end)
{
    struct cost c = {0};

    if (isnan(p->rent_gpu_hour.value))
        own(o, prices, p, t, end, &c);
    else
        rent(o, p, t, end, &c);
    energy(o, prices, p, t, &c);
    return c;
}

static double total_of(const struct cost *c)
{
    double sum = 0;

    for (int k = 0; k < MONEY_PARTS; k++)
        sum += c->part[k];
    return sum;
}

void money_share(const double *exact, size_t n, int64_t total, int64_t *out)
{
    double sum = 0;
    int64_t given = 0;
    double *rest = calloc(n, sizeof *rest);

    check(n > 0 && rest);
    for (size_t i = 0; i < n; i++)
        sum += exact[i];
    for (size_t i = 0; i < n; i++) {
        double want = sum > 0 ? exact[i] / sum * (double)total : 0;
        out[i] = (int64_t)floor(want);
        rest[i] = want - floor(want);
        given += out[i];
    }
    if (!(sum > 0))
        out[0] += total;
    /* At most n rounds: every part lost less than one cent. */
    for (; sum > 0 && given != total; given += given < total ? 1 : -1) {
        size_t best = 0;
        bool add = given < total;
        for (size_t i = 1; i < n; i++)
            if (add ? rest[i] > rest[best] : rest[i] < rest[best] && out[i] > 0)
                best = i;
        out[best] += add ? 1 : -1;
        rest[best] = add ? -1 : 2;
    }
    free(rest);
}

char *money_text(int64_t cents, char *to)
{
    uint64_t left = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;

    snprintf(to, 24, "%s%llu.%02u", cents < 0 ? "-" : "", (unsigned long long)(left / 100),
             (unsigned)(left % 100));
    return to;
}

/* One cell per GPU type and bucket, rounded together: rows, columns and all of it sum. */
static void split(struct outcome *o, const struct cost *c, const struct fleet_time *t,
                  struct arena *a)
{
    uint32_t types = o->fleet->n_types;
    size_t n = (size_t)(types ? types : 1) * BUCKETS;
    double *exact = arena_alloc(a, n, sizeof *exact);
    int64_t(*cents)[BUCKETS] = arena_alloc(a, types ? types : 1, sizeof *cents);

    for (uint32_t k = 0; k < types; k++) {
        double fixed = t->capacity[k] > 0 ? c->fixed[k] / t->capacity[k] : 0;
        double held = t->held[k] > 0 ? c->busy[k] / t->held[k] : 0;
        o->money.usd_per_gpu_hour[k] = fixed;
        o->money.usd_per_held_gpu_hour[k] = fixed + held;
        for (int b = 0; b < BUCKETS; b++)
            exact[k * BUCKETS + (uint32_t)b] = (double)o->by_type[k].bucket[b] /
                                               MILLI_NS_PER_GPU_HOUR *
                                               (b <= BUCKET_LOST_WORK ? fixed + held : fixed);
    }
    money_share(exact, n, o->money.fleet_cents, cents[0]);
    for (uint32_t k = 0; k < types; k++)
        for (int b = 0; b < BUCKETS; b++) {
            o->money.bucket_cents[b] += cents[k][b];
            o->money.cents_per_type[k] += (double)cents[k][b];
        }
    o->money.type_cents = (const int64_t(*)[BUCKETS])cents;
}

int money_fill(struct outcome *o, const struct price_node *prices, const struct price_inputs *p,
               bool price_given, struct arena *a, struct diag *d)
{
    struct money *m = &o->money;

    *m = (struct money){.energy_kwh = NAN,
                        .low = NAN,
                        .high = NAN,
                        .usd_per_useful_gpu_hour = NAN,
                        .useful_gpu_hours_per_1000_usd = NAN};
    if (!price_given)
        return 0;

    struct fleet_time t = measure(o);
    struct cost c = cost_of(o, prices, p, &t, PRICE_VALUE);
    double usd = total_of(&c);
    if (!(usd * 100 < CENTS_MAX))
        return diag_fail(d, STATUS_INPUT, (struct diag_at){0},
                         "the fleet costs %g USD, expected at most %g", usd, CENTS_MAX / 100);
    struct cost low = cost_of(o, prices, p, &t, PRICE_LOW);
    struct cost high = cost_of(o, prices, p, &t, PRICE_HIGH);
    m->known = true;
    m->low = total_of(&low);
    m->high = total_of(&high);
    m->energy_kwh = c.kwh;
    m->fleet_cents = (int64_t)llround(usd * 100);
    money_share(c.part, MONEY_PARTS, m->fleet_cents, m->part_cents);
    split(o, &c, &t, a);
    for (uint32_t i = 0; isnan(p->rent_gpu_hour.value) && i < o->fleet->n_nodes; i++)
        m->unpriced_nodes += !prices || isnan(prices[i].capital_usd.value);

    double useful = (double)o->total.bucket[BUCKET_USEFUL] / MILLI_NS_PER_GPU_HOUR;
    double dollars = (double)m->fleet_cents / 100;
    if (useful > 0)
        m->usd_per_useful_gpu_hour = dollars / useful;
    if (dollars > 0)
        m->useful_gpu_hours_per_1000_usd = useful / dollars * 1000;
    return 0;
}

/* scenario_price.c - the "price" section: rent, or an owned fleet with the catalogue's figures
 * where the scenario is silent. */
#include "experiment/scenario_part.h"
#include <math.h>
#include <string.h>

#define USD_MAX 1e12

static const struct range unknown = {(double)NAN, (double)NAN, (double)NAN};

/* A price key, its unit's limit, and the figure of "owned-defaults" that stands for it. */
struct part {
    const char *key;
    size_t offset; /* in struct price_inputs */
    double high;
};

static const struct part parts[] = {
    {"life", offsetof(struct price_inputs, life_years), 100},
    {"residual", offsetof(struct price_inputs, residual_share), 1},
    {"network_share", offsetof(struct price_inputs, network_share), 10},
    {"energy_per_kwh", offsetof(struct price_inputs, energy_usd_kwh), 1000},
    {"pue", offsetof(struct price_inputs, pue), 10},
    {"hosting_per_kw_month", offsetof(struct price_inputs, hosting_usd_kw_month), 1e6},
    {"support", offsetof(struct price_inputs, support_share), 10},
};

static struct range *field(struct price_inputs *in, const struct part *part)
{
    return (struct range *)(void *)((char *)in + part->offset);
}

static int read_range(struct scenario_part *p, const json_node *of, const char *key, double low,
                      double high, struct range *out)
{
    double v[3];
    const json_node *member = json_get(of, key);
    if (!member)
        return 0;
    if (json_as_range(p->j, member, low, high, v, p->d) < 0)
        return -1;
    *out = (struct range){v[0], v[1], v[2]};
    return 0;
}

static struct range fallback(const struct catalog *c, const char *key)
{
    const struct catalog_entry *e = catalog_entry_find(c, "owned-defaults");
    const struct catalog_figure *f = e ? catalog_figure_find(e, key) : NULL;
    return f ? f->range : unknown;
}

static struct range times(struct range a, struct range b)
{
    return (struct range){a.value * b.value, a.low * b.low, a.high * b.high};
}

/* "capital": {"hgx-v100": 120000}: the purchase price of every node of a type. */
static int apply_capital(struct scenario_part *p, const json_node *price)
{
    const json_node *capital;
    if (json_object(p->j, price, "capital", &capital, p->d) < 0)
        return -1;
    JSON_EACH (v, capital) {
        struct range usd = unknown;
        bool used = false;
        if (read_range(p, capital, json_key(v), 0, USD_MAX, &usd) < 0)
            return -1;
        for (uint32_t c = 0; c < p->out->n_clusters; c++) {
            const struct scenario_cluster *cluster = &p->out->clusters[c];
            struct price_node *prices = (struct price_node *)(uintptr_t)cluster->prices;
            for (uint32_t i = 0; i < cluster->n_nodes; i++)
                if (cluster->nodes[i].type && !strcmp(cluster->nodes[i].type, json_key(v))) {
                    prices[i].capital_usd = usd;
                    used = true;
                }
        }
        if (!used)
            return json_fail_member(p->j, v, p->d,
                                    "capital names '%.80s', expected a node type of the fleet",
                                    json_key(v));
    }
    return 0;
}

/* The first node without a purchase price, or n_nodes. */
static uint32_t first_unpriced(const struct scenario_cluster *c)
{
    uint32_t i = 0;
    while (i < c->n_nodes && !isnan(c->prices[i].capital_usd.value))
        i++;
    return i;
}

/* GPUs that need people: processors that stand as devices do not count. */
static double staffed_gpus(const struct scenario_cluster *c)
{
    double n = 0;
    for (uint32_t i = 0; i < c->n_nodes; i++)
        if (!c->nodes[i].gpu_type || strcmp(c->nodes[i].gpu_type, "cpu") != 0)
            n += c->nodes[i].gpus;
    return n;
}

static void fill_cluster(const struct scenario_part *p, struct scenario_cluster *c,
                         const struct price_inputs *in, struct range busy_share, bool owned)
{
    const struct catalog *catalog = p->out->catalog;
    struct price_node *prices = (struct price_node *)(uintptr_t)c->prices;
    c->price = *in;
    for (size_t i = 0; i < COUNT(parts); i++)
        if (isnan(field(&c->price, &parts[i])->value) && (owned || !strcmp(parts[i].key, "pue")))
            *field(&c->price, &parts[i]) = fallback(catalog, parts[i].key);
    if (owned && isnan(c->price.staff_usd_year.value)) {
        double gpus = staffed_gpus(c);
        c->price.staff_usd_year =
            times(fallback(catalog, "staff_per_gpu_year"), (struct range){gpus, gpus, gpus});
    }
    for (uint32_t i = 0; i < c->n_nodes; i++)
        prices[i].busy_w = times(prices[i].max_w, busy_share);
}

static int check_rent(struct scenario_part *p, const json_node *price)
{
    static const char *const owned[] = {
        "life",    "residual",       "network_share", "energy_per_kwh", "hosting_per_kw_month",
        "support", "staff_per_year", "capital"};
    for (uint32_t i = 0; i < COUNT(owned); i++)
        if (json_get(price, owned[i]))
            return json_fail_member(
                p->j, json_get(price, owned[i]), p->d,
                "both %s and rent_per_gpu_hour are given, expected a rented or an owned fleet",
                owned[i]);
    return 0;
}

int scenario_price_read(struct scenario_part *p, const json_node *root)
{
    static const char *const keys[] = {"rent_per_gpu_hour",
                                       "life",
                                       "residual",
                                       "network_share",
                                       "energy_per_kwh",
                                       "pue",
                                       "hosting_per_kw_month",
                                       "support",
                                       "staff_per_year",
                                       "capital",
                                       "busy_share"};
    const json_node *price = json_get(root, "price");
    struct price_inputs in = {unknown, unknown, unknown, unknown, unknown,
                              unknown, unknown, unknown, unknown};
    struct range busy_share = fallback(p->out->catalog, "busy_share");
    bool none = json_string(price) && !strcmp(json_string(price), "none");
    if (price && !none) {
        if (json_kind(price) != JSON_OBJECT)
            return json_expected(p->j, price, p->d, "an object, or \"none\"");
        if (json_check_keys(p->j, price, keys, COUNT(keys), p->d) < 0 ||
            read_range(p, price, "rent_per_gpu_hour", 0, 1e6, &in.rent_gpu_hour) < 0 ||
            read_range(p, price, "staff_per_year", 0, USD_MAX, &in.staff_usd_year) < 0 ||
            read_range(p, price, "busy_share", 0, 1, &busy_share) < 0 ||
            apply_capital(p, price) < 0)
            return -1;
        for (size_t i = 0; i < COUNT(parts); i++)
            if (read_range(p, price, parts[i].key, 0, parts[i].high, field(&in, &parts[i])) < 0)
                return -1;
        if (in.life_years.low <= 0)
            return json_expected(p->j, json_get(price, "life"), p->d, "years above 0");
        if (in.pue.low < 1)
            return json_expected(p->j, json_get(price, "pue"), p->d, "a number of 1 or more");
    }
    bool rented = !isnan(in.rent_gpu_hour.value);
    if (rented && check_rent(p, price) < 0)
        return -1;
    for (uint32_t c = 0; c < p->out->n_clusters; c++) {
        struct scenario_cluster *cluster =
            (struct scenario_cluster *)(uintptr_t)&p->out->clusters[c];
        uint32_t bare = first_unpriced(cluster);
        cluster->price_given = !none && (rented || bare == cluster->n_nodes);
        if (price && !none && !cluster->price_given) {
            const char *type = cluster->nodes[bare].type;
            return json_fail_member(p->j, price, p->d,
                                    "no purchase price is known for node type '%s', expected "
                                    "rent_per_gpu_hour, capital, or price_usd on the node",
                                    type ? type : "");
        }
        fill_cluster(p, cluster, &in, busy_share, !rented);
    }
    return 0;
}

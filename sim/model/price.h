/* price.h - money by hour: owned (capital straight-line over life less residual value, energy,
 * hosting, support, staff) or rented per GPU-hour. Pure functions; every part a range. */
#ifndef BERTH_MODEL_PRICE_H
#define BERTH_MODEL_PRICE_H

#include "cluster/catalog.h"
#include "cluster/topology.h"

#define HOURS_PER_YEAR 8760.0

/* Inputs for one node type; NAN value = not given (part is zero unless said otherwise). */
struct price_node {
    struct range capital_usd;    /* of one node, its share of rack, network and storage included */
    struct range busy_w, idle_w; /* whole node, at the plug before PUE; busy = all GPUs held */
    struct range max_w;          /* what hosting is charged on; NAN: busy_w stands for it */
};

struct price_inputs {
    struct range
        rent_gpu_hour; /* USD; when given, capital, energy, hosting, support, staff are not used */
    struct range life_years;     /* default 5 (4..6) */
    struct range residual_share; /* of capital left at the end of life, 0..1 */
    struct range network_share;  /* capital added for network and storage, share of node capital */
    struct range energy_usd_kwh, pue;
    struct range hosting_usd_kw_month; /* on the nodes' maximum power */
    struct range support_share;        /* of capital per year */
    struct range staff_usd_year;       /* for the whole fleet */
};

/* LOW is the cheapest end of every range, HIGH the dearest: a long life and a high residual
 * value belong to LOW. */
enum price_end { PRICE_VALUE, PRICE_LOW, PRICE_HIGH };

/* USD of one hour of one node, by part (indexes of enum money_part are the caller's):
 * capital = C (1 + network) (1 - residual) / (life 8760); energy idle = W_idle PUE price / 1000;
 * energy of a fully held node on top = (W_busy - W_idle) PUE price / 1000;
 * hosting = W_max / 1000 x price x 12 / 8760; support = C (1 + network) share / 8760. */
struct price_hour {
    double capital, energy_idle, energy_busy_extra, hosting, support;
};
struct price_hour price_node_hour(const struct price_inputs *in, const struct price_node *node,
                                  enum price_end end);

/* Rent of one GPU-hour at an end; 0 when not given. */
double price_rent_hour(const struct price_inputs *in, enum price_end end);

/* Staff of the whole fleet by hour; 0 when not given. */
double price_staff_hour(const struct price_inputs *in, enum price_end end);

#endif

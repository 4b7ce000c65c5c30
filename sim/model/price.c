/* price.c - money by hour from purchase, energy, hosting, support and staff, or from rent. */
#include "model/price.h"
#include <math.h>

#define LIFE_YEARS 5.0 /* when nobody said: the planning value of most owners */
#define MONTHS 12.0

/* The end of a range that makes the total cheaper or dearer; `missing` when it is not known. */
static double dear(struct range r, enum price_end end, double missing)
{
    double v = end == PRICE_LOW ? r.low : end == PRICE_HIGH ? r.high : r.value;
    return isnan(v) ? missing : v;
}

/* The same for figures whose growth lowers the total. */
static double thrift(struct range r, enum price_end end, double missing)
{
    return dear(r, end == PRICE_LOW ? PRICE_HIGH : end == PRICE_HIGH ? PRICE_LOW : end, missing);
}

struct price_hour price_node_hour(const struct price_inputs *in, const struct price_node *node,
                                  enum price_end end)
{
    struct price_hour hour = {0};
    double capital = dear(node->capital_usd, end, 0) * (1 + dear(in->network_share, end, 0));
    double life_hours = thrift(in->life_years, end, LIFE_YEARS) * HOURS_PER_YEAR;
    double usd_watt_hour = dear(in->pue, end, 1) * dear(in->energy_usd_kwh, end, 0) / 1000;
    double busy = dear(node->busy_w, end, 0), idle = dear(node->idle_w, end, 0);

    hour.capital = capital * (1 - thrift(in->residual_share, end, 0)) / life_hours;
    hour.energy_idle = idle * usd_watt_hour;
    /* ranges may overlap: a busy node never draws less than an idle one */
    hour.energy_busy_extra = fmax(busy - idle, 0) * usd_watt_hour;
    hour.hosting = dear(node->max_w, end, busy) / 1000 * dear(in->hosting_usd_kw_month, end, 0) *
                   MONTHS / HOURS_PER_YEAR;
    hour.support = capital * dear(in->support_share, end, 0) / HOURS_PER_YEAR;
    return hour;
}

double price_rent_hour(const struct price_inputs *in, enum price_end end)
{
    return dear(in->rent_gpu_hour, end, 0);
}

double price_staff_hour(const struct price_inputs *in, enum price_end end)
{
    return dear(in->staff_usd_year, end, 0) / HOURS_PER_YEAR;
}

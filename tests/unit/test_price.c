/* test_price.c - money by hour, worked out by hand. */
#include "model/price.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define ONE(x)                                                                                     \
    {                                                                                              \
        (x), (x), (x)                                                                              \
    }
#define NONE                                                                                       \
    {                                                                                              \
        (double)NAN, (double)NAN, (double)NAN                                                      \
    }

static void near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
        fail_msg("got %.12g, expected %.12g", got, want);
}

static const struct price_inputs owned = {
    .rent_gpu_hour = NONE,
    .life_years = {5, 4, 6},
    .residual_share = {0.2, 0.1, 0.4},
    .network_share = {0.25, 0.2, 0.5},
    .energy_usd_kwh = {0.1, 0.05, 0.2},
    .pue = {1.5, 1.1, 2},
    .hosting_usd_kw_month = {200, 100, 300},
    .support_share = {0.05, 0.03, 0.1},
    .staff_usd_year = {87600, 0, 175200},
};
static const struct price_node node = {
    .capital_usd = {300000, 250000, 400000},
    .busy_w = {8000, 7000, 9000},
    .idle_w = {2500, 2000, 3000},
    .max_w = ONE(10000),
};

static void an_hour_of_an_owned_node_adds_up(void **s)
{
    struct price_hour h = price_node_hour(&owned, &node, PRICE_VALUE);
    (void)s;
    near(h.capital, 300000 * 1.25 * 0.8 / 43800);
    near(h.energy_idle, 2.5 * 1.5 * 0.1);
    near(h.energy_busy_extra, 5.5 * 1.5 * 0.1);
    near(h.hosting, 10 * 200 * 12 / 8760.0);
    near(h.support, 300000 * 1.25 * 0.05 / 8760);
    near(price_staff_hour(&owned, PRICE_VALUE), 10);
}

static void the_low_end_is_the_cheapest_of_every_range(void **s)
{
    struct price_hour low = price_node_hour(&owned, &node, PRICE_LOW),
                      high = price_node_hour(&owned, &node, PRICE_HIGH);
    (void)s;
    near(low.capital, 250000 * 1.2 * 0.6 / (6 * 8760));
    near(high.capital, 400000 * 1.5 * 0.9 / (4 * 8760));
    near(low.energy_idle, 2.0 * 1.1 * 0.05);
    near(high.energy_idle + high.energy_busy_extra, 9.0 * 2 * 0.2);
    near(low.hosting, 10 * 100 * 12 / 8760.0);
    near(price_staff_hour(&owned, PRICE_HIGH), 20);
}

static void what_is_not_given_costs_nothing(void **s)
{
    struct price_inputs in = {NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE};
    struct price_node bare = {NONE, NONE, NONE, NONE};
    struct price_hour h = price_node_hour(&in, &bare, PRICE_VALUE);
    (void)s;
    near(h.capital + h.energy_idle + h.energy_busy_extra + h.hosting + h.support, 0);
    near(price_rent_hour(&in, PRICE_HIGH), 0);
    bare.capital_usd = (struct range)ONE(43800);
    near(price_node_hour(&in, &bare, PRICE_VALUE).capital, 1); /* over five years */
}

static void hosting_falls_back_to_busy_watts(void **s)
{
    struct price_node n = node;
    (void)s;
    n.max_w = (struct range)NONE;
    near(price_node_hour(&owned, &n, PRICE_VALUE).hosting, 8 * 200 * 12 / 8760.0);
}

static void a_busy_node_never_draws_less_than_an_idle_one(void **s)
{
    struct price_node n = node;
    (void)s;
    n.busy_w = (struct range)ONE(1000);
    near(price_node_hour(&owned, &n, PRICE_VALUE).energy_busy_extra, 0);
}

static void rent_has_three_ends(void **s)
{
    struct price_inputs in = owned;
    (void)s;
    in.rent_gpu_hour = (struct range){3, 2, 5};
    near(price_rent_hour(&in, PRICE_VALUE), 3);
    near(price_rent_hour(&in, PRICE_LOW), 2);
    near(price_rent_hour(&in, PRICE_HIGH), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour_of_an_owned_node_adds_up),
        cmocka_unit_test(the_low_end_is_the_cheapest_of_every_range),
        cmocka_unit_test(what_is_not_given_costs_nothing),
        cmocka_unit_test(hosting_falls_back_to_busy_watts),
        cmocka_unit_test(a_busy_node_never_draws_less_than_an_idle_one),
        cmocka_unit_test(rent_has_three_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

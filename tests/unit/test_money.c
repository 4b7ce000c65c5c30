/* test_money.c - every cent is somewhere, once. */
#include "lib/mini_outcome.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ONE(v)                                                                                     \
    {                                                                                              \
        (v), (v), (v)                                                                              \
    }
static const struct range none = {NAN, NAN, NAN};

static struct price_inputs no_prices(void)
{
    struct price_inputs p = {none, none, none, none, none, none, none, none, none};
    return p;
}

static int64_t sum(const int64_t *x, size_t n)
{
    int64_t all = 0;
    while (n--)
        all += x[n];
    return all;
}

static void near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-9 * fmax(1, fabs(b)));
}

static void shares_sum_and_are_less_than_a_cent_off(void **s)
{
    (void)s;
    for (unsigned seed = 1; seed <= 300; seed++) {
        unsigned x = seed;
        double exact[30], all = 0;
        int64_t out[30];
        size_t n = 1 + seed % 30;
        for (size_t i = 0; i < n; i++) {
            x = x * 1664525u + 1013904223u;
            exact[i] = x % 7 ? (double)(x >> 8) : 0;
            all += exact[i];
        }
        int64_t total = (int64_t)(x >> 4);
        money_share(exact, n, total, out);
        if (sum(out, n) != total)
            fail_msg("seed %u", seed);
        for (size_t i = 0; i < n && all > 0; i++)
            if (fabs((double)out[i] - exact[i] / all * (double)total) >= 1.0000001 || out[i] < 0)
                fail_msg("seed %u, part %zu", seed, i);
    }
}

static void equal_remainders_go_to_the_first(void **s)
{
    const double exact[3] = {1, 1, 1}, zero[2] = {0, 0};
    int64_t out[3];

    (void)s;
    money_share(exact, 3, 100, out);
    assert_int_equal(out[0], 34);
    assert_int_equal(out[1], 33);
    assert_int_equal(out[2], 33);
    money_share(zero, 2, 7, out);
    assert_int_equal(out[0], 7);
    assert_int_equal(out[1], 0);
}

static void cents_are_written_with_two_decimals(void **s)
{
    char to[24];

    (void)s;
    assert_string_equal(money_text(0, to), "0.00");
    assert_string_equal(money_text(7, to), "0.07");
    assert_string_equal(money_text(123456, to), "1234.56");
    assert_string_equal(money_text(-5, to), "-0.05");
}

static void the_small_run_costs_what_was_worked_out_by_hand(void **s)
{
    struct mini_outcome m;

    (void)s;
    mini_outcome_init(&m);
    const struct money *p = &m.o.money;
    assert_true(p->known);
    assert_int_equal(p->fleet_cents, 7200);
    assert_int_equal(p->bucket_cents[BUCKET_USEFUL], 3600);
    assert_int_equal(p->bucket_cents[BUCKET_DISCARDED], 900);
    assert_int_equal(p->bucket_cents[BUCKET_FRAGMENTATION], 500);
    assert_int_equal(p->bucket_cents[BUCKET_TOO_FEW], 900);
    assert_int_equal(p->bucket_cents[BUCKET_NO_DEMAND], 1300);
    assert_int_equal(p->part_cents[MONEY_RENT], 7200);
    assert_int_equal(p->unpriced_nodes, 0);
    near(p->usd_per_useful_gpu_hour, 6);
    near(p->useful_gpu_hours_per_1000_usd, 1000.0 / 6);
    near(p->usd_per_gpu_hour[0], 3);
    near(p->usd_per_held_gpu_hour[0], 3);
    assert_true(isnan(p->energy_kwh));
    mini_outcome_free(&m);
}

static void without_a_price_nothing_is_known(void **s)
{
    struct mini_outcome m;
    struct price_inputs in = no_prices();
    struct diag d;

    (void)s;
    mini_outcome_init(&m);
    assert_int_equal(money_fill(&m.o, NULL, &in, false, &m.arena, &d), 0);
    assert_false(m.o.money.known);
    assert_true(isnan(m.o.money.usd_per_useful_gpu_hour));
    mini_outcome_free(&m);
}

/* 1 kW idle, 3 kW busy, PUE 1.5, 0.10 USD per kWh: idle 0.15 USD an hour per node, 0.90 in all;
 * 0.30 on top while all four GPUs are held: 15 held GPU-hours / 4 x 0.30 = 1.125. */
static void busy_energy_falls_on_held_buckets_only(void **s)
{
    struct mini_outcome m;
    struct price_inputs in = no_prices();
    const struct price_node node = {
        .capital_usd = ONE(NAN), .busy_w = ONE(3000), .idle_w = ONE(1000), .max_w = ONE(3000)};
    const struct price_node nodes[2] = {node, node};
    struct diag d;

    (void)s;
    in.energy_usd_kwh = (struct range)ONE(0.10);
    in.pue = (struct range)ONE(1.5);
    mini_outcome_init(&m);
    assert_int_equal(money_fill(&m.o, nodes, &in, true, &m.arena, &d), 0);
    const struct money *p = &m.o.money;
    near((double)p->fleet_cents, 203); /* 0.90 + 1.125, half a cent up */
    near(p->usd_per_gpu_hour[0], 0.90 / 24);
    near(p->usd_per_held_gpu_hour[0], 0.90 / 24 + 1.125 / 15);
    near(p->energy_kwh, 2 * 1.5 * 3 + 15.0 / 4 * 2 * 1.5);
    assert_int_equal(p->unpriced_nodes, 2);
    assert_int_equal(sum(p->bucket_cents, BUCKETS), p->fleet_cents);
    assert_int_equal(sum(p->part_cents, MONEY_PARTS), p->fleet_cents);
    /* 12 useful hours x 0.1125 = 1.35; 4.333 idle hours x 0.0375 = 0.1625 */
    assert_in_range(p->bucket_cents[BUCKET_USEFUL], 134, 136);
    assert_in_range(p->bucket_cents[BUCKET_NO_DEMAND], 16, 17);
    mini_outcome_free(&m);
}

static void ranges_give_a_low_and_a_high_end(void **s)
{
    struct mini_outcome m;
    struct price_inputs in = no_prices();
    struct diag d;

    (void)s;
    in.rent_gpu_hour = (struct range){3, 2, 5};
    mini_outcome_init(&m);
    assert_int_equal(money_fill(&m.o, NULL, &in, true, &m.arena, &d), 0);
    near(m.o.money.low, 48);
    near(m.o.money.high, 120);
    mini_outcome_free(&m);
}

static void the_warm_up_is_not_paid_for(void **s)
{
    struct mini_outcome m;
    struct price_inputs in = no_prices();
    struct diag d;

    (void)s;
    in.rent_gpu_hour = (struct range)ONE(3);
    mini_outcome_init(&m);
    m.o.warmup = 3600 * NS_PER_S;
    assert_int_equal(money_fill(&m.o, NULL, &in, true, &m.arena, &d), 0);
    assert_int_equal(m.o.money.fleet_cents, 4800);
    mini_outcome_free(&m);
}

/* Two types and a node without GPUs: rows, columns and the whole agree, for any ledger. */
static void types_and_buckets_sum_to_the_fleet(void **s)
{
    const struct node_spec specs[3] = {
        {.gpu_type = "a", .gpus = 8}, {.gpu_type = "b", .gpus = 4}, {.gpus = 0}};
    struct price_node nodes[3] = {{ONE(300000), ONE(9000), ONE(2000), ONE(10000)},
                                  {ONE(77777), ONE(3100), ONE(700), ONE(3300)},
                                  {ONE(12345), ONE(500), ONE(200), ONE(600)}};
    struct price_inputs in = {none,      ONE(5),   ONE(0.1),  ONE(0.15),  ONE(0.083),
                              ONE(1.31), ONE(150), ONE(0.06), ONE(200000)};

    (void)s;
    for (unsigned seed = 1; seed <= 100; seed++) {
        struct mini_outcome m = {0};
        struct ledger_row rows[2] = {0};
        unsigned x = seed;
        struct diag d;
        arena_init(&m.arena);
        assert_int_equal(topology_build(&m.fleet, &m.arena, specs, 3, &d), 0);
        m.o.fleet = &m.fleet;
        m.o.horizon = (ns_t)(1 + seed * 977) * NS_PER_S;
        for (int k = 0; k < 2; k++) {
            wide_t left = (wide_t)(k ? 4000 : 8000) * m.o.horizon;
            for (int b = 0; b < BUCKETS; b++) {
                x = x * 1664525u + 1013904223u;
                wide_t part = b + 1 < BUCKETS ? left / (1 + (x >> 8) % 9) : left;
                rows[k].bucket[b] = x >> 30 ? part : b + 1 < BUCKETS ? 0 : part;
                left -= rows[k].bucket[b];
                m.o.total.bucket[b] += rows[k].bucket[b];
            }
        }
        m.o.by_type = rows;
        assert_int_equal(money_fill(&m.o, nodes, &in, true, &m.arena, &d), 0);
        const struct money *p = &m.o.money;
        if (sum(p->bucket_cents, BUCKETS) != p->fleet_cents ||
            sum(p->part_cents, MONEY_PARTS) != p->fleet_cents ||
            sum(p->type_cents[0], BUCKETS) + sum(p->type_cents[1], BUCKETS) != p->fleet_cents ||
            (int64_t)(p->cents_per_type[0] + p->cents_per_type[1]) != p->fleet_cents)
            fail_msg("seed %u", seed);
        for (int b = 0; b < BUCKETS; b++)
            if (p->type_cents[0][b] + p->type_cents[1][b] != p->bucket_cents[b])
                fail_msg("seed %u, bucket %d", seed, b);
        /* bounds of the parts: capital of the three nodes, network included */
        double hours = (double)m.o.horizon / 3600e9,
               capital = (300000 + 77777 + 12345) * 1.15 * 0.9 / (5 * 8760.0);
        assert_true(fabs((double)p->part_cents[MONEY_CAPITAL] / 100 - capital * hours) <= 0.011);
        arena_free(&m.arena);
    }
}

static void a_cost_beyond_counting_is_an_error(void **s)
{
    struct mini_outcome m;
    struct price_inputs in = no_prices();
    struct diag d;

    (void)s;
    in.rent_gpu_hour = (struct range)ONE(1e15);
    mini_outcome_init(&m);
    assert_int_equal(money_fill(&m.o, NULL, &in, true, &m.arena, &d), -1);
    assert_int_equal(d.status, STATUS_INPUT);
    assert_false(m.o.money.known);
    mini_outcome_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_sum_and_are_less_than_a_cent_off),
        cmocka_unit_test(equal_remainders_go_to_the_first),
        cmocka_unit_test(cents_are_written_with_two_decimals),
        cmocka_unit_test(the_small_run_costs_what_was_worked_out_by_hand),
        cmocka_unit_test(without_a_price_nothing_is_known),
        cmocka_unit_test(busy_energy_falls_on_held_buckets_only),
        cmocka_unit_test(ranges_give_a_low_and_a_high_end),
        cmocka_unit_test(the_warm_up_is_not_paid_for),
        cmocka_unit_test(types_and_buckets_sum_to_the_fleet),
        cmocka_unit_test(a_cost_beyond_counting_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

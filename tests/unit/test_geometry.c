/* test_geometry.c - every state a device can reach, every profile, against intervals written out. */
#include "cluster/geometry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;
static struct geometry all[GEOMETRY_LAYOUTS];
static const uint32_t plain[GEOMETRY_PROFILES] = {0};

static int set_up(void **s)
{
    (void)s;
    arena_init(&arena);
    for (uint32_t l = 0; l < GEOMETRY_LAYOUTS; l++)
        geometry_set_up(&all[l], l, &arena);
    return 0;
}

static int tear_down(void **s)
{
    (void)s;
    arena_free(&arena);
    return 0;
}

/* A device as a list of instances: what a person with a pencil would keep. */
struct naive {
    uint32_t layout, n;
    struct {
        uint32_t profile, start;
    } at[8];
};

/* The published lists, spelt out again: profile, then starts, width, compute slices. */
struct row {
    const char *starts;
    uint32_t width, compute, most;
};
static const struct row rows[GEOMETRY_LAYOUTS][GEOMETRY_PROFILES] = {
    {{"0123456", 1, 1, 7},
     {"0123456", 1, 1, 1},
     {"0246", 2, 1, 4},
     {"024", 2, 2, 3},
     {"04", 4, 3, 2},
     {"0", 4, 4, 1},
     {"0", 8, 7, 1}},
    {{"0123", 1, 1, 4}, {"02", 2, 2, 2}, {"0", 4, 4, 1}},
};
static const uint32_t slices[GEOMETRY_LAYOUTS] = {7, 4}, profiles[GEOMETRY_LAYOUTS] = {7, 3};

static bool naive_fits(const struct naive *d, uint32_t profile, uint32_t start)
{
    const struct row *r = &rows[d->layout][profile];
    uint32_t compute = r->compute, same = 1;

    if (start > 7 || !strchr(r->starts, (int)('0' + start)))
        return false;
    for (uint32_t i = 0; i < d->n; i++) {
        const struct row *o = &rows[d->layout][d->at[i].profile];
        compute += o->compute;
        same += d->at[i].profile == profile;
        if (d->at[i].start < start + r->width && start < d->at[i].start + o->width)
            return false;
    }
    return compute <= slices[d->layout] && same <= r->most;
}

static uint16_t state_of(const struct naive *d)
{
    uint16_t state = 0;

    for (uint32_t i = 0; i < d->n; i++)
        state = geometry_with(&geometry_layout[d->layout].profile[d->at[i].profile], state,
                              d->at[i].start);
    return state;
}

static uint8_t seen[GEOMETRY_STATES];

/* Every multiset of instances, built in every order of its starts from left to right. */
static void visit(struct naive *d)
{
    const struct geometry *g = &all[d->layout];
    const struct geometry_layout *l = g->layout;
    uint16_t state = state_of(d), number = g->number[state];
    uint32_t last = d->n ? d->at[d->n - 1].start + 1 : 0;

    assert_int_not_equal(number, UINT16_MAX);
    seen[state] = 1;
    for (uint32_t q = 0; q < profiles[d->layout]; q++) {
        uint32_t legal = 0, free = 0, useless = 0;
        for (uint32_t s = 0; s < 8; s++)
            legal |= (uint32_t)naive_fits(d, q, s) << s;
        assert_int_equal(g->starts[number][q], legal);
        assert_int_equal(geometry_legal(l, &l->profile[q], state), legal);
        for (uint32_t slot = 0; slot < l->slots; slot++) {
            bool taken = false, useful = false;
            for (uint32_t i = 0; i < d->n; i++)
                taken = taken || (slot >= d->at[i].start &&
                                  slot < d->at[i].start + rows[d->layout][d->at[i].profile].width);
            for (uint32_t s = 0; s < 8; s++)
                useful =
                    useful || (legal >> s & 1 && slot >= s && slot < s + rows[d->layout][q].width);
            free += !taken;
            useless += !taken && !useful;
        }
        assert_int_equal(geometry_free(l, state), free);
        assert_int_equal(g->unserved[number][q], useless);
        for (uint32_t s = 0; s < 8; s++) {
            uint16_t after;
            uint32_t lost = 0;
            if (!(legal >> s & 1))
                continue;
            d->at[d->n].profile = q;
            d->at[d->n++].start = s;
            after = state_of(d);
            for (uint32_t o = 0; o < profiles[d->layout]; o++) {
                bool before = false, still = false;
                for (uint32_t k = 0; k < 8; k++) {
                    still = still || naive_fits(d, o, k);
                    d->n--;
                    before = before || naive_fits(d, o, k);
                    d->n++;
                }
                lost |= (uint32_t)(before && !still) << o;
            }
            assert_int_equal(g->lost[number][q][s], lost);
            assert_int_equal(geometry_without(&l->profile[q], after, s), state);
            if (s >= last)
                visit(d);
            d->n--;
        }
    }
}

static void every_reachable_state_agrees_with_intervals_on_paper(void **s)
{
    (void)s;
    for (uint32_t l = 0; l < GEOMETRY_LAYOUTS; l++) {
        struct naive d = {.layout = l};
        uint32_t n = 0;
        memset(seen, 0, sizeof seen);
        visit(&d);
        for (uint32_t i = 0; i < GEOMETRY_STATES; i++)
            n += seen[i];
        assert_int_equal(n, all[l].n);
        printf("layout %u: %u states\n", l, n);
    }
}

static void a_rule_takes_a_legal_start_whenever_there_is_one(void **s)
{
    static const uint32_t demand[GEOMETRY_PROFILES] = {5, 0, 1, 3, 2, 1, 1};
    (void)s;
    for (uint32_t l = 0; l < GEOMETRY_LAYOUTS; l++)
        for (uint32_t i = 0; i < all[l].n; i++)
            for (uint32_t q = 0; q < profiles[l]; q++) {
                const struct geometry *g = &all[l];
                uint32_t legal = g->starts[i][q], at[3];
                struct geometry_cost c[3];
                for (int r = 0; r < 3; r++)
                    at[r] = geometry_start(g, g->state[i], q, (enum geometry_rule)r, demand, &c[r]);
                for (int r = 0; r < 3; r++)
                    assert_true(legal ? legal >> at[r] & 1 : at[r] == GEOMETRY_NOWHERE);
                if (!legal)
                    continue;
                assert_true(at[GEOMETRY_FIRST] <= at[GEOMETRY_RIGHTMOST]);
                assert_int_equal(legal & ((1u << at[GEOMETRY_FIRST]) - 1), 0);
                assert_int_equal(legal >> at[GEOMETRY_RIGHTMOST], 1);
                for (int r = 1; r < 3; r++)
                    assert_true(c[0].lost < c[r].lost ||
                                (c[0].lost == c[r].lost && c[0].unserved <= c[r].unserved));
                for (int again = 0; again < 2; again++)
                    assert_int_equal(
                        geometry_best(&all[l], g->state[i], q, GEOMETRY_LEAST_LOST, demand)->start,
                        at[GEOMETRY_LEAST_LOST]);
            }
}

static void a_3g_goes_to_slot_4_because_at_0_it_forbids_4g(void **s)
{
    struct geometry_cost c;
    (void)s;
    assert_int_equal(geometry_start(&all[0], 0, 4, GEOMETRY_LEAST_LOST, plain, &c), 4);
    assert_int_equal(geometry_start(&all[0], 0, 4, GEOMETRY_FIRST, plain, &c), 0);
    assert_int_equal(all[0].lost[0][4][0] >> 5 & 1, 1);
    assert_int_equal(all[0].lost[0][4][4] >> 5 & 1, 0);
}

static void two_3g_fill_the_memory_and_strand_a_compute_slice(void **s)
{
    const struct geometry_profile *p = &geometry_layout[0].profile[4];
    uint16_t state = geometry_with(p, geometry_with(p, 0, 0), 4);
    (void)s;
    assert_int_equal(geometry_free(&geometry_layout[0], state), 0);
    assert_int_equal(geometry_compute(state), 6);
    for (uint32_t q = 0; q < 7; q++)
        assert_int_equal(all[0].starts[all[0].number[state]][q], 0);
}

/* Seven 1g, then the ones at 1 and 5 end. */
static void a_2g_cannot_use_slots_1_and_5(void **s)
{
    static const uint32_t want_2g[GEOMETRY_PROFILES] = {[3] = 1}, want_1g[GEOMETRY_PROFILES] = {1};
    const struct geometry_profile *p = &geometry_layout[0].profile[0];
    struct geometry_cost c;
    uint16_t state = 0, hole;
    (void)s;
    for (uint32_t i = 0; i < 7; i++)
        state = geometry_with(p, state, i);
    state = geometry_without(p, geometry_without(p, state, 1), 5);
    assert_int_equal(geometry_start(&all[0], state, 3, GEOMETRY_LEAST_LOST, plain, &c),
                     GEOMETRY_NOWHERE);
    /* Slots 1, 5 and 7 are free; a 2g can use none of them, a 1g all but the last. */
    assert_int_equal(geometry_free(&geometry_layout[0], state), 3);
    assert_int_equal(geometry_unserved(&all[0], state, want_2g), 3);
    assert_int_equal(geometry_unserved(&all[0], state, want_1g), 1);
    /* With the one at 0 gone instead of the one at 5 it starts. */
    hole = geometry_without(p, geometry_with(p, state, 5), 0);
    assert_int_equal(geometry_start(&all[0], hole, 3, GEOMETRY_LEAST_LOST, plain, &c), 0);
}

static void an_instance_is_its_share_of_the_memory_slots(void **s)
{
    static const uint32_t expected[] = {125, 125, 250, 250, 500, 500, 1000};
    (void)s;
    for (uint32_t q = 0; q < 7; q++)
        assert_int_equal(geometry_milli(&geometry_layout[0], &geometry_layout[0].profile[q]),
                         expected[q]);
    for (uint32_t q = 0; q < 3; q++)
        assert_int_equal(geometry_milli(&geometry_layout[1], &geometry_layout[1].profile[q]),
                         250 << q);
}

static void profiles_are_known_by_board(void **s)
{
    const struct geometry_board *small = geometry_find("a100-sxm-40"),
                                *large = geometry_find("h100-sxm");
    (void)s;
    assert_null(geometry_find("v100-sxm2-32"));
    assert_int_equal(geometry_named(small, "1g.10gb"), 2);
    assert_int_equal(geometry_named(large, "1g.10gb"), 0);
    assert_int_equal(geometry_named(large, "1G.10GB+ME"), 1);
    assert_int_equal(geometry_named(large, "1g.10"), -1);
    assert_int_equal(geometry_named(geometry_find("a30"), "7g.40gb"), -1);
    assert_true(geometry_find("b200-sxm")->inferred);
    assert_false(large->inferred);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reachable_state_agrees_with_intervals_on_paper),
        cmocka_unit_test(a_rule_takes_a_legal_start_whenever_there_is_one),
        cmocka_unit_test(a_3g_goes_to_slot_4_because_at_0_it_forbids_4g),
        cmocka_unit_test(two_3g_fill_the_memory_and_strand_a_compute_slice),
        cmocka_unit_test(a_2g_cannot_use_slots_1_and_5),
        cmocka_unit_test(an_instance_is_its_share_of_the_memory_slots),
        cmocka_unit_test(profiles_are_known_by_board),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

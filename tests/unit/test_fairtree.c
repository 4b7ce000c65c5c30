/* test_fairtree.c - Fair Tree against trees ranked by hand. */
#include "sched/fairtree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static uint32_t user(struct fairtree *f, uint32_t parent, uint32_t shares, wide_t usage)
{
    uint32_t u = fairtree_user(f, parent, shares);

    f->node[u].usage = usage;
    return u;
}

/* Accounts a (60 shares, usage 50) and b (40, 50): LevelFS 1.2 and 0.8. In a: x has half the shares
 * and 40 of 50, 0.625, y 10 of 50, 2.5. So y 4, x 3, then b's: v unused, w. */
static void users_are_ranked_depth_first_by_level(void **s)
{
    struct arena ar;
    struct fairtree f;
    uint32_t a, b, v, w, x, y;

    (void)s;
    arena_init(&ar);
    fairtree_init(&f, 6, &ar);
    b = fairtree_account(&f, FAIRTREE_ROOT, 40);
    a = fairtree_account(&f, FAIRTREE_ROOT, 60);
    x = user(&f, a, 1, 40);
    y = user(&f, a, 1, 10);
    w = user(&f, b, 1, 50);
    v = user(&f, b, 1, 0);
    fairtree_rank(&f);
    assert_true(f.node[a].level_fs == (wide_t)60 * 100 * FAIRTREE_ONE / (100 * 50));
    assert_int_equal(f.node[y].rank, 4);
    assert_int_equal(f.node[x].rank, 3);
    assert_int_equal(f.node[v].rank, 2);
    assert_int_equal(f.node[w].rank, 1);
    assert_int_equal(f.node[y].factor, FAIRTREE_ONE);
    assert_int_equal(f.node[w].factor, FAIRTREE_ONE / 4);
    arena_free(&ar);
}

static void users_with_equal_levels_share_a_rank(void **s)
{
    struct arena ar;
    struct fairtree f;
    uint32_t u[4];

    (void)s;
    arena_init(&ar);
    fairtree_init(&f, 4, &ar);
    u[0] = user(&f, FAIRTREE_ROOT, 1, 30);
    u[1] = user(&f, FAIRTREE_ROOT, 2, 20);
    u[2] = user(&f, FAIRTREE_ROOT, 3, 30);
    u[3] = user(&f, FAIRTREE_ROOT, 0, 0);
    fairtree_rank(&f);
    assert_int_equal(f.node[u[1]].rank, 4);
    assert_int_equal(f.node[u[2]].rank, 4);
    assert_int_equal(f.node[u[0]].rank, 2);
    assert_int_equal(f.node[u[3]].rank, 1); /* no shares */
    arena_free(&ar);
}

/* Accounts a and b tie at 1 (equal shares, equal usage); their users are sorted together by the levels
 * they have in their own account: a's p 5 of 20 (LevelFS 2) and q 15 (2/3), b's r 8 of 20 (1.25)
 * and t 12 (5/6). Separate accounts would give p, q, r, t. */
static void the_users_of_tied_accounts_are_sorted_together(void **s)
{
    struct arena ar;
    struct fairtree f;
    uint32_t a, b, p, q, r, t;

    (void)s;
    arena_init(&ar);
    fairtree_init(&f, 6, &ar);
    a = fairtree_account(&f, FAIRTREE_ROOT, 7);
    b = fairtree_account(&f, FAIRTREE_ROOT, 7);
    p = user(&f, a, 1, 5);
    q = user(&f, a, 1, 15);
    r = user(&f, b, 1, 8);
    t = user(&f, b, 1, 12);
    fairtree_rank(&f);
    assert_int_equal(f.node[p].rank, 4);
    assert_int_equal(f.node[r].rank, 3);
    assert_int_equal(f.node[t].rank, 2);
    assert_int_equal(f.node[q].rank, 1);
    arena_free(&ar);
}

/* User u and accounts a and b tie at LevelFS 1, and so do c, the only child of a, and d, of b. So the
 * users of c and d are sorted together, two levels down, and the first of them shares u's rank. */
static void ties_carry_on_across_levels(void **s)
{
    struct arena ar;
    struct fairtree f;
    uint32_t a, b, c, d, u, v, w, x, y;

    (void)s;
    arena_init(&ar);
    fairtree_init(&f, 9, &ar);
    u = user(&f, FAIRTREE_ROOT, 1, 10);
    a = fairtree_account(&f, FAIRTREE_ROOT, 1);
    b = fairtree_account(&f, FAIRTREE_ROOT, 1);
    c = fairtree_account(&f, a, 1);
    d = fairtree_account(&f, b, 1);
    v = user(&f, c, 1, 5); /* 1 */
    w = user(&f, c, 1, 5); /* 1 */
    x = user(&f, d, 3, 4); /* 3/4 by 2/5: 1.875 */
    y = user(&f, d, 1, 6); /* 1/4 by 3/5: 0.41 */
    fairtree_rank(&f);
    assert_true(f.node[a].level_fs == FAIRTREE_ONE && f.node[c].level_fs == FAIRTREE_ONE);
    assert_int_equal(f.node[u].rank, 5);
    assert_int_equal(f.node[x].rank, 5); /* the first of the tied accounts */
    assert_int_equal(f.node[v].rank, 3);
    assert_int_equal(f.node[w].rank, 3);
    assert_int_equal(f.node[y].rank, 1);
    arena_free(&ar);
}

static void without_any_usage_all_users_share_the_first_rank(void **s)
{
    struct arena ar;
    struct fairtree f;
    uint32_t a;

    (void)s;
    arena_init(&ar);
    fairtree_init(&f, 5, &ar);
    a = fairtree_account(&f, FAIRTREE_ROOT, 1);
    user(&f, a, 1, 0);
    user(&f, a, 5, 0);
    user(&f, FAIRTREE_ROOT, 1, 0);
    fairtree_account(&f, FAIRTREE_ROOT, 3);
    fairtree_rank(&f);
    for (uint32_t i = 1; i < f.n; i++)
        if (f.node[i].is_user)
            assert_int_equal(f.node[i].rank, 3);
    arena_free(&ar);
}

static void only_quotients_of_usage_count(void **s)
{
    struct arena ar;
    struct fairtree f;
    uint32_t a, b, x, y, z;

    (void)s;
    arena_init(&ar);
    fairtree_init(&f, 5, &ar);
    a = fairtree_account(&f, FAIRTREE_ROOT, 2);
    b = fairtree_account(&f, FAIRTREE_ROOT, 1);
    x = user(&f, a, 1, (wide_t)3 << 100);
    y = user(&f, a, 1, (wide_t)3 << 100);
    z = user(&f, b, 1, (wide_t)1 << 100);
    fairtree_rank(&f);
    assert_int_equal(f.node[z].rank, 3);
    assert_int_equal(f.node[x].rank, 2);
    assert_int_equal(f.node[y].rank, 2);
    f.node[z].usage = (wide_t)5 << 100;
    f.node[x].usage = 1;
    fairtree_rank(&f);
    assert_int_equal(f.node[x].rank, 3);
    assert_int_equal(f.node[y].rank, 2);
    assert_int_equal(f.node[z].rank, 1);
    arena_free(&ar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_are_ranked_depth_first_by_level),
        cmocka_unit_test(users_with_equal_levels_share_a_rank),
        cmocka_unit_test(the_users_of_tied_accounts_are_sorted_together),
        cmocka_unit_test(ties_carry_on_across_levels),
        cmocka_unit_test(without_any_usage_all_users_share_the_first_rank),
        cmocka_unit_test(only_quotients_of_usage_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

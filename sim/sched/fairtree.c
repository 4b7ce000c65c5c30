/* fairtree.c - Slurm's Fair Tree. */
#include "sched/fairtree.h"

#include "base/check.h"
#include <string.h>

/* Above every quotient: shares < 2^32 by usage < 2^60, in parts of 2^30. */
#define FAIRTREE_INFINITE ((wide_t)1 << 124)
enum { USAGE_BITS = 60 };

static uint32_t add(struct fairtree *f, struct fairtree_node node)
{
    check(f->n < f->room);
    f->node[f->n] = node;
    f->shaped = false;
    return f->n++;
}

void fairtree_init(struct fairtree *f, uint32_t room, struct arena *a)
{
    check(room < UINT32_MAX);
    *f = (struct fairtree){.room = room + 1};
    f->node = ARENA_ARRAY(a, struct fairtree_node, f->room);
    f->child = ARENA_ARRAY(a, uint32_t, f->room);
    f->scratch = ARENA_ARRAY(a, uint32_t, f->room);
    add(f, (struct fairtree_node){.shares = 1});
}

uint32_t fairtree_account(struct fairtree *f, uint32_t parent, uint32_t shares)
{
    check(parent < f->n && !f->node[parent].is_user);
    return add(f, (struct fairtree_node){.parent = parent, .shares = shares});
}

uint32_t fairtree_user(struct fairtree *f, uint32_t parent, uint32_t shares)
{
    check(parent < f->n && !f->node[parent].is_user);
    f->n_users++;
    return add(f, (struct fairtree_node){.parent = parent, .shares = shares, .is_user = true});
}

static void shape(struct fairtree *f)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < f->n; i++) {
        f->node[i].n_children = 0;
        f->node[i].share_sum = 0;
    }
    for (uint32_t i = 1; i < f->n; i++) {
        f->node[f->node[i].parent].n_children++;
        f->node[f->node[i].parent].share_sum += f->node[i].shares;
    }
    for (uint32_t i = 0; i < f->n; i++) {
        f->node[i].first_child = at;
        at += f->node[i].n_children;
        f->node[i].n_children = 0;
    }
    for (uint32_t i = 1; i < f->n; i++) {
        struct fairtree_node *p = &f->node[f->node[i].parent];
        f->child[p->first_child + p->n_children++] = i;
    }
    f->shaped = true;
}

/* Bits to drop so that the root's usage fits; what was used stays above 0. */
static int surplus_bits(wide_t usage)
{
    int bits = 0;

    while (usage >> bits >> USAGE_BITS)
        bits++;
    return bits;
}

static wide_t drop(wide_t usage, int bits)
{
    return usage && !(usage >> bits) ? 1 : usage >> bits;
}

static void compute_levels(struct fairtree *f)
{
    int bits;

    for (uint32_t i = 0; i < f->n; i++)
        if (!f->node[i].is_user)
            f->node[i].usage = 0;
    for (uint32_t i = f->n; i-- > 1;) {
        check(f->node[i].usage >= 0);
        f->node[f->node[i].parent].usage += f->node[i].usage;
    }
    bits = surplus_bits(f->node[FAIRTREE_ROOT].usage);
    for (uint32_t i = 1; i < f->n; i++) {
        struct fairtree_node *n = &f->node[i];
        const struct fairtree_node *p = &f->node[n->parent];
        wide_t of = (wide_t)n->shares * drop(p->usage, bits);
        wide_t by = (wide_t)p->share_sum * drop(n->usage, bits);
        if (!n->shares)
            n->level_fs = 0;
        else
            n->level_fs = by ? of * FAIRTREE_ONE / by : FAIRTREE_INFINITE;
    }
}

/* ---- siblings in order: LevelFS falling, users before accounts, then as added ---- */

static bool before(const struct fairtree *f, uint32_t a, uint32_t b)
{
    const struct fairtree_node *x = &f->node[a], *y = &f->node[b];

    if (x->level_fs != y->level_fs)
        return x->level_fs > y->level_fs;
    if (x->is_user != y->is_user)
        return x->is_user;
    return a < b;
}

static void sift(const struct fairtree *f, uint32_t *list, uint32_t at, uint32_t n)
{
    uint32_t v = list[at];

    for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && before(f, list[child], list[child + 1]))
            child++;
        if (!before(f, v, list[child]))
            break;
        list[at] = list[child];
    }
    list[at] = v;
}

static void sort(const struct fairtree *f, uint32_t *list, uint32_t n)
{
    for (uint32_t i = n / 2; i-- > 0;)
        sift(f, list, i, n);
    while (n > 1) {
        uint32_t last = list[0];
        list[0] = list[--n];
        list[n] = last;
        sift(f, list, 0, n);
    }
}

/* ---- the walk ---- */

struct walk {
    uint32_t rank, left; /* of the last user met; users not met yet */
};

/* Put the children of account `of` at scratch[at]; returns their end. */
static uint32_t append(struct fairtree *f, uint32_t at, uint32_t of)
{
    const struct fairtree_node *n = &f->node[of];

    memcpy(f->scratch + at, f->child + n->first_child, n->n_children * sizeof *f->child);
    return at + n->n_children;
}

static void rank_user(struct fairtree *f, struct walk *w, uint32_t user, bool tied)
{
    if (!tied)
        w->rank = w->left;
    w->left--;
    f->node[user].rank = w->rank;
    f->node[user].factor = (uint32_t)((uint64_t)w->rank * FAIRTREE_ONE / f->n_users);
}

/* Siblings scratch[from..to); `tied`: the first of them shares the rank of the user before. */
static void rank_siblings(struct fairtree *f, struct walk *w, uint32_t from, uint32_t to, bool tied)
{
    sort(f, f->scratch + from, to - from);
    for (uint32_t i = from; i < to; i++) {
        uint32_t c = f->scratch[i], end = to;
        if (i > from)
            tied = f->node[c].level_fs == f->node[f->scratch[i - 1]].level_fs;
        if (f->node[c].is_user) {
            rank_user(f, w, c, tied);
            continue;
        }
        end = append(f, end, c);
        for (; i + 1 < to && f->node[f->scratch[i + 1]].level_fs == f->node[c].level_fs; i++)
            end = append(f, end, f->scratch[i + 1]);
        rank_siblings(f, w, to, end, tied);
    }
}

void fairtree_rank(struct fairtree *f)
{
    struct walk w = {f->n_users, f->n_users};

    if (!f->shaped)
        shape(f);
    compute_levels(f);
    rank_siblings(f, &w, 0, append(f, 0, FAIRTREE_ROOT), false);
}

void fairtree_state(struct fairtree *f, struct state *s)
{
    uint32_t n = f->n;

    state_index(s, &n, f->room);
    if (!state_require(s, n >= 1))
        return;
    f->n = n;
    f->n_users = 0;
    f->shaped = f->shaped && !s->loading;
    for (uint32_t i = 1; i < n; i++) {
        struct fairtree_node *k = &f->node[i];
        state_index(s, &k->parent, i - 1);
        state_u32(s, &k->shares);
        state_bool(s, &k->is_user);
        state_wide(s, &k->usage);
        state_u32(s, &k->rank);
        state_u32(s, &k->factor);
        state_require(s, !f->node[k->parent].is_user && k->usage >= 0);
        f->n_users += k->is_user;
    }
}

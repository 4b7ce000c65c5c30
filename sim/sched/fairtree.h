/* fairtree.h - Slurm's Fair Tree: fair-share factors of users from shares and usage along a tree of
 * accounts (policies.md 3.7; Slurm, "Fair Tree Fairshare Algorithm").
 *
 * Among siblings LevelFS = S / U, S the sibling's shares by those of all siblings, U its usage by theirs;
 * infinite without usage, 0 without shares. From the root down, siblings by LevelFS, largest first; users
 * are ranked as they are met, N for the first of N, and the factor is rank / N. Ties:
 *   - users met one after the other with equal LevelFS share the first one's rank;
 *   - accounts with equal LevelFS are merged: their children are sorted together, each with the LevelFS
 *     it has among its own siblings;
 *   - a user with the LevelFS of an account stands before it, and the account's first user shares the
 *     user's rank.
 * LevelFS is kept in parts of 2^30, rounded down: equal quotients are equal numbers, and quotients that
 * differ by less than that are ties. */
#ifndef BERTH_SCHED_FAIRTREE_H
#define BERTH_SCHED_FAIRTREE_H

#include "base/arena.h"
#include "base/units.h"
#include "sched/state.h"
#include <stdbool.h>

#define FAIRTREE_ONE (UINT32_C(1) << 30)
#define FAIRTREE_ROOT 0

struct fairtree_node { /* an association: the root, an account or a user */
    wide_t usage;      /* of users: the caller's, on any common scale; of accounts: summed up */
    wide_t level_fs;
    uint64_t share_sum; /* of the children */
    uint32_t parent, shares;
    uint32_t first_child, n_children; /* in fairtree.child */
    uint32_t rank, factor;            /* of users; the factor in parts of 2^30 */
    bool is_user;
};

struct fairtree {
    struct fairtree_node *node; /* a parent before its children; in the arena, as all arrays */
    uint32_t n, room, n_users;
    uint32_t *child;   /* by parent */
    uint32_t *scratch; /* lists of siblings from the root to where the walk is */
    bool shaped;       /* child is of the present nodes */
};

/* The root alone; room for `room` associations besides it. */
void fairtree_init(struct fairtree *f, uint32_t room, struct arena *a);

/* A new association below an account (or FAIRTREE_ROOT); returns its number. */
uint32_t fairtree_account(struct fairtree *f, uint32_t parent, uint32_t shares);
uint32_t fairtree_user(struct fairtree *f, uint32_t parent, uint32_t shares);

/* Ranks and factors from the users' usage, >= 0: set node[].usage first (usage_owner.stored will do, as
 * only quotients count). O(n log n), nothing allocates. */
void fairtree_rank(struct fairtree *f);

/* The associations, and their ranks and factors as of the last fairtree_rank(). */
void fairtree_state(struct fairtree *f, struct state *s);

#endif

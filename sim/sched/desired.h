/* desired.h - the desired-set walk: pending and running jobs together in one order, with a fresh
 * budget; what fits is what should run, and only the difference is carried out (policies.md 2.1).
 *
 * Candidates lie in a treap ordered by key (policies.md 2.5). Each subtree knows
 *     sum   sizes of its running candidates;
 *     need  the least budget, at the subtree's start, with which one of its pending candidates would
 *           start while every running one before it keeps what it holds.
 * Nothing changes in a subtree exactly when sum <= budget and need > budget, so a walk looks at
 * changes only: O((changes + 1) log n). (With the least pending size instead of `need` a subtree may
 * be entered in vain, once per distinct size.)
 *
 * Of the pending candidates of one group only the first is in that tree; the others wait in one of their
 * own until it starts. Budgets only shrink along a walk and a refusal answers for the group, so when the
 * first is not started no later one is: a walk costs groups, not jobs.
 *
 * A candidate is a slot number below `room`, chosen by the caller and free again after desired_erase().
 * Ties of keys end in seq, the caller's arrival number, never in the slot; no two candidates of one set
 * may have equal keys. Sizes and budgets are in one unit, usually milli-GPU. The shape of the tree
 * depends on the slots in use and their keys alone. Nothing allocates but desired_reserve(). */
#ifndef BERTH_SCHED_DESIRED_H
#define BERTH_SCHED_DESIRED_H

#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

#define DESIRED_NONE UINT32_MAX

struct desired_key { /* smaller first */
    int64_t high, low;
    uint64_t seq;
};

struct desired_entry { /* by slot: 64 bytes */
    struct desired_key key;
    uint64_t sum, need; /* of the subtree */
    uint32_t size, group;
    uint32_t left, right;
    bool in, running;
    bool waits;   /* behind the first of its group, in the group's tree */
    bool stopped; /* by the present walk */
};

struct desired_group {
    uint64_t refused; /* number of the walk that could not place it */
    uint32_t first;   /* of its pending candidates, or DESIRED_NONE */
    uint32_t waiting; /* tree of the others */
};

struct desired {
    struct desired_entry
        *entry; /* in the arena of desired_reserve(), as all arrays; [room] is "none" */
    uint32_t room, n_groups;
    uint32_t root, n;
    uint32_t *start, n_start; /* the plan of the last walk: to start, in order */
    uint32_t *stop, n_stop;   /* to stop, last in order first */
    uint32_t *victim;         /* of the search in progress */
    struct desired_group *group;
    uint64_t walks;
    bool overtaken; /* a running candidate moved from behind the present one to ahead of it */
    /* The true key of a running candidate, for orders by remaining service, whose keys fall while a job
     * runs: set once, same seq. The keys in the set may then be too large for running candidates (as of
     * their start, say), and desired_count() and desired_nodes() plan as if all were true: moving a
     * candidate that keeps running forward changes no plan, so only those to be stopped are asked for
     * and, when they had moved, the plan is made again (on nodes, after taking back what was tried). NULL = all keys are true. */
    struct desired_key (*true_key)(void *ctx, uint32_t slot);
    void *true_key_ctx;
};

/* Room for slots 0..room-1 and groups 0..groups-1; a zeroed struct is an empty set without room. To be
 * called again to grow, between walks only: what is in the set stays, the old arrays stay in the arena. */
void desired_reserve(struct desired *d, uint32_t room, uint32_t groups, struct arena *a);

/* size < UINT32_MAX. Candidates of one group (a request class) ask for the same thing and have the same
 * size, so that one refused placement answers for all; DESIRED_NONE = alone. O(log n) each. */
void desired_insert(struct desired *d, uint32_t slot, struct desired_key key, uint32_t size,
                    uint32_t group, bool running);
void desired_erase(struct desired *d, uint32_t slot);
void desired_rekey(struct desired *d, uint32_t slot, struct desired_key key);
void desired_set_running(struct desired *d, uint32_t slot, bool running);

static inline bool desired_key_before(const struct desired_key *a, const struct desired_key *b)
{
    if (a->high != b->high)
        return a->high < b->high;
    return a->low < b->low || (a->low == b->low && a->seq < b->seq);
}

static inline bool desired_has(const struct desired *d, uint32_t slot)
{
    return slot < d->room && d->entry[slot].in;
}

/* The last running candidate of size > 0 ahead of `slot` (DESIRED_NONE: of all), or DESIRED_NONE. O(log n). */
uint32_t desired_last_running(const struct desired *d, uint32_t slot);

/* ---- by count ----
 *
 * for c in order: if size <= remaining, c is wanted and remaining -= size. start = wanted but
 * pending, stop = running but not wanted. On return the set already says what the plan says (started
 * ones are running, stopped ones pending); a caller that does not carry out a wish sets it back. */
void desired_count(struct desired *d, uint64_t budget);

/* ---- on nodes ----
 *
 * What a walk may ask of the host, which keeps who holds which devices. All of it is tentative until
 * the walk returns. Whether a job can be placed may depend only on what it asks for and on the free
 * devices, and more free devices never make it impossible; a placement search that breaks the second
 * rule may have a start refused that another order of trials would find, nothing worse. */
struct desired_host {
    void *ctx;
    /* Place the pending job on free devices: true and they are held, or false and nothing changed. */
    bool (*try_start)(void *ctx, uint32_t slot);
    /* Take back a try_start() of this walk. */
    void (*withdraw)(void *ctx, uint32_t slot);
    /* The running job gives its devices back; the host remembers which. */
    void (*stop)(void *ctx, uint32_t slot);
    /* The job stopped by this walk takes exactly those devices again; false and nothing changed when
     * one of them is held by another. A start elsewhere in between, taken back, changes nothing. */
    bool (*try_resume)(void *ctx, uint32_t slot);
    uint32_t most_stops; /* at most so many jobs stopped for one start; 0 = no bound */
};

/* For c in order, as by count, but a start is one that could be placed:
 *   1. c running: kept when size <= remaining, otherwise stopped for good.
 *   2. c pending: stepped over when size > remaining.
 *   3. c was stopped by this walk for an earlier one and its devices are free: it resumes, as if
 *      nothing had happened. Otherwise it is stepped over when one of its group was refused.
 *   4. c is placed on free devices; if it cannot be, running candidates behind c are stopped, the
 *      last of the order first, until it can be. Then those that need not have been stopped are given
 *      back, the first of the order first: where c does not use their devices, or where c can be
 *      placed otherwise. What remains is minimal: with any one of them given back c has no place.
 *   5. If stopping all of them (or most_stops) does not help, all resume, and c's group is refused for
 *      the rest of the walk: what is open to later candidates only shrinks.
 * A candidate stopped in step 4 is pending from then on, and gets its turn when the walk comes to it:
 * resumed, or started on other devices and then listed in both stop and start (moved), or left pending.
 * Only step 1 and step 4 stop anything, so no job loses its devices to a later one.
 *
 * Calls of the host per start: one when free devices serve; otherwise s stops, at most s + 1 trials to
 * find them and at most 3 s calls to give back, s = running candidates stopped in the search. A refused
 * group costs the same once per walk: O(running behind it). */
void desired_nodes(struct desired *d, uint64_t budget, const struct desired_host *host);

#endif

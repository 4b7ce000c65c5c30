/* ends.h - running jobs by expected end, soonest first, ties by key.
 *
 * Walks read a few hundred of the soonest again and again, so they lie sorted: in blocks, so that a job
 * that comes or goes moves no more than a block. Any two neighbouring blocks hold more than ENDS_MERGE
 * together; that bounds their number. */
#ifndef BERTH_SCHED_ENDS_H
#define BERTH_SCHED_ENDS_H

#include "base/units.h"
#include <stdbool.h>
#include <stdint.h>

enum { ENDS_BLOCK = 42, ENDS_MERGE = 32 };

struct end {
    ns_t at;
    uint64_t key; /* of the job at the border */
    uint32_t job;
};

struct ends_block {
    struct end item[ENDS_BLOCK]; /* sorted */
    uint32_t n;
};

struct ends {
    struct ends_block *block;
    uint32_t *order, n; /* blocks in use, sorted; behind them the others */
    uint32_t room;      /* blocks */
};

/* Where a walk over all of them is; {0, 0} is the soonest. */
struct ends_place {
    uint32_t block, item;
};

/* Room for `jobs` jobs; what is in stays. Nothing else allocates. */
void ends_reserve(struct ends *e, uint32_t jobs);
void ends_free(struct ends *e);

/* O(log n) and a move inside one block. To remove, all three as they were added. */
void ends_add(struct ends *e, struct end x);
void ends_remove(struct ends *e, struct end x);

/* The one at the place, or NULL behind the last. */
static inline const struct end *ends_at(const struct ends *e, struct ends_place p)
{
    return p.block < e->n ? &e->block[e->order[p.block]].item[p.item] : NULL;
}

static inline void ends_step(const struct ends *e, struct ends_place *p)
{
    if (++p->item >= e->block[e->order[p->block]].n)
        *p = (struct ends_place){p->block + 1, 0};
}

#endif

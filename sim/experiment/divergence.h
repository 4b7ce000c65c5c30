/* divergence.h - the first decision in which two recorded runs differ, and the state in which it was made.
 *
 * Both journals are of one fleet and one workload, or there is nothing to compare. Up to the first difference
 * both runs are the same, so the state before it is one: it is rebuilt by replaying the side that
 * decides something at that moment (A when both do). */
#ifndef BERTH_EXPERIMENT_DIVERGENCE_H
#define BERTH_EXPERIMENT_DIVERGENCE_H

#include "host/replay.h"

enum { DIVERGENCE_LISTED = 8 }; /* entries of a list at most */

/* One journal, read call by call. */
struct divergence_side {
    const struct journal_file *file; /* borrowed */
    struct journal_cursor cursor;
    struct journal_record next;
    VEC(uint64_t) key;   /* of the job in a slot */
    struct decided call; /* decisions of the present call */
    size_t i;            /* the next one to compare */
    bool over;           /* no more decisions */
};

struct divergence_list {
    uint32_t at[DIVERGENCE_LISTED], n, of; /* of: how many there are in all */
};

struct divergence {
    struct divergence_side side[2];
    bool different;
    uint64_t same; /* decisions before the difference */
    ns_t at;       /* of the earlier decision */
    int first;     /* whose replay the state is */
    /* the state just before it; slots are those of replay.host */
    struct replay replay;
    struct divergence_list pending; /* slots, in order of submission */
    struct divergence_list
        running; /* slots: those on the nodes first, then those that end first by limit */
    struct divergence_list nodes; /* named by either decision */
};

/* The decision of a side that differs, or its next one when it decides nothing at that moment; NULL = none
 * any more. */
const struct decided_one *divergence_decision(const struct divergence *v, int side);

/* Compare, by effect or `exactly` (decided.h). 0: see v->different. -1 with *d (STATUS_INPUT): the two are not
 * comparable, or a journal's events cannot follow each other. *v must stay where it is; it is to be freed in
 * any case. */
int divergence_find(struct divergence *v, const struct journal_file *a,
                    const struct journal_file *b, bool exactly, struct arena *arena,
                    struct diag *d);
void divergence_free(struct divergence *v);

/* When a running job has used up its limit; NS_NEVER without one. */
ns_t divergence_limit(const struct host *h, uint32_t slot);

#endif

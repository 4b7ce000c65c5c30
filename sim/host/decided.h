/* decided.h - decisions in order, to compare what two sides decided.
 *
 * Two ways to look. Exactly: everything that crosses the border, refused decisions, cookies and transactions
 * included; so a policy agrees with itself. By effect: accepted decisions that move jobs, as they stand when
 * transactions are over; so two policies are compared. */
#ifndef BERTH_HOST_DECIDED_H
#define BERTH_HOST_DECIDED_H

#include "abi/berth_policy.h"
#include "base/vec.h"
#include <stdbool.h>

struct decided_one {
    berth_time now;           /* of the call */
    struct berth_decision is; /* kind 0: a transaction's word, in arg */
    uint64_t key;             /* of the job, UINT64_MAX = none */
    uint16_t refused;
    size_t first, offset; /* its pieces in decided.pieces; its record in a journal */
};

struct decided {
    bool exactly;
    VEC(struct decided_one) all;
    VEC(struct berth_piece) pieces;
    size_t mark, mark_pieces; /* before begin() */
};

void decided_clear(struct decided *s);
void decided_free(struct decided *s);

/* One more, if this way to look sees it. */
void decided_add(struct decided *s, berth_time now, const struct berth_decision *d, uint64_t key,
                 uint16_t refused, size_t offset);

/* 'b', 'c', 'r' */
void decided_transaction(struct decided *s, berth_time now, char what, size_t offset);

/* Is number i of `a` number k of `b`? False when either is past the end, true when both are. */
bool decided_same(const struct decided *a, size_t i, const struct decided *b, size_t k);

/* Does it start, stop, move or hold a job? */
bool decided_moves(uint16_t kind);

#endif

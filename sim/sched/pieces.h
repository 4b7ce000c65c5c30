/* pieces.h - the devices that jobs hold, as runs of pieces in one array.
 *
 * A run is named by its first index. Runs are reused by power-of-two size. */
#ifndef BERTH_SCHED_PIECES_H
#define BERTH_SCHED_PIECES_H

#include "base/vec.h"
#include "cluster/occupancy.h"

#define PIECES_NONE UINT32_MAX

struct pieces {
    VEC(struct held) all;
    uint32_t recycled[33]; /* first free run of 2^k pieces, PIECES_NONE = none */
};

void pieces_init(struct pieces *p);
void pieces_free(struct pieces *p);

/* A copy of n pieces; its first index (0 when n is 0). */
uint32_t pieces_store(struct pieces *p, const struct held *h, uint32_t n);

/* The run of n pieces at `first` is not needed any more. */
void pieces_drop(struct pieces *p, uint32_t first, uint32_t n);

#endif

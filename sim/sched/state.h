/* state.h - the bytes of a policy's state. The same calls write and read it, so that both sides agree:
 *
 *     void thing_state(struct thing *t, struct state *s)
 *     {
 *         state_u32(s, &t->n);
 *         ...
 *     }
 *
 * Integers have a fixed width and lie with the least byte first, so a state is the same on every machine.
 * What is read is not to be trusted: whoever reads an index or a count says how large it may be. After the
 * first thing that cannot be, all that is read is 0 and the state is broken; nothing ends the program. */
#ifndef BERTH_SCHED_STATE_H
#define BERTH_SCHED_STATE_H

#include "base/units.h"
#include "base/vec.h"
#include <stdbool.h>
#include <stdint.h>

struct state {
    VEC(unsigned char) bytes; /* owned */
    size_t at;                /* read so far */
    bool loading, broken;
};

void state_free(struct state *s);

void state_u64(struct state *s, uint64_t *v);
void state_i64(struct state *s, int64_t *v);
void state_u32(struct state *s, uint32_t *v);
void state_i32(struct state *s, int32_t *v);
void state_u16(struct state *s, uint16_t *v);
void state_u8(struct state *s, uint8_t *v);
void state_bool(struct state *s, bool *v);
void state_wide(struct state *s, wide_t *v);

/* A number that is at most `most`; reading a larger one breaks the state. */
void state_index(struct state *s, uint32_t *v, uint32_t most);

/* A number of things of at least `bytes` bytes each that follow, at most `most`: what is read is never more
 * than there is. */
void state_count(struct state *s, uint32_t *n, uint32_t most, uint32_t bytes);

/* A value that both sides must have, as it is not part of the state. */
void state_same(struct state *s, uint64_t v);

/* When reading: what was read is sound only if `ok`. True while the state is not broken. */
bool state_require(struct state *s, bool ok);

#endif

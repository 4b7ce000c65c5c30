/* core_state.h - the core's state as bytes, for what-if branches and fail-over.
 *
 * The state holds all that decides what the core will do next, in its own words: it does not depend on
 * what the view says of the jobs, so it may be taken while events wait that the core was not told. What
 * is only kept to save work is made anew. */
#ifndef BERTH_SCHED_CORE_STATE_H
#define BERTH_SCHED_CORE_STATE_H

#include "sched/core.h"
#include "sched/state.h"

/* Between two passes. 0, or what the writer answers. */
berth_status core_state_save(struct core *c, const struct berth_writer *to);

/* Into a core fresh from core_init() with room for the view's slots (core_reserve). BERTH_E_STATE when the
 * bytes end early, were changed, or are of another composition, seed, fleet or set of requests; then the
 * core is good for nothing but core_free(). */
berth_status core_state_load(struct core *c, const struct berth_reader *from);

/* For the parts of the core: the pieces of a job as a run of `of`. When reading they are checked, taken
 * from the occupancy and stored. */
void core_state_pieces(struct core *c, struct state *s, uint32_t job, struct pieces *of,
                       uint32_t *first, uint32_t *n);

/* Is there a job in the slot, pending or running? */
bool core_state_lives(const struct core *c, uint32_t slot);

#endif

/* lifecycle.h - carrying out accepted decisions: start, stop, move, finish, and what each takes.
 *
 * A preempted job that saves its state keeps its devices, in phase checkpoint, until it is out; a START
 * that claims some of them waits for the last holder and begins then. A moving job saves at its old place
 * (phase checkpoint, the new place kept idle for it), restores at the new one (phase restore, the old
 * one kept until it runs), and works on; a claim on the old devices waits for that. GPU time is
 * booked once, at the gang's size; the end that is kept idle is booked as reserved. */
#ifndef BERTH_ENGINE_LIFECYCLE_H
#define BERTH_ENGINE_LIFECYCLE_H

#include "engine/engine.h"

/* Room for the host's slots. */
void lifecycle_reserve(struct engine *e);

/* A slot begins to be another job's. */
void lifecycle_submit(struct engine *e, uint32_t slot);

/* One accepted decision of the present instant. */
void lifecycle_carry_out(struct engine *e, const struct host_effect *f);

/* A due event of the kinds before EVENT_TIMER; stale ones are dropped. True when a job ended: its number
 * is *ended. */
bool lifecycle_event(struct engine *e, const struct event *ev, uint32_t *ended);

#endif

/* displace.h - room for a blocked job at the cost of running ones: victims by priority, or moves that bring
 * scattered free devices together (policies.md 6 and 12).
 *
 * Both try on the core's own record of who holds what, and take everything back when it does not work
 * out: nothing is proposed that does not start the blocked job. */
#ifndef BERTH_SCHED_DISPLACE_H
#define BERTH_SCHED_DISPLACE_H

#include "base/arena.h"
#include "sched/state.h"
#include <stdbool.h>
#include <stdint.h>

struct core;
struct displace_work;

struct displace_work *displace_new(struct core *c, struct arena *a);
void displace_free(struct displace_work *d);
void displace_grow(struct displace_work *d, uint32_t had, uint32_t room); /* for that many slots */
void displace_submit(struct displace_work *d, uint32_t job);

/* The job was just found to have no placement. True: room was made, and the placement is in
 * core.placer.out, taken; preemptions or moves are proposed already. False: nothing changed.
 *
 * By priority: running jobs of lower priority are given up, the lowest and among equals the newest first,
 * until the job fits; then those whose devices it does not need are kept, the last given up first. A
 * job is left alone for min_run after its start, for cool_down when it was displaced before.
 *
 * By moving: for a job whose size is free but scattered. On one node (or NVLink domain that is one): the
 * node whose residents can make the room with the least GPU-time of moving, ties to the lower node.
 * Movable is what lies on that node alone; the smallest jobs move first, each to where the placement
 * puts it among the other nodes; more than `moves` a plan, or more than `in_flight` under way, is no
 * plan. With estimates a plan is only made when the GPU-time of waiting that it saves, until the
 * residents would have left by themselves, exceeds the GPU-time that the moves cost. */
bool displace_for(struct displace_work *d, uint32_t job);

/* How often the job was displaced. */
void displace_state(struct displace_work *d, struct state *s, uint32_t job);

#endif

/* window_map.h - what is free on each node, slice of time by slice of time, as far as estimates say. For
 * window.c; not for others.
 *
 * Rows are the slices at which something changes, up to the end of the window; a row holds until the
 * next one, the last for ever. Slices count from time 0. A job past its estimate ends with the present
 * slice, each time it is asked. */
#ifndef BERTH_SCHED_WINDOW_MAP_H
#define BERTH_SCHED_WINDOW_MAP_H

#include "base/vec.h"
#include "sched/core.h"

struct window_amount {
    uint32_t node, gpus;
    int64_t cpu, memory; /* 0 where they are no constraint */
};

struct window_row {
    int64_t at;     /* slice */
    uint64_t total; /* free devices of all nodes */
    uint32_t store; /* where its amounts are, in nodes */
    bool falls;     /* something is less than in the row before; else all is as much or more */
};

/* k replicas of `gpus` devices on a node. */
struct window_spot {
    uint32_t node, gpus, k;
};

struct window_end {
    int64_t at;
    uint32_t job;
};

struct window_map {
    struct core *core;
    ns_t resolution;
    int64_t span;            /* slices */
    int64_t origin, horizon; /* the present slice, the last that a start may lie in */
    int64_t beyond;         /* the first slice after the horizon at which something is given back */
    struct window_row *row; /* by time; row 0 is the present */
    uint32_t n_rows, room;
    uint16_t *gpus;        /* [(store, node)] */
    int64_t *cpu, *memory; /* the same, or NULL */
    uint16_t *least_gpus;  /* by node: least of the rows last looked at */
    int64_t *least_cpu, *least_memory;
    uint16_t *parts; /* by device, NULL without shares: shares and instances that still run */
    int64_t *whole;  /* by device: slice at which the last of them ends, 0 = it has none */
    VEC(struct window_end) ends;
    VEC(struct window_spot) spots;
};

void window_map_init(struct window_map *m, struct core *c, ns_t resolution, ns_t span,
                     struct arena *a);
void window_map_free(struct window_map *m);

/* The map at the core's present, from what runs. */
void window_map_build(struct window_map *m);

/* Slices that a length takes, at least one; the slice at whose beginning a job started at `now` is over;
 * `slices` after a slice. INT64_MAX = never. */
int64_t window_map_slices(const struct window_map *m, ns_t length);
int64_t window_map_end(const struct window_map *m, ns_t now, ns_t length);
int64_t window_map_after(int64_t at, int64_t slices);

/* Could the request lie in row i, by that row alone? */
bool window_map_may(const struct window_map *m, uint32_t i, const struct request *r);

/* What is free all the time from row i until `to`: the next calls are about that. */
void window_map_look(struct window_map *m, uint32_t i, int64_t to);
struct window_amount window_map_least(const struct window_map *m, uint32_t node);

/* Enough replicas by count; a seat for every replica, kept in m->spots. */
bool window_map_holds(const struct window_map *m, const struct request *r);
bool window_map_seat(struct window_map *m, const struct request *r);

/* Take the seat from slice `from` until `to`. */
void window_map_reserve(struct window_map *m, const struct request *r, int64_t from, int64_t to);

/* The pieces are taken from now until `to`. */
void window_map_start(struct window_map *m, const struct request *r, const struct held *h,
                      uint32_t n, int64_t to);

/* Would a share until `to` keep a device of the node, which others share already, from somebody who
 * counts on it as whole? */
bool window_map_lent_beyond(const struct window_map *m, uint32_t gpu, uint32_t node, int64_t to);

/* When the map changes though nothing happens: somebody overruns, or the window comes to include more. */
ns_t window_map_moves(const struct window_map *m);

#endif

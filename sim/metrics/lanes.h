/* lanes.h - side-by-side tracks for things that overlap in time, lowest free track first. */
#ifndef BERTH_METRICS_LANES_H
#define BERTH_METRICS_LANES_H

#include "base/units.h"
#include "base/vec.h"

struct lanes {
    VEC(ns_t) until; /* owned: when each track is free again; release with VEC_FREE */
};

/* The track for [start, end). Calls come in order of start. */
uint32_t lanes_take(struct lanes *l, ns_t start, ns_t end);

#endif

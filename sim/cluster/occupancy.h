/* occupancy.h - who holds which device now: the only writer of allocation state.
 *
 * One per trial. Devices are taken and given back by mask; an index of nodes by number of
 * free devices is kept per GPU type and per domain, so that questions about room never
 * rescan the fleet. Whole devices are free or not; a device lent out in shares, or partitioned
 * into MIG instances, leaves the index until it is whole again, and is never both. Nodes that are
 * down or drained are never in the index. */
#ifndef BERTH_CLUSTER_OCCUPANCY_H
#define BERTH_CLUSTER_OCCUPANCY_H

#include "base/bits.h"
#include "cluster/change_log.h"
#include "cluster/geometry.h"
#include "cluster/topology.h"

/* Devices base..base+63 of one node, held whole (milli 1000) or the one device by share. Of a MIG
 * instance the six low bits of base, 0 elsewhere, are 8 * (profile + 1) + start. */
struct held {
    uint32_t node;
    uint16_t base;  /* see occupancy_base() */
    uint16_t milli; /* 1000 = whole; 1..999 = share of the single device in mask */
    uint64_t mask;  /* bit i = device base + i; 0 = CPU and memory only */
};

/* A device that is partitioned. */
struct carved {
    uint32_t node;
    uint16_t gpu; /* of the node */
    bool closed;  /* see occupancy_close() */
};

/* Nodes of one GPU type, by number of whole free devices. Slots number the type's usable
 * nodes in node order. A bitmap per number of free devices, with one level of summary. */
struct pool {
    uint32_t n_slots, most;      /* most: devices of the largest node */
    uint32_t words, summary;     /* 64-bit words per bitmap and per summary */
    uint64_t *map, *map_summary; /* [(most + 1) * words], [(most + 1) * summary] */
    uint32_t *count;             /* nodes with exactly f free devices, f = 0..most */
    uint64_t *some;              /* bit f: count[f] > 0 */
    uint32_t *node;              /* of a slot */
    uint32_t free;               /* whole free devices */
    int64_t free_milli;          /* shares that are free included */
    int64_t capacity_milli;      /* of usable devices */
};

struct occupancy {
    const struct topology *topo;
    uint32_t words;   /* 64-bit words of devices per node */
    uint64_t *free;   /* [node * words]: whole free devices */
    uint16_t *n_free; /* by node: devices set in free */
    uint32_t *slot;   /* by node, in its pool; NODE_NONE = not usable */
    uint16_t *
        known; /* by node: n_free as far as the index goes, while it lags; NULL = it is up to date */
    struct pool pool[TOPOLOGY_TYPES];
    uint32_t free_total; /* whole free devices */
    int64_t free_milli;  /* all types */
    uint16_t *left;      /* by fleet-wide device: free milli of it; NULL = no request is a share */
    uint32_t *lent;      /* devices that are lent in shares and have something left, unordered */
    uint32_t *lent_at;   /* by device: place in lent, or NODE_NONE */
    uint32_t n_lent;
    /* MIG; all NULL when no request is a share or no type can be partitioned */
    struct geometry *geometry[TOPOLOGY_TYPES]; /* NULL = this type cannot */
    uint16_t *state;                           /* by fleet-wide device: what is carved out of it */
    struct carved *carved;                     /* devices with instances, unordered */
    uint32_t *carved_at;                       /* by device: place in carved, or NODE_NONE */
    uint32_t n_carved;
    int64_t *cpu, *memory; /* by node: free; NULL = no request names any or no node states any */
    uint64_t returned;     /* changes whenever something comes back: room can only have shrunk
                                   while it is the same */
    /* nodes with f free devices per domain and type, for levels that hold several nodes:
     * by_domain[l][((domain * n_types) + type) * (max_node_gpus + 1) + f]; NULL elsewhere */
    uint16_t *by_domain[LEVELS];
    bool has_domains;               /* some level has counts */
    uint32_t *domain_first[LEVELS]; /* start of each domain's nodes in domain_node, and the end */
    uint32_t *domain_node[LEVELS];  /* nodes sorted by (domain, index) */
    struct change_log *changed;     /* told of every node that changes; NULL = nobody asks */
};

/* The first device that the mask's bit 0 stands for: a multiple of 64. */
static inline uint32_t occupancy_base(const struct held *h)
{
    return h->base & ~63u;
}

/* A MIG instance, and its profile and start; the fleet-wide number of its device. */
static inline bool occupancy_is_instance(const struct held *h)
{
    return h->mask && h->base % 64 >= 8;
}
static inline uint32_t occupancy_profile(const struct held *h)
{
    return h->base % 64u / 8 - 1;
}
static inline uint32_t occupancy_start(const struct held *h)
{
    return h->base % 8u;
}

/* All devices free except the unavailable ones. `shares` (MIG instances included), `cpu`, `memory`:
 * whether any request needs that kind of bookkeeping. Memory in the arena. */
void occupancy_init(struct occupancy *o, const struct topology *t, struct arena *a, bool shares,
                    bool cpu, bool memory);

/* The index (what struct pool has by number of free devices, and by_domain) may lag behind until somebody
 * asks: occupancy_index() brings it up to date, and from then on it stays so. */
void occupancy_defer_index(struct occupancy *o, struct arena *a);
void occupancy_index(struct occupancy *o);

/* Take `count` whole free devices of a node (it must have them), choosing one NUMA node or NVLink
 * island when one alone has room (the fullest such), else the lowest numbers. Devices in `prefer`
 * (words of the node, may be NULL) go first. Writes the pieces to `out` and returns how many
 * (at most the words of a node). CPU and memory are not touched. */
uint32_t occupancy_take(struct occupancy *o, uint32_t node, uint32_t count, const uint64_t *prefer,
                        struct held *out);

/* Take exactly these devices or that share; they must be free. */
void occupancy_take_mask(struct occupancy *o, const struct held *h);

/* Give back what was taken. */
void occupancy_release(struct occupancy *o, const struct held *h);

/* An instance as a piece, to be taken; nothing is checked. */
struct held occupancy_instance(const struct occupancy *o, uint32_t node, uint32_t gpu,
                               uint32_t profile, uint32_t start);

/* Keep everybody off what a partitioned device has left: true, and `out` is the piece that reopens it
 * when it is released. False when nothing is left, it is closed or not partitioned. Instances
 * on a closed device must not be touched. */
bool occupancy_close(struct occupancy *o, uint32_t node, uint32_t gpu, struct held *out);

/* Of the devices of these types that can be partitioned, whole free and partitioned ones: the sum over
 * profiles of demand x free slots that no legal start of the profile covers, and of demand x free
 * slots. Their ratio is the fragmentation of MIG (policies.md 10.7). `demand`:
 * [GEOMETRY_LAYOUTS * GEOMETRY_PROFILES]. */
void occupancy_unserved(const struct occupancy *o, uint64_t types, const uint32_t *demand,
                        uint64_t *unserved, uint64_t *all);

/* Devices on trial, in fleets without shares: occupancy_lift() makes them free on their node alone, at a
 * fraction of the cost; occupancy_settle() then tells index and totals that the node had `had` free before.
 * A node whose devices and n_free were put back in between needs nothing. */
static inline void occupancy_lift(struct occupancy *o, const struct held *h)
{
    o->free[(size_t)h->node * o->words + h->base / 64] |= h->mask;
    o->n_free[h->node] = (uint16_t)(o->n_free[h->node] + bits_count(h->mask));
}
void occupancy_settle(struct occupancy *o, uint32_t node, uint32_t had);

/* CPU and memory of a node; negative amounts give back. No-op without bookkeeping. */
void occupancy_charge(struct occupancy *o, uint32_t node, int64_t cpu_milli, int64_t memory_mib);

/* First node of the pool's bitmap for exactly f free devices; count[f] must be > 0. */
uint32_t occupancy_first(const struct pool *p, uint32_t f);

/* The k-th node (from 0, in node order) of that bitmap; k < count[f]. */
uint32_t occupancy_select(const struct pool *p, uint32_t f, uint32_t k);

/* The smallest f >= low with a node, or UINT32_MAX; the largest f, or UINT32_MAX. */
uint32_t occupancy_least(const struct pool *p, uint32_t low);
uint32_t occupancy_most(const struct pool *p);

/* Compare every index with a recount (one that lags: with what it knows); ends the program on a difference. For tests. */
void occupancy_verify(const struct occupancy *o);

#endif

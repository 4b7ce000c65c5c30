/* geometry.h - what MIG can carve out of a GPU: profiles, where they may start, and which start to take.
 *
 * A device is a row of memory slots and a number of compute slices. An instance of a profile covers
 * `width` slots from a legal start and uses `compute` slices; intervals must not overlap and slices in
 * use must not exceed what the device has. Boards of one layout differ in the names of their
 * profiles only. Sources and what is inferred: docs/decisions/0009-mig-geometry.md. */
#ifndef BERTH_CLUSTER_GEOMETRY_H
#define BERTH_CLUSTER_GEOMETRY_H

#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    GEOMETRY_SLOTS = 8,    /* at most, of a device */
    GEOMETRY_PROFILES = 7, /* at most, of a layout */
    GEOMETRY_LAYOUTS = 2,
    GEOMETRY_STATES = 4096,
    GEOMETRY_NOWHERE = 255 /* no legal start */
};

struct geometry_profile {
    uint8_t compute, width; /* slices, slots */
    uint8_t starts;         /* bit s: may start at slot s of an empty device */
    uint8_t most;           /* instances of it on one device */
    bool media;             /* takes the media engines, which only one instance can */
};

struct geometry_layout {
    uint8_t slots, compute, n;
    struct geometry_profile profile[GEOMETRY_PROFILES];
};

struct geometry_board {
    const char *gpu;                     /* catalogue id */
    uint8_t layout;                      /* number in geometry_layout */
    bool inferred;                       /* start positions are those of the family before it */
    const char *name[GEOMETRY_PROFILES]; /* of the layout's profiles, "1g.10gb" */
};

extern const struct geometry_layout geometry_layout[GEOMETRY_LAYOUTS];

/* The board of a GPU type by catalogue id; NULL when it cannot be partitioned (or nobody said how). */
const struct geometry_board *geometry_find(const char *gpu);

/* The number of the board's profile of that name, or -1; case does not matter. */
int geometry_named(const struct geometry_board *b, const char *name);

/* Thousandths of the device that an instance is accounted for: its share of the memory slots. */
uint32_t geometry_milli(const struct geometry_layout *l, const struct geometry_profile *p);

/* Does an instance of `p` give all that one of `asked` does: slices, slots and media engines? */
bool geometry_holds(const struct geometry_profile *p, const struct geometry_profile *asked);

/* Does an instance of `p` give a share of 1..1000 thousandths of the device's slices and of its slots? */
bool geometry_covers(const struct geometry_layout *l, const struct geometry_profile *p,
                     uint32_t share_milli);

/* The smallest profile without media engines that covers the share; the whole device always does. */
uint32_t geometry_covering(const struct geometry_layout *l, uint32_t share_milli);

/* What is carved out of a device: bits 0-7 slots in use, 8-10 compute slices in use, 11 the media
 * engines. The multiset of instances has no other effect on what fits, so that this is all of it.
 * 0 = nothing. */
static inline uint32_t geometry_slots(uint16_t state)
{
    return state & 0xff;
}
static inline uint32_t geometry_compute(uint16_t state)
{
    return state >> 8 & 7;
}

static inline bool geometry_media(uint16_t state)
{
    return state >> 11 & 1;
}

/* The state with one instance more or less; the start must be legal, the instance there. */
uint16_t geometry_with(const struct geometry_profile *p, uint16_t state, uint32_t start);
uint16_t geometry_without(const struct geometry_profile *p, uint16_t state, uint32_t start);

/* Legal starts of a profile in a state, bit s; from first principles. */
uint8_t geometry_legal(const struct geometry_layout *l, const struct geometry_profile *p,
                       uint16_t state);

/* What a placement costs the demand: compared in this order, smaller is better. */
struct geometry_cost {
    uint64_t lost;    /* demand for profiles that stop fitting on the device */
    int64_t unserved; /* growth of free slots x demand that cannot use them */
};

struct geometry_choice {
    struct geometry_cost cost;
    uint8_t start; /* GEOMETRY_NOWHERE: none is legal */
    bool known;
};

/* Tables over every state that legal placements can reach. */
struct geometry {
    const struct geometry_layout *layout;
    uint32_t n;       /* states */
    uint16_t *number; /* [GEOMETRY_STATES] of a state; UINT16_MAX = out of reach */
    uint16_t *state;  /* [n] */
    uint8_t (*starts)[GEOMETRY_PROFILES];               /* [n] legal starts, bit s */
    uint8_t (*lost)[GEOMETRY_PROFILES][GEOMETRY_SLOTS]; /* [n] profiles that stop fitting, bit q,
                                                           when one is put at a legal start */
    uint8_t (*unserved)[GEOMETRY_PROFILES]; /* [n] free slots that no legal start of it covers */
    struct geometry_choice (*choice)[GEOMETRY_PROFILES]; /* [n] answers of geometry_best() */
};

void geometry_set_up(struct geometry *g, uint32_t layout, struct arena *a);

/* Which of several legal starts. */
enum geometry_rule {
    GEOMETRY_LEAST_LOST, /* that costs the demand least (FGD, applied to slots) */
    GEOMETRY_FIRST,      /* the lowest */
    GEOMETRY_RIGHTMOST   /* the highest: keeps the low slots clear for the large profiles */
};

/* The start of a profile by the rule, GEOMETRY_NOWHERE when none is legal. `demand`: by profile, how much
 * of it is asked for; all zero counts as one of each. Equal costs: the highest start. The cost of
 * the choice goes to *cost. */
uint32_t geometry_start(const struct geometry *g, uint16_t state, uint32_t profile,
                        enum geometry_rule rule, const uint32_t *demand,
                        struct geometry_cost *cost);

/* The same with its answers kept: rule and demand must not change from call to call on one table. */
const struct geometry_choice *geometry_best(struct geometry *g, uint16_t state, uint32_t profile,
                                            enum geometry_rule rule, const uint32_t *demand);

/* Sum of demand over the profiles of a layout, never 0. */
uint64_t geometry_demand(const struct geometry_layout *l, const uint32_t *demand);

/* Free slots of the state, and the sum over profiles of demand x those of them that no legal start of the
 * profile covers: the fragmentation of a device is their ratio over the sum of demand. */
uint32_t geometry_free(const struct geometry_layout *l, uint16_t state);
uint64_t geometry_unserved(const struct geometry *g, uint16_t state, const uint32_t *demand);

#endif

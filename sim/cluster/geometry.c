/* geometry.c - what MIG can carve out of a GPU. */
#include "cluster/geometry.h"

#include "base/bits.h"
#include "base/check.h"
#include <string.h>

enum { SEVEN, FOUR };

/* Starts and widths of SEVEN: `nvidia-smi mig -lgipp` on A100 and H100. FOUR: MIG User Guide, A30. */
const struct geometry_layout geometry_layout[GEOMETRY_LAYOUTS] = {
    [SEVEN] = {.slots = 8,
               .compute = 7,
               .n = 7,
               .profile = {{.compute = 1, .width = 1, .starts = 0x7f, .most = 7},
                           {.compute = 1, .width = 1, .starts = 0x7f, .most = 1, .media = true},
                           {.compute = 1, .width = 2, .starts = 0x55, .most = 4},
                           {.compute = 2, .width = 2, .starts = 0x15, .most = 3},
                           {.compute = 3, .width = 4, .starts = 0x11, .most = 2},
                           {.compute = 4, .width = 4, .starts = 0x01, .most = 1},
                           {.compute = 7, .width = 8, .starts = 0x01, .most = 1}}},
    [FOUR] = {.slots = 4,
              .compute = 4,
              .n = 3,
              .profile = {{.compute = 1, .width = 1, .starts = 0x0f, .most = 4},
                          {.compute = 2, .width = 2, .starts = 0x05, .most = 2},
                          {.compute = 4, .width = 4, .starts = 0x01, .most = 1}}},
};

#define A100_40                                                                                    \
    {                                                                                              \
        "1g.5gb", "1g.5gb+me", "1g.10gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb"               \
    }
#define GB_80                                                                                      \
    {                                                                                              \
        "1g.10gb", "1g.10gb+me", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"             \
    }
#define B300                                                                                       \
    {                                                                                              \
        "1g.34gb", "1g.34gb+me", "1g.67gb", "2g.67gb", "3g.135gb", "4g.135gb", "7g.269gb"          \
    }

static const struct geometry_board boards[] = {
    {"a100-pcie-40", SEVEN, false, A100_40},
    {"a100-pcie-80", SEVEN, false, GB_80},
    {"a100-sxm-40", SEVEN, false, A100_40},
    {"a100-sxm-80", SEVEN, false, GB_80},
    {"a30", FOUR, false, {"1g.6gb", "2g.12gb", "4g.24gb"}},
    {"b200-sxm",
     SEVEN,
     true,
     {"1g.23gb", "1g.23gb+me", "1g.45gb", "2g.45gb", "3g.90gb", "4g.90gb", "7g.180gb"}},
    {"b300-sxm", SEVEN, true, B300},
    {"gb300", SEVEN, true, B300},
    {"h100-nvl",
     SEVEN,
     false,
     {"1g.12gb", "1g.12gb+me", "1g.24gb", "2g.24gb", "3g.47gb", "4g.47gb", "7g.94gb"}},
    {"h100-pcie", SEVEN, false, GB_80},
    {"h100-sxm", SEVEN, false, GB_80},
    {"h200-sxm",
     SEVEN,
     false,
     {"1g.18gb", "1g.18gb+me", "1g.35gb", "2g.35gb", "3g.71gb", "4g.71gb", "7g.141gb"}},
    {"rtx-pro-6000", FOUR, true, {"1g.24gb", "2g.48gb", "4g.96gb"}},
};

#define MEDIA (1u << 11)

const struct geometry_board *geometry_find(const char *gpu)
{
    for (size_t i = 0; i < sizeof boards / sizeof *boards; i++)
        if (!strcmp(boards[i].gpu, gpu))
            return &boards[i];
    return NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int geometry_named(const struct geometry_board *b, const char *name)
{
    for (int i = 0; i < geometry_layout[b->layout].n; i++) {
        const char *x = b->name[i], *y = name;
        while (*x && *x == lower(*y)) {
            x++;
            y++;
        }
        if (!*x && !*y)
            return i;
    }
    return -1;
}

uint32_t geometry_milli(const struct geometry_layout *l, const struct geometry_profile *p)
{
    return 1000u / l->slots * p->width;
}

bool geometry_holds(const struct geometry_profile *p, const struct geometry_profile *asked)
{
    return p->compute >= asked->compute && p->width >= asked->width && p->media >= asked->media;
}

bool geometry_covers(const struct geometry_layout *l, const struct geometry_profile *p,
                     uint32_t share_milli)
{
    return 1000u * p->compute >= share_milli * l->compute &&
           1000u * p->width >= share_milli * l->slots;
}

uint32_t geometry_covering(const struct geometry_layout *l, uint32_t share_milli)
{
    uint32_t q = 0; /* profiles of a layout are in order of size */

    while (q + 1 < l->n &&
           (l->profile[q].media || !geometry_covers(l, &l->profile[q], share_milli)))
        q++;
    return q;
}

static uint32_t interval(const struct geometry_profile *p, uint32_t start)
{
    return ((1u << p->width) - 1) << start;
}

uint16_t geometry_with(const struct geometry_profile *p, uint16_t state, uint32_t start)
{
    debug_check(!(state & interval(p, start)) && !(p->media && state & MEDIA));
    return (uint16_t)(state + interval(p, start) + ((uint32_t)p->compute << 8) +
                      (p->media ? MEDIA : 0));
}

uint16_t geometry_without(const struct geometry_profile *p, uint16_t state, uint32_t start)
{
    debug_check((state & interval(p, start)) == interval(p, start));
    return (uint16_t)(state - interval(p, start) - ((uint32_t)p->compute << 8) -
                      (p->media ? MEDIA : 0));
}

uint8_t geometry_legal(const struct geometry_layout *l, const struct geometry_profile *p,
                       uint16_t state)
{
    uint32_t legal = 0;

    if (geometry_compute(state) + p->compute > l->compute || (p->media && state & MEDIA))
        return 0;
    for (uint32_t s = 0; s < l->slots; s++)
        if (p->starts >> s & 1 && !(geometry_slots(state) & interval(p, s)))
            legal |= 1u << s;
    return (uint8_t)legal;
}

/* Profiles that fit, bit q. */
static uint32_t fitting(const struct geometry_layout *l, uint16_t state)
{
    uint32_t fits = 0;

    for (uint32_t q = 0; q < l->n; q++)
        fits |= (uint32_t)(geometry_legal(l, &l->profile[q], state) != 0) << q;
    return fits;
}

/* Every state reachable from the empty device, breadth first. An instance may leave at any time, but
 * what stays could have been placed without it, so that placements alone reach everything. */
static void enumerate(struct geometry *g)
{
    const struct geometry_layout *l = g->layout;

    memset(g->number, 0xff, GEOMETRY_STATES * sizeof *g->number);
    g->n = 1;
    g->number[0] = g->state[0] = 0;
    for (uint32_t i = 0; i < g->n; i++)
        for (uint32_t q = 0; q < l->n; q++)
            for (uint32_t m = geometry_legal(l, &l->profile[q], g->state[i]); m; m &= m - 1) {
                uint16_t to = geometry_with(&l->profile[q], g->state[i], bits_lowest(m));
                if (g->number[to] != UINT16_MAX)
                    continue;
                g->number[to] = (uint16_t)g->n;
                g->state[g->n++] = to;
            }
}

void geometry_set_up(struct geometry *g, uint32_t layout, struct arena *a)
{
    const struct geometry_layout *l = &geometry_layout[layout];

    g->layout = l;
    g->number = ARENA_ARRAY(a, uint16_t, GEOMETRY_STATES);
    g->state = ARENA_ARRAY(a, uint16_t, GEOMETRY_STATES);
    enumerate(g);
    g->starts = arena_alloc(a, g->n, sizeof *g->starts);
    g->lost = arena_alloc(a, g->n, sizeof *g->lost);
    g->unserved = arena_alloc(a, g->n, sizeof *g->unserved);
    g->choice = arena_alloc(a, g->n, sizeof *g->choice);
    for (uint32_t i = 0; i < g->n; i++)
        for (uint32_t q = 0; q < l->n; q++) {
            const struct geometry_profile *p = &l->profile[q];
            uint32_t covered = 0;
            g->starts[i][q] = geometry_legal(l, p, g->state[i]);
            for (uint32_t m = g->starts[i][q]; m; m &= m - 1) {
                uint32_t s = bits_lowest(m);
                uint32_t after = fitting(l, geometry_with(p, g->state[i], s));
                g->lost[i][q][s] = (uint8_t)(fitting(l, g->state[i]) & ~after);
                covered |= interval(p, s);
            }
            g->unserved[i][q] =
                (uint8_t)(geometry_free(l, g->state[i]) - bits_count(covered & 0xff));
        }
}

static bool nobody_asks(const struct geometry_layout *l, const uint32_t *demand)
{
    for (uint32_t q = 0; q < l->n; q++)
        if (demand[q])
            return false;
    return true;
}

/* Demand for the profiles of a set. */
static uint64_t weighted(const struct geometry_layout *l, uint32_t profiles, const uint32_t *demand)
{
    uint64_t sum = 0;

    if (nobody_asks(l, demand))
        return bits_count(profiles);
    for (uint32_t q = 0; q < l->n; q++)
        sum += profiles >> q & 1 ? demand[q] : 0;
    return sum;
}

uint64_t geometry_demand(const struct geometry_layout *l, const uint32_t *demand)
{
    return weighted(l, (1u << l->n) - 1, demand);
}

uint32_t geometry_free(const struct geometry_layout *l, uint16_t state)
{
    return l->slots - bits_count(geometry_slots(state));
}

uint64_t geometry_unserved(const struct geometry *g, uint16_t state, const uint32_t *demand)
{
    bool each = nobody_asks(g->layout, demand);
    uint32_t i = g->number[state];
    uint64_t sum = 0;

    for (uint32_t q = 0; q < g->layout->n; q++)
        sum += (uint64_t)(each ? 1 : demand[q]) * g->unserved[i][q];
    return sum;
}

uint32_t geometry_start(const struct geometry *g, uint16_t state, uint32_t profile,
                        enum geometry_rule rule, const uint32_t *demand, struct geometry_cost *cost)
{
    uint32_t i = g->number[state], best = GEOMETRY_NOWHERE, legal = g->starts[i][profile];
    const struct geometry_profile *p = &g->layout->profile[profile];
    uint64_t before = geometry_unserved(g, state, demand);

    if (legal && rule == GEOMETRY_FIRST)
        legal &= ~legal + 1;
    else if (legal && rule == GEOMETRY_RIGHTMOST)
        while (legal & (legal - 1))
            legal &= legal - 1;
    for (; legal; legal &= legal - 1) {
        uint32_t s = bits_lowest(legal);
        uint16_t after = geometry_with(p, state, s);
        struct geometry_cost c = {weighted(g->layout, g->lost[i][profile][s], demand),
                                  (int64_t)(geometry_unserved(g, after, demand) - before)};
        if (best != GEOMETRY_NOWHERE &&
            (c.lost > cost->lost || (c.lost == cost->lost && c.unserved > cost->unserved)))
            continue;
        best = s;
        *cost = c;
    }
    return best;
}

const struct geometry_choice *geometry_best(struct geometry *g, uint16_t state, uint32_t profile,
                                            enum geometry_rule rule, const uint32_t *demand)
{
    struct geometry_choice *c = &g->choice[g->number[state]][profile];

    if (!c->known) {
        c->start = (uint8_t)geometry_start(g, state, profile, rule, demand, &c->cost);
        c->known = true;
    }
    return c;
}

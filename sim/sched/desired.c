/* desired.c - the desired-set walk over a treap of pending and running candidates. */
#include "sched/desired.h"

#include "base/check.h"
#include <string.h>

/* Above every sum of sizes; two of them still fit in 64 bits. */
#define NEED_NONE (UINT64_MAX / 2)

_Static_assert(sizeof(struct desired_entry) == 64, "one cache line per candidate");

struct walk {
    uint64_t remaining;
    struct desired_key at; /* of the last candidate given out, when `begun` */
    bool begun;
};

/* ---- the treap ---- */

/* Heap order by a mixed slot number: the finish of MurmurHash3 is a bijection, so there are no ties. */
static inline uint32_t height(uint32_t slot)
{
    slot ^= slot >> 16;
    slot *= UINT32_C(0x85ebca6b);
    slot ^= slot >> 13;
    slot *= UINT32_C(0xc2b2ae35);
    return slot ^ slot >> 16;
}

static inline bool above(uint32_t a, uint32_t b)
{
    return height(a) > height(b);
}

static inline bool before(const struct desired *d, uint32_t a, uint32_t b)
{
    return desired_key_before(&d->entry[a].key, &d->entry[b].key);
}

static inline bool none(const struct desired *d, uint32_t at)
{
    return at == d->room;
}

static inline uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void refresh(struct desired *d, uint32_t at)
{
    struct desired_entry *e = &d->entry[at];
    const struct desired_entry *l = &d->entry[e->left], *r = &d->entry[e->right];
    uint64_t held = l->sum + (e->running ? e->size : 0);
    uint64_t here = e->running ? NEED_NONE : l->sum + e->size;

    e->sum = held + r->sum;
    e->need = least(least(l->need, here), least(held + r->need, NEED_NONE));
}

static void split(struct desired *d, uint32_t root, uint32_t slot, uint32_t *low, uint32_t *high)
{
    if (none(d, root)) {
        *low = *high = root;
    } else if (before(d, root, slot)) {
        split(d, d->entry[root].right, slot, &d->entry[root].right, high);
        refresh(d, root);
        *low = root;
    } else {
        split(d, d->entry[root].left, slot, low, &d->entry[root].left);
        refresh(d, root);
        *high = root;
    }
}

static uint32_t merge(struct desired *d, uint32_t low, uint32_t high)
{
    if (none(d, low) || none(d, high))
        return none(d, low) ? high : low;
    if (above(low, high)) {
        d->entry[low].right = merge(d, d->entry[low].right, high);
        refresh(d, low);
        return low;
    }
    d->entry[high].left = merge(d, low, d->entry[high].left);
    refresh(d, high);
    return high;
}

static uint32_t insert(struct desired *d, uint32_t root, uint32_t slot)
{
    if (none(d, root) || above(slot, root)) {
        split(d, root, slot, &d->entry[slot].left, &d->entry[slot].right);
        refresh(d, slot);
        return slot;
    }
    if (before(d, slot, root))
        d->entry[root].left = insert(d, d->entry[root].left, slot);
    else
        d->entry[root].right = insert(d, d->entry[root].right, slot);
    refresh(d, root);
    return root;
}

static uint32_t erase(struct desired *d, uint32_t root, uint32_t slot)
{
    check(!none(d, root));
    if (root == slot)
        return merge(d, d->entry[slot].left, d->entry[slot].right);
    if (before(d, slot, root))
        d->entry[root].left = erase(d, d->entry[root].left, slot);
    else
        d->entry[root].right = erase(d, d->entry[root].right, slot);
    refresh(d, root);
    return root;
}

static void refresh_path(struct desired *d, uint32_t root, uint32_t slot)
{
    check(!none(d, root));
    if (root != slot)
        refresh_path(d, before(d, slot, root) ? d->entry[root].left : d->entry[root].right, slot);
    refresh(d, root);
}

/* ---- the set ---- */

static void *longer(struct arena *a, const void *old, size_t used, size_t want, size_t size)
{
    void *fresh = arena_alloc(a, want, size);

    if (old && used)
        memcpy(fresh, old, used * size);
    return fresh;
}

static void leave_old_none(struct desired *d, uint32_t old)
{
    if (d->root == old)
        d->root = d->room;
    for (uint32_t g = 0; g < d->n_groups; g++)
        if (d->group[g].waiting == old)
            d->group[g].waiting = d->room;
    for (uint32_t i = 0; i < old; i++) {
        if (d->entry[i].left == old)
            d->entry[i].left = d->room;
        if (d->entry[i].right == old)
            d->entry[i].right = d->room;
    }
}

void desired_reserve(struct desired *d, uint32_t room, uint32_t groups, struct arena *a)
{
    uint32_t old = d->room;

    if (room > old || !d->entry) {
        check(room < DESIRED_NONE);
        d->entry = longer(a, d->entry, old, (size_t)room + 1, sizeof *d->entry);
        d->start = ARENA_ARRAY(a, uint32_t, room);
        d->stop = ARENA_ARRAY(a, uint32_t, room);
        d->victim = ARENA_ARRAY(a, uint32_t, room);
        d->n_start = d->n_stop = 0;
        d->room = room;
        leave_old_none(d, old);
        d->entry[room] = (struct desired_entry){.need = NEED_NONE, .left = room, .right = room};
    }
    if (groups > d->n_groups) {
        d->group = longer(a, d->group, d->n_groups, groups, sizeof *d->group);
        for (uint32_t g = d->n_groups; g < groups; g++)
            d->group[g] = (struct desired_group){.first = DESIRED_NONE, .waiting = d->room};
        d->n_groups = groups;
    }
}

static struct desired_group *group_of(const struct desired *d, uint32_t slot)
{
    uint32_t g = d->entry[slot].group;

    return g == DESIRED_NONE ? NULL : &d->group[g];
}

static void plant(struct desired *d, uint32_t slot)
{
    if (d->entry[slot].waits)
        group_of(d, slot)->waiting = insert(d, group_of(d, slot)->waiting, slot);
    else
        d->root = insert(d, d->root, slot);
}

static void uproot(struct desired *d, uint32_t slot)
{
    if (d->entry[slot].waits)
        group_of(d, slot)->waiting = erase(d, group_of(d, slot)->waiting, slot);
    else
        d->root = erase(d, d->root, slot);
}

/* The first of a group has left the pending ones: the next of those that wait takes its place. */
static void follow(struct desired *d, struct desired_group *g)
{
    uint32_t at = g->waiting;

    g->first = DESIRED_NONE;
    if (none(d, at))
        return;
    while (!none(d, d->entry[at].left))
        at = d->entry[at].left;
    uproot(d, at);
    d->entry[at].waits = false;
    plant(d, at);
    g->first = at;
}

/* A pending candidate, in no tree, goes where it belongs. */
static void join(struct desired *d, uint32_t slot)
{
    struct desired_group *g = group_of(d, slot);

    if (g && g->first != DESIRED_NONE && before(d, slot, g->first)) {
        uproot(d, g->first);
        d->entry[g->first].waits = true;
        plant(d, g->first);
        g->first = slot;
    } else if (g && g->first != DESIRED_NONE) {
        d->entry[slot].waits = true;
    } else if (g) {
        g->first = slot;
    }
    plant(d, slot);
}

static void leave(struct desired *d, uint32_t slot)
{
    struct desired_group *g = group_of(d, slot);

    uproot(d, slot);
    d->entry[slot].waits = false;
    if (g && g->first == slot)
        follow(d, g);
}

void desired_insert(struct desired *d, uint32_t slot, struct desired_key key, uint32_t size,
                    uint32_t group, bool running)
{
    check(slot < d->room && !d->entry[slot].in && size < UINT32_MAX);
    check(group < d->n_groups || group == DESIRED_NONE);
    d->entry[slot] = (struct desired_entry){
        .key = key, .size = size, .group = group, .in = true, .running = running};
    if (running)
        plant(d, slot);
    else
        join(d, slot);
    d->n++;
}

void desired_erase(struct desired *d, uint32_t slot)
{
    check(desired_has(d, slot));
    if (d->entry[slot].running)
        uproot(d, slot);
    else
        leave(d, slot);
    d->entry[slot].in = false;
    d->n--;
}

void desired_rekey(struct desired *d, uint32_t slot, struct desired_key key)
{
    struct desired_key *old = &d->entry[slot].key;

    check(desired_has(d, slot));
    if (old->high == key.high && old->low == key.low && old->seq == key.seq)
        return;
    if (d->entry[slot].running) {
        uproot(d, slot);
        *old = key;
        plant(d, slot);
    } else {
        leave(d, slot);
        *old = key;
        join(d, slot);
    }
}

/* In the order it stays, whether it is running or pending. */
static void mark(struct desired *d, uint32_t slot, bool running)
{
    d->entry[slot].running = running;
    refresh_path(d, d->root, slot);
}

void desired_set_running(struct desired *d, uint32_t slot, bool running)
{
    struct desired_group *g = group_of(d, slot);

    check(desired_has(d, slot));
    if (d->entry[slot].running == running)
        return;
    if (!running && g) {
        uproot(d, slot);
        d->entry[slot].running = false;
        join(d, slot);
    } else if (d->entry[slot].waits) {
        leave(d, slot);
        d->entry[slot].running = true;
        plant(d, slot);
    } else {
        mark(d, slot, running);
        if (running && g && g->first == slot)
            follow(d, g);
    }
}

/* The last running candidate of size > 0 in the subtree, ahead of a key or (NULL) of all. */
static uint32_t last_running(const struct desired *d, uint32_t at, const struct desired_key *limit)
{
    const struct desired_entry *e = &d->entry[at];
    uint32_t found;

    if (!e->sum)
        return DESIRED_NONE;
    if (limit && !desired_key_before(&e->key, limit))
        return last_running(d, e->left, limit);
    found = last_running(d, e->right, limit);
    if (found != DESIRED_NONE)
        return found;
    return e->running && e->size ? at : last_running(d, e->left, NULL);
}

uint32_t desired_last_running(const struct desired *d, uint32_t slot)
{
    if (!d->n)
        return DESIRED_NONE;
    return last_running(d, d->root, slot == DESIRED_NONE ? NULL : &d->entry[slot].key);
}

/* ---- the walk ---- */

/* Does nothing change in the subtree? Then its running candidates have been passed. */
static bool passed(const struct desired *d, uint32_t at, uint64_t *remaining)
{
    const struct desired_entry *e = &d->entry[at];

    if (e->sum > *remaining || e->need <= *remaining)
        return false;
    *remaining -= e->sum;
    return true;
}

static bool changes(const struct desired_entry *e, uint64_t *remaining)
{
    if (e->running != (e->size <= *remaining))
        return true;
    if (e->running)
        *remaining -= e->size;
    return false;
}

/* The first change in a subtree that has one. */
static uint32_t first_change(const struct desired *d, uint32_t at, uint64_t *remaining)
{
    for (;;) {
        const struct desired_entry *e = &d->entry[at];
        if (!passed(d, e->left, remaining))
            at = e->left;
        else if (changes(e, remaining))
            return at;
        else
            at = e->right;
    }
}

/* The first change behind w->at in the subtree. */
static uint32_t next_change(const struct desired *d, uint32_t at, struct walk *w)
{
    const struct desired_entry *e = &d->entry[at];
    uint32_t found;

    if (none(d, at))
        return DESIRED_NONE;
    if (!desired_key_before(&w->at, &e->key))
        return next_change(d, e->right, w);
    found = next_change(d, e->left, w);
    if (found != DESIRED_NONE)
        return found;
    if (changes(e, &w->remaining))
        return at;
    return passed(d, e->right, &w->remaining) ? DESIRED_NONE
                                              : first_change(d, e->right, &w->remaining);
}

static uint32_t next(const struct desired *d, struct walk *w)
{
    uint32_t found = DESIRED_NONE;

    check(w->remaining < NEED_NONE);
    if (!d->n)
        return DESIRED_NONE;
    if (w->begun)
        found = next_change(d, d->root, w);
    else if (!passed(d, d->root, &w->remaining))
        found = first_change(d, d->root, &w->remaining);
    w->begun = true;
    if (found != DESIRED_NONE)
        w->at = d->entry[found].key;
    return found;
}

static void spend(const struct desired *d, struct walk *w, uint32_t slot)
{
    w->remaining -= d->entry[slot].size;
}

static void begin_plan(struct desired *d)
{
    d->n_start = d->n_stop = 0;
    d->overtaken = false;
    d->walks++;
}

static void start(struct desired *d, struct walk *w, uint32_t slot)
{
    spend(d, w, slot);
    desired_set_running(d, slot, true);
    d->start[d->n_start++] = slot;
}

/* Put a running candidate where it belongs by now; was it elsewhere? */
static bool update(struct desired *d, uint32_t slot)
{
    struct desired_key key;

    if (!d->true_key)
        return false;
    key = d->true_key(d->true_key_ctx, slot);
    if (!desired_key_before(&key, &d->entry[slot].key)) {
        check(!desired_key_before(&d->entry[slot].key, &key));
        return false;
    }
    desired_rekey(d, slot, key);
    return true;
}

/* Had one of those to be stopped moved forward since its key was set? */
static bool update_stops(struct desired *d)
{
    bool moved = false;

    for (uint32_t i = 0; i < d->n_stop; i++)
        moved |= update(d, d->stop[i]);
    return moved;
}

/* Those that were stopped stayed in the order, to get their turn: the walk is over. */
static void settle(struct desired *d)
{
    for (uint32_t i = 0; i < d->n_stop; i++)
        if (!d->entry[d->stop[i]].running) {
            uproot(d, d->stop[i]);
            join(d, d->stop[i]);
        }
}

static void plan_count(struct desired *d, uint64_t budget)
{
    struct walk w = {.remaining = budget};
    uint32_t c;

    begin_plan(d);
    while ((c = next(d, &w)) != DESIRED_NONE)
        if (d->entry[c].running) {
            mark(d, c, false);
            d->stop[d->n_stop++] = c;
        } else {
            start(d, &w, c);
        }
}

void desired_count(struct desired *d, uint64_t budget)
{
    for (plan_count(d, budget); update_stops(d); plan_count(d, budget)) {
        for (uint32_t i = 0; i < d->n_start; i++)
            desired_set_running(d, d->start[i], false);
        for (uint32_t i = 0; i < d->n_stop; i++)
            desired_set_running(d, d->stop[i], true);
    }
    settle(d);
    for (uint32_t i = 0, k = d->n_stop; i + 1 < k; i++) {
        uint32_t other = d->stop[--k];
        d->stop[k] = d->stop[i];
        d->stop[i] = other;
    }
}

/* ---- placements ---- */

static void note_stop(struct desired *d, uint32_t slot)
{
    d->entry[slot].stopped = true;
    mark(d, slot, false);
    d->stop[d->n_stop++] = slot;
}

static bool resume(struct desired *d, const struct desired_host *h, uint32_t slot)
{
    if (!h->try_resume(h->ctx, slot))
        return false;
    d->entry[slot].stopped = false;
    desired_set_running(d, slot, true);
    return true;
}

/* c holds its place and n candidates were stopped for it, the last of the order first; without the
 * last of them stopped it had none. Give back the others that can be, and note the rest. */
static void give_back(struct desired *d, const struct desired_host *h, uint32_t c, uint32_t n)
{
    uint32_t keep = n - 1;

    for (uint32_t i = n - 1; i-- > 0;) {
        uint32_t v = d->victim[i];
        if (h->try_resume(h->ctx, v))
            continue;
        h->withdraw(h->ctx, c);
        check(h->try_resume(h->ctx, v));
        if (h->try_start(h->ctx, c))
            continue;
        h->stop(h->ctx, v);
        check(h->try_start(h->ctx, c));
        d->victim[--keep] = v;
    }
    for (uint32_t i = keep; i < n; i++)
        note_stop(d, d->victim[i]);
}

/* The next to be stopped for c, by true keys: the last running candidate ahead of `than`. */
static uint32_t next_victim(struct desired *d, uint32_t c, uint32_t than)
{
    for (;;) {
        uint32_t v = desired_last_running(d, than);
        if (v == DESIRED_NONE || !update(d, v))
            return v == DESIRED_NONE || before(d, v, c) ? DESIRED_NONE : v;
        if (before(d, v, c))
            d->overtaken = true;
    }
}

/* Place c at the cost of running candidates behind it, or change nothing. The set learns of those
 * stopped when they stay so. */
static bool displace(struct desired *d, const struct desired_host *h, uint32_t c)
{
    uint32_t n = 0, v = DESIRED_NONE;

    while (!h->most_stops || n < h->most_stops) {
        v = next_victim(d, c, v);
        if (v == DESIRED_NONE || d->overtaken)
            break;
        h->stop(h->ctx, v);
        d->victim[n++] = v;
        if (h->try_start(h->ctx, c)) {
            give_back(d, h, c, n);
            return true;
        }
    }
    while (n)
        check(h->try_resume(h->ctx, d->victim[--n]));
    return false;
}

static bool refused(const struct desired *d, uint32_t c)
{
    const struct desired_group *g = group_of(d, c);

    return g && g->refused == d->walks;
}

static void consider(struct desired *d, const struct desired_host *h, struct walk *w, uint32_t c)
{
    if (d->entry[c].stopped && resume(d, h, c)) {
        spend(d, w, c);
    } else if (!refused(d, c)) {
        if (h->try_start(h->ctx, c) || displace(d, h, c))
            start(d, w, c);
        else if (group_of(d, c))
            group_of(d, c)->refused = d->walks;
    }
}

/* Heap sort: the earliest of the order to the end. */
static void sift_stop(struct desired *d, uint32_t at, uint32_t n)
{
    uint32_t slot = d->stop[at];

    for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && before(d, d->stop[child + 1], d->stop[child]))
            child++;
        if (!before(d, d->stop[child], slot))
            break;
        d->stop[at] = d->stop[child];
    }
    d->stop[at] = slot;
}

/* Leave out those that resumed and put the last of the order first. */
static void order_stops(struct desired *d)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < d->n_stop; i++)
        if (d->entry[d->stop[i]].stopped) {
            d->entry[d->stop[i]].stopped = false;
            d->stop[n++] = d->stop[i];
        }
    d->n_stop = n;
    for (uint32_t i = n / 2; i-- > 0;)
        sift_stop(d, i, n);
    while (n > 1) {
        uint32_t first = d->stop[0];
        d->stop[0] = d->stop[--n];
        d->stop[n] = first;
        sift_stop(d, 0, n);
    }
}

static void plan_nodes(struct desired *d, uint64_t budget, const struct desired_host *h)
{
    struct walk w = {.remaining = budget};
    uint32_t c;

    begin_plan(d);
    while (!d->overtaken && (c = next(d, &w)) != DESIRED_NONE)
        if (d->entry[c].running) {
            h->stop(h->ctx, c);
            note_stop(d, c);
        } else {
            consider(d, h, &w, c);
        }
    order_stops(d);
}

void desired_nodes(struct desired *d, uint64_t budget, const struct desired_host *h)
{
    for (plan_nodes(d, budget, h); update_stops(d) || d->overtaken; plan_nodes(d, budget, h)) {
        for (uint32_t i = d->n_start; i-- > 0;) {
            h->withdraw(h->ctx, d->start[i]);
            desired_set_running(d, d->start[i], false);
        }
        for (uint32_t i = 0; i < d->n_stop; i++)
            check(resume(d, h, d->stop[i]));
    }
    settle(d);
}

/* ends.c - running jobs by expected end, in sorted blocks. */
#include "sched/ends.h"

#include "base/check.h"
#include <stdlib.h>
#include <string.h>

void ends_reserve(struct ends *e, uint32_t jobs)
{
    /* Two neighbours hold more than ENDS_MERGE; one more for a split before it is merged. */
    uint32_t room = 2 * (jobs / ENDS_MERGE) + 4;

    if (room <= e->room)
        return;
    e->block = realloc(e->block, room * sizeof *e->block);
    e->order = realloc(e->order, room * sizeof *e->order);
    check(e->block && e->order);
    for (uint32_t i = e->room; i < room; i++)
        e->order[i] = i;
    e->room = room;
}

void ends_free(struct ends *e)
{
    free(e->block);
    free(e->order);
}

static bool before(const struct end *a, const struct end *b)
{
    return a->at < b->at || (a->at == b->at && a->key < b->key);
}

static struct ends_block *block_at(const struct ends *e, uint32_t at)
{
    return &e->block[e->order[at]];
}

/* The last block that does not begin behind x, or the first. */
static uint32_t find_block(const struct ends *e, const struct end *x)
{
    uint32_t low = 0, high = e->n;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (before(x, block_at(e, middle)->item))
            high = middle;
        else
            low = middle;
    }
    return low;
}

/* The first in the block that is not before x. */
static uint32_t find_item(const struct ends_block *b, const struct end *x)
{
    uint32_t low = 0, high = b->n;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (before(&b->item[middle], x))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* An unused block comes in at a place, or the block there goes out. */
static void insert_block(struct ends *e, uint32_t at)
{
    uint32_t fresh = e->order[e->n];

    check(e->n < e->room);
    memmove(e->order + at + 1, e->order + at, (e->n++ - at) * sizeof *e->order);
    e->order[at] = fresh;
    e->block[fresh].n = 0;
}

static void drop_block(struct ends *e, uint32_t at)
{
    uint32_t gone = e->order[at];

    memmove(e->order + at, e->order + at + 1, (--e->n - at) * sizeof *e->order);
    e->order[e->n] = gone;
}

static void merge(struct ends *e, uint32_t at)
{
    struct ends_block *a, *b;

    if (at + 1 >= e->n)
        return;
    a = block_at(e, at);
    b = block_at(e, at + 1);
    if (a->n + b->n > ENDS_MERGE)
        return;
    memcpy(a->item + a->n, b->item, b->n * sizeof *b->item);
    a->n += b->n;
    drop_block(e, at + 1);
}

/* A block lost some: neighbours may fit together now. */
static void shrunk(struct ends *e, uint32_t at)
{
    merge(e, at);
    if (at)
        merge(e, at - 1);
}

static void split(struct ends *e, uint32_t at)
{
    struct ends_block *a, *b;
    uint32_t half = ENDS_BLOCK / 2;

    insert_block(e, at + 1);
    a = block_at(e, at);
    b = block_at(e, at + 1);
    b->n = a->n - half;
    a->n = half;
    memcpy(b->item, a->item + half, b->n * sizeof *b->item);
    shrunk(e, at + 1);
    shrunk(e, at);
}

void ends_add(struct ends *e, struct end x)
{
    struct ends_block *b;
    uint32_t at, i;

    if (!e->n)
        insert_block(e, 0);
    at = find_block(e, &x);
    if (block_at(e, at)->n == ENDS_BLOCK) {
        split(e, at);
        at = find_block(e, &x);
    }
    b = block_at(e, at);
    i = find_item(b, &x);
    memmove(b->item + i + 1, b->item + i, (b->n++ - i) * sizeof x);
    b->item[i] = x;
}

void ends_remove(struct ends *e, struct end x)
{
    uint32_t at = find_block(e, &x), i;
    struct ends_block *b = block_at(e, at);

    i = find_item(b, &x);
    check(i < b->n && b->item[i].job == x.job);
    memmove(b->item + i, b->item + i + 1, (--b->n - i) * sizeof x);
    if (!b->n)
        drop_block(e, at);
    else
        shrunk(e, at);
}

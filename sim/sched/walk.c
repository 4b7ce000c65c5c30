/* walk.c - looking at the pending jobs in order, class by class, and starting them.
 *
 * Each class with pending jobs has one cursor at its first job that was not stepped over; a heap of
 * cursors gives the next job. Until something is stepped over the queue's own heap serves. */
#include "sched/core.h"

#include "sched/displace.h"
#include "sched/walk.h"

static bool cursor_before(const struct core *c, const struct cursor *a, const struct cursor *b)
{
    return queue_before(&c->queue, a->job, b->job);
}

void walk_sink(struct core *c, uint32_t at)
{
    struct cursor moved = c->cursor[at];

    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= c->n_cursor)
            break;
        if (child + 1 < c->n_cursor && cursor_before(c, &c->cursor[child + 1], &c->cursor[child]))
            child++;
        if (!cursor_before(c, &c->cursor[child], &moved))
            break;
        c->cursor[at] = c->cursor[child];
        at = child;
    }
    c->cursor[at] = moved;
}

void walk_pop(struct core *c)
{
    c->cursor[0] = c->cursor[--c->n_cursor];
    if (c->n_cursor)
        walk_sink(c, 0);
}

void walk_cursors(struct core *c)
{
    if (c->cursors_made)
        return;
    c->cursors_made = true;
    c->n_cursor = c->queue.n_heap;
    for (uint32_t i = 0; i < c->n_cursor; i++) {
        uint32_t request = c->queue.heap[i];
        c->cursor[i] = (struct cursor){c->queue.class[request].first, request, 0};
    }
}

void walk_begin(struct core *c)
{
    c->cursors_made = false;
}

uint32_t walk_next(struct core *c)
{
    if (c->cursors_made)
        return c->n_cursor ? c->cursor[0].job : JOB_END_OF_QUEUE;
    return c->queue.n_heap ? c->queue.class[c->queue.heap[0]].first : JOB_END_OF_QUEUE;
}

void walk_step(struct core *c, uint32_t job)
{
    uint32_t after;

    walk_cursors(c);
    after = queue_after(&c->queue, c->cursor[0].request, job);
    if (after == JOB_NONE) {
        walk_pop(c);
    } else {
        c->cursor[0].job = after;
        walk_sink(c, 0);
    }
}

void walk_step_class(struct core *c, uint32_t job)
{
    (void)job;
    walk_cursors(c);
    walk_pop(c);
}

bool walk_refused(const struct core *c, uint32_t request)
{
    return c->refused[request] == c->occ.returned + 1;
}

void walk_commit(struct core *c, uint32_t job)
{
    uint32_t request = c->jobs->specs[job].request;

    if (c->cursors_made) {
        uint32_t after = queue_after(&c->queue, request, job);
        core_start(c, job, false);
        if (after == JOB_NONE) {
            walk_pop(c);
        } else {
            c->cursor[0].job = after;
            walk_sink(c, 0);
        }
        if (c->queue.drf) /* the owner's share grew: its other requests move too */
            for (uint32_t i = c->n_cursor / 2; i-- > 0;)
                walk_sink(c, i);
    } else {
        core_start(c, job, false);
    }
}

bool walk_start(struct core *c, uint32_t job)
{
    uint32_t request = c->jobs->specs[job].request;

    if (walk_refused(c, request))
        return false;
    if (!place_take(&c->placer, &c->jobs->requests[request], (uint32_t)core_key(c, job)) &&
        !(c->displace && displace_for(c->displace, job))) {
        c->refused[request] = c->occ.returned + 1;
        return false;
    }
    walk_commit(c, job);
    return true;
}

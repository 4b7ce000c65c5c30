/* engine_branch.c - a second engine that goes on from where one stands. */
#include "engine/engine_branch.h"

#include <string.h>

void engine_branch(struct engine *to, const struct engine *from, struct host *host, struct arena *a)
{
    size_t jobs = from->jobs->n;

    engine_init(to, host, NULL, from->horizon, a);
    to->costs = from->costs;
    VEC_COPY(&to->future.heap, &from->future.heap);
    to->future.pushed = from->future.pushed;
    VEC_COPY(&to->job, &from->job);
    VEC_RESERVE(&to->leaving, from->leaving.room);
    VEC_COPY(&to->leaving, &from->leaving);
    VEC_COPY(&to->states, &from->states);
    VEC_COPY(&to->unwoken, &from->unwoken);
    memcpy(to->idle_milli, from->idle_milli, sizeof to->idle_milli);
    to->now = from->now;
    to->cursor = from->cursor;
    to->ended = from->ended;
    to->events = from->events;
    to->passes = from->passes;
    to->progress = from->progress;
    if (!from->ended_job)
        return;
    memcpy(to->ended_job, from->ended_job, jobs * sizeof *to->ended_job);
    memcpy(to->waiting_for, from->waiting_for, jobs * sizeof *to->waiting_for);
    memcpy(to->first_waiting, from->first_waiting, jobs * sizeof *to->first_waiting);
}

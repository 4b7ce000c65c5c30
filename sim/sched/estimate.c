/* estimate.c - what may be known about a job's length. */
#include "sched/estimate.h"

#define ESTIMATE_MOST (INT64_MAX / 4)
#define NOTHING_KNOWN (3600 * NS_PER_S)

void estimate_init(struct estimate *e, const struct job_set *jobs, uint32_t users,
                   const struct composition *c, struct arena *a)
{
    *e = (struct estimate){.jobs = jobs,
                           .knowledge = c->knowledge,
                           .factor_percent = c->factor_percent,
                           .users = users};
    if (c->knowledge == ESTIMATE_HISTORY) {
        e->cell = ARENA_ARRAY(a, struct estimate_cell, (size_t)(users + 1) * JOB_SIZES);
        e->user = ARENA_ARRAY(a, struct estimate_cell, users + 1);
    }
}

static const struct estimate_cell *best_cell(const struct estimate *e, uint32_t job)
{
    uint32_t user = e->jobs->user[job];
    uint8_t size = e->jobs->requests[e->jobs->specs[job].request].size_class;
    const struct estimate_cell *try[4] = {&e->cell[(size_t)user * JOB_SIZES + size], &e->user[user],
                                          &e->size[size], &e->all};

    for (int i = 0; i < 4; i++)
        if (try[i]->n)
            return try[i];
    return NULL;
}

ns_t estimate_job(const struct estimate *e, uint32_t job)
{
    const struct job_spec *s = &e->jobs->specs[job];
    wide_t known = 0;
    const struct estimate_cell *cell;

    switch (e->knowledge) {
    case ESTIMATE_EXACT:
        known = s->run;
        break;
    case ESTIMATE_LIMIT:
        known = s->limit >= 0 ? s->limit : 0;
        break;
    case ESTIMATE_HISTORY:
        cell = best_cell(e, job);
        known = cell ? cell->sum / cell->n : NOTHING_KNOWN;
        break;
    default:
        return NS_NEVER;
    }
    known = known * e->factor_percent / 100;
    return known > ESTIMATE_MOST ? ESTIMATE_MOST : (ns_t)known;
}

ns_t estimate_bound(ns_t known)
{
    return known < 0 ? 0 : known > ESTIMATE_MOST ? ESTIMATE_MOST : known;
}

static void add(struct estimate_cell *c, ns_t ran)
{
    c->sum += ran;
    c->n++;
}

void estimate_learn(struct estimate *e, uint32_t job, ns_t ran)
{
    uint32_t user = e->jobs->user[job];
    uint8_t size = e->jobs->requests[e->jobs->specs[job].request].size_class;

    if (e->knowledge != ESTIMATE_HISTORY)
        return;
    add(&e->cell[(size_t)user * JOB_SIZES + size], ran);
    add(&e->user[user], ran);
    add(&e->size[size], ran);
    add(&e->all, ran);
}

static void cell_state(struct estimate_cell *c, struct state *s)
{
    state_u64(s, &c->n);
    if (c->n)
        state_wide(s, &c->sum);
}

void estimate_state(struct estimate *e, struct state *s)
{
    if (e->knowledge != ESTIMATE_HISTORY)
        return;
    for (size_t i = 0; i < (size_t)(e->users + 1) * JOB_SIZES; i++)
        cell_state(&e->cell[i], s);
    for (size_t i = 0; i < e->users + 1; i++)
        cell_state(&e->user[i], s);
    for (int i = 0; i < JOB_SIZES; i++)
        cell_state(&e->size[i], s);
    cell_state(&e->all, s);
}

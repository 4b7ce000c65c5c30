/* test_desired.c - the desired-set walk against a loop over a sorted array, by count and on nodes. */
#include "base/rng.h"
#include "sched/desired.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { SLOTS = 48, NODES = 6, CLASSES = 7 };

struct naive_job {
    struct desired_key key;
    uint32_t size, group;
    bool in, running;
};

struct model {
    struct naive_job job[SLOTS];
    uint32_t order[SLOTS], n; /* those in, sorted */
    uint64_t arrivals;
    bool falling; /* keys of running jobs fall, unknown to the set */
};

static void sort(struct model *m)
{
    m->n = 0;
    for (uint32_t s = 0; s < SLOTS; s++) {
        uint32_t at = m->n;
        if (!m->job[s].in)
            continue;
        while (at && desired_key_before(&m->job[s].key, &m->job[m->order[at - 1]].key)) {
            m->order[at] = m->order[at - 1];
            at--;
        }
        m->order[at] = s;
        m->n++;
    }
}

static struct desired_key some_key(struct rng *r, uint64_t seq)
{
    return (struct desired_key){(int64_t)rng_below(r, 3) - 1, (int64_t)rng_below(r, 5) - 2, seq};
}

static struct desired_key true_key(void *ctx, uint32_t slot)
{
    return ((struct model *)ctx)->job[slot].key;
}

static void fall(struct model *m, struct rng *r)
{
    for (uint32_t s = 0; s < SLOTS && m->falling; s++)
        if (m->job[s].in && m->job[s].running)
            m->job[s].key.low -= rng_below(r, 3);
}

static void begin(struct model *m, struct desired *d, bool falling)
{
    m->falling = falling;
    if (falling) {
        d->true_key = true_key;
        d->true_key_ctx = m;
    }
}

/* One random change, in both. */
static void change(struct model *m, struct desired *d, struct rng *r, uint32_t room,
                   const uint32_t *sizes)
{
    uint32_t s = rng_below(r, room), what = rng_below(r, 6);
    struct naive_job *j = &m->job[s];

    if (!j->in) {
        uint32_t class = rng_below(r, CLASSES);
        *j = (struct naive_job){some_key(r, m->arrivals++), sizes[class], class, true, false};
        desired_insert(d, s, j->key, j->size, rng_below(r, 8) ? class : DESIRED_NONE, j->running);
        j->group = d->entry[s].group;
    } else if (what < 2) {
        j->in = false;
        desired_erase(d, s);
    } else if (what < 4) {
        j->key = some_key(r, j->key.seq);
        desired_rekey(d, s, j->key);
    }
}

/* start and stop in order; the flags of the set follow the plan. */
static void same_plan(const struct model *m, const struct desired *d, const uint32_t *start,
                      uint32_t n_start, const uint32_t *stop, uint32_t n_stop)
{
    assert_int_equal(d->n_start, n_start);
    assert_int_equal(d->n_stop, n_stop);
    for (uint32_t i = 0; i < n_start; i++)
        assert_int_equal(d->start[i], start[i]);
    for (uint32_t i = 0; i < n_stop; i++)
        assert_int_equal(d->stop[n_stop - 1 - i], stop[i]);
    for (uint32_t i = 0; i < m->n; i++)
        assert_int_equal(d->entry[m->order[i]].running, m->job[m->order[i]].running);
}

static void the_count_walk_equals_a_loop_over_the_sorted_jobs(void **state)
{
    static const uint32_t sizes[CLASSES] = {1000, 2000, 3000, 500, 8000, 0, 16000};

    (void)state;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct arena a;
        struct desired d = {0};
        struct model m = {0};
        struct rng r;
        uint32_t room = 3;

        arena_init(&a);
        rng_stream(&r, seed, RNG_ARRIVAL, 0, 0);
        desired_reserve(&d, room, CLASSES, &a);
        begin(&m, &d, seed % 2);
        for (int step = 0; step < 150; step++) {
            uint32_t start[SLOTS], stop[SLOTS], n_start = 0, n_stop = 0;
            uint64_t budget = rng_below(&r, 40) * 1000, left = budget;
            if (room < SLOTS && rng_below(&r, 12) == 0)
                desired_reserve(&d, room = room * 2 > SLOTS ? SLOTS : room * 2, CLASSES, &a);
            for (uint32_t k = rng_below(&r, 6); k--;)
                change(&m, &d, &r, room, sizes);
            if (rng_below(&r, 4) == 0) {
                uint32_t s = rng_below(&r, room);
                if (m.job[s].in)
                    desired_rekey(&d, s, m.job[s].key);
                if (m.job[s].in)
                    desired_set_running(&d, s, m.job[s].running = rng_below(&r, 2));
            }
            fall(&m, &r);
            sort(&m);
            for (uint32_t i = 0; i < m.n; i++) {
                struct naive_job *j = &m.job[m.order[i]];
                bool wanted = j->size <= left;
                left -= wanted ? j->size : 0;
                if (wanted && !j->running)
                    start[n_start++] = m.order[i];
                if (!wanted && j->running)
                    stop[n_stop++] = m.order[i];
                j->running = wanted;
            }
            desired_count(&d, budget);
            same_plan(&m, &d, start, n_start, stop, n_stop);
        }
        arena_free(&a);
    }
}

static void the_last_running_candidate_is_found_from_any_other(void **state)
{
    struct arena a;
    struct desired d = {0};

    (void)state;
    arena_init(&a);
    desired_reserve(&d, 4, 0, &a);
    assert_int_equal(desired_last_running(&d, DESIRED_NONE), DESIRED_NONE);
    desired_insert(&d, 3, (struct desired_key){0, 7, 0}, 1000, DESIRED_NONE, true);
    desired_insert(&d, 0, (struct desired_key){0, 7, 1}, 1000, DESIRED_NONE, true);
    desired_insert(&d, 1, (struct desired_key){-1, 9, 2}, 1000, DESIRED_NONE, false);
    desired_insert(&d, 2, (struct desired_key){5, 0, 3}, 0, DESIRED_NONE, true);
    assert_int_equal(desired_last_running(&d, DESIRED_NONE), 0);
    assert_int_equal(desired_last_running(&d, 0), 3);
    assert_int_equal(desired_last_running(&d, 3), DESIRED_NONE);
    arena_free(&a);
}

/* ---- on nodes ---- */

/* r replicas of g devices each on nodes of 8, first fit. held[slot][node]: devices. */
struct fleet {
    uint32_t free[NODES], held[SLOTS][NODES], replicas[SLOTS], gpus[SLOTS];
    uint32_t before[SLOTS][NODES]; /* the last stop */
};

static bool fleet_place(struct fleet *f, uint32_t slot)
{
    uint32_t left = f->replicas[slot], take[NODES] = {0};

    for (uint32_t i = 0; i < NODES && left; i++)
        for (; left && f->free[i] - take[i] >= f->gpus[slot]; left--)
            take[i] += f->gpus[slot];
    for (uint32_t i = 0; i < NODES && !left; i++) {
        f->free[i] -= take[i];
        f->held[slot][i] = take[i];
    }
    return !left;
}

static void fleet_give(struct fleet *f, uint32_t slot)
{
    for (uint32_t i = 0; i < NODES; i++)
        f->free[i] += f->held[slot][i];
}

static bool fleet_retake(struct fleet *f, uint32_t slot)
{
    for (uint32_t i = 0; i < NODES; i++)
        if (f->free[i] < f->held[slot][i])
            return false;
    for (uint32_t i = 0; i < NODES; i++)
        f->free[i] -= f->held[slot][i];
    return true;
}

static bool host_start(void *ctx, uint32_t slot)
{
    return fleet_place(ctx, slot);
}

static void host_withdraw(void *ctx, uint32_t slot)
{
    fleet_give(ctx, slot);
}

static void host_stop(void *ctx, uint32_t slot)
{
    struct fleet *f = ctx;

    fleet_give(f, slot);
    memcpy(f->before[slot], f->held[slot], sizeof f->before[0]);
}

static bool host_resume(void *ctx, uint32_t slot)
{
    struct fleet *f = ctx;

    memcpy(f->held[slot], f->before[slot], sizeof f->before[0]);
    return fleet_retake(f, slot);
}

/* Steps 4 and 5 of desired.h on whole copies of the fleet: stop the last k for the least k that
 * serves, then try to leave out one after the other. */
static bool naive_displace(struct model *m, struct fleet *f, uint32_t at, uint32_t most,
                           bool *stopped)
{
    struct fleet before = *f;
    uint32_t chosen[SLOTS], n = 0, c = m->order[at];

    for (uint32_t i = m->n; --i > at && (!most || n < most);) {
        uint32_t v = m->order[i];
        if (!m->job[v].running || !m->job[v].size)
            continue;
        fleet_give(f, v);
        chosen[n++] = v;
        if (!fleet_place(f, c))
            continue;
        for (uint32_t k = n - 1; k-- > 0;) {
            struct fleet now = *f;
            bool spare = fleet_retake(f, chosen[k]);
            if (!spare) {
                fleet_give(f, c);
                spare = fleet_retake(f, chosen[k]) && fleet_place(f, c);
            }
            if (spare)
                chosen[k] = UINT32_MAX;
            else
                *f = now;
        }
        for (uint32_t k = 0; k < n; k++)
            if (chosen[k] != UINT32_MAX) {
                stopped[chosen[k]] = true;
                m->job[chosen[k]].running = false;
            }
        return true;
    }
    *f = before;
    return false;
}

static void naive_nodes(struct model *m, struct fleet *f, uint64_t left, uint32_t most,
                        uint32_t *start, uint32_t *n_start, bool *stopped)
{
    bool refused[CLASSES] = {0};

    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t c = m->order[i];
        struct naive_job *j = &m->job[c];
        if (j->running && j->size > left) {
            fleet_give(f, c);
            stopped[c] = true;
            j->running = false;
        } else if (j->running) {
            left -= j->size;
        } else if (j->size <= left) {
            if (stopped[c] && fleet_retake(f, c)) {
                stopped[c] = false;
            } else if (j->group != DESIRED_NONE && refused[j->group]) {
                continue;
            } else if (fleet_place(f, c) || naive_displace(m, f, i, most, stopped)) {
                start[(*n_start)++] = c;
            } else {
                if (j->group != DESIRED_NONE)
                    refused[j->group] = true;
                continue;
            }
            j->running = true;
            left -= j->size;
        }
    }
}

static void the_node_walk_equals_a_loop_over_copies_of_the_fleet(void **state)
{
    static const uint32_t replicas[CLASSES] = {1, 1, 1, 2, 3, 1, 2};
    static const uint32_t gpus[CLASSES] = {1, 2, 3, 5, 8, 8, 1};
    uint32_t sizes[CLASSES], moved = 0, displaced = 0;

    (void)state;
    for (uint32_t k = 0; k < CLASSES; k++)
        sizes[k] = replicas[k] * gpus[k] * 1000;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct arena a;
        struct desired d = {0};
        struct model m = {0};
        struct fleet real = {0}, naive;
        struct desired_host host = {&real,     host_start,  host_withdraw,
                                    host_stop, host_resume, seed % 3 ? 0 : (uint32_t)seed % 5};
        struct rng r;

        arena_init(&a);
        rng_stream(&r, seed, RNG_PLACE, 0, 0);
        desired_reserve(&d, SLOTS, CLASSES, &a);
        begin(&m, &d, seed % 2);
        for (uint32_t i = 0; i < NODES; i++)
            real.free[i] = 8;
        for (int step = 0; step < 120; step++) {
            uint32_t start[SLOTS], stop[SLOTS], n_start = 0, n_stop = 0;
            uint64_t budget = rng_below(&r, 5) ? NODES * 8000 : rng_below(&r, NODES * 8) * 1000;
            bool stopped[SLOTS] = {0};
            for (uint32_t k = 1 + rng_below(&r, 6); k--;) {
                struct model old = m;
                change(&m, &d, &r, SLOTS, sizes);
                for (uint32_t s = 0; s < SLOTS; s++) {
                    if (old.job[s].in && !m.job[s].in && old.job[s].running)
                        fleet_give(&real, s);
                    if (!old.job[s].in && m.job[s].in)
                        for (uint32_t c = 0; c < CLASSES; c++)
                            if (sizes[c] == m.job[s].size &&
                                (m.job[s].group == c || m.job[s].group == DESIRED_NONE)) {
                                real.replicas[s] = replicas[c];
                                real.gpus[s] = gpus[c];
                            }
                }
            }
            fall(&m, &r);
            sort(&m);
            naive = real;
            naive_nodes(&m, &naive, budget, host.most_stops, start, &n_start, stopped);
            for (uint32_t i = 0; i < m.n; i++)
                if (stopped[m.order[i]])
                    stop[n_stop++] = m.order[i];
            desired_nodes(&d, budget, &host);
            same_plan(&m, &d, start, n_start, stop, n_stop);
            assert_memory_equal(real.free, naive.free, sizeof real.free);
            for (uint32_t i = 0; i < n_stop; i++) {
                displaced++;
                moved += m.job[stop[i]].running;
            }
            for (uint32_t i = 0; i < m.n; i++)
                if (m.job[m.order[i]].running)
                    assert_memory_equal(real.held[m.order[i]], naive.held[m.order[i]],
                                        sizeof real.held[0]);
        }
        arena_free(&a);
    }
    assert_true(displaced > 1000 && moved > 10);
}

/* Two nodes of 8: the first two jobs hold 7 devices of one, the last holds 2 of the other. */
static void only_those_in_the_way_are_stopped(void **state)
{
    struct arena a;
    struct desired d = {0};
    struct fleet f = {.free = {8, 8}, .replicas = {1, 1, 1, 1}, .gpus = {8, 4, 2, 3}};
    struct desired_host host = {&f, host_start, host_withdraw, host_stop, host_resume, 0};

    (void)state;
    arena_init(&a);
    desired_reserve(&d, 4, 0, &a);
    desired_insert(&d, 1, (struct desired_key){1, 0, 0}, 4000, DESIRED_NONE, false);
    desired_insert(&d, 3, (struct desired_key){2, 0, 1}, 3000, DESIRED_NONE, false);
    desired_insert(&d, 2, (struct desired_key){3, 0, 2}, 2000, DESIRED_NONE, false);
    desired_nodes(&d, 16000, &host);
    assert_int_equal(d.n_start, 3); /* 4 and 3 on node 0, 2 on node 1 */
    assert_int_equal(f.free[1], 6);
    desired_insert(&d, 0, (struct desired_key){0, 0, 3}, 8000, DESIRED_NONE, false);
    desired_nodes(&d, 16000, &host);
    assert_int_equal(d.n_start,
                     1); /* on node 1; one device is left on node 0, too few for the last */
    assert_int_equal(d.start[0], 0);
    assert_int_equal(d.n_stop, 1);
    assert_int_equal(d.stop[0], 2);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_count_walk_equals_a_loop_over_the_sorted_jobs),
        cmocka_unit_test(the_last_running_candidate_is_found_from_any_other),
        cmocka_unit_test(the_node_walk_equals_a_loop_over_copies_of_the_fleet),
        cmocka_unit_test(only_those_in_the_way_are_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_window.c - the Slurm-style walk against the dumbest loop that visits every instant and every slice,
 * and against conservative backfill where both are the same thing. */
#include "base/rng.h"
#include "lib/builders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { NODES = 4, JOBS = 70, SLICES = 2000 };
#define S NS_PER_S

struct rules {
    int64_t depth, per_tenant, main, interval, resolution, span, most; /* times in s */
};

/* Everything by seconds and counts; nothing is remembered from instant to instant but who runs where. */
struct model {
    struct rules rules;
    const struct builders_job *job;
    uint32_t n, capacity[NODES];
    int64_t now, start[JOBS]; /* -1 = not yet */
    uint32_t on[JOBS][NODES]; /* devices */
    uint32_t least[NODES];
    uint32_t map[SLICES][NODES]; /* free devices by slice, from the present one on */
};

static int64_t up(int64_t a, int64_t b)
{
    return a / b + (a % b != 0);
}

static bool runs(const struct model *m, uint32_t i)
{
    return m->start[i] >= 0 && m->start[i] + m->job[i].run / S > m->now;
}

static bool waits(const struct model *m, uint32_t i)
{
    return m->start[i] < 0 && m->job[i].submit / S <= m->now;
}

/* Best fit, replica by replica, with so many devices of each node. */
static bool place(struct model *m, uint32_t i, const uint32_t *free)
{
    uint32_t left[NODES];

    memcpy(left, free, sizeof left);
    memset(m->on[i], 0, sizeof m->on[i]);
    for (uint32_t k = 0; k < m->job[i].replicas; k++) {
        int best = -1;
        for (int node = 0; node < NODES; node++)
            if (left[node] >= m->job[i].gpus && (best < 0 || left[node] < left[best]))
                best = node;
        if (best < 0)
            return false;
        left[best] -= m->job[i].gpus;
        m->on[i][best] += m->job[i].gpus;
    }
    return true;
}

static void free_now(const struct model *m, uint32_t *free)
{
    memcpy(free, m->capacity, sizeof m->capacity);
    for (uint32_t i = 0; i < m->n; i++)
        for (int node = 0; node < NODES && runs(m, i); node++)
            free[node] -= m->on[i][node];
}

static void model_main(struct model *m)
{
    int64_t depth = m->now % m->rules.main ? m->rules.depth : INT64_MAX;
    bool blocked[3] = {0};

    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t free[NODES], tenant = m->rules.per_tenant ? m->job[i].tenant : 0;
        if (!waits(m, i) || blocked[tenant])
            continue;
        if (!depth--)
            return;
        free_now(m, free);
        if (place(m, i, free))
            m->start[i] = m->now;
        else
            blocked[tenant] = true;
    }
}

/* From `from` to `to`, in slices from the present one; beyond the window nothing changes any more. */
static void model_add(struct model *m, int64_t from, int64_t to, const uint32_t *devices, int sign)
{
    int64_t horizon = m->rules.span / m->rules.resolution;

    if (from > horizon)
        return;
    for (int64_t s = from; s <= horizon && (s < to || to > horizon); s++)
        for (int node = 0; node < NODES; node++)
            m->map[s][node] += (uint32_t)sign * devices[node];
}

static void look(struct model *m, int64_t from, int64_t to)
{
    int64_t horizon = m->rules.span / m->rules.resolution;

    memcpy(m->least, m->map[from], sizeof m->least);
    for (int64_t s = from; s < to && s <= horizon; s++)
        for (int node = 0; node < NODES; node++)
            if (m->map[s][node] < m->least[node])
                m->least[node] = m->map[s][node];
}

/* Nodes that hold all that is left, the tightest first; else those that hold most. */
static bool seat(struct model *m, uint32_t i, uint32_t *devices)
{
    uint32_t left = m->job[i].replicas, gpus = m->job[i].gpus;

    memset(devices, 0, NODES * sizeof *devices);
    while (left) {
        int best = -1;
        int64_t rank = -1;
        for (int node = 0; node < NODES; node++) {
            int64_t k = m->least[node] / gpus, r = k >= left ? 1000 - k : k;
            if (k && r > rank) {
                rank = r;
                best = node;
            }
        }
        if (best < 0)
            return false;
        uint32_t k = m->least[best] / gpus < left ? m->least[best] / gpus : left;
        m->least[best] -= k * gpus;
        devices[best] += k * gpus;
        left -= k;
    }
    return true;
}

static void model_backfill(struct model *m)
{
    int64_t res = m->rules.resolution, origin = m->now / res, most = m->rules.most;
    uint32_t free[NODES];

    free_now(m, free);
    for (int s = 0; s <= m->rules.span / res; s++)
        memcpy(m->map[s], free, sizeof free);
    for (uint32_t i = 0; i < m->n; i++)
        if (runs(m, i)) {
            int64_t end = m->start[i] + m->job[i].limit / S;
            end = up(end > m->now ? end : m->now + 1, res) - origin;
            model_add(m, end > 1 ? end : 1, INT64_MAX, m->on[i], 1);
        }
    for (uint32_t i = 0; i < m->n && most; i++) {
        int64_t limit = m->job[i].limit / S;
        if (!waits(m, i))
            continue;
        most--;
        look(m, 0, up(m->now + limit, res) - origin);
        if (place(m, i, m->least)) {
            m->start[i] = m->now;
            model_add(m, 0, up(m->now + limit, res) - origin, m->on[i], -1);
            continue;
        }
        for (int64_t s = 1; s <= m->rules.span / res; s++) {
            uint32_t devices[NODES];
            look(m, s, s + up(limit, res));
            if (seat(m, i, devices)) {
                model_add(m, s, s + up(limit, res), devices, -1);
                break;
            }
        }
    }
}

static void model_run(struct model *m)
{
    uint32_t left = m->n;

    for (m->now = 0; left; m->now++) {
        bool event = m->now % m->rules.interval == 0 || m->now % m->rules.main == 0;
        for (uint32_t i = 0; i < m->n; i++)
            event = event || m->job[i].submit / S == m->now ||
                    (m->start[i] >= 0 && m->start[i] + m->job[i].run / S == m->now);
        if (!event)
            continue;
        model_main(m);
        if (m->now % m->rules.interval == 0)
            model_backfill(m);
        left = 0;
        for (uint32_t i = 0; i < m->n; i++)
            left += m->start[i] < 0;
    }
}

static void some_jobs(struct builders_job *j, uint64_t seed)
{
    int64_t at = 0;

    for (uint32_t i = 0; i < JOBS; i++) {
        struct rng r;
        int64_t run;
        rng_stream(&r, seed, RNG_SIZE, 3, i);
        at += rng_below(&r, 3) ? rng_below(&r, 200) : 0;
        run = 1 + rng_below(&r, rng_below(&r, 4) ? 400 : 3000);
        j[i] = (struct builders_job){.submit = at * S, .run = run * S};
        /* Mostly too much, sometimes too little. */
        j[i].limit = (rng_below(&r, 6) ? run + rng_below(&r, 600) : 1 + run / 2) * S;
        j[i].gpus = 1u << rng_below(&r, 4);
        j[i].replicas = rng_below(&r, 3) ? 1 : 1 + rng_below(&r, 3);
        j[i].tenant = rng_below(&r, 3);
    }
}

static void uneven_fleet(struct topology *t, struct arena *a, uint32_t *capacity)
{
    static const uint32_t gpus[NODES] = {8, 8, 12, 16};
    struct node_spec specs[NODES];
    struct diag d = {0};

    memset(specs, 0, sizeof specs);
    for (int i = 0; i < NODES; i++) {
        specs[i] = (struct node_spec){.gpu_type = "gpu", .gpus = gpus[i], .nvlink_gpus = gpus[i]};
        capacity[i] = gpus[i];
    }
    assert_int_equal(topology_build(t, a, specs, NODES, &d), 0);
}

static void the_walk_starts_every_job_when_a_loop_over_all_slices_does(void **state)
{
    static struct model m;
    uint32_t by_backfill = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        static const int64_t depths[] = {1, 3, 100}, intervals[] = {30, 45, 60, 300},
                             resolutions[] = {60, 100, 1}, spans[] = {300, 1500, 86400},
                             mosts[] = {2, 6, 500};
        struct builders_job jobs[JOBS];
        char text[240];
        struct arena a;
        struct topology fleet;
        struct job_set set;
        struct outcome o, again;
        struct rng r;

        rng_stream(&r, seed, RNG_SIZE, 4, 0);
        memset(&m, 0, sizeof m);
        memset(m.start, -1, sizeof m.start);
        m.rules = (struct rules){.depth = depths[rng_below(&r, 3)],
                                 .per_tenant = rng_below(&r, 2),
                                 .main = rng_below(&r, 2) ? 60 : 100,
                                 .interval = intervals[rng_below(&r, 4)],
                                 .resolution = resolutions[rng_below(&r, 3)],
                                 .span = spans[rng_below(&r, 3)],
                                 .most = mosts[rng_below(&r, 3)]};
        if (m.rules.resolution == 1)
            m.rules.span = m.rules.span > 1500 ? 1500 : m.rules.span;
        some_jobs(jobs, seed);
        arena_init(&a);
        uneven_fleet(&fleet, &a, m.capacity);
        builders_jobs(&set, &a, jobs, JOBS, NULL);
        m.job = jobs;
        m.n = JOBS;
        model_run(&m);
        snprintf(text, sizeof text,
                 "walk=window,depth=%d,per_tenant=%d,sched_interval=%ds,bf_interval=%ds,"
                 "bf_resolution=%ds,bf_window=%ds,bf_max_job_test=%d,place=bestfit,estimate=limit",
                 (int)m.rules.depth, (int)m.rules.per_tenant, (int)m.rules.main,
                 (int)m.rules.interval, (int)m.rules.resolution, (int)m.rules.span,
                 (int)m.rules.most);
        builders_run(&set, &fleet, text, NS_NEVER, &a, &o, 0);
        for (uint32_t i = 0; i < JOBS; i++)
            if (o.results[i].start != m.start[i] * S)
                fail_msg("seed %u, %s: job %u starts at %lld s, the loop says %lld s",
                         (unsigned)seed, text, i, (long long)(o.results[i].start / S),
                         (long long)m.start[i]);
        for (uint32_t i = 1; i < JOBS; i++)
            by_backfill += m.start[i] < m.start[i - 1];
        builders_run(&set, &fleet, text, NS_NEVER, &a, &again, 0);
        assert_string_equal(o.digest, again.digest);
        builders_free(&set);
        arena_free(&a);
    }
    assert_true(by_backfill > 100);
}

/* Jobs whose times are whole minutes, with exact limits. `whole`: gangs of whole nodes. */
static void aligned_jobs(struct builders_job *j, uint64_t seed, uint32_t n, uint32_t gpus,
                         bool whole)
{
    int64_t at = 0;

    for (uint32_t i = 0; i < n; i++) {
        struct rng r;
        rng_stream(&r, seed, RNG_SIZE, 5, i);
        at += rng_below(&r, 3) * 60;
        j[i] = (struct builders_job){.submit = at * S, .run = (1 + rng_below(&r, 30)) * 60 * S};
        j[i].limit = j[i].run;
        j[i].replicas = whole ? 1 + rng_below(&r, NODES) : 1;
        j[i].gpus = whole ? gpus : 1 + rng_below(&r, gpus);
    }
}

/* No job ends early and every instant is the beginning of a slice, so the map made anew each pass says what
 * conservative planned when the job came. Several nodes with part of a node each are left out:
 * there the two may choose other nodes, and then other times. */
static void without_rounding_or_early_ends_it_is_conservative_backfill(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct builders_job jobs[150];
        struct arena a;
        struct topology fleet;
        struct job_set set;
        struct outcome o, plan;
        bool whole = seed % 2;

        arena_init(&a);
        builders_fleet(&fleet, &a, whole ? NODES : 1, 8);
        aligned_jobs(jobs, seed, 150, 8, whole);
        builders_jobs(&set, &a, jobs, 150, NULL);
        builders_run(&set, &fleet, "conservative,estimate=limit", NS_NEVER, &a, &plan, 0);
        builders_run(&set, &fleet,
                     "walk=window,bf_interval=60s,bf_window=3650d,bf_max_job_test=1000000,"
                     "estimate=limit",
                     NS_NEVER, &a, &o, 0);
        for (uint32_t i = 0; i < set.n; i++)
            if (o.results[i].start != plan.results[i].start)
                fail_msg("seed %u: job %u starts at %lld s, conservative at %lld s", (unsigned)seed,
                         i, (long long)(o.results[i].start / S),
                         (long long)(plan.results[i].start / S));
        builders_free(&set);
        arena_free(&a);
    }
}

static void a_budget_of_trials_only_leaves_jobs_waiting_longer_to_be_seen(void **state)
{
    static const char *const budget[] = {"bf_tests=1", "bf_tests=20", "bf_tests=0"};
    uint64_t early[3] = {0};
    (void)state;
    for (int k = 0; k < 3; k++) {
        struct arena a;
        struct topology fleet;
        struct job_set set;
        struct outcome o;
        char text[80];

        arena_init(&a);
        builders_fleet(&fleet, &a, 8, 8);
        builders_random(&set, &a, 7, 600, 64, 8, 32, 1.1, 3.0);
        snprintf(text, sizeof text, "walk=window,estimate=limit,%s", budget[k]);
        builders_run(&set, &fleet, text, NS_NEVER, &a, &o, 0);
        for (uint32_t i = 1; i < set.n; i++)
            early[k] += o.results[i].start < o.results[i - 1].start;
        builders_free(&set);
        arena_free(&a);
    }
    assert_true(early[0] < early[1] && early[1] <= early[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_walk_starts_every_job_when_a_loop_over_all_slices_does),
        cmocka_unit_test(without_rounding_or_early_ends_it_is_conservative_backfill),
        cmocka_unit_test(a_budget_of_trials_only_leaves_jobs_waiting_longer_to_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

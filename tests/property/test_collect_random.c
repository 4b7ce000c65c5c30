/* test_collect_random.c - the collector against a ledger that remembers every nanosecond of every job
 * in a slot of its own: random jobs on two GPU types that start, stop, move, change what they do and lose
 * work, with a warm-up and a horizon that cut through all of it. */
#include "base/rng.h"
#include "lib/builders.h"
#include "metrics/collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { JOBS = 7, END = 90, SCRIPTS = 4000, DEVICES = 6, IDLE = BUCKETS };

/* What a job did in the nanosecond that begins at t. */
struct slot {
    uint8_t bucket; /* IDLE: it held nothing */
    bool pending;
    uint8_t cause; /* of its class, while pending */
    int64_t milli[2];
};

struct world {
    struct rng rng;
    struct arena arena;
    struct topology fleet;
    struct job_set jobs;
    struct collect c;
    struct observer o;
    struct outcome out;
    ns_t warmup, end;
    struct slot slot[JOBS][END];
    /* now */
    bool known[JOBS], pending[JOBS], running[JOBS], over[JOBS];
    enum phase phase[JOBS];
    struct held held[JOBS][2];
    uint32_t n_held[JOBS];
    uint64_t taken[2]; /* devices, by node */
    uint8_t cause[JOBS];
    ns_t first[JOBS], last[JOBS], ran[JOBS], lost[JOBS];
    uint32_t starts[JOBS], stops[JOBS];
};

static const uint8_t useful[JOB_ENDS] = {[JOB_DONE] = 1};
static const uint8_t bucket_of[PHASES] = {
    BUCKET_USEFUL,       BUCKET_STARTUP,   BUCKET_COMM_STALL, BUCKET_INPUT_STALL,
    BUCKET_INTERFERENCE, BUCKET_HELD_IDLE, BUCKET_CHECKPOINT, BUCKET_RESTORE};

static uint8_t work_bucket(const struct world *w, uint32_t job)
{
    return w->jobs.specs[job].end == JOB_DONE ? BUCKET_USEFUL : BUCKET_DISCARDED;
}

static void create(struct world *w, uint64_t seed)
{
    struct builders_job job[JOBS] = {{0}};
    struct node_spec spec[2] = {{.gpu_type = "a", .gpus = DEVICES},
                                {.gpu_type = "b", .gpus = DEVICES}};
    struct diag d;
    ns_t submit = 0;

    memset(w, 0, sizeof *w);
    rng_stream(&w->rng, seed, RNG_FAILURE, 0, 0);
    arena_init(&w->arena);
    assert_int_equal(topology_build(&w->fleet, &w->arena, spec, 2, &d), 0);
    for (uint32_t i = 0; i < JOBS; i++) {
        submit += rng_below(&w->rng, 8);
        job[i] = (struct builders_job){.submit = submit,
                                       .run = 10,
                                       .gpus = 1 + rng_below(&w->rng, 3),
                                       .end = rng_below(&w->rng, 3) ? JOB_DONE : JOB_FAILED};
    }
    builders_jobs(&w->jobs, &w->arena, job, JOBS, NULL);
    w->warmup = rng_below(&w->rng, 3) ? rng_below(&w->rng, END / 2) : 0;
    w->end = END - rng_below(&w->rng, END / 4);
    w->o = collect_init(&w->c, &w->jobs, &w->fleet,
                        &(struct collect_config){.useful = useful,
                                                 .warmup = w->warmup,
                                                 .series_step = rng_below(&w->rng, 2) * 7,
                                                 .keep_waits = true,
                                                 .keep_series = true,
                                                 .keep_segments = rng_below(&w->rng, 2)},
                        &w->arena);
}

static void destroy(struct world *w)
{
    builders_free(&w->jobs);
    arena_free(&w->arena);
}

/* ---- what may happen to a job ---- */

/* All its devices on one node, or spread over both. False when they are not free. */
static bool place(struct world *w, uint32_t job)
{
    uint32_t gpus = w->jobs.requests[w->jobs.specs[job].request].gpus, left = gpus;
    uint32_t node = rng_below(&w->rng, 2);
    uint64_t mask[2] = {0};

    if (DEVICES * 2 - __builtin_popcountll(w->taken[0]) - __builtin_popcountll(w->taken[1]) <
        (int)gpus)
        return false;
    for (uint32_t k = 0; k < 2; k++, node = !node)
        for (uint32_t g = 0; g < DEVICES && left; g++)
            if (!(w->taken[node] >> g & 1) && (k || rng_below(&w->rng, 6))) {
                mask[node] |= UINT64_C(1) << g;
                left--;
            }
    if (left)
        return false;
    w->n_held[job] = 0;
    for (uint32_t n = 0; n < 2; n++)
        if (mask[n]) {
            w->held[job][w->n_held[job]++] = (struct held){n, 0, 1000, mask[n]};
            w->taken[n] |= mask[n];
        }
    return true;
}

static void release(struct world *w, uint32_t job)
{
    for (uint32_t i = 0; i < w->n_held[job]; i++)
        w->taken[w->held[job][i].node] &= ~w->held[job][i].mask;
    w->n_held[job] = 0;
    w->running[job] = false;
}

static void start(struct world *w, uint32_t job, ns_t now)
{
    if (!place(w, job))
        return;
    w->pending[job] = false;
    w->running[job] = true;
    w->phase[job] = PHASE_WORK;
    if (!w->starts[job]++)
        w->first[job] = now;
    w->o.start(w->o.ctx, job, now, w->held[job], w->n_held[job]);
}

static void stop(struct world *w, uint32_t job, ns_t now)
{
    w->o.stop(w->o.ctx, job, now, w->held[job], w->n_held[job],
              (enum stop_reason)rng_below(&w->rng, STOP_REASONS));
    release(w, job);
    w->pending[job] = true;
    w->stops[job]++;
    if (rng_below(&w->rng, 2))
        start(w, job, now);
}

/* Slots of work, newest first, become lost. */
static void lose(struct world *w, uint32_t job, ns_t now)
{
    ns_t work = 0, take;

    for (ns_t t = 0; t < now; t++)
        work += w->slot[job][t].bucket == work_bucket(w, job);
    take = rng_below(&w->rng, 4) ? rng_below(&w->rng, (uint32_t)work + 1) : work;
    w->o.lose(w->o.ctx, job, now, take, w->held[job], w->n_held[job]);
    w->lost[job] += take;
    for (ns_t t = now - 1; t >= 0 && take; t--)
        if (w->slot[job][t].bucket == work_bucket(w, job)) {
            w->slot[job][t].bucket = BUCKET_LOST_WORK;
            take--;
        }
}

static void happen(struct world *w, uint32_t job, ns_t now)
{
    uint32_t dice = rng_below(&w->rng, 12);

    if (w->running[job] && dice < 3) {
        w->phase[job] = (enum phase)rng_below(&w->rng, PHASES);
        w->o.phase(w->o.ctx, job, now, w->phase[job], w->held[job], w->n_held[job]);
    } else if (w->running[job] && dice < 5) {
        stop(w, job, now);
    } else if (w->running[job] && dice == 5) {
        w->o.finish(w->o.ctx, job, now, w->held[job], w->n_held[job]);
        release(w, job);
        w->over[job] = true;
        w->last[job] = now;
    } else if (w->starts[job] && !w->over[job] && dice == 6) {
        lose(w, job, now);
    } else if (w->pending[job] && dice > 8) {
        start(w, job, now);
    }
}

/* ---- the script ---- */

static void tell(struct world *w, ns_t now)
{
    static const int64_t none[TOPOLOGY_TYPES];
    static const uint8_t blocks[] = {WAIT_POLICY, WAIT_RESERVED, WAIT_QUOTA, WAIT_TOO_FEW};
    struct observed_block blocked[JOBS];
    struct observed_state s = {.gang_wait_milli = none, .blocked = blocked};
    int64_t free[TOPOLOGY_TYPES] = {0};

    for (int k = 0; k < 2; k++)
        free[k] = 1000 * (DEVICES - __builtin_popcountll(w->taken[k]));
    s.free_milli = free;
    for (uint32_t r = 0; r < w->jobs.n_requests; r++) {
        uint8_t block = (uint8_t)rng_below(&w->rng, sizeof blocks);
        blocked[s.n_blocked++] = (struct observed_block){r, block};
        for (uint32_t i = 0; i < JOBS; i++)
            if (w->jobs.specs[i].request == r)
                w->cause[i] = blocks[block];
    }
    for (uint32_t i = 0; i < JOBS; i++) {
        s.pending_jobs += w->pending[i];
        s.running_jobs += w->running[i];
    }
    w->o.settle(w->o.ctx, now, &s);
}

static void remember(struct world *w, ns_t now)
{
    for (uint32_t i = 0; i < JOBS; i++) {
        struct slot *s = &w->slot[i][now];
        *s = (struct slot){.bucket = IDLE, .pending = w->pending[i], .cause = w->cause[i]};
        w->ran[i] += w->running[i];
        if (!w->running[i])
            continue;
        s->bucket = w->phase[i] == PHASE_WORK ? work_bucket(w, i) : bucket_of[w->phase[i]];
        for (uint32_t k = 0; k < w->n_held[i]; k++)
            s->milli[w->held[i][k].node] +=
                1000 * (int64_t)__builtin_popcountll(w->held[i][k].mask);
    }
}

static void play(struct world *w)
{
    for (ns_t now = 0; now < w->end; now++) {
        bool submits = false;
        for (uint32_t i = 0; i < JOBS; i++)
            submits |= w->jobs.specs[i].submit == now;
        if (submits || rng_below(&w->rng, 3)) {
            w->o.advance(w->o.ctx, now);
            for (uint32_t i = 0; i < JOBS; i++)
                for (uint32_t n = rng_below(&w->rng, 4); n && w->known[i]; n--)
                    happen(w, i, now);
            for (uint32_t i = 0; i < JOBS; i++)
                if (w->jobs.specs[i].submit == now) {
                    w->known[i] = w->pending[i] = true;
                    w->o.submit(w->o.ctx, i, now);
                    if (rng_below(&w->rng, 2))
                        start(w, i, now);
                }
            tell(w, now);
        }
        remember(w, now);
    }
    w->out.jobs = &w->jobs;
    w->out.fleet = &w->fleet;
    w->out.warmup = w->warmup;
    assert_true(collect_finish(&w->c, w->end, &w->out, &w->arena));
}

/* ---- the comparison ---- */

static void compare_ledger(const struct world *w)
{
    wide_t type[2][BUCKETS] = {{0}}, class[JOBS][BUCKETS] = {{0}};

    for (uint32_t i = 0; i < JOBS; i++)
        for (ns_t t = w->warmup; t < w->end; t++) {
            const struct slot *s = &w->slot[i][t];
            if (s->bucket == IDLE)
                continue;
            for (int k = 0; k < 2; k++) {
                type[k][s->bucket] += s->milli[k];
                class[w->jobs.specs[i].request][s->bucket] += s->milli[k];
            }
        }
    for (int b = 0; b <= BUCKET_LOST_WORK; b++) {
        assert_true(w->out.total.bucket[b] == type[0][b] + type[1][b]);
        for (int k = 0; k < 2; k++)
            assert_true(w->out.by_type[k].bucket[b] == type[k][b]);
        for (uint32_t r = 0; r < w->jobs.n_requests; r++)
            assert_true(w->c.ledger.by_request[r].bucket[b] == class[r][b]);
    }
}

static ns_t slots_of(const struct world *w, uint32_t job, enum bucket b)
{
    ns_t n = 0;

    for (ns_t t = 0; t < w->end; t++)
        n += w->slot[job][t].bucket == b;
    return n;
}

static void compare_job(const struct world *w, uint32_t job)
{
    const struct job_result *r = &w->out.results[job];
    const struct job_history *h = outcome_history(&w->out, job);
    ns_t wait[WAIT_CAUSES] = {0}, pending = 0;
    uint32_t stops = 0;

    assert_int_equal(r->starts, w->starts[job]);
    assert_int_equal(r->start, w->starts[job] ? w->first[job] : NS_UNKNOWN);
    assert_int_equal(r->end, w->over[job] ? w->last[job] : NS_UNKNOWN);
    assert_int_equal(outcome_job_ran(&w->out, job), w->ran[job]);
    for (ns_t t = 0; t < w->end; t++)
        if (w->slot[job][t].pending) {
            wait[w->slot[job][t].cause]++;
            pending++;
        }
    for (int k = 0; k < WAIT_CAUSES; k++)
        assert_int_equal(w->out.waits[job][k], wait[k]);
    if (w->starts[job])
        assert_int_equal(outcome_job_pending(&w->out, job), pending);
    assert_int_equal(outcome_job_worked(&w->out, job),
                     slots_of(w, job, (enum bucket)work_bucket(w, job)));
    if (!h) {
        assert_int_equal(w->stops[job] + w->lost[job], 0);
        return;
    }
    for (int k = 0; k < STOP_REASONS; k++)
        stops += h->stops[k];
    assert_int_equal(stops, w->stops[job]);
    assert_int_equal(h->lost, w->lost[job]);
    assert_int_equal(h->overhead, slots_of(w, job, BUCKET_STARTUP) +
                                      slots_of(w, job, BUCKET_CHECKPOINT) +
                                      slots_of(w, job, BUCKET_RESTORE));
    assert_int_equal(h->waiting, w->pending[job]);
}

/* Runs are the stretches in which the job held devices, in order, on those devices. */
static void compare_runs(const struct world *w, uint32_t job)
{
    uint32_t n = outcome_runs(&w->out, job);
    ns_t before = 0, sum = 0;

    assert_int_equal(n, w->starts[job]);
    for (uint32_t k = 0; k < n; k++) {
        struct job_run run = outcome_run(&w->out, job, k);
        int64_t milli[2] = {0};
        assert_true(run.start >= before && run.end >= run.start);
        assert_int_equal(run.job, job);
        assert_int_equal(run.stop != STOP_REASONS, k + 1 < n || w->pending[job]);
        for (uint32_t i = 0; i < run.n_segments; i++) {
            const struct segment *s = &w->out.segments[run.first_segment + i];
            milli[s->node] += 1000 * (int64_t)__builtin_popcountll(s->mask);
        }
        for (ns_t t = run.start; t < run.end; t++)
            assert_memory_equal(w->slot[job][t].milli, milli, sizeof milli);
        before = run.end;
        sum += run.end - run.start;
    }
    assert_int_equal(sum, w->ran[job]);
}

static void books_equal_a_ledger_of_single_nanoseconds(void **state)
{
    static struct world w;
    uint64_t stops = 0, lost = 0, histories = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= SCRIPTS; seed++) {
        create(&w, seed);
        play(&w);
        compare_ledger(&w);
        for (uint32_t i = 0; i < JOBS; i++) {
            compare_job(&w, i);
            if (w.out.segments)
                compare_runs(&w, i);
            stops += w.stops[i];
            lost += (uint64_t)w.lost[i];
        }
        histories += w.out.n_histories;
        destroy(&w);
    }
    print_message("%llu stops, %llu ns lost, %llu jobs with a history\n", (unsigned long long)stops,
                  (unsigned long long)lost, (unsigned long long)histories);
    assert_true(stops > SCRIPTS && lost > SCRIPTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(books_equal_a_ledger_of_single_nanoseconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

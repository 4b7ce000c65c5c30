/* las.c - least attained service in discrete queues. */
#include "sched/las.h"

#include "base/check.h"

#define RUNNING_BITS                                                                               \
    56 /* of the key: number of the walk, or all ones below the queue for the others */

void las_init(struct las *l, const int64_t *seconds, uint32_t n, uint32_t knob_permille,
              bool by_time)
{
    check(n <= LAS_THRESHOLDS);
    *l = (struct las){.n_thresholds = n, .knob_permille = knob_permille, .by_time = by_time};
    for (uint32_t i = 0; i < n; i++) {
        check(seconds[i] >= 1 && seconds[i] <= SECONDS_MAX && (!i || seconds[i] >= seconds[i - 1]));
        l->threshold[i] = (wide_t)seconds[i] * NS_PER_S * (by_time ? 1 : 1000);
    }
}

static void to_tail(struct las *l, struct las_job *j, uint8_t queue)
{
    j->queue = queue;
    j->position = l->tail[queue]++;
    j->settled = false;
}

void las_submit(struct las *l, struct las_job *j, ns_t now, uint32_t milli)
{
    *j = (struct las_job){.since = now, .milli = milli};
    to_tail(l, j, 0);
}

static uint32_t rate(const struct las *l, const struct las_job *j)
{
    return l->by_time ? 1 : j->milli;
}

void las_advance(struct las_job *j, const struct las *l, ns_t now)
{
    ns_t passed = now - j->since;

    check(passed >= 0);
    j->since = now;
    if (j->running) {
        j->ran += passed;
        j->attained += (wide_t)passed * rate(l, j);
    } else if (j->ran) {
        j->waited += passed;
    }
}

/* The wait at which the job is promoted. */
static wide_t patience(const struct las *l, const struct las_job *j)
{
    wide_t product = (wide_t)j->ran * l->knob_permille;

    return (product + 999) / 1000;
}

static bool may_be_promoted(const struct las *l, const struct las_job *j)
{
    return l->knob_permille && !j->running && j->queue && j->ran;
}

enum las_change las_due(const struct las *l, const struct las_job *j)
{
    if (j->running && j->queue < l->n_thresholds && j->attained >= l->threshold[j->queue])
        return LAS_DEMOTION;
    if (may_be_promoted(l, j) && j->waited >= patience(l, j))
        return LAS_PROMOTION;
    return LAS_STAYS;
}

void las_demote(struct las *l, struct las_job *j)
{
    check(j->queue < l->n_thresholds);
    to_tail(l, j, (uint8_t)(j->queue + 1));
}

void las_promote(struct las *l, struct las_job *j)
{
    j->attained = 0;
    j->ran = j->waited = 0;
    to_tail(l, j, 0);
}

bool las_promotes_before(const struct las_job *a, const struct las_job *b)
{
    return (wide_t)a->waited * b->ran > (wide_t)b->waited * a->ran;
}

void las_settle(struct las_job *j, uint64_t walk)
{
    if (!j->running || j->settled)
        return;
    j->settled = true;
    j->walk = walk;
}

void las_start(struct las_job *j, uint64_t walk)
{
    check(!j->running);
    j->running = true;
    j->waited = 0;
    las_settle(j, walk);
}

void las_stop(struct las *l, struct las_job *j)
{
    check(j->running);
    j->running = false;
    if (j->settled)
        j->position = --l->head[j->queue];
    j->settled = false;
}

ns_t las_next_change(const struct las *l, const struct las_job *j)
{
    wide_t left = 0;

    if (j->running && j->queue < l->n_thresholds && rate(l, j)) {
        left = l->threshold[j->queue] - j->attained;
        left = (left + rate(l, j) - 1) / rate(l, j);
    } else if (may_be_promoted(l, j)) {
        left = patience(l, j) - j->waited;
    } else {
        return NS_NEVER;
    }
    if (left < 0)
        left = 0;
    return left < (wide_t)NS_NEVER - j->since ? j->since + (ns_t)left : NS_NEVER;
}

struct desired_key las_key(const struct las_job *j, uint64_t seq)
{
    int64_t among = j->settled ? (int64_t)j->walk : (INT64_C(1) << RUNNING_BITS) - 1;

    return (struct desired_key){(int64_t)j->queue << RUNNING_BITS | among, j->position, seq};
}

void las_state(struct las *l, struct state *s)
{
    for (uint32_t i = 0; i <= l->n_thresholds; i++) {
        state_i64(s, &l->head[i]);
        state_i64(s, &l->tail[i]);
    }
}

void las_state_job(const struct las *l, struct las_job *j, struct state *s)
{
    state_wide(s, &j->attained);
    state_i64(s, &j->ran);
    state_i64(s, &j->waited);
    state_i64(s, &j->since);
    state_i64(s, &j->position);
    state_u64(s, &j->walk);
    state_u32(s, &j->milli);
    state_u8(s, &j->queue);
    state_bool(s, &j->running);
    state_bool(s, &j->settled);
    if (!state_require(s, j->queue <= l->n_thresholds))
        j->queue = 0;
}

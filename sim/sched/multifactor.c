/* multifactor.c - Slurm's multifactor priority in integers. */
#include "sched/multifactor.h"

#include "base/check.h"

void multifactor_init(struct multifactor *m, uint64_t total_milli)
{
    check(total_milli);
    *m = (struct multifactor){
        .max_age = 7 * 86400 * NS_PER_S, .calc_period = 300 * NS_PER_S, .total_milli = total_milli};
}

/* part / whole, at most 1 */
static uint32_t quotient(wide_t part, wide_t whole)
{
    if (part <= 0 || whole <= 0)
        return 0;
    return part >= whole ? MULTIFACTOR_ONE : (uint32_t)(part * MULTIFACTOR_ONE / whole);
}

uint32_t multifactor_factor(const struct multifactor *m, const struct multifactor_job *j,
                            enum multifactor_factor which, ns_t now)
{
    switch (which) {
    case FACTOR_AGE:
        return quotient((wide_t)now - j->eligible, m->max_age);
    case FACTOR_FAIRSHARE:
        return j->fairshare;
    case FACTOR_SIZE:
        return m->favor_small
                   ? quotient((wide_t)m->total_milli - (wide_t)j->milli, (wide_t)m->total_milli)
                   : quotient((wide_t)j->milli, (wide_t)m->total_milli);
    case FACTOR_QOS:
        return quotient((wide_t)j->priority - m->least, (wide_t)m->most - m->least);
    case FACTOR_GPU:
        return quotient((wide_t)j->milli, (wide_t)m->total_milli);
    case FACTORS:
        break;
    }
    return 0;
}

int64_t multifactor_priority(const struct multifactor *m, const struct multifactor_job *j, ns_t now)
{
    wide_t sum = 0;

    for (int k = 0; k < FACTORS; k++)
        if (m->weight[k])
            sum += (wide_t)m->weight[k] * multifactor_factor(m, j, (enum multifactor_factor)k, now);
    return (int64_t)(sum / MULTIFACTOR_ONE) + j->site - j->nice;
}

struct desired_key multifactor_key(const struct multifactor *m, const struct multifactor_job *j,
                                   ns_t now, uint64_t seq)
{
    return (struct desired_key){-multifactor_priority(m, j, now), j->submit, seq};
}

ns_t multifactor_next_period(const struct multifactor *m, ns_t now)
{
    ns_t periods = now / m->calc_period + 1;

    return periods > NS_NEVER / m->calc_period ? NS_NEVER : periods * m->calc_period;
}

ns_t multifactor_next_change(const struct multifactor *m, const struct multifactor_job *j, ns_t now)
{
    ns_t period = multifactor_next_period(m, now);
    ns_t full = j->eligible > NS_NEVER - m->max_age ? NS_NEVER : j->eligible + m->max_age;

    return m->weight[FACTOR_AGE] && full > now && full < period ? full : period;
}

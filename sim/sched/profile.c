/* profile.c - devices in use as a step function of future time. */
#include "sched/profile.h"

#include "base/check.h"

void profile_init(struct profile *p, uint32_t types)
{
    *p = (struct profile){.types = types};
    VEC_PUSH(&p->point, (struct profile_point){-1, 0});
    for (uint32_t i = 0; i < types; i++)
        VEC_PUSH(&p->used, 0);
}

void profile_free(struct profile *p)
{
    VEC_FREE(&p->point);
    VEC_FREE(&p->used);
}

/* The last point not after an instant. */
static size_t find(const struct profile *p, ns_t at)
{
    size_t low = 0, high = p->point.n;

    while (high - low > 1) {
        size_t mid = (low + high) / 2;
        if (p->point.at[mid].at <= at)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* A point at exactly this instant. */
static size_t point_at(struct profile *p, ns_t at)
{
    size_t i = find(p, at), t = p->types;

    if (p->point.at[i].at == at)
        return i;
    i++;
    VEC_RESERVE(&p->point, p->point.n + 1);
    VEC_RESERVE(&p->used, p->used.n + t);
    memmove(p->point.at + i + 1, p->point.at + i, (p->point.n - i) * sizeof *p->point.at);
    memmove(p->used.at + (i + 1) * t, p->used.at + i * t,
            (p->point.n - i) * t * sizeof *p->used.at);
    p->point.at[i] = (struct profile_point){at, 0};
    memcpy(p->used.at + i * t, p->used.at + (i - 1) * t, t * sizeof *p->used.at);
    p->point.n++;
    p->used.n += t;
    return i;
}

void profile_use(struct profile *p, ns_t from, ns_t to, uint32_t type, uint32_t devices, bool more)
{
    ns_t past = p->point.at[0].at;
    size_t i, j;

    /* What lies before the first point was forgotten, when it was used and when it is taken back. */
    if (to <= past)
        return;
    i = from <= past ? 0 : point_at(p, from);
    j = point_at(p, to);
    p->point.at[j].ends += more ? 1u : -1u;
    for (; i < j; i++)
        p->used.at[i * p->types + type] += more ? devices : -devices;
}

void profile_trim(struct profile *p, ns_t now)
{
    size_t first = find(p, now), kept = 0, t = p->types;

    for (size_t i = first; i < p->point.n; i++) {
        if (kept && !p->point.at[i].ends &&
            !memcmp(p->used.at + i * t, p->used.at + (kept - 1) * t, t * sizeof *p->used.at))
            continue;
        p->point.at[kept] = p->point.at[i];
        memmove(p->used.at + kept * t, p->used.at + i * t, t * sizeof *p->used.at);
        kept++;
    }
    p->point.n = kept;
    p->used.n = kept * t;
}

uint32_t profile_most(const struct profile *p, uint32_t type, ns_t from, ns_t length)
{
    ns_t to = length > NS_NEVER - from ? NS_NEVER : from + length;
    size_t first = find(p, from);
    uint32_t most = p->used.at[first * p->types + type];

    for (size_t i = first + 1; i < p->point.n && p->point.at[i].at < to; i++)
        if (p->used.at[i * p->types + type] > most)
            most = p->used.at[i * p->types + type];
    return most;
}

ns_t profile_next_end(const struct profile *p, ns_t at)
{
    for (size_t i = find(p, at) + 1; i < p->point.n; i++)
        if (p->point.at[i].ends)
            return p->point.at[i].at;
    return NS_NEVER;
}

bool profile_has(const struct profile *p, const uint32_t *total, uint64_t types, uint64_t devices,
                 ns_t from, ns_t length, ns_t *until)
{
    ns_t to = length > NS_NEVER - from ? NS_NEVER : from + length;
    size_t t = p->types, last = p->point.n;

    for (size_t i = find(p, from); i < p->point.n && (i == 0 || p->point.at[i].at < to); i++) {
        uint64_t free = 0;
        for (uint32_t k = 0; k < t; k++)
            if (types >> k & 1)
                free += total[k] - p->used.at[i * t + k];
        if (free < devices)
            last = i;
    }
    if (last == p->point.n)
        return true;
    *until = last + 1 < p->point.n ? p->point.at[last + 1].at : NS_NEVER;
    return false;
}

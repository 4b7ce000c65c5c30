/* usage.c - decayed usage of owners. */
#include "sched/usage.h"

#include "base/check.h"

/* Half-lives after which everything is moved to a new epoch: 2^27 milli-GPU x 2^63 ns x 2^32 fits. */
enum { EPOCH_HALVINGS = 32 };

__extension__ typedef unsigned __int128 scaled_t;

/* 2^-(2^-k) for k = 1..32, in units of 2^-64, to the nearest. */
static const uint64_t root[] = {
    UINT64_C(0xb504f333f9de6484), UINT64_C(0xd744fccad69d6af4), UINT64_C(0xeac0c6e7dd24392f),
    UINT64_C(0xf5257d152486cc2c), UINT64_C(0xfa83b2db722a033a), UINT64_C(0xfd3e0c0cf486c175),
    UINT64_C(0xfe9e115c7b8f884c), UINT64_C(0xff4ecb59511ec8a5), UINT64_C(0xffa756521c8daed2),
    UINT64_C(0xffd3a751c0f7e10c), UINT64_C(0xffe9d2b2f7db2756), UINT64_C(0xfff4e91bff1b8c3e),
    UINT64_C(0xfffa747ea0040664), UINT64_C(0xfffd3a3b7814eb54), UINT64_C(0xfffe9d1cc60ddab1),
    UINT64_C(0xffff4e8e25879bfa), UINT64_C(0xffffa7470363f451), UINT64_C(0xffffd3a37dda0313),
    UINT64_C(0xffffe9d1bdf703af), UINT64_C(0xfffff4e8debe025e), UINT64_C(0xfffffa746f4fa150),
    UINT64_C(0xfffffd3a37a3f8b0), UINT64_C(0xfffffe9d1bd1065a), UINT64_C(0xffffff4e8de845ae),
    UINT64_C(0xffffffa746f41377), UINT64_C(0xffffffd3a37a05e4), UINT64_C(0xffffffe9d1bd01fc),
    UINT64_C(0xfffffff4e8de80c0), UINT64_C(0xfffffffa746f4051), UINT64_C(0xfffffffd3a37a025),
    UINT64_C(0xfffffffe9d1bd011), UINT64_C(0xffffffff4e8de808),
};

static wide_t scale(wide_t v, uint64_t by)
{
    scaled_t low = (scaled_t)(uint64_t)v * by, high = (scaled_t)(v >> 64) * by;

    return (wide_t)(high + (low >> 64));
}

/* v x 2^-(part / 2^32) */
static wide_t scale_part(wide_t v, uint32_t part)
{
    for (int k = 0; k < 32; k++)
        if (part >> (31 - k) & 1)
            v = scale(v, root[k]);
    return v;
}

static uint32_t part_of(ns_t passed, ns_t half_life)
{
    return (uint32_t)(((wide_t)(passed % half_life) << 32) / half_life);
}

wide_t usage_decay(wide_t v, ns_t passed, ns_t half_life)
{
    check(passed >= 0 && v >= 0);
    if (half_life == NS_NEVER)
        return v;
    if (passed / half_life >= 127)
        return 0;
    return scale_part(v, part_of(passed, half_life)) >> (passed / half_life);
}

/* The inverse, for amounts small enough to grow. */
static wide_t grow(wide_t v, ns_t passed, ns_t half_life)
{
    ns_t whole = passed / half_life;
    uint32_t part = part_of(passed, half_life);

    if (!part)
        return v << whole;
    return scale_part(v << (whole + 1), (uint32_t)(0 - part));
}

void usage_init(struct usage *u, uint32_t n, ns_t half_life, struct arena *a)
{
    check(half_life >= NS_PER_S);
    *u = (struct usage){.n = n, .half_life = half_life};
    u->owner = ARENA_ARRAY(a, struct usage_owner, n);
}

static void catch_up(struct usage_owner *o, ns_t now)
{
    check(now >= o->since);
    o->fresh += (wide_t)(now - o->since) * (wide_t)o->milli;
    o->since = now;
}

void usage_hold(struct usage *u, uint32_t owner, int64_t milli, ns_t now)
{
    struct usage_owner *o = &u->owner[owner];

    check(owner < u->n && (milli >= 0 || o->milli >= (uint64_t)-milli));
    catch_up(o, now);
    o->milli += (uint64_t)milli;
}

static void move_epoch(struct usage *u, ns_t now)
{
    ns_t whole = (now - u->epoch) / u->half_life;

    if (whole < EPOCH_HALVINGS)
        return;
    for (uint32_t i = 0; i < u->n; i++)
        u->owner[i].stored = whole < 127 ? u->owner[i].stored >> whole : 0;
    u->epoch += whole * u->half_life;
}

void usage_fold(struct usage *u, ns_t now)
{
    check(now >= u->folded);
    if (u->half_life != NS_NEVER)
        move_epoch(u, now);
    for (uint32_t i = 0; i < u->n; i++) {
        struct usage_owner *o = &u->owner[i];
        catch_up(o, now);
        o->stored +=
            u->half_life == NS_NEVER ? o->fresh : grow(o->fresh, now - u->epoch, u->half_life);
        o->fresh = 0;
    }
    u->folded = now;
}

wide_t usage_at(const struct usage *u, uint32_t owner, ns_t now)
{
    check(owner < u->n && now >= u->folded);
    return usage_decay(u->owner[owner].stored, now - u->epoch, u->half_life);
}

void usage_state(struct usage *u, struct state *s)
{
    state_i64(s, &u->epoch);
    state_i64(s, &u->folded);
    for (uint32_t i = 0; i < u->n; i++) {
        struct usage_owner *o = &u->owner[i];
        state_wide(s, &o->stored);
        state_wide(s, &o->fresh);
        state_i64(s, &o->since);
        state_u64(s, &o->milli);
    }
}

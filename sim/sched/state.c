/* state.c - the bytes of a policy's state. */
#include "sched/state.h"

void state_free(struct state *s)
{
    VEC_FREE(&s->bytes);
}

/* n <= 8 bytes, the least first. */
static uint64_t number(struct state *s, uint64_t v, uint32_t n)
{
    uint64_t read = 0;

    if (!s->loading) {
        VEC_RESERVE(&s->bytes, s->bytes.n + n);
        for (uint32_t i = 0; i < n; i++)
            s->bytes.at[s->bytes.n++] = (unsigned char)(v >> 8 * i);
        return v;
    }
    if (!state_require(s, s->bytes.n - s->at >= n))
        return 0;
    for (uint32_t i = 0; i < n; i++)
        read |= (uint64_t)s->bytes.at[s->at++] << 8 * i;
    return read;
}

void state_u64(struct state *s, uint64_t *v)
{
    *v = number(s, *v, 8);
}

void state_i64(struct state *s, int64_t *v)
{
    *v = (int64_t)number(s, (uint64_t)*v, 8);
}

void state_u32(struct state *s, uint32_t *v)
{
    *v = (uint32_t)number(s, *v, 4);
}

void state_i32(struct state *s, int32_t *v)
{
    *v = (int32_t)(uint32_t)number(s, (uint32_t)*v, 4);
}

void state_u16(struct state *s, uint16_t *v)
{
    *v = (uint16_t)number(s, *v, 2);
}

void state_u8(struct state *s, uint8_t *v)
{
    *v = (uint8_t)number(s, *v, 1);
}

void state_bool(struct state *s, bool *v)
{
    uint64_t read = number(s, *v, 1);

    *v = state_require(s, read <= 1) && read;
}

void state_wide(struct state *s, wide_t *v)
{
    uint64_t low = number(s, (uint64_t)*v, 8);
    int64_t high = (int64_t)number(s, (uint64_t)(*v >> 64), 8);

    *v = (wide_t)high * ((wide_t)1 << 64) + (wide_t)low;
}

void state_index(struct state *s, uint32_t *v, uint32_t most)
{
    state_u32(s, v);
    if (!state_require(s, *v <= most))
        *v = 0;
}

void state_count(struct state *s, uint32_t *n, uint32_t most, uint32_t bytes)
{
    state_index(s, n, most);
    if (s->loading && !state_require(s, *n <= (s->bytes.n - s->at) / bytes))
        *n = 0;
}

void state_same(struct state *s, uint64_t v)
{
    uint64_t read = number(s, v, 8);

    state_require(s, read == v);
}

bool state_require(struct state *s, bool ok)
{
    s->broken = s->broken || (s->loading && !ok);
    return !s->broken;
}

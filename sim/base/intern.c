/* intern.c - strings to small integers, in order of first sight. */
#include "base/intern.h"

#include "base/digest.h"
#include "base/vec.h"

#define EMPTY UINT64_MAX

void intern_init(struct intern *in)
{
    memset(in, 0, sizeof *in);
}

void intern_free(struct intern *in)
{
    free(in->text);
    free(in->start);
    free(in->slot);
    intern_init(in);
}

static uint32_t hash(const char *text, size_t n)
{
    uint64_t h = n, w;

    for (; n >= 8; text += 8, n -= 8) {
        memcpy(&w, text, 8);
        h = digest_mix(h ^ w);
    }
    w = 0;
    memcpy(&w, text, n);
    return (uint32_t)digest_mix(h ^ w);
}

/* The slot where the string is, or where it would go. slots > n, so one is empty. The
 * hash in the slot saves a look at the text, which lies elsewhere in memory. */
static uint32_t find_slot(const struct intern *in, uint32_t mark, const char *text, size_t n)
{
    uint32_t i = mark & (in->slots - 1);

    for (uint64_t k; (k = in->slot[i]) != EMPTY; i = (i + 1) & (in->slots - 1)) {
        if (k >> 32 != mark)
            continue;
        const char *have = intern_text(in, (uint32_t)k);
        if (!strncmp(have, text, n) && !have[n])
            break;
    }
    return i;
}

static void rehash(struct intern *in, uint32_t slots)
{
    uint64_t *old = in->slot;
    uint32_t n = in->slots;

    in->slot = malloc(slots * sizeof *in->slot);
    if (!in->slot)
        abort();
    memset(in->slot, 0xff, slots * sizeof *in->slot);
    in->slots = slots;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = (uint32_t)(old[i] >> 32) & (slots - 1);
        if (old[i] == EMPTY)
            continue;
        while (in->slot[at] != EMPTY)
            at = (at + 1) & (slots - 1);
        in->slot[at] = old[i];
    }
    free(old);
}

uint32_t intern_find(const struct intern *in, const char *text, size_t n)
{
    return in->slots ? (uint32_t)in->slot[find_slot(in, hash(text, n), text, n)] : INTERN_NONE;
}

uint32_t intern_add(struct intern *in, const char *text, size_t n)
{
    uint32_t at, mark = hash(text, n);
    size_t room = in->room;

    if (in->n + (in->n >> 1) + 1 >= in->slots)
        rehash(in, in->slots ? in->slots * 2 : 64);
    at = find_slot(in, mark, text, n);
    if (in->slot[at] != EMPTY)
        return (uint32_t)in->slot[at];
    if (in->n == in->room) {
        in->start = vec_grow(in->start, &room, in->n + 1, sizeof *in->start);
        in->room = (uint32_t)room;
    }
    if (in->text_n + n + 1 > in->text_room)
        in->text = vec_grow(in->text, &in->text_room, in->text_n + n + 1, 1);
    in->start[in->n] = (uint32_t)in->text_n;
    memcpy(in->text + in->text_n, text, n);
    in->text[in->text_n + n] = 0;
    in->text_n += n + 1;
    in->slot[at] = (uint64_t)mark << 32 | in->n;
    return in->n++;
}

/* intern.c - strings to small integers, in order of first sight. */
#include "base/intern.h"

#include "base/digest.h"
#include "base/vec.h"

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

/* The slot where the string is, or where it would go. slots > n, so one is empty. */
static uint32_t find_slot(const struct intern *in, const char *text, size_t n)
{
    uint32_t i = hash(text, n) & (in->slots - 1);

    while (in->slot[i] != INTERN_NONE) {
        const char *have = intern_text(in, in->slot[i]);
        if (!strncmp(have, text, n) && !have[n])
            break;
        i = (i + 1) & (in->slots - 1);
    }
    return i;
}

static void rehash(struct intern *in, uint32_t slots)
{
    free(in->slot);
    in->slot = malloc(slots * sizeof *in->slot);
    if (!in->slot)
        abort();
    memset(in->slot, 0xff, slots * sizeof *in->slot);
    in->slots = slots;
    for (uint32_t i = 0; i < in->n; i++) {
        const char *t = intern_text(in, i);
        in->slot[find_slot(in, t, strlen(t))] = i;
    }
}

uint32_t intern_find(const struct intern *in, const char *text, size_t n)
{
    return in->slots ? in->slot[find_slot(in, text, n)] : INTERN_NONE;
}

uint32_t intern_add(struct intern *in, const char *text, size_t n)
{
    uint32_t at;
    size_t room = in->room;

    if (in->n + (in->n >> 1) + 1 >= in->slots)
        rehash(in, in->slots ? in->slots * 2 : 64);
    at = find_slot(in, text, n);
    if (in->slot[at] != INTERN_NONE)
        return in->slot[at];
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
    in->slot[at] = in->n;
    return in->n++;
}

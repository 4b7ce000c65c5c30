/* intern.h - strings to small integers, numbered from 0 in order of first sight. */
#ifndef BERTH_BASE_INTERN_H
#define BERTH_BASE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#define INTERN_NONE UINT32_MAX

struct intern {
    char *text; /* owned; NUL-terminated strings end to end */
    size_t text_n, text_room;
    uint32_t *start; /* owned; start[i] is where string i begins in text */
    uint32_t n, room;
    uint64_t *slot; /* owned; open addressing: hash above, number below; all ones = empty */
    uint32_t slots; /* power of two, or 0 */
};

void intern_init(struct intern *in);
void intern_free(struct intern *in);

/* The number of the string, given a new one if it was not seen. n bytes, no NUL inside. */
uint32_t intern_add(struct intern *in, const char *text, size_t n);

/* The number of the string, or INTERN_NONE. */
uint32_t intern_find(const struct intern *in, const char *text, size_t n);

/* The text of number i < in->n; borrowed, valid until the next intern_add. */
static inline const char *intern_text(const struct intern *in, uint32_t i)
{
    return in->text + in->start[i];
}

#endif

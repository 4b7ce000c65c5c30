/* vec.h - growable typed arrays: struct { T *at; size_t n, room; }.
 *
 * A zeroed struct is an empty vector. Memory is owned by the vector and released
 * with VEC_FREE. Growth doubles; running out of memory ends the program. Elements
 * may move whenever the vector grows: keep indexes, not pointers. */
#ifndef BERTH_BASE_VEC_H
#define BERTH_BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *at;                                                                                  \
        size_t n, room;                                                                            \
    }

/* Room for at least `want` elements; returns the new buffer. Not for direct use. */
void *vec_grow(void *at, size_t *room, size_t want, size_t size);

#define VEC_RESERVE(v, want)                                                                       \
    ((want) <= (v)->room                                                                           \
         ? (void)0                                                                                 \
         : (void)((v)->at = vec_grow((v)->at, &(v)->room, (want), sizeof *(v)->at)))

#define VEC_PUSH(v, ...) (VEC_RESERVE((v), (v)->n + 1), (v)->at[(v)->n++] = (__VA_ARGS__))

/* The elements of another vector of the same type, instead of its own. */
#define VEC_COPY(to, from)                                                                         \
    do {                                                                                           \
        VEC_RESERVE((to), (from)->n);                                                              \
        if ((from)->n)                                                                             \
            memcpy((to)->at, (from)->at, (from)->n * sizeof *(from)->at);                          \
        (to)->n = (from)->n;                                                                       \
    } while (0)

#define VEC_FREE(v) (free((v)->at), (v)->at = NULL, (v)->n = (v)->room = 0)

#endif

/* check.h - assertions. check() stays in release builds and guards module doors;
 * debug_check() is for debug and sanitizer builds only. */
#ifndef BERTH_BASE_CHECK_H
#define BERTH_BASE_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define check(x)                                                                                   \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #x);              \
            exit(6);                                                                               \
        }                                                                                          \
    } while (0)

#ifdef BERTH_DEBUG
#define debug_check(x) check(x)
#else
#define debug_check(x) ((void)0)
#endif

#endif

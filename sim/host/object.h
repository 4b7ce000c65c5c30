/* object.h - what a shared object brings and asks for, read from its ELF64 tables without loading it. */
#ifndef BERTH_HOST_OBJECT_H
#define BERTH_HOST_OBJECT_H

#include "base/diag.h"
#include "base/vec.h"

struct object_variable {
    const char *name;
    uint64_t bytes;
};

struct object {
    char *file; /* owned; names point into it */
    size_t n;
    VEC(const char *) imports;             /* functions and data of other objects */
    VEC(struct object_variable) variables; /* writable, constants that are relocated left out */
    uint64_t
        nameless; /* bytes of writable data that no symbol names, beyond what every object has */
};

/* 0, or -1 with STATUS_POLICY when the file is no 64-bit object of this machine's byte order. To be freed
 * in any case. */
int object_read(struct object *o, const char *path, struct diag *d);
void object_free(struct object *o);

#endif

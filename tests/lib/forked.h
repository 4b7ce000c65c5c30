/* forked.h - Berth's core as a policy that is replaced in the middle: before some of its calls its state is
 * saved, it is destroyed, and a new instance that loaded the state goes on in its place. */
#ifndef BERTH_TESTS_LIB_FORKED_H
#define BERTH_TESTS_LIB_FORKED_H

#include "abi/berth_policy.h"
#include "base/vec.h"

/* How often, and what came of it. One run at a time. */
struct forked {
    uint32_t every; /* one call in so many, drawn; 0 = never */
    uint64_t seed;
    uint64_t calls, times, bytes; /* calls of decide(), replacements, bytes of all states */
};
extern struct forked forked;

/* Its text is that of core_policy: composition.config. */
extern const struct berth_policy forked_policy;

/* Bytes as a reader and a writer of the contract. */
struct forked_bytes {
    VEC(unsigned char) all;
    size_t at;
};
struct berth_writer forked_writer(struct forked_bytes *b);
struct berth_reader forked_reader(struct forked_bytes *b);

#endif

/* fuzz_journal.c - any bytes as a journal: refused with an offset, or read, and then its own decisions replay
 * without a crash whatever its events say. */
#include "base/check.h"
#include "host/replay.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void replay(const struct journal_file *f, struct arena *a)
{
    struct replay *r = ARENA_NEW(a, struct replay);
    struct replay_config c = {.file = f, .stop = SIZE_MAX};
    struct diag d = {0};
    int rc = replay_open(r, &c, a, &d);

    while (rc >= 0 && (rc = replay_call(r, &d)) > 0)
        ;
    if (rc == 0)
        occupancy_verify(&r->host.occ);
    else
        check(d.status != STATUS_OK && d.message[0]);
    replay_free(r);
}

/* The hash stands between a fuzzer and everything behind it: also try the bytes with the hash they need. */
static void read_bytes(const void *data, size_t n)
{
    struct journal_file f;
    struct diag d = {0};
    struct arena a;

    arena_init(&a);
    if (journal_file_input(input_memory("fuzz", data, n), &a, &f, &d) == 0)
        replay(&f, &a);
    else
        check(d.status == STATUS_INPUT && d.message[0]);
    journal_file_free(&f);
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t *with = malloc(n + 65);
    struct sha256 hash;

    check(with != NULL);
    read_bytes(data, n);
    if (n)
        memcpy(with, data, n);
    sha256_init(&hash);
    sha256_add(&hash, data, n > 64 ? n - 64 : 0);
    sha256_text(&hash, (char *)with + (n > 64 ? n - 64 : 0));
    read_bytes(with, n > 64 ? n : 64);
    free(with);
    return 0;
}

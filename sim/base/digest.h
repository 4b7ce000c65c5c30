/* digest.h - hashes: a running 128-bit digest of decisions, SHA-256 of inputs. */
#ifndef BERTH_BASE_DIGEST_H
#define BERTH_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* Not cryptographic: two 64-bit multiply-xorshift lanes (constants of splitmix64).
 * Equal sequences of words give equal digests on every machine. */
struct digest {
    uint64_t a, b, n;
};

void digest_init(struct digest *d);

static inline uint64_t digest_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static inline void digest_word(struct digest *d, uint64_t w)
{
    d->n++;
    d->a = digest_mix(d->a ^ w) + UINT64_C(0x9e3779b97f4a7c15) * d->n;
    d->b = digest_mix(d->b + w + UINT64_C(0x9e3779b97f4a7c15)) ^ d->a;
}

/* 32 hexadecimal digits and a NUL into `to` (33 bytes). */
void digest_text(const struct digest *d, char *to);

/* SHA-256 (FIPS 180-4), streaming. */
struct sha256 {
    uint32_t h[8];
    uint64_t bytes;
    uint8_t block[64];
};
void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t n);
void sha256_text(struct sha256 *s, char *to); /* finishes; 65 bytes */

/* SHA-256 of a file's bytes as stored. 0, or -1 when it cannot be read. */
int sha256_file(const char *path, char *to);

#endif

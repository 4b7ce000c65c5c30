/* digest.c - the running digest of decisions, and SHA-256 (FIPS 180-4) of inputs. */
#include "base/digest.h"

#include <stdio.h>
#include <string.h>

void digest_init(struct digest *d)
{
    d->a = UINT64_C(0x6a09e667f3bcc908);
    d->b = UINT64_C(0xbb67ae8584caa73b);
    d->n = 0;
}

void digest_text(const struct digest *d, char *to)
{
    snprintf(to, 33, "%016llx%016llx", (unsigned long long)d->a, (unsigned long long)d->b);
}

static const uint32_t round_constant[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t x, int by)
{
    return x >> by | x << (32 - by);
}

/* One round with the eight words under the names they have in this round: renaming them
 * instead of moving them doubles the speed. */
#define ROUND(a, b, c, d, e, f, g, h, i)                                                           \
    do {                                                                                           \
        uint32_t t_ = (h) + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +                             \
                      ((g) ^ ((e) & ((f) ^ (g)))) + round_constant[i] + w[i];                      \
        (d) += t_;                                                                                 \
        (h) = t_ + (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (((a) & (b)) | ((c) & ((a) | (b)))); \
    } while (0)

static void block(struct sha256 *s, const uint8_t *p)
{
    uint32_t w[64];
    uint32_t a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3];
    uint32_t e = s->h[4], f = s->h[5], g = s->h[6], h = s->h[7];

    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
               (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t x = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t y = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + x + w[i - 7] + y;
    }
    for (int i = 0; i < 64; i += 8) {
        ROUND(a, b, c, d, e, f, g, h, i);
        ROUND(h, a, b, c, d, e, f, g, i + 1);
        ROUND(g, h, a, b, c, d, e, f, i + 2);
        ROUND(f, g, h, a, b, c, d, e, i + 3);
        ROUND(e, f, g, h, a, b, c, d, i + 4);
        ROUND(d, e, f, g, h, a, b, c, i + 5);
        ROUND(c, d, e, f, g, h, a, b, i + 6);
        ROUND(b, c, d, e, f, g, h, a, i + 7);
    }
    s->h[0] += a;
    s->h[1] += b;
    s->h[2] += c;
    s->h[3] += d;
    s->h[4] += e;
    s->h[5] += f;
    s->h[6] += g;
    s->h[7] += h;
}

void sha256_init(struct sha256 *s)
{
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(s->h, start, sizeof start);
    s->bytes = 0;
}

void sha256_add(struct sha256 *s, const void *data, size_t n)
{
    const uint8_t *p = data;

    while (n) {
        size_t have = s->bytes & 63, take = 64 - have < n ? 64 - have : n;
        if (take == 64) {
            block(s, p);
            s->bytes += 64;
            p += 64;
            n -= 64;
            continue;
        }
        memcpy(s->block + have, p, take);
        s->bytes += take;
        p += take;
        n -= take;
        if (have + take == 64)
            block(s, s->block);
    }
}

void sha256_text(struct sha256 *s, char *to)
{
    uint64_t bits = s->bytes * 8;
    uint8_t tail[8], one = 0x80, zero = 0;

    for (int i = 0; i < 8; i++)
        tail[i] = (uint8_t)(bits >> (56 - 8 * i));
    sha256_add(s, &one, 1);
    while ((s->bytes & 63) != 56)
        sha256_add(s, &zero, 1);
    sha256_add(s, tail, 8);
    for (int i = 0; i < 8; i++)
        snprintf(to + 8 * i, 9, "%08x", s->h[i]);
}

int sha256_file(const char *path, char *to)
{
    struct sha256 s;
    char buffer[1 << 14];
    size_t n;
    int failed;
    FILE *f = fopen(path, "rb");

    if (!f)
        return -1;
    sha256_init(&s);
    while ((n = fread(buffer, 1, sizeof buffer, f)) > 0)
        sha256_add(&s, buffer, n);
    failed = ferror(f);
    fclose(f);
    if (failed)
        return -1;
    sha256_text(&s, to);
    return 0;
}

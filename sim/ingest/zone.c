/* zone.c - local times of logs to UTC: a fixed offset or an IANA zone from the system's
 * zone files (TZif, RFC 8536, the 64-bit block). */
#include "ingest/zone.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define ZONE_FILE_MAX (1u << 18)
#define TZIF_HEADER 44

static struct diag_at nowhere(void)
{
    return (struct diag_at){.file = "--tz"};
}

/* "+08:00", "-0330", "+8" -> seconds. */
static bool fixed(const char *tz, int64_t *out)
{
    int64_t v[2] = {0, 0};
    const char *p = tz + 1;
    int digits = 0;

    if (*tz != '+' && *tz != '-')
        return false;
    for (; isdigit((unsigned char)*p) && digits < 2; digits++)
        v[0] = v[0] * 10 + (*p++ - '0');
    if (digits == 0)
        return false;
    if (*p == ':')
        p++;
    for (digits = 0; isdigit((unsigned char)*p) && digits < 2; digits++)
        v[1] = v[1] * 10 + (*p++ - '0');
    if (*p != '\0' || digits == 1 || v[0] > 14 || v[1] > 59)
        return false;
    *out = (v[0] * 3600 + v[1] * 60) * (*tz == '-' ? -1 : 1);
    return true;
}

static int64_t big_endian(const unsigned char *p, int bytes)
{
    uint64_t v = p[0] & 0x80 ? UINT64_MAX : 0;

    for (int i = 0; i < bytes; i++)
        v = v << 8 | p[i];
    return (int64_t)v;
}

/* Sizes of the blocks after a TZif header, and what they add up to. */
static size_t block_size(const unsigned char *h, size_t time_bytes, size_t count[6])
{
    for (int i = 0; i < 6; i++)
        count[i] = (size_t)big_endian(h + 20 + 4 * i, 4) & 0xffffffff;
    /* order in the header: isutc, isstd, leap, time, type, char */
    return count[3] * time_bytes + count[3] + count[4] * 6 + count[5] +
           count[2] * (time_bytes + 4) + count[1] + count[0];
}

static bool load(struct zone *z, const unsigned char *file, size_t n)
{
    size_t count[6], first, second;
    const unsigned char *times, *kinds, *types;

    if (n < 2 * TZIF_HEADER || memcmp(file, "TZif", 4) != 0 || file[4] < '2')
        return false;
    first = TZIF_HEADER + block_size(file, 4, count);
    if (first > n - TZIF_HEADER || memcmp(file + first, "TZif", 4) != 0)
        return false;
    second = block_size(file + first, 8, count);
    if (count[3] > n || count[4] == 0 || second > n - first - TZIF_HEADER)
        return false;
    times = file + first + TZIF_HEADER;
    kinds = times + count[3] * 8;
    types = kinds + count[3];
    z->first = big_endian(types, 4);
    z->changes = count[3] ? calloc(count[3], sizeof *z->changes) : NULL;
    if (count[3] && !z->changes)
        return false;
    for (size_t i = 0; i < count[3]; i++) {
        if (kinds[i] >= count[4])
            return false;
        z->changes[i] = (struct zone_change){big_endian(times + 8 * i, 8),
                                             big_endian(types + 6 * (size_t)kinds[i], 4)};
    }
    z->n = (uint32_t)count[3];
    /* the footer is a line with a rule; a comma in it means summer time goes on for ever */
    z->ends = memchr(times + second, ',', n - first - TZIF_HEADER - second) != NULL;
    return true;
}

int zone_open(struct zone *z, const char *tz, struct diag *d)
{
    char path[256];
    unsigned char *file;
    size_t n;
    FILE *f;
    bool good;

    *z = (struct zone){.named = tz && *tz};
    if (!tz || !*tz || strcmp(tz, "Z") == 0 || strcmp(tz, "UTC") == 0 || fixed(tz, &z->first))
        return 0;
    if (*tz == '+' || *tz == '-' || *tz == '/' || strstr(tz, "..") || strlen(tz) > 128)
        return diag_fail(d, STATUS_USAGE, nowhere(),
                         "zone is '%s', expected an offset such as +08:00 or a name such as "
                         "America/New_York",
                         tz);
    snprintf(path, sizeof path, ZONE_FOLDER "/%s", tz);
    f = fopen(path, "rb");
    if (!f)
        return diag_fail(d, STATUS_USAGE, nowhere(),
                         "zone is '%s', expected a name found in " ZONE_FOLDER
                         " (package tzdata) or an offset such as +08:00",
                         tz);
    file = malloc(ZONE_FILE_MAX);
    n = file ? fread(file, 1, ZONE_FILE_MAX, f) : 0;
    fclose(f);
    good = file && load(z, file, n);
    free(file);
    if (good)
        return 0;
    zone_close(z);
    return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = path},
                     "not a zone file, expected TZif version 2 or later");
}

void zone_close(struct zone *z)
{
    free(z->changes);
    z->changes = NULL;
    z->n = 0;
}

ns_t zone_utc(const struct zone *z, ns_t civil, bool *odd)
{
    int64_t s = civil / NS_PER_S, before = z->first;

    *odd = false;
    for (uint32_t i = 0; i < z->n; i++) {
        int64_t after = z->changes[i].offset;

        if (s - before < z->changes[i].at) {
            bool twice = s - after >= z->changes[i].at;
            bool never = i > 0 && s - before < z->changes[i - 1].at;
            *odd = twice || never;
            return civil - before * NS_PER_S;
        }
        before = after;
    }
    *odd = z->ends && z->n > 0;
    return civil - before * NS_PER_S;
}

bool zone_read(struct zone *z, const char *text, size_t n, uint32_t line, struct sink *s, ns_t *out)
{
    bool zoned, odd;

    if (!units_civil(text, n, out, &zoned) || *out < 0 || *out > ZONE_LATEST)
        return false;
    if (zoned)
        return true;
    if (!z->named) {
        if (!z->warned)
            sink_warn(s, "zone", line,
                      "times have no zone and are read as UTC; --tz names another");
        z->warned = true;
        return true;
    }
    *out = zone_utc(z, *out, &odd);
    if (odd)
        sink_warn(s, "clock-change", line,
                  "'%.*s' is an hour that the local clock shows twice or never, the first reading "
                  "is taken",
                  (int)n, text);
    return true;
}

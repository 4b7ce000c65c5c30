/* slurm_tres.c - what a job was given, as Slurm writes it. */
#include "ingest/slurm_tres.h"

#include "base/units.h"

#include <stdio.h>
#include <string.h>

bool slurm_tres_memory(const char *text, size_t n, int64_t *mib)
{
    /* in KiB, so that every unit is whole; numbers without a letter are MiB */
    static const struct {
        char letter;
        unsigned shift;
    } units[] = {
        {'K', 0}, {'M', 10}, {'G', 20}, {'T', 30}, {'P', 40},
    };
    unsigned shift = 10;
    ns_t scaled; /* the number times 10^9 */
    wide_t kib;

    if (n > 0)
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if ((text[n - 1] & ~0x20) == units[i].letter) {
                shift = units[i].shift;
                n--;
                break;
            }
    if (n == 0 || *text == '-' || !units_seconds(text, n, &scaled, NULL))
        return false;
    kib = ((wide_t)scaled << shift) / NS_PER_S;
    if (kib > (wide_t)1 << 60)
        return false;
    *mib = (int64_t)((kib + 1023) / 1024);
    return true;
}

bool slurm_tres_is_mig(const char *type, size_t n)
{
    size_t at = 0;

    while (at < n && type[at] >= '0' && type[at] <= '9')
        at++;
    if (at == 0 || at + 2 >= n || type[at] != 'g' || type[at + 1] != '.')
        return false;
    for (size_t from = at += 2; at < n; at++) {
        if (type[at] >= '0' && type[at] <= '9')
            continue;
        return at > from && at + 1 < n && type[at] == 'g' && type[at + 1] == 'b';
    }
    return false;
}

static bool complain(struct slurm_fault *f, const char *key, size_t key_n, size_t at, size_t n,
                     const char *expected)
{
    *f = (struct slurm_fault){.at = at, .n = n ? n : 1, .expected = expected};
    snprintf(f->what, sizeof f->what, "%.*s", (int)(key_n < 40 ? key_n : 40), key);
    return false;
}

/* One "key=value"; keys we have no use for are passed over whatever they hold. */
static bool item(struct slurm_tres *t, const char *text, size_t at, size_t key_n, size_t n,
                 struct slurm_fault *f)
{
    static const char gpu[] = "gres/gpu:";
    const char *key = text + at, *value = key + key_n + 1;
    size_t value_n = n - key_n - 1;
    const struct {
        const char *name;
        int64_t *to;
    } counts[] = {
        {"node", &t->nodes},        {"cpu", &t->cpus},     {"gres/gpu", &t->gpus},
        {"gres/shard", &t->shards}, {"gres/mps", &t->mps},
    };
    int64_t *to = NULL;

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (strlen(counts[i].name) == key_n && memcmp(counts[i].name, key, key_n) == 0)
            to = counts[i].to;
    if (key_n == 3 && memcmp(key, "mem", 3) == 0) {
        if (!slurm_tres_memory(value, value_n, &t->memory_mib))
            return complain(f, key, key_n, at + key_n + 1, value_n, "memory such as 491520M");
        return true;
    }
    if (key_n >= sizeof gpu && memcmp(key, gpu, sizeof gpu - 1) == 0) {
        if (t->n_typed == SLURM_TRES_TYPES)
            return complain(f, key, key_n, at, key_n, "at most 8 types of GPU");
        t->typed[t->n_typed].name = key + sizeof gpu - 1;
        t->typed[t->n_typed].n = key_n - (sizeof gpu - 1);
        to = &t->typed[t->n_typed++].gpus;
    }
    if (!to)
        return true;
    if (!units_integer(value, value_n, to) || *to < 0)
        return complain(f, key, key_n, at + key_n + 1, value_n, "a whole number");
    return true;
}

bool slurm_tres_parse(const char *text, size_t n, struct slurm_tres *out, struct slurm_fault *fault)
{
    *out = (struct slurm_tres){
        .nodes = -1, .cpus = -1, .memory_mib = -1, .gpus = -1, .shards = -1, .mps = -1};
    for (size_t at = 0; at < n;) {
        const char *comma = memchr(text + at, ',', n - at);
        size_t len = comma ? (size_t)(comma - text) - at : n - at;
        const char *equals = memchr(text + at, '=', len);

        if (!equals)
            return complain(fault, "entry", 5, at, len, "name=count");
        if (!item(out, text, at, (size_t)(equals - text) - at, len, fault))
            return false;
        at += len + 1;
    }
    return true;
}

int64_t slurm_tres_gpus(const struct slurm_tres *t)
{
    int64_t typed = 0;

    if (t->gpus >= 0)
        return t->gpus;
    for (uint32_t i = 0; i < t->n_typed; i++)
        typed += t->typed[i].gpus;
    return typed;
}

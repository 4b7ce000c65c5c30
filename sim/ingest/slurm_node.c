/* slurm_node.c - one record of `scontrol show node`. */
#include "ingest/slurm_node.h"

#include "base/units.h"
#include "ingest/slurm_tres.h"

#include <string.h>

struct line {
    const char *file, *text;
    uint32_t number;
};

static struct diag_at at(const struct line *l, const char *p, size_t n)
{
    return (struct diag_at){.file = l->file,
                            .text = l->text,
                            .line = l->number,
                            .column = (uint32_t)(p - l->text) + 1,
                            .width = (uint32_t)(n ? n : 1)};
}

/* The value of a key that begins a word of the line, up to the next blank. */
static const char *value(const char *text, const char *key, size_t *n)
{
    size_t k = strlen(key);

    /* what follows these holds blanks and '=' of its own: nothing more is a key */
    static const char *const free_text[] = {"OS=", "Reason=", "Comment=", "Extra="};
    for (const char *p = text; *p;) {
        p += strspn(p, " \t");
        if (strncmp(p, key, k) == 0) {
            *n = strcspn(p + k, " \t");
            return p + k;
        }
        for (size_t i = 0; i < sizeof free_text / sizeof *free_text; i++)
            if (strncmp(p, free_text[i], strlen(free_text[i])) == 0)
                return NULL;
        p += strcspn(p, " \t");
    }
    return NULL;
}

static int number(const struct line *l, const char *key, int64_t *out, struct diag *d)
{
    char found[48];
    size_t n;
    const char *text = value(l->text, key, &n);

    if (!text || (units_integer(text, n, out) && *out >= 0))
        return 0;
    snprintf(found, sizeof found, "%.*s", (int)(n < 40 ? n : 40), text);
    return diag_fail(d, STATUS_INPUT, at(l, text, n), "%.*s is '%s', expected a whole number",
                     (int)strlen(key) - 1, key, found);
}

/* "S:0-1" or "S:0,2" -> how many sockets. */
static uint32_t sockets(const char *p, size_t n)
{
    uint32_t count = 0, from = 0, v = 0;
    bool range = false;

    for (size_t i = 0; i <= n; i++) {
        if (i < n && p[i] >= '0' && p[i] <= '9') {
            v = v < 1000 ? v * 10 + (uint32_t)(p[i] - '0') : v;
        } else if (i < n && p[i] == '-') {
            from = v;
            range = true;
            v = 0;
        } else {
            count += range && v >= from ? v - from + 1 : 1;
            range = false;
            v = 0;
        }
    }
    return count;
}

static int add_type(struct slurm_node *to, const struct line *l, const char *item, size_t n,
                    const char *type, size_t type_n, uint32_t gpus, struct diag *d)
{
    if (to->n == SLURM_NODE_PARTS)
        return diag_fail(d, STATUS_INPUT, at(l, item, n),
                         "node '%s' has more than %d kinds of device", to->name, SLURM_NODE_PARTS);
    to->type[to->n].gpus = gpus;
    snprintf(to->type[to->n].name, sizeof to->type[0].name, "%.*s",
             (int)(type_n < 63 ? type_n : 63), type);
    to->n++;
    return 0;
}

/* "gpu:a100:8(S:0-1),shard:a100:4", "gpu:8", "(null)". */
static int gres(struct slurm_node *to, const struct line *l, const char *p, size_t n,
                struct diag *d)
{
    const char *end = p + n;

    to->told_gres = true;
    while (p < end && *p != '(') {
        const char *item = p, *stop = p, *count, *type = NULL, *paren;
        char found[48];
        size_t type_n = 0, count_n;
        int64_t gpus;

        for (int depth = 0; stop < end && (depth > 0 || *stop != ','); stop++)
            depth += *stop == '(' ? 1 : *stop == ')' ? -1 : 0;
        p = stop < end ? stop + 1 : end;
        if (stop - item < 4 || memcmp(item, "gpu:", 4) != 0)
            continue; /* shard, mps and other things the GPUs are counted by too */
        paren = memchr(item, '(', (size_t)(stop - item));
        if (paren && strncmp(paren, "(S:", 3) == 0)
            to->sockets = sockets(paren + 3, strspn(paren + 3, "0123456789-,"));
        count_n = (size_t)((paren ? paren : stop) - item) - 4;
        count = item + 4;
        for (const char *colon; (colon = memchr(count, ':', count_n));) {
            type = count;
            type_n = (size_t)(colon - count);
            count_n -= type_n + 1;
            count = colon + 1;
        }
        if (!units_integer(count, count_n, &gpus) || gpus < 0 || gpus > 4096) {
            snprintf(found, sizeof found, "%.*s", (int)(count_n < 40 ? count_n : 40), count);
            return diag_fail(d, STATUS_INPUT, at(l, count, count_n),
                             "Gres of node '%s': count is '%s', expected a whole number", to->name,
                             found);
        }
        if (gpus > 0 && add_type(to, l, item, (size_t)(stop - item), type ? type : "", type_n,
                                 (uint32_t)gpus, d) < 0)
            return -1;
    }
    return 0;
}

/* CfgTRES must tell the same number of devices. */
static int configured(const struct slurm_node *n, const struct line *l, struct diag *d)
{
    size_t length;
    const char *text = value(l->text, "CfgTRES=", &length), *mark;
    struct slurm_tres t;
    struct slurm_fault fault;
    int64_t devices = 0;

    if (!text || !n->told_gres || !slurm_tres_parse(text, length, &t, &fault))
        return 0;
    for (uint32_t i = 0; i < n->n; i++)
        devices += n->type[i].gpus;
    if (t.gpus < 0 || t.gpus == devices)
        return 0;
    mark = strstr(text, "gres/gpu=");
    return diag_fail(
        d, STATUS_INPUT, at(l, mark, strcspn(mark, ", \t")),
        "node '%s' has %lld GPUs in CfgTRES but %lld in Gres, expected the same number", n->name,
        (long long)t.gpus, (long long)devices);
}

static enum node_health health(const char *p, size_t n)
{
    static const struct {
        const char *word;
        enum node_health health;
    } flags[] = {
        {"DOWN", NODE_DOWN},         {"FAIL", NODE_DOWN},           {"NOT_RESPONDING", NODE_DOWN},
        {"POWERED_DOWN", NODE_DOWN}, {"POWER_DOWN", NODE_DOWN},     {"UNKNOWN", NODE_DOWN},
        {"DRAIN", NODE_DRAINED},     {"DRAINED", NODE_DRAINED},     {"DRAINING", NODE_DRAINED},
        {"MAINT", NODE_DRAINED},     {"MAINTENANCE", NODE_DRAINED},
    };
    enum node_health worst = NODE_UP;

    for (size_t i = 0; i < n;) {
        size_t len = strcspn(p + i, "+* \t");
        for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
            if (strlen(flags[k].word) == len && strncmp(p + i, flags[k].word, len) == 0 &&
                flags[k].health > worst)
                worst = flags[k].health;
        i += len + 1;
        if (i <= n && p[i - 1] == '*') /* "IDLE*": it does not answer */
            worst = NODE_DOWN;
    }
    return worst;
}

int slurm_node_line(struct slurm_node *n, const char *file, const char *text, uint32_t line,
                    struct diag *d)
{
    const struct line l = {file, text, line};
    size_t length;
    const char *p = value(text, "NodeName=", &length);

    if (p) {
        *n = (struct slurm_node){.line = line, .cpus = -1, .usable_cpus = -1, .memory_mib = -1};
        snprintf(n->name, sizeof n->name, "%.*s", (int)(length < 127 ? length : 127), p);
    }
    if (number(&l, "CPUTot=", &n->cpus, d) < 0 || number(&l, "CPUEfctv=", &n->usable_cpus, d) < 0 ||
        number(&l, "RealMemory=", &n->memory_mib, d) < 0)
        return -1;
    if ((p = value(text, "State=", &length)))
        n->health = health(p, length);
    if ((p = value(text, "Gres=", &length)) && gres(n, &l, p, length, d) < 0)
        return -1;
    return configured(n, &l, d);
}

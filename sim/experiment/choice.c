/* choice.c - the text of --policy to a policy that a host can run. */
#include "experiment/choice.h"

#include "host/load.h"
#include "sched/core_policy.h"
#include <stdio.h>
#include <string.h>

static struct diag_at at_text(const char *text, const char *at, size_t n)
{
    return (struct diag_at){.file = "--policy",
                            .text = text,
                            .column = (uint32_t)(at - text) + 1,
                            .width = (uint32_t)(n ? n : 1)};
}

static int find_option(const struct berth_policy *p, const char *name, size_t n)
{
    for (int i = 0; p->options && p->options[i].name; i++)
        if (strlen(p->options[i].name) == n && !memcmp(p->options[i].name, name, n))
            return i;
    return -1;
}

static int unknown_option(const struct berth_policy *p, const char *text, const char *at, size_t n,
                          struct diag *d)
{
    const char *names[CHOICE_OPTIONS], *near;
    char word[64];
    uint32_t count = 0;

    for (; p->options && p->options[count].name && count < CHOICE_OPTIONS; count++)
        names[count] = p->options[count].name;
    snprintf(word, sizeof word, "%.*s", (int)n, at);
    near = diag_nearest(word, names, count);
    return diag_fail(d, STATUS_USAGE, at_text(text, at, n),
                     "unknown option '%s' of policy %s%s%s%s", word, p->id,
                     near    ? " (nearest: '"
                     : count ? ""
                             : ", which has none",
                     near ? near : "", near ? "')" : "");
}

/* One item of the text, n bytes at `at`, into values by the policy's option table. */
static int read_option(const struct berth_policy *p, const char *text, const char *at, size_t n,
                       int64_t *values, struct diag *d)
{
    size_t key = strcspn(at, "=,+");
    int i = find_option(p, at, key);
    const struct berth_option *o;
    int64_t v = 0;

    if (i < 0)
        return unknown_option(p, text, at, key, d);
    o = &p->options[i];
    if (key >= n || !(o->is_duration ? units_duration(at + key + 1, n - key - 1, &v)
                                     : units_integer(at + key + 1, n - key - 1, &v)))
        return diag_fail(d, STATUS_USAGE, at_text(text, at, n),
                         "option '%s' is '%.*s', expected %s", o->name,
                         key < n ? (int)(n - key - 1) : 0, at + key + (key < n),
                         o->is_duration ? "a duration such as 10m" : "a whole number");
    if (v < o->low || v > o->high)
        return diag_fail(d, STATUS_USAGE, at_text(text, at, n),
                         "option '%s' is %.*s, expected %lld to %lld", o->name, (int)(n - key - 1),
                         at + key + 1, (long long)o->low, (long long)o->high);
    values[i] = v;
    return 0;
}

static uint32_t usual_values(const struct berth_policy *p, int64_t *values)
{
    uint32_t n = 0;

    for (; p->options && p->options[n].name && n < CHOICE_OPTIONS; n++)
        values[n] = p->options[n].initial;
    return n;
}

/* "a=1,b=10m" */
static int read_options(const struct berth_policy *p, const char *text, const char *at,
                        struct choice *out, struct diag *d)
{
    out->n_values = usual_values(p, out->values);
    while (*at) {
        size_t n = strcspn(at, ",+");
        if (read_option(p, text, at, n, out->values, d) < 0)
            return -1;
        at += n + (at[n] != 0);
    }
    return 0;
}

static int describe(const struct berth_policy *p, const char *text, const char *options,
                    struct arena *a, struct choice *out, struct diag *d)
{
    struct composition *c = &out->composition;

    out->policy = p;
    out->config = arena_text(a, options, strlen(options));
    snprintf(c->text, sizeof c->text, "%s", text);
    snprintf(c->estimates, sizeof c->estimates, "%s",
             p->flags & BERTH_CLAIRVOYANCE ? "exact" : "limit");
    c->knowledge = p->flags & BERTH_CLAIRVOYANCE ? ESTIMATE_EXACT : ESTIMATE_LIMIT;
    return p->options ? read_options(p, text, options, out, d) : 0;
}

int choice_of(const struct berth_policy *policy, const char *options, struct arena *a,
              struct choice *out, struct diag *d)
{
    char text[256];

    memset(out, 0, sizeof *out);
    snprintf(text, sizeof text, "%s%s%s", policy->id, *options ? "," : "", options);
    return describe(policy, arena_text(a, text, strlen(text)), options, a, out, d);
}

static int core_of(const char *text, const struct job_set *jobs, struct arena *a,
                   struct choice *out, struct diag *d)
{
    if (compose_parse(text, jobs, &out->composition, d) < 0)
        return -1;
    if (out->composition.part[AXIS_ORDER]->from_parts && !out->parts)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){.file = "--policy", .text = text},
                         "order=%s is the order that a policy's parts bring, and there are none; "
                         "name the policy: ./mine.so",
                         out->composition.part[AXIS_ORDER]->name);
    out->is_core = true;
    out->policy = &core_policy;
    out->config = arena_text(a, out->composition.config, strlen(out->composition.config));
    return 0;
}

/* The core with somebody's parts: their order and composition, then what the user says. */
static int core_with_parts(const struct berth_policy *p, const char *text, const char *rest,
                           const struct job_set *jobs, struct arena *a, struct choice *out,
                           struct diag *d)
{
    const struct berth_parts *parts = p->extension(NULL, BERTH_PARTS);
    char core[1024], own[1024];
    size_t n = 0, m = 0;

    out->parts = p;
    out->n_parts_values = usual_values(p, out->parts_values);
    n += (size_t)snprintf(core, sizeof core, "%s%s%s", parts->key ? "order=own" : "order=fifo",
                          parts->composition && *parts->composition ? "," : "",
                          parts->composition ? parts->composition : "");
    own[0] = 0;
    for (const char *at = rest; *at;) {
        size_t size = strcspn(at, ",+"), key = strcspn(at, "=,+");
        if (n + size + 2 > sizeof core || m + size + 2 > sizeof own)
            return diag_fail(d, STATUS_USAGE, (struct diag_at){.file = "--policy"},
                             "the text of the policy is longer than %zu bytes", sizeof core);
        if (find_option(p, at, key) >= 0) {
            if (read_option(p, text, at, size, out->parts_values, d) < 0)
                return -1;
            m += (size_t)snprintf(own + m, sizeof own - m, "%s%.*s", m ? "," : "", (int)size, at);
        } else {
            n += (size_t)snprintf(core + n, sizeof core - n, ",%.*s", (int)size, at);
        }
        at += size + (at[size] != 0);
    }
    out->parts_config = arena_text(a, own, m);
    if (core_of(arena_text(a, core, n), jobs, a, out, d) < 0)
        return -1;
    if (parts->estimate)
        snprintf(out->composition.estimates, sizeof out->composition.estimates, "own, of %.60s",
                 p->id);
    return 0;
}

bool choice_is_file(const char *text)
{
    return memchr(text, '/', strcspn(text, ",+")) != NULL;
}

int choice_parse(const char *text, const struct job_set *jobs, struct arena *a, struct choice *out,
                 struct diag *d)
{
    size_t n = strcspn(text, ",+");
    const char *rest = text + n + (text[n] != 0);
    const struct berth_policy *p;
    char name[1024];

    memset(out, 0, sizeof *out);
    snprintf(name, sizeof name, "%.*s", (int)n, text);
    if (choice_is_file(text)) {
        if (load_file(name, &p, d) < 0)
            return -1;
    } else {
        p = load_built_in(name);
    }
    if (!p)
        return core_of(text, jobs, a, out, d);
    if (p->decide)
        return describe(p, text, rest, a, out, d);
    return core_with_parts(p, text, rest, jobs, a, out, d);
}

/* assemble.c - accepted rows to a job_set: dependencies, order, and numbers that do not
 * depend on the order of the file. */
#include "ingest/assemble.h"

#include "base/check.h"
#include "ingest/order.h"
#include <string.h>

/* --- dependencies --- */

static const char *id_of(const struct sink *s, const struct staged *j)
{
    return j->id == INTERN_NONE ? "" : intern_text(&s->ids, j->id);
}

static void drop(struct sink *s, struct staged *j)
{
    struct diag why;

    diag_fail(&why, STATUS_INPUT, (struct diag_at){.file = s->file, .line = j->line},
              "job '%.95s' waits for '%.95s', which waits for it in turn; expected no cycle",
              id_of(s, j), intern_text(&s->ids_after, j->after));
    sink_reject(s, "cycle", &why, NULL);
    s->censored -= j->end == JOB_CENSORED;
    s->cpu_only -= s->classes.requests.at[j->request].gpus == 0;
    j->dropped = true;
}

/* The staged job that each waits for, JOB_NONE = none. NULL when nobody waits. Owned by
 * the caller. */
static uint32_t *resolve_after(struct sink *s)
{
    uint32_t n = (uint32_t)s->staged.n, *after;

    if (!s->ids_after.n || !n)
        return NULL;
    after = calloc(n, sizeof *after);
    check(after != NULL);
    for (uint32_t i = 0; i < n; i++) {
        const struct staged *j = &s->staged.at[i];
        const char *text;
        uint32_t id;
        after[i] = JOB_NONE;
        if (j->after == INTERN_NONE)
            continue;
        text = intern_text(&s->ids_after, j->after);
        id = intern_find(&s->ids, text, strlen(text));
        if (id != INTERN_NONE)
            after[i] = s->owner.at[id];
        if (after[i] == JOB_NONE)
            sink_warn(
                s, "after", j->line,
                "job '%.95s' waits for '%.95s', which is not among the jobs; it does not wait",
                id_of(s, j), text);
    }
    return after;
}

/* Everyone waits for one job at most, so following the arrows from a job ends or runs into
 * a cycle. `seen` holds the start of the walk that came by first. */
static void drop_cycles(struct sink *s, uint32_t *after)
{
    uint32_t n = (uint32_t)s->staged.n, *seen = malloc(n * sizeof *seen);

    check(seen != NULL);
    memset(seen, 0xff, n * sizeof *seen);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = i;
        while (k != JOB_NONE && seen[k] == JOB_NONE) {
            seen[k] = i;
            k = after[k];
        }
        if (k == JOB_NONE || seen[k] != i)
            continue;
        for (; !s->staged.at[k].dropped; k = after[k])
            drop(s, &s->staged.at[k]);
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct staged *j = &s->staged.at[i];
        if (after[i] == JOB_NONE || j->dropped || !s->staged.at[after[i]].dropped)
            continue;
        after[i] = JOB_NONE;
        sink_warn(s, "after", j->line,
                  "job '%.95s' waits for '%.95s', which is not among the jobs; it does not wait",
                  id_of(s, j), intern_text(&s->ids_after, j->after));
    }
    free(seen);
}

uint32_t *assemble_after(struct sink *s)
{
    uint32_t *after = resolve_after(s);

    if (after)
        drop_cycles(s, after);
    return after;
}

/* --- order --- */

static int compare_ns(ns_t a, ns_t b)
{
    return (a > b) - (a < b);
}

/* By submission, then by id; jobs without ids by all they say, so that rows in another
 * order give the same jobs. */
static int by_submit(const void *ctx, uint32_t x, uint32_t y)
{
    const struct sink *s = ctx;
    const struct staged *a = &s->staged.at[x], *b = &s->staged.at[y];
    int v = compare_ns(a->submit, b->submit);

    if (v)
        return v;
    if (a->id != INTERN_NONE && b->id != INTERN_NONE)
        return order_natural(intern_text(&s->ids, a->id), intern_text(&s->ids, b->id));
    v = compare_ns(a->run, b->run);
    v = v ? v : request_classes_compare(&s->classes, &s->tenants, a->request, b->request);
    v = v ? v : strcmp(intern_text(&s->users, a->user), intern_text(&s->users, b->user));
    v = v ? v : compare_ns(a->limit, b->limit);
    v = v ? v : compare_ns(a->wait, b->wait);
    v = v ? v : compare_ns(a->priority, b->priority);
    return v ? v : compare_ns(a->end, b->end);
}

uint32_t *assemble_order(const struct sink *s, uint32_t *n)
{
    uint32_t *order = malloc((s->staged.n + 1) * sizeof *order);

    check(order != NULL);
    *n = 0;
    for (uint32_t i = 0; i < s->staged.n; i++)
        if (!s->staged.at[i].dropped)
            order[(*n)++] = i;
    order_sort(order, *n, by_submit, s);
    return order;
}

/* --- the job set --- */

static uint32_t move_text(struct intern *to, const struct intern *from, uint32_t i)
{
    const char *text = intern_text(from, i);

    return intern_add(to, text, strlen(text));
}

/* Requests in order of first use, with their groups, tenants and type names. */
static uint32_t *take_requests(struct sink *s, const uint32_t *order, struct job_set *out)
{
    uint32_t n = (uint32_t)s->classes.requests.n, *number = malloc((n + 1) * sizeof *number);

    check(number != NULL);
    memset(number, 0xff, (n + 1) * sizeof *number);
    out->requests = ARENA_ARRAY(s->arena, struct request, n);
    out->groups = ARENA_ARRAY(s->arena, struct job_group, s->classes.groups.n);
    for (uint32_t i = 0; i < out->n; i++) {
        uint32_t old = s->staged.at[order[i]].request;
        struct request r = s->classes.requests.at[old];
        if (number[old] != UINT32_MAX)
            continue;
        number[old] = out->n_requests;
        memcpy(out->groups + out->n_groups, s->classes.groups.at + r.first_group,
               r.n_groups * sizeof *out->groups);
        r.first_group = out->n_groups;
        out->n_groups += r.n_groups;
        r.tenant = move_text(&out->tenants, &s->tenants, r.tenant);
        if (r.accepts != INTERN_NONE)
            r.accepts = move_text(&out->accepts, &s->accepts, r.accepts);
        if (!r.gpus)
            r.types = 0;
        out->requests[out->n_requests++] = r;
    }
    return number;
}

static void count_instances(struct job_set *out, const struct request *r)
{
    uint32_t *n;

    if (!r->mig)
        return;
    n = &out->mig_demand[(r->mig - 1) / GEOMETRY_PROFILES][job_mig_number(r->mig)];
    *n = r->replicas > UINT32_MAX - *n ? UINT32_MAX : *n + r->replicas;
}

static void take_jobs(struct sink *s, const uint32_t *order, const uint32_t *request, ns_t first,
                      struct job_set *out)
{
    struct arena *a = s->arena;

    out->specs = ARENA_ARRAY(a, struct job_spec, out->n);
    out->line = ARENA_ARRAY(a, uint32_t, out->n);
    out->recorded_wait = s->any_wait ? ARENA_ARRAY(a, ns_t, out->n) : NULL;
    out->priority = s->any_priority ? ARENA_ARRAY(a, int32_t, out->n) : NULL;
    out->user = s->any_user ? ARENA_ARRAY(a, uint32_t, out->n) : NULL;
    for (uint32_t i = 0; i < out->n; i++) {
        const struct staged *j = &s->staged.at[order[i]];
        out->specs[i] = (struct job_spec){.submit = j->submit - first,
                                          .run = j->run,
                                          .limit = j->limit,
                                          .request = request[j->request],
                                          .end = j->end};
        count_instances(out, &out->requests[request[j->request]]);
        out->line[i] = j->line;
        if (out->recorded_wait)
            out->recorded_wait[i] = j->wait;
        if (out->priority)
            out->priority[i] = j->priority;
        if (out->user)
            out->user[i] = move_text(&out->users, &s->users, j->user);
    }
}

static void take_after(struct sink *s, const uint32_t *order, const uint32_t *after,
                       struct job_set *out)
{
    uint32_t *place;

    if (!after)
        return;
    place = malloc((s->staged.n + 1) * sizeof *place);
    check(place != NULL);
    for (uint32_t i = 0; i < out->n; i++)
        place[order[i]] = i;
    out->after = ARENA_ARRAY(s->arena, uint32_t, out->n);
    for (uint32_t i = 0; i < out->n; i++)
        out->after[i] = after[order[i]] == JOB_NONE ? JOB_NONE : place[after[order[i]]];
    free(place);
}

/* Names, unless they are what job_name() says anyway: the index + 1. The sink's own table
 * becomes the set's; ids of rejected rows stay in it, unused. */
static void take_names(struct sink *s, const uint32_t *order, struct job_set *out)
{
    bool plain = true;
    char number[12];

    for (uint32_t i = 0; i < out->n && plain; i++) {
        snprintf(number, sizeof number, "%u", i + 1);
        plain = !s->nameless && !strcmp(number, id_of(s, &s->staged.at[order[i]]));
    }
    if (plain || s->nameless)
        return;
    out->name = ARENA_ARRAY(s->arena, uint32_t, out->n);
    for (uint32_t i = 0; i < out->n; i++)
        out->name[i] = s->staged.at[order[i]].id;
    out->names = s->ids;
    intern_init(&s->ids);
}

/* When the earliest submission was: the file's own word, else epoch seconds by their size. */
static ns_t origin_of(const struct sink *s, ns_t first)
{
    wide_t sum = (wide_t)s->origin + first;

    if (s->origin != NS_UNKNOWN)
        return sum > INT64_MAX || sum < 0 ? NS_UNKNOWN : (ns_t)sum;
    return first >= INT64_C(1000000000) * NS_PER_S ? first : NS_UNKNOWN;
}

void assemble_set(struct sink *s, const uint32_t *order, uint32_t n, const uint32_t *after,
                  struct job_set *out)
{
    ns_t first = n ? s->staged.at[order[0]].submit : 0;
    uint32_t *request;

    out->n = n;
    out->origin = n ? origin_of(s, first) : NS_UNKNOWN;
    request = take_requests(s, order, out);
    take_jobs(s, order, request, first, out);
    take_after(s, order, after, out);
    take_names(s, order, out);
    free(request);
}

/* ingest.c - rows to a job_set: dependencies, order, numbers that do not depend on the
 * order of the file, and the verdict on what was rejected. */
#include "ingest/ingest.h"

#include "base/check.h"
#include "ingest/order.h"
#include "ingest/sink.h"
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
            sink_warn(s, "after", j->line,
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

static uint32_t *in_order(const struct sink *s, uint32_t *n)
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
        out->specs[i] = (struct job_spec){.submit = j->submit - first, .run = j->run,
                                          .limit = j->limit, .request = request[j->request],
                                          .end = j->end};
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

/* --- the summary --- */

static const char *keep(struct arena *a, const char *text)
{
    return arena_text(a, text, strlen(text));
}

#define TAKE_TALLIES(a, v, out, n_out)                                         \
    do {                                                                       \
        struct ingest_count *to_ = ARENA_ARRAY((a), struct ingest_count, (v)->n + 1); \
        for (size_t i_ = 0; i_ < (v)->n; i_++)                                 \
            to_[i_] = (struct ingest_count){keep((a), (v)->at[i_].what), (v)->at[i_].n, \
                                            (v)->at[i_].first_line};           \
        (out) = to_;                                                           \
        (n_out) = (uint32_t)(v)->n;                                            \
    } while (0)

/* Append how often, when it was not once. */
static void count_warnings(struct sink *s)
{
    for (size_t i = 0; i < s->warnings.n; i++) {
        struct sink_tally *w = &s->warnings.at[i];
        size_t n = strlen(w->what) + 40;
        w->n = s->warning_kinds.at[i].n;
        if (w->n == 1)
            continue;
        w->what = realloc(w->what, n);
        check(w->what != NULL);
        snprintf(w->what + strlen(w->what), 40, " (%llu rows)", (unsigned long long)w->n);
    }
}

static int by_line(const void *ctx, uint32_t x, uint32_t y)
{
    const struct ingest_reject *r = ctx;

    return (r[x].line > r[y].line) - (r[x].line < r[y].line);
}

static void summarize_rejects(struct sink *s, struct ingest_summary *out)
{
    uint32_t n = (uint32_t)s->rejects.n, *order = malloc((n + 1) * sizeof *order);
    struct ingest_reject *to = ARENA_ARRAY(s->arena, struct ingest_reject, n + 1);
    struct diag *first = ARENA_ARRAY(s->arena, struct diag, SINK_FIRST);

    check(order != NULL);
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    order_sort(order, n, by_line, s->rejects.at);
    for (uint32_t i = 0; i < n; i++)
        to[i] = s->rejects.at[order[i]];
    free(order);
    memcpy(first, s->first, sizeof s->first);
    out->rejects = to;
    out->rejected = n;
    out->first = first;
    out->n_first = n < SINK_FIRST ? n : SINK_FIRST;
}

static void summarize(struct sink *s, uint32_t jobs, struct ingest_summary *out)
{
    memset(out, 0, sizeof *out);
    out->file = keep(s->arena, s->file);
    out->format = s->format ? s->format->name : "synthetic";
    out->jobs = jobs;
    out->censored = s->censored;
    out->cpu_only = s->cpu_only;
    for (size_t i = 0; i < s->skips.n; i++)
        out->skipped += s->skips.at[i].n;
    for (size_t i = 0; i < s->folds.n; i++)
        out->folded += s->folds.at[i].n;
    summarize_rejects(s, out);
    out->rows = s->rows ? s->rows : jobs + out->rejected + out->skipped + out->folded;
    count_warnings(s);
    TAKE_TALLIES(s->arena, &s->skips, out->skips, out->n_skips);
    TAKE_TALLIES(s->arena, &s->folds, out->folds, out->n_folds);
    TAKE_TALLIES(s->arena, &s->warnings, out->warnings, out->n_warnings);
    TAKE_TALLIES(s->arena, &s->notes, out->notes, out->n_notes);
}

/* Too many rows could not be used, or none could. */
static int verdict(const struct sink *s, const struct ingest_summary *out, struct diag *d)
{
    uint64_t all = out->jobs + out->rejected + out->skipped;
    double share = all ? (double)out->rejected / (double)all : 0;
    const char *counted = s->format && s->format->counted ? s->format->counted : "rows";

    if (out->rejected && share > s->opt->max_rejects) {
        *d = s->first[0];
        diag_hint(d, "%.140s: %llu of %llu %s rejected (%.1f %%), above --max-rejects %g %%; "
                  "nothing was written", s->file, (unsigned long long)out->rejected,
                  (unsigned long long)all, counted, 100 * share, 100 * s->opt->max_rejects);
        return -1;
    }
    if (!out->jobs && s->fleet)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = s->file},
                         "no job can be replayed (%llu rows, %llu skipped, %llu rejected), "
                         "expected at least one", (unsigned long long)out->rows,
                         (unsigned long long)out->skipped, (unsigned long long)out->rejected);
    return 0;
}

static void start_set(struct job_set *out)
{
    memset(out, 0, sizeof *out);
    intern_init(&out->tenants);
    intern_init(&out->users);
    intern_init(&out->names);
    intern_init(&out->accepts);
    out->origin = NS_UNKNOWN;
}

void ingest_free(struct job_set *j)
{
    intern_free(&j->tenants);
    intern_free(&j->users);
    intern_free(&j->names);
    intern_free(&j->accepts);
}

static int finish(struct sink *s, struct job_set *out, struct ingest_summary *summary,
                  struct diag *d)
{
    uint32_t *after = resolve_after(s), *order, *request, n;
    ns_t first;
    int status;

    if (after)
        drop_cycles(s, after);
    order = in_order(s, &n);
    summarize(s, n, summary);
    status = verdict(s, summary, d);
    first = n ? s->staged.at[order[0]].submit : 0;
    if (status == 0 && n &&
        (wide_t)s->staged.at[order[n - 1]].submit - first > (wide_t)SECONDS_MAX * NS_PER_S)
        status = diag_fail(d, STATUS_INPUT, (struct diag_at){.file = s->file},
                           "first and last submission lie further apart than 9223372036 s "
                           "(292 years)");
    if (status == 0) {
        out->n = n;
        out->origin = n ? origin_of(s, first) : NS_UNKNOWN;
        request = take_requests(s, order, out);
        take_jobs(s, order, request, first, out);
        take_after(s, order, after, out);
        take_names(s, order, out);
        free(request);
    }
    free(order);
    free(after);
    return status;
}

/* --- the doors --- */

struct sink *ingest_begin(const char *name, const struct ingest_options *opt,
                          const struct topology *fleet, const struct catalog *catalog,
                          struct arena *a)
{
    return sink_open(name, NULL, opt, fleet, catalog, a);
}

int ingest_finish(struct sink *s, struct job_set *out, struct ingest_summary *summary,
                  struct diag *d)
{
    int status;

    start_set(out);
    status = finish(s, out, summary, d);
    sink_close(s);
    return status;
}

static const struct trace_format *choose(struct input *in, const char *name, struct diag *d)
{
    const struct trace_format *f = name ? ingest_format(name) : ingest_guess(in, d);
    const char *words[64], *near;
    uint32_t n = 0;

    if (f || !name)
        return f;
    for (const struct trace_format *const *p = ingest_formats(); *p && n < 64; p++)
        words[n++] = (*p)->name;
    near = diag_nearest(name, words, n);
    diag_fail(d, STATUS_USAGE, (struct diag_at){0},
              "unknown trace format '%.95s'%s%s%s, see 'berth help formats'", name,
              near ? " (nearest: '" : "", near ? near : "", near ? "')" : "");
    return NULL;
}

int ingest_input(struct input *in, const struct ingest_options *opt, const struct topology *fleet,
                 const struct catalog *catalog, struct arena *a, struct job_set *out,
                 struct ingest_summary *summary, struct diag *d)
{
    const struct trace_format *format = choose(in, opt->format, d);
    struct sink *s;
    int status;

    start_set(out);
    memset(summary, 0, sizeof *summary);
    summary->file = keep(a, input_name(in));
    if (!format)
        return -1;
    summary->format = format->name;
    if (!format->jobs)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = input_name(in)},
                         "this is a list of nodes (format '%s'), expected a trace of jobs",
                         format->name);
    s = sink_open(input_name(in), format, opt, fleet, catalog, a);
    status = format->read(in, &opt->reader, s, d);
    if (status == 0) {
        status = finish(s, out, summary, d);
        input_sha256(in, summary->sha256);
    }
    sink_close(s);
    return status;
}

int ingest_jobs(const char *path, const struct ingest_options *opt, const struct topology *fleet,
                const struct catalog *catalog, struct arena *a, struct job_set *out,
                struct ingest_summary *summary, struct diag *d)
{
    struct input *in = input_open(path, "a trace", d);
    int status;

    if (!in) {
        start_set(out);
        memset(summary, 0, sizeof *summary);
        summary->file = keep(a, path);
        return -1;
    }
    status = ingest_input(in, opt, fleet, catalog, a, out, summary, d);
    input_close(in);
    return status;
}

static int read_nodes(struct input *in, const struct trace_format *format,
                      const struct ingest_options *opt, const struct catalog *catalog,
                      struct arena *a, struct node_spec **out, uint32_t *n, struct diag *d)
{
    struct sink *s = sink_open(input_name(in), format, opt, NULL, catalog, a);
    int status;

    s->want_nodes = true;
    status = format->read(in, &opt->reader, s, d);
    /* In a file of jobs and nodes a bad row is a job's; a run without jobs does not mind. */
    if (status == 0 && s->rejects.n && !format->jobs) {
        *d = s->first[0];
        status = -1;
    }
    if (status == 0 && !s->nodes.n)
        status = diag_fail(d, STATUS_INPUT, (struct diag_at){.file = input_name(in)},
                           "the file says nothing of nodes, expected at least one");
    if (status == 0) {
        *n = (uint32_t)s->nodes.n;
        *out = ARENA_ARRAY(a, struct node_spec, s->nodes.n);
        memcpy(*out, s->nodes.at, s->nodes.n * sizeof **out);
    }
    sink_close(s);
    return status;
}

int ingest_nodes_input(struct input *in, const struct ingest_options *opt,
                       const struct catalog *catalog, struct arena *a, struct node_spec **out,
                       uint32_t *n, struct diag *d)
{
    const struct trace_format *format = choose(in, opt->format, d);

    if (!format)
        return -1;
    if (!format->nodes)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = input_name(in)},
                         "format '%s' says nothing of nodes, expected a list of nodes",
                         format->name);
    return read_nodes(in, format, opt, catalog, a, out, n, d);
}

int ingest_nodes(const char *path, const struct ingest_options *opt, const struct catalog *catalog,
                 struct arena *a, struct node_spec **out, uint32_t *n, struct diag *d)
{
    struct input *in = input_open(path, "a list of nodes", d);
    int status = in ? ingest_nodes_input(in, opt, catalog, a, out, n, d) : -1;

    input_close(in);
    return status;
}

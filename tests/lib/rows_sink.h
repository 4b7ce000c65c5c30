/* rows_sink.h - the functions of rows.h, and the sink_* functions of ingest/trace.h in a form that writes
 * down what a trace reader hands over. Included once per test of a reader: in a library it would take the
 * place of the real sink in tests of ingest. */
#ifndef BERTH_TESTS_LIB_ROWS_SINK_H
#define BERTH_TESTS_LIB_ROWS_SINK_H

#include "lib/rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

struct sink {
    struct rows *rows;
};

static double seconds(ns_t t)
{
    return t == NS_UNKNOWN ? -1 : (double)t / (double)NS_PER_S;
}

static void put(char *to, size_t room, const char *text)
{
    snprintf(to, room, "%s", text ? text : "");
}

int sink_row(struct sink *s, const struct trace_row *row, struct diag *d)
{
    struct rows_job j = {
        .submit = seconds(row->submit),
        .run = seconds(row->run),
        .limit = seconds(row->limit),
        .wait = seconds(row->wait),
        .cpu_milli = row->cpu_milli,
        .memory_mib = row->memory_mib,
        .priority = row->priority,
        .required = (enum level)row->required,
        .preferred = (enum level)row->preferred,
        .end = row->end,
        .line = row->line,
        .gpus = row->n_groups ? 0 : row->gpus,
    };
    int n = row->n_groups ? 0 : snprintf(j.shape, sizeof j.shape, "?%u", row->gpus);

    (void)d;
    put(j.id, sizeof j.id, row->job_id);
    put(j.types, sizeof j.types, row->gpu_types);
    put(j.tenant, sizeof j.tenant, row->tenant);
    put(j.user, sizeof j.user, row->user);
    for (uint32_t i = 0; i < row->n_groups; i++) {
        n += snprintf(j.shape + n, sizeof j.shape - (size_t)n, "%s%ux%u", i ? "+" : "",
                      row->groups[i].replicas, row->groups[i].gpus);
        j.gpus += (double)row->groups[i].replicas * row->groups[i].gpus;
    }
    if (row->share_milli) {
        n += snprintf(j.shape + n, sizeof j.shape - (size_t)n, "@%u", row->share_milli);
        j.gpus *= row->share_milli / 1000.0;
    }
    if (row->mig_profile)
        snprintf(j.shape + n, sizeof j.shape - (size_t)n, "/%s", row->mig_profile);
    VEC_PUSH(&s->rows->jobs, j);
    return 0;
}

int sink_reject(struct sink *s, const char *kind, const struct diag *why, const char *text)
{
    struct rows_reject r = {.why = *why};

    (void)text;
    put(r.kind, sizeof r.kind, kind);
    VEC_PUSH(&s->rows->rejects, r);
    return 0;
}

static struct rows_note note(const char *word, uint32_t line)
{
    struct rows_note n = {.line = line};

    put(n.word, sizeof n.word, word);
    return n;
}

void sink_skip(struct sink *s, const char *reason, uint32_t line)
{
    VEC_PUSH(&s->rows->skips, note(reason, line));
}

void sink_fold(struct sink *s, const char *word, uint32_t line)
{
    VEC_PUSH(&s->rows->folds, note(word, line));
}

void sink_warn(struct sink *s, const char *kind, uint32_t line, const char *fmt, ...)
{
    struct rows_note n = note(kind, line);
    va_list args;

    va_start(args, fmt);
    vsnprintf(n.text, sizeof n.text, fmt, args);
    va_end(args);
    VEC_PUSH(&s->rows->warnings, n);
}

void sink_count_row(struct sink *s)
{
    s->rows->count++;
}

void sink_origin(struct sink *s, ns_t utc)
{
    s->rows->origin = utc;
}

void sink_note(struct sink *s, const char *key, const char *value)
{
    (void)s;
    (void)key;
    (void)value;
}

void sink_unsorted_ok(struct sink *s)
{
    s->rows->unsorted_ok = true;
}

int sink_node(struct sink *s, const struct node_spec *node, uint32_t line, struct diag *d)
{
    struct rows_node n = {.spec = *node};

    (void)line;
    (void)d;
    put(n.name, sizeof n.name, node->name);
    put(n.type, sizeof n.type, node->gpu_type);
    put(n.nvlink, sizeof n.nvlink, node->domain[LEVEL_NVLINK]);
    put(n.rack, sizeof n.rack, node->domain[LEVEL_RACK]);
    VEC_PUSH(&s->rows->nodes, n);
    return 0;
}

static void run(struct rows *r, const struct trace_format *f, struct input *in,
                const struct trace_options *opt)
{
    static const struct trace_options none;
    struct sink sink = {.rows = r};

    r->result = in ? f->read(in, opt ? opt : &none, &sink, &r->why) : -1;
    input_close(in);
}

void rows_file(struct rows *r, const struct trace_format *f, const char *path,
               const struct trace_options *opt)
{
    memset(r, 0, sizeof *r);
    r->origin = NS_UNKNOWN;
    run(r, f, input_open(path, "a trace", &r->why), opt);
}

void rows_text(struct rows *r, const struct trace_format *f, const char *text,
               const struct trace_options *opt)
{
    memset(r, 0, sizeof *r);
    r->origin = NS_UNKNOWN;
    run(r, f, input_memory("t", text, strlen(text)), opt);
}

void rows_free(struct rows *r)
{
    VEC_FREE(&r->jobs);
    VEC_FREE(&r->nodes);
    VEC_FREE(&r->skips);
    VEC_FREE(&r->folds);
    VEC_FREE(&r->warnings);
    VEC_FREE(&r->rejects);
}

const char *rows_line(const struct rows_job *j, char *to, size_t room)
{
    if (!j)
        return "no such job";
    snprintf(to, room,
             "%s at %.10g for %.10g wait %.10g limit %.10g %s of %s cpu %lld mem %lld by %s/%s %s",
             j->id, j->submit, j->run, j->wait, j->limit, j->shape, *j->types ? j->types : "any",
             (long long)j->cpu_milli, (long long)j->memory_mib, j->tenant, j->user,
             job_end_name(j->end));
    return to;
}

const struct rows_job *rows_job(const struct rows *r, const char *id)
{
    for (size_t i = 0; i < r->jobs.n; i++)
        if (strcmp(r->jobs.at[i].id, id) == 0)
            return &r->jobs.at[i];
    return NULL;
}

const struct rows_node *rows_node(const struct rows *r, const char *name)
{
    for (size_t i = 0; i < r->nodes.n; i++)
        if (strcmp(r->nodes.at[i].name, name) == 0)
            return &r->nodes.at[i];
    return NULL;
}

static uint32_t count(const struct rows_note *at, size_t n, const char *word)
{
    uint32_t found = 0;

    for (size_t i = 0; i < n; i++)
        found += strcmp(at[i].word, word) == 0;
    return found;
}

uint32_t rows_skips(const struct rows *r, const char *reason)
{
    return count(r->skips.at, r->skips.n, reason);
}

uint32_t rows_folds(const struct rows *r, const char *word)
{
    return count(r->folds.at, r->folds.n, word);
}

uint32_t rows_warned(const struct rows *r, const char *kind)
{
    return count(r->warnings.at, r->warnings.n, kind);
}

uint32_t rows_ends(const struct rows *r, enum job_end end)
{
    uint32_t found = 0;

    for (size_t i = 0; i < r->jobs.n; i++)
        found += r->jobs.at[i].end == end;
    return found;
}

uint32_t rows_without_gpu(const struct rows *r)
{
    uint32_t found = 0;

    for (size_t i = 0; i < r->jobs.n; i++)
        found += !(r->jobs.at[i].gpus > 0);
    return found;
}

double rows_gpu_hours(const struct rows *r)
{
    double sum = 0;

    for (size_t i = 0; i < r->jobs.n; i++)
        sum += r->jobs.at[i].gpus * r->jobs.at[i].run / 3600;
    return sum;
}

const char *rows_place(const struct diag *d, char *to, size_t room)
{
    const char *slash = strrchr(d->file, '/');

    snprintf(to, room, "%s:%u:%u: %s", slash ? slash + 1 : d->file, d->line, d->column, d->message);
    return to;
}

int rows_guess(const struct trace_format *f, const char *path, struct trace_near *near)
{
    struct trace_near unused = {0};
    struct diag d;
    struct input *in = input_open(path, "a trace", &d);
    const char *head;
    size_t n;
    int sure = -1;

    if (in && input_head(in, &head, &n, &d) == 0)
        sure = f->guess(head, n, near ? near : &unused);
    input_close(in);
    return sure;
}

const char *rows_shared(const char *inside, char *to, size_t room)
{
    const char *shared = getenv("BERTH_SHARED");

    snprintf(to, room, "%s/%s", shared && *shared ? shared : "../shared", inside);
    if (access(to, R_OK) == 0)
        return to;
    fprintf(stderr, "SKIP: %s not found\n", to);
    return NULL;
}

#endif

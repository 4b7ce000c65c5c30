/* ingest.c - from a file to a job_set or a fleet: choose the reader, run it, judge what was
 * rejected. */
#include "ingest/ingest.h"

#include "ingest/assemble.h"
#include "ingest/summary.h"
#include <string.h>

static const char *keep(struct arena *a, const char *text)
{
    return arena_text(a, text, strlen(text));
}

/* Too many rows could not be used, or none could. */
static int verdict(const struct sink *s, const struct ingest_summary *out, struct diag *d)
{
    uint64_t all = out->jobs + out->rejected + out->skipped;
    double share = all ? (double)out->rejected / (double)all : 0;
    const char *counted = s->format && s->format->counted ? s->format->counted : "rows";

    if (out->rejected && share > s->opt->max_rejects) {
        *d = s->first[0];
        diag_hint(d,
                  "%.140s: %llu of %llu %s rejected (%.1f %%), above --max-rejects %g %%; "
                  "nothing was written",
                  s->file, (unsigned long long)out->rejected, (unsigned long long)all, counted,
                  100 * share, 100 * s->opt->max_rejects);
        return -1;
    }
    if (!out->jobs && s->fleet)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = s->file},
                         "no job can be replayed (%llu rows, %llu skipped, %llu rejected), "
                         "expected at least one",
                         (unsigned long long)out->rows, (unsigned long long)out->skipped,
                         (unsigned long long)out->rejected);
    return 0;
}

static int check_span(const struct sink *s, const uint32_t *order, uint32_t n, struct diag *d)
{
    const wide_t most = (wide_t)SECONDS_MAX * NS_PER_S;

    if (!n || (wide_t)s->staged.at[order[n - 1]].submit - s->staged.at[order[0]].submit <= most)
        return 0;
    return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = s->file},
                     "first and last submission lie further apart than 9223372036 s (292 years)");
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
    uint32_t *after = assemble_after(s), *order, n;
    int status;

    order = assemble_order(s, &n);
    summary_fill(s, n, summary);
    status = verdict(s, summary, d);
    if (status == 0)
        status = check_span(s, order, n, d);
    if (status == 0)
        assemble_set(s, order, n, after, out);
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

/* cmd_trace.c - berth trace: look at a trace, convert it, or draw one from a model. */
#include "base/path.h"
#include "cli/cmd.h"
#include "cli/reading.h"
#include "experiment/export.h"
#include "experiment/workload.h"
#include "metrics/calendar.h"
#include "metrics/quantile.h"

#include <string.h>

static const struct verb_example examples[] = {
    {"berth trace info jobs.csv", "format, counts, span, sizes, what was rejected and why"},
    {"berth trace convert jobs.csv --to swf > jobs.swf", "or --to berth, Berth's own CSV"},
    {"berth trace synth model.json --seed 1 -o jobs.csv", "draw jobs from a workload model"},
    {0},
};

static const struct opts_flag own_flags[] = {
    {"to", 0, OPTS_TEXT, offsetof(struct opts, to), "FORMAT",
     "convert, synth: swf or berth (berth)", "swf berth"},
    {"seed", 0, OPTS_TEXT, offsetof(struct opts, seed), "N", "synth: of everything random (1)",
     NULL},
    {"output", 'o', OPTS_TEXT, offsetof(struct opts, output), "FILE",
     "convert, synth: instead of standard output", NULL},
    {0},
};
static const struct opts_table own = {"trace", own_flags};

/* ---- info ---- */

struct facts {
    ns_t last_submit, last_end;
    uint64_t sizes[JOB_SIZES], ends[JOB_ENDS];
    double gpu_hours, size_hours[JOB_SIZES];
    struct quantiles run, wait;
    uint64_t limits;
};

static void gather(const struct job_set *j, struct arena *a, struct facts *f)
{
    struct weighted *runs = ARENA_ARRAY(a, struct weighted, j->n + 1);
    struct weighted *waits = ARENA_ARRAY(a, struct weighted, j->n + 1);
    size_t n_waits = 0;

    memset(f, 0, sizeof *f);
    for (uint32_t i = 0; i < j->n; i++) {
        const struct job_spec *s = &j->specs[i];
        const struct request *r = &j->requests[s->request];
        double hours = (double)r->demand_milli / 1000 * (double)s->run / 3600e9;
        f->last_submit = s->submit;
        if (s->submit + s->run > f->last_end)
            f->last_end = s->submit + s->run;
        f->sizes[r->size_class]++;
        f->size_hours[r->size_class] += hours;
        f->gpu_hours += hours;
        f->ends[s->end]++;
        f->limits += s->limit != NS_UNKNOWN;
        runs[i] = (struct weighted){(double)s->run / 1e9, 1};
        if (j->recorded_wait && j->recorded_wait[i] != NS_UNKNOWN)
            waits[n_waits++] = (struct weighted){(double)j->recorded_wait[i] / 1e9, 1};
    }
    f->run = quantile_summary(runs, j->n);
    f->wait = quantile_summary(waits, n_waits);
}

static void print_quantiles(const char *what, const struct quantiles *q)
{
    printf("%-12s mean %.0f s, p50 %.0f, p90 %.0f, p95 %.0f, p99 %.0f, max %.0f\n", what, q->mean,
           q->p50, q->p90, q->p95, q->p99, q->max);
}

static void print_counts(const char *what, const struct ingest_count *c, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        printf("%-12s %llu %s, first in line %u\n", what, (unsigned long long)c[i].n, c[i].what,
               c[i].first_line);
}

/* How many were named: "" stands for not recorded. */
static uint32_t named(const struct intern *in)
{
    return in->n - (intern_find(in, "", 0) != INTERN_NONE);
}

static void print_facts(const struct ingest_summary *s, const struct job_set *j,
                        const struct facts *f)
{
    char origin[40], span[48];

    printf("%-12s %s\n%-12s %s\n%-12s %s\n", "file", s->file, "format", s->format, "sha256",
           s->sha256);
    printf("%-12s %llu rows, %u jobs, %llu rejected, %llu skipped, %llu folded\n", "rows",
           (unsigned long long)s->rows, j->n, (unsigned long long)s->rejected,
           (unsigned long long)s->skipped, (unsigned long long)s->folded);
    print_counts("skipped", s->skips, s->n_skips);
    print_counts("folded", s->folds, s->n_folds);
    if (j->origin != NS_UNKNOWN)
        printf("%-12s %s\n", "origin", calendar_iso(j->origin, origin));
    printf("%-12s %s from first to last submission\n", "span",
           units_clock_text(f->last_submit, span));
    printf("%-12s %.1f GPU-hours\n", "work", f->gpu_hours);
    if (j->n) {
        print_quantiles("run time", &f->run);
        if (j->recorded_wait)
            print_quantiles("wait", &f->wait);
    }
    printf("%-12s %llu of %u jobs have one\n", "limit", (unsigned long long)f->limits, j->n);
    printf("%-12s %u tenants, %u users\n", "people", named(&j->tenants), named(&j->users));
    for (int e = 0; e < JOB_ENDS; e++)
        if (f->ends[e])
            printf("%-12s %llu %s\n", "ends", (unsigned long long)f->ends[e],
                   job_end_name((enum job_end)e));
    for (int k = 0; k < JOB_SIZES; k++)
        if (f->sizes[k])
            printf("%-12s %-8s %9llu jobs %5.1f %%  %14.1f GPU-hours %5.1f %%\n", "GPUs",
                   job_size_name((uint8_t)k), (unsigned long long)f->sizes[k],
                   100.0 * (double)f->sizes[k] / j->n, f->size_hours[k],
                   f->gpu_hours > 0 ? 100 * f->size_hours[k] / f->gpu_hours : 0);
    for (uint32_t i = 0; i < s->n_notes; i++)
        printf("%-12s %s\n", "note", s->notes[i].what);
}

static void json_count(struct writer *w, const char *key, uint64_t v)
{
    writer_print(w, ",\"%s\":%llu", key, (unsigned long long)v);
}

static void json_quantiles(struct writer *w, const char *key, const struct quantiles *q)
{
    const struct {
        const char *name;
        double v;
    } all[] = {{"mean", q->mean}, {"p50", q->p50}, {"p90", q->p90},
               {"p95", q->p95},   {"p99", q->p99}, {"max", q->max}};

    writer_print(w, ",\"%s\":{", key);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        writer_print(w, "%s\"%s\":", i ? "," : "", all[i].name);
        writer_real(w, all[i].v, 6);
    }
    writer_char(w, '}');
}

static int json_facts(const struct ingest_summary *s, const struct job_set *j,
                      const struct facts *f, struct diag *d)
{
    struct writer w;
    char origin[40];

    if (writer_open(&w, "-", d) < 0)
        return -1;
    writer_print(&w, "{\"berth_trace_info\":1,\"file\":");
    writer_json(&w, path_last(s->file));
    writer_print(&w, ",\"format\":");
    writer_json(&w, s->format);
    writer_print(&w, ",\"sha256\":");
    writer_json(&w, s->sha256);
    json_count(&w, "rows", s->rows);
    json_count(&w, "jobs", j->n);
    json_count(&w, "rejected", s->rejected);
    json_count(&w, "skipped", s->skipped);
    json_count(&w, "folded", s->folded);
    json_count(&w, "censored", s->censored);
    json_count(&w, "cpu_only", s->cpu_only);
    json_count(&w, "tenants", named(&j->tenants));
    json_count(&w, "users", named(&j->users));
    json_count(&w, "with_limit", f->limits);
    writer_print(&w, ",\"origin\":");
    writer_json(&w, j->origin == NS_UNKNOWN ? NULL : calendar_iso(j->origin, origin));
    writer_print(&w, ",\"span_s\":");
    writer_seconds(&w, f->last_submit, 9);
    writer_print(&w, ",\"gpu_hours\":");
    writer_real(&w, f->gpu_hours, 6);
    json_quantiles(&w, "run_s", &f->run);
    json_quantiles(&w, "wait_s", &f->wait);
    writer_print(&w, ",\"ends\":{");
    for (int e = 0; e < JOB_ENDS; e++)
        writer_print(&w, "%s\"%s\":%llu", e ? "," : "", job_end_name((enum job_end)e),
                     (unsigned long long)f->ends[e]);
    writer_print(&w, "},\"sizes\":{");
    for (int k = 0; k < JOB_SIZES; k++)
        writer_print(&w, "%s\"%s\":%llu", k ? "," : "", job_size_name((uint8_t)k),
                     (unsigned long long)f->sizes[k]);
    writer_print(&w, "},\"warnings\":[");
    for (uint32_t i = 0; i < s->n_warnings; i++) {
        writer_print(&w, i ? "," : "");
        writer_json(&w, s->warnings[i].what);
    }
    writer_print(&w, "]}\n");
    return writer_close(&w, d);
}

static int info(const struct call *c, const struct ingest_summary *s, const struct job_set *j,
                struct arena *a, struct diag *d)
{
    struct facts f;

    gather(j, a, &f);
    if (c->opts->json)
        return json_facts(s, j, &f, d);
    print_facts(s, j, &f);
    return 0;
}

/* ---- convert and synth ---- */

static int write_jobs(const struct call *c, const struct job_set *j, const char *source,
                      const char *note, struct diag *d)
{
    struct writer w;
    const char *to = c->opts->output ? c->opts->output : "-";
    uint32_t left_out = 0;

    if (writer_open(&w, to, d) < 0)
        return -1;
    if (c->opts->to && !strcmp(c->opts->to, "swf"))
        left_out = export_swf(&w, j, source);
    else
        export_berth(&w, j, NULL, note);
    if (writer_close(&w, d) < 0)
        return -1;
    if (left_out && !c->opts->quiet)
        fprintf(stderr, "warning: %u jobs without a GPU left out: SWF has one kind of processor\n",
                left_out);
    return 0;
}

static int read_trace(const struct call *c, const char *file, bool tolerant, struct arena *a,
                      struct job_set *j, struct ingest_summary *s, struct diag *d)
{
    struct ingest_options options;

    if (reading_options(c->opts, &options, d) < 0)
        return -1;
    /* Looking at a file is how one finds out what is wrong with it. */
    if (tolerant && !c->opts->max_rejects)
        options.max_rejects = 1;
    int rc = ingest_jobs(file, &options, NULL, NULL, a, j, s, d);
    if (s->file)
        reading_print(c, s, NULL, rc < 0 ? d : NULL);
    return rc;
}

static int draw(const struct call *c, const char *file, struct arena *a, struct job_set *j,
                struct ingest_summary *s, char *note, size_t room, struct diag *d)
{
    struct ingest_options options;
    struct workload *model;
    int64_t seed = 1;

    if (c->opts->seed && (!units_integer(c->opts->seed, strlen(c->opts->seed), &seed) || seed < 0))
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "--seed is '%s', expected a whole number of 0 or more", c->opts->seed);
    if (reading_options(c->opts, &options, d) < 0 || workload_load(file, a, &model, d) < 0)
        return -1;
    struct sink *sink = ingest_begin(path_last(file), &options, NULL, NULL, a);
    int drawn = workload_draw(model, (uint64_t)seed, 0, sink, d);
    snprintf(note, room, "synthetic: drawn by 'berth trace synth %s --seed %lld'; nothing recorded",
             path_last(file), (long long)seed);
    struct diag finish = {0};
    int finished = ingest_finish(sink, j, s, &finish);
    if (drawn == 0 && finished < 0)
        *d = finish;
    return drawn < 0 || finished < 0 ? -1 : 0;
}

static int cmd_trace(const struct call *c, struct diag *d)
{
    static const char *const words[] = {"info", "convert", "synth"};
    const char *what = c->opts->args.n ? c->opts->args.at[0] : NULL;
    const char *file = c->opts->args.n > 1 ? c->opts->args.at[1] : NULL;
    struct ingest_summary summary = {0};
    struct job_set jobs = {0};
    char note[400] = "";
    struct arena a;
    int rc = -1;

    if (!what)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "'trace' needs to know what to do: info, convert or synth, and a FILE");
    int k = 0;
    while (k < 3 && strcmp(what, words[k]) != 0)
        k++;
    if (k == 3) {
        const char *near = diag_nearest(what, words, 3);
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "'trace' cannot '%s', expected info, convert or synth%s%s%s", what,
                         near ? " (nearest: '" : "", near ? near : "", near ? "')" : "");
    }
    if (!file)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0}, "'trace %s' needs a file", what);

    arena_init(&a);
    if (k == 2)
        rc = draw(c, file, &a, &jobs, &summary, note, sizeof note, d);
    else
        rc = read_trace(c, file, k == 0, &a, &jobs, &summary, d);
    if (rc == 0)
        rc = k == 0 ? info(c, &summary, &jobs, &a, d)
                    : write_jobs(c, &jobs, path_last(file), *note ? note : NULL, d);
    ingest_free(&jobs);
    arena_free(&a);
    return rc;
}

const struct verb cmd_trace_verb = {
    .name = "trace",
    .args = "info|convert|synth FILE",
    .summary = "look at a job trace, convert it, or draw one from a model",
    .group = "look",
    .examples = examples,
    .tables = {&own, &opts_reading, &opts_speaking},
    .args_max = 2,
    .run = cmd_trace,
};

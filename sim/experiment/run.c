/* run.c - one scenario end to end: every cluster with every policy, in input order. */
#include "experiment/run.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/path.h"
#include "base/vec.h"
#include "experiment/rejects.h"
#include "experiment/replicate.h"
#include "experiment/staging.h"
#include "experiment/workload.h"
#include "metrics/money.h"
#include "metrics/plot.h"
#include "metrics/report.h"

#include <string.h>

enum { INPUTS_MAX = 4, NAME_PART = 96 };

/* One cluster with the jobs as they fit it: shared by its trials. */
struct prepared {
    const struct scenario_cluster *cluster;
    struct arena arena;
    struct topology fleet;
    struct job_set jobs;
    struct ingest_summary summary;
    struct outcome_input inputs[INPUTS_MAX];
    struct journal_input sources[INPUTS_MAX]; /* the same for journals */
    uint32_t n_inputs;
    VEC(const char *) warnings;
    const char *rejects_note; /* NULL: nothing was rejected */
};

struct work {
    const struct scenario *scenario;
    const struct run_options *options;
    struct prepared *prepared; /* by cluster */
    struct run *run;
    bool plots;
    int *status; /* by trial */
};

struct progress_of {
    const struct run_options *options;
    uint32_t trial;
};

static const char *arena_print(struct arena *a, const char *fmt, uint64_t x, uint64_t y)
{
    char text[256];
    int n = snprintf(text, sizeof text, fmt, (unsigned long long)x, (unsigned long long)y);

    return arena_text(a, text, (size_t)n);
}

/* ---- before the trials ---- */

static int read_jobs(const struct scenario *s, struct prepared *p, struct diag *d)
{
    if (s->trace)
        return ingest_jobs(s->trace, &s->ingest, &p->fleet, s->catalog, &p->arena, &p->jobs,
                           &p->summary, d);
    struct workload *model;
    if (workload_load(s->model, &p->arena, &model, d) < 0)
        return -1;
    struct sink *sink =
        ingest_begin(path_last(s->model), &s->ingest, &p->fleet, s->catalog, &p->arena);
    int drawn = workload_draw(model, s->seed, 0, sink, d);
    /* The sink is finished in any case: it owns memory until then. */
    struct diag finish = {0};
    int finished = ingest_finish(sink, &p->jobs, &p->summary, &finish);
    if (drawn == 0 && finished < 0)
        *d = finish;
    return drawn < 0 || finished < 0 ? -1 : 0;
}

/* What goes into outcome.json: names without folders, hashes of the bytes. */
static void list_inputs(const struct scenario *s, struct prepared *p)
{
    struct sha256 hash;
    char *text = arena_alloc(&p->arena, 65, 1);

    sha256_init(&hash);
    sha256_add(&hash, s->merged, strlen(s->merged));
    sha256_text(&hash, text);
    /* The merged scenario, not the file: it is what a run is repeated from. */
    p->inputs[p->n_inputs++] =
        (struct outcome_input){.role = "scenario", .file = "scenario.json", .sha256 = text};

    struct outcome_input *in = &p->inputs[p->n_inputs++];
    *in = (struct outcome_input){
        .role = s->trace ? "trace" : "model",
        .file = path_last(s->trace ? s->trace : s->model),
        .format = s->trace ? p->summary.format : "berth-model",
        .sha256 = p->summary.sha256,
        .rows = p->summary.rows,
        .jobs = p->summary.jobs,
        .rejected = p->summary.rejected,
        .skipped = p->summary.skipped,
    };
    if (!s->trace) {
        char *model = arena_alloc(&p->arena, 65, 1);
        if (sha256_file(s->model, model) == 0)
            in->sha256 = model;
    }
    if (p->cluster->file) {
        char *nodes = arena_alloc(&p->arena, 65, 1);
        if (sha256_file(p->cluster->file, nodes) < 0)
            nodes = NULL;
        p->inputs[p->n_inputs++] = (struct outcome_input){
            .role = "nodes", .file = path_last(p->cluster->file), .sha256 = nodes};
    }
    for (uint32_t i = 0; i < p->n_inputs; i++)
        p->sources[i] =
            (struct journal_input){p->inputs[i].role, p->inputs[i].file, p->inputs[i].sha256};
}

static void list_warnings(struct prepared *p, bool folder)
{
    const struct ingest_summary *s = &p->summary;

    for (uint32_t i = 0; i < s->n_warnings; i++)
        VEC_PUSH(&p->warnings, s->warnings[i].what);
    if (s->rejected) {
        p->rejects_note = arena_print(&p->arena,
                                      folder ? "%llu of %llu rows rejected, see rejects.csv"
                                             : "%llu of %llu rows rejected",
                                      s->rejected, s->rows);
        VEC_PUSH(&p->warnings, p->rejects_note);
    }
}

static int check_policies(const struct scenario *s, const struct job_set *jobs, struct diag *d)
{
    for (uint32_t i = 0; i < s->n_policies; i++)
        if (trial_check_policy(s->policies[i], jobs, d) < 0)
            return -1;
    return 0;
}

static int prepare(const struct scenario *s, const struct run_options *o, uint32_t i,
                   struct prepared *p, struct diag *d)
{
    struct runlog_watch watch;

    arena_init(&p->arena);
    p->cluster = &s->clusters[i];
    if (topology_build(&p->fleet, &p->arena, p->cluster->nodes, p->cluster->n_nodes, d) < 0) {
        if (!*d->file && s->file)
            snprintf(d->file, sizeof d->file, "%s", s->file);
        return -1;
    }
    runlog_start(&watch);
    int rc = read_jobs(s, p, d);
    if (o->read && p->summary.file)
        o->read(o->ctx, &p->summary, rc < 0 ? d : NULL);
    if (rc < 0)
        return -1;
    if (o->log)
        runlog_stop(o->log, &watch, s->trace ? "read trace" : "draw workload");
    if (p->jobs.n == 0)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = s->trace ? s->trace : s->model},
                         "no job is left to replay");
    if (check_policies(s, &p->jobs, d) < 0)
        return -1;
    list_inputs(s, p);
    list_warnings(p, o->folder != NULL);
    return 0;
}

/* ---- one trial ---- */

static void tell(void *ctx, const struct trial_progress *now)
{
    const struct progress_of *p = ctx;

    p->options->progress(p->options->ctx, p->trial, now);
}

/* Is the report wanted in the folder? Those for the terminal never are, those of several runs only where
 * there are several. */
static bool wanted(const struct scenario *s, const struct report *r)
{
    if (!r->file && !r->own_files)
        return false;
    if (r->compare && s->n_clusters * s->n_policies < 2)
        return false;
    if (!s->outputs)
        return r->on_by_default;
    for (uint32_t i = 0; i < s->n_outputs; i++)
        if (!strcmp(s->outputs[i], r->name))
            return true;
    return false;
}

/* The trial's own folder, which is made if need be. */
static int trial_folder(const struct work *w, const struct run_trial *t, char *to, size_t room,
                        struct diag *d)
{
    snprintf(to, room, "%s%s%s", w->options->folder, *t->name ? "/" : "", t->name);
    return *t->name ? staging_subfolder(to, d) : 0;
}

static int write_folder(const struct work *w, const struct prepared *p, const struct run_trial *t,
                        const struct outcome *out, struct diag *d)
{
    char folder[1024], path[1200];
    struct report_context c = {
        .folder = folder, .rejects_note = p->rejects_note, .plots = w->plots, .width = 80};

    if (trial_folder(w, t, folder, sizeof folder, d) < 0)
        return -1;
    for (const struct report *const *r = report_all(); *r; r++)
        if ((*r)->write && wanted(w->scenario, *r) && report_write(*r, out, &c, d) < 0)
            return -1;
    snprintf(path, sizeof path, "%s/rejects.csv", folder);
    return rejects_write(&p->summary, path, d);
}

/* A writer on memory: to the report it is standard output. */
static struct writer open_text(char **text, size_t *n)
{
    struct writer w = {.file = open_memstream(text, n), .path = "-", .is_stdout = true};

    check(w.file != NULL);
    return w;
}

static int close_text(struct writer *w, int rc, struct diag *d)
{
    FILE *file = w->file;

    if (rc == 0)
        rc = writer_close(w, d);
    fclose(file);
    return rc;
}

static int render(const struct work *w, const struct prepared *p, struct run_trial *t,
                  const struct outcome *out, struct diag *d)
{
    const struct report *r = report_find(w->options->render);
    struct report_context c = {
        .rejects_note = p->rejects_note, .colour = w->options->colour, .width = w->options->width};

    check(r != NULL);
    struct writer to = open_text(&t->text, &t->text_n);
    return close_text(&to, r->write(out, &c, &to, d), d);
}

static void run_trial_task(void *ctx, uint32_t i)
{
    const struct work *w = ctx;
    const struct scenario *s = w->scenario;
    struct run_trial *t = &w->run->trials[i];
    const struct prepared *p = &w->prepared[t->cluster];
    struct progress_of progress = {w->options, i};
    struct arena arena;
    struct outcome out = {0};
    struct diag trouble = {0};
    struct runlog_watch watch;
    bool folder = w->options->folder != NULL;
    char path[1200];
    size_t n;
    struct trial_config config = {
        .jobs = &p->jobs,
        .fleet = &p->fleet,
        .policy = s->policies[t->policy],
        .seed = s->seed,
        .horizon = s->horizon,
        .warmup = s->warmup,
        .series_step = s->series_step,
        .costs = s->costs,
        .measure_fragmentation = s->fragmentation,
        .inputs = p->sources,
        .n_inputs = p->n_inputs,
        .keep_segments = folder,
        .keep_waits = folder || w->options->render, /* the summary tells of waits by cause */
        .keep_series = folder,
        .watch = {.note = w->options->notes ? &w->options->notes[i] : NULL},
        .progress = w->options->progress ? tell : NULL,
        .progress_ctx = &progress,
    };

    memcpy(config.useful, s->ingest.useful, sizeof config.useful);
    arena_init(&arena);
    runlog_start(&watch);
    if (folder && s->journal) {
        w->status[i] = trial_folder(w, t, path, sizeof path, &t->diag);
        n = strlen(path);
        snprintf(path + n, sizeof path - n, "/%s", JOURNAL_NAME);
        config.journal = path;
    }
    if (w->status[i] == 0)
        w->status[i] = trial_run(&config, &arena, &out, &t->diag);
    t->simulated = runlog_read(&watch);
    runlog_start(&watch);
    /* Stuck is a result too; everything else that went wrong ends the run. */
    bool told = w->status[i] == 0 || t->diag.status == STATUS_STUCK;
    if (told) {
        out.scenario = s->name;
        out.program_version = BERTH_VERSION;
        out.inputs = p->inputs;
        out.n_inputs = p->n_inputs;
        out.warnings = p->warnings.at;
        out.n_warnings = (uint32_t)p->warnings.n;
        w->status[i] = money_fill(&out, p->cluster->prices, &p->cluster->price,
                                  p->cluster->price_given, &arena, &trouble);
        comparison_fill(&w->run->comparison.rows[i], &out);
        if (w->status[i] == 0 && folder && write_folder(w, p, t, &out, &trouble) < 0)
            w->status[i] = -1;
        if (w->status[i] == 0 && w->options->render && render(w, p, t, &out, &trouble) < 0)
            w->status[i] = -1;
        if (w->status[i] < 0)
            t->diag = trouble;
    }
    t->reported = runlog_read(&watch);
    arena_free(&arena);
}

/* ---- all of them ---- */

/* "02-121x_hgx-v100-easy": the number keeps the order, the rest is for people. */
static void name_trial(const struct scenario *s, struct run_trial *t, uint32_t number, uint32_t n)
{
    char cluster[NAME_PART] = "";

    if (n == 1)
        return;
    if (s->n_clusters > 1)
        snprintf(cluster, sizeof cluster, "%s-", s->clusters[t->cluster].name);
    int k = snprintf(t->name, sizeof t->name, "%02u-", number + 1);
    snprintf(t->name + k, sizeof t->name - (size_t)k, "%s%s", cluster, s->policies[t->policy]);
    for (char *c = t->name; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=+", *c))
            *c = '_';
}

static int write_scenario(const struct scenario *s, const struct run_options *o, struct diag *d)
{
    char path[1024];
    struct writer w;

    snprintf(path, sizeof path, "%s/scenario.json", o->folder);
    if (writer_open(&w, path, d) < 0)
        return -1;
    writer_bytes(&w, s->merged, strlen(s->merged));
    return writer_close(&w, d);
}

static int check_before(const struct scenario *s, struct diag *d)
{
    if (check_policies(s, NULL, d) < 0)
        return -1;
    if (s->trace && !strcmp(s->trace, "-") && s->n_clusters > 1)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "the trace is standard input, which can be read once, and there are %u "
                         "clusters; store it in a file first",
                         s->n_clusters);
    return 0;
}

/* The reports that need gnuplot, when there is none. */
static void note_missing_plots(const struct work *w)
{
    char names[512] = "";
    size_t n = 0;

    for (const struct report *const *r = report_all(); *r; r++)
        if ((*r)->own_files && wanted(w->scenario, *r) && n < sizeof names)
            n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "", (*r)->name);
    if (*names && w->options->note)
        w->options->note(w->options->ctx, "gnuplot is not found; pictures are left out", names);
}

/* Rows are there before the trials, which fill them in whatever order. */
static void begin_comparison(const struct scenario *s, struct run *r)
{
    r->comparison = (struct comparison){.scenario = s->name,
                                        .seed = s->seed,
                                        .warmup = s->warmup,
                                        .rows = calloc(r->n, sizeof *r->comparison.rows),
                                        .n = r->n,
                                        .n_clusters = s->n_clusters};
    check(r->comparison.rows != NULL);
    for (uint32_t i = 0; i < r->n; i++) {
        struct comparison_row *row = &r->comparison.rows[i];
        row->cluster = s->clusters[r->trials[i].cluster].name;
        row->policy = s->policies[r->trials[i].policy];
        snprintf(row->folder, sizeof row->folder, "%s", r->trials[i].name);
    }
}

/* What is told of all runs together: files, then the text for the terminal. */
static int compare(const struct work *w, struct diag *d)
{
    struct run *run = w->run;
    struct report_context c = {.folder = w->options->folder,
                               .plots = w->plots,
                               .colour = w->options->colour,
                               .width = w->options->width};

    if (run->n < 2)
        return 0;
    for (const struct report *const *r = report_all(); c.folder && *r; r++)
        if ((*r)->compare && wanted(w->scenario, *r) &&
            report_compare(*r, &run->comparison, &c, d) < 0)
            return -1;
    if (!w->options->side_by_side)
        return 0;
    const struct report *r = report_find(w->options->side_by_side);
    check(r != NULL);
    struct writer to = open_text(&run->text, &run->text_n);
    return close_text(&to, r->compare(&run->comparison, &c, &to, d), d);
}

static int run_trials(struct work *w, struct diag *d)
{
    const struct scenario *s = w->scenario;
    struct run *r = w->run;

    r->n = s->n_clusters * s->n_policies;
    check(r->n > 0);
    r->trials = calloc(r->n, sizeof *r->trials);
    w->status = calloc(r->n, sizeof *w->status);
    check(r->trials && w->status);
    for (uint32_t i = 0; i < r->n; i++) {
        r->trials[i].cluster = i / s->n_policies;
        r->trials[i].policy = i % s->n_policies;
        name_trial(s, &r->trials[i], i, r->n);
    }
    begin_comparison(s, r);
    if (w->options->plan)
        w->options->plan(w->options->ctx, r->n, &w->prepared[0].jobs);

    replicate_run(run_trial_task, w, r->n, w->options->threads);

    for (uint32_t i = 0; w->options->log && i < r->n; i++) {
        char what[256];
        const char *name = *r->trials[i].name ? r->trials[i].name : s->name;
        snprintf(what, sizeof what, "simulate %s", name);
        runlog_took(w->options->log, r->trials[i].simulated, what);
        snprintf(what, sizeof what, "report %s", name);
        runlog_took(w->options->log, r->trials[i].reported, what);
    }
    /* The first in input order, whatever ended first. */
    for (uint32_t i = 0; i < r->n; i++)
        if (w->status[i] < 0) {
            *d = r->trials[i].diag;
            return -1;
        }
    return compare(w, d);
}

int run_scenario(const struct scenario *s, const struct run_options *o, struct run *out,
                 struct diag *d)
{
    struct work w = {.scenario = s, .options = o, .run = out};
    uint32_t ready = 0;
    int rc = check_before(s, d);

    memset(out, 0, sizeof *out);
    w.prepared = calloc(s->n_clusters, sizeof *w.prepared);
    check(w.prepared != NULL);
    w.plots = o->folder && plot_available();
    while (rc == 0 && ready < s->n_clusters) {
        rc = prepare(s, o, ready, &w.prepared[ready], d);
        ready++;
    }
    if (rc == 0 && o->folder && !w.plots)
        note_missing_plots(&w);
    if (rc == 0)
        rc = run_trials(&w, d);
    if (rc == 0 && o->folder)
        rc = write_scenario(s, o, d);
    for (uint32_t i = 0; i < ready; i++) {
        ingest_free(&w.prepared[i].jobs);
        VEC_FREE(&w.prepared[i].warnings);
        arena_free(&w.prepared[i].arena);
    }
    free(w.prepared);
    free(w.status);
    if (rc < 0)
        run_free(out);
    return rc;
}

void run_free(struct run *r)
{
    for (uint32_t i = 0; i < r->n; i++)
        free(r->trials[i].text);
    free(r->trials);
    free(r->text);
    comparison_free(&r->comparison);
    memset(r, 0, sizeof *r);
}

/* cmd_run.c - berth run: one scenario, every cluster with every policy. */
#include "cli/cmd.h"
#include "cli/contain.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/terminal.h"
#include "experiment/choice.h"
#include "experiment/replicate.h"
#include "experiment/run.h"
#include "experiment/staging.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct verb_example examples[] = {
    {"berth run scenarios/hello.json -o out/", "replay, show a table, write every report"},
    {"berth run --trace jobs.csv --cluster '16x hgx-h100' --policy easy",
     "no scenario file: flags say it all"},
    {"berth run hello.json --set policy=fifo --seed 7 --json", "another policy; result as JSON"},
    {0},
};

static const struct opts_flag own_flags[] = {
    {"trace", 0, OPTS_TEXT, offsetof(struct opts, trace), "FILE", "job log, '-' = standard input",
     NULL},
    {"model", 0, OPTS_TEXT, offsetof(struct opts, model), "FILE",
     "workload model to draw jobs from", NULL},
    {"cluster", 0, OPTS_TEXT, offsetof(struct opts, cluster), "SPEC",
     "'121x hgx-v100 + 4x dgx-h100', or a file of nodes", NULL},
    {"policy", 0, OPTS_TEXT, offsetof(struct opts, policy), "NAME",
     "preset or parts: easy+bestfit, or ./mine.so; see 'berth policies'", NULL},
    {"horizon", 0, OPTS_TEXT, offsetof(struct opts, horizon), "TIME",
     "stop then, such as 7d (when the last job ends)", NULL},
    {"warmup", 0, OPTS_TEXT, offsetof(struct opts, warmup), "TIME",
     "leave out of every figure, such as 1d (0)", NULL},
    {"seed", 0, OPTS_TEXT, offsetof(struct opts, seed), "N", "of everything random (1)", NULL},
    {"set", 0, OPTS_LIST, offsetof(struct opts, set), "PATH=VALUE",
     "change any key of the scenario, repeatable", NULL},
    {"threads", 'j', OPTS_TEXT, offsetof(struct opts, threads), "N",
     "trials at a time (1); never changes a result", NULL},
    {"call-limit", 0, OPTS_TEXT, offsetof(struct opts, call_limit), "TIME",
     "one call of a policy from a file (60s)", NULL},
    {"journal", 0, OPTS_BOOL, offsetof(struct opts, journal), NULL,
     "record events and decisions, for replay and diff; needs -o", NULL},
    {"progress", 0, OPTS_TEXT, offsetof(struct opts, progress), "WHEN",
     "auto, always or never (auto)", "auto always never"},
    {0},
};

static const struct opts_table own = {"what to run", own_flags};

/* What a signal, or the parent of a process that died, has to clean up. Shared with the child. */
struct mess {
    struct staging staging;
    struct progress progress;
    struct interrupt interrupt;
    const struct call *call;
};

static void clean_up(void *ctx)
{
    struct mess *m = ctx;

    progress_end(&m->progress);
    staging_drop(&m->staging);
    fputs("interrupted: nothing was written; the same command runs it again\n", stderr);
}

static void on_plan(void *ctx, uint32_t trials, const struct job_set *jobs)
{
    struct mess *m = ctx;

    progress_plan(&m->progress, trials, jobs);
}

static void on_progress(void *ctx, uint32_t trial, const struct trial_progress *p)
{
    struct mess *m = ctx;

    progress_tell(&m->progress, trial, p);
}

static void on_read(void *ctx, const struct ingest_summary *s, struct diag *why)
{
    struct mess *m = ctx;
    char where[1024];

    snprintf(where, sizeof where, "%s/rejects.csv", m->staging.target);
    reading_print(m->call, s, m->staging.target[0] ? where : NULL, why);
}

static void on_note(void *ctx, const char *what, const char *which)
{
    const struct mess *m = ctx;
    struct diag d = {0};

    diag_fail(&d, STATUS_OK, (struct diag_at){0}, "%s: %s", what, which);
    if (!m->call->opts->quiet)
        diag_print(stderr, &d, "warning", m->call->colour_err);
}

static void on_line(void *ctx, const char *text)
{
    (void)ctx;
    fprintf(stderr, "%s\n", text);
}

static int usage(struct diag *d, const char *text)
{
    return diag_fail(d, STATUS_USAGE, (struct diag_at){0}, "%s", text);
}

static int check_flags(const struct opts *o, struct diag *d)
{
    if (o->args.n == 0 && !o->trace && !o->model)
        return usage(d, "nothing to run; give a scenario file, or --trace and --cluster");
    if (o->args.n == 0 && !o->cluster)
        return usage(d, o->trace ? "--trace needs --cluster; for example --cluster '16x hgx-h100'"
                                 : "--model needs --cluster; for example --cluster '16x hgx-h100'");
    if (o->trace && o->model)
        return usage(d, "--trace and --model exclude each other: jobs are replayed or drawn");
    if (o->force && !o->output)
        return usage(d, "--force needs -o: it says that the output folder may hold files");
    if (o->journal && !o->output)
        return usage(d, "--journal needs -o: it is a file of the output folder");
    return 0;
}

static int count_threads(const char *text, int *out, struct diag *d)
{
    int64_t n = 1;

    if (text && (!units_integer(text, strlen(text), &n) || n < 1 || n > 1024))
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "-j is '%s', expected a whole number from 1 to 1024", text);
    *out = (int)n;
    return 0;
}

/* A reader's flag is a key of the scenario, so that the merged scenario repeats the run. */
static void add_key(struct opts_list *set, struct arena *a, const char *key, const char *value)
{
    char text[512];

    if (!value)
        return;
    int n = snprintf(text, sizeof text, "%s=%s", key, value);
    VEC_PUSH(set, arena_text(a, text, n < (int)sizeof text ? (size_t)n : sizeof text - 1));
}

static int collect_set(const struct opts *o, struct arena *a, struct opts_list *set, struct diag *d)
{
    add_key(set, a, "trace.oversize", o->oversize);
    add_key(set, a, "trace.tz", o->tz);
    add_key(set, a, "trace.time_unit", o->time_unit);
    add_key(set, a, "trace.resource", o->resource);
    add_key(set, a, "trace.retries", o->retries);
    add_key(set, a, "trace.censored", o->censored);
    add_key(set, a, "trace.cpu_only", o->cpu_only);
    add_key(set, a, "trace.gang", o->gang);
    add_key(set, a, "trace.level", o->level);
    add_key(set, a, "trace.tenant", o->tenant);
    add_key(set, a, "trace.size", o->size);
    add_key(set, a, "trace.submit_time", o->submit_time);
    for (size_t i = 0; i < o->outcome.n; i++) {
        char key[128];
        const char *equals = strchr(o->outcome.at[i], '=');
        if (!equals)
            return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                             "--outcome is '%s', expected END=useful or END=discarded",
                             o->outcome.at[i]);
        snprintf(key, sizeof key, "trace.outcome.%.*s", (int)(equals - o->outcome.at[i]),
                 o->outcome.at[i]);
        add_key(set, a, key, equals + 1);
    }
    add_key(set, a, "journal", o->journal ? "true" : NULL);
    /* What the user typed as a key comes last: it is the more explicit. */
    for (size_t i = 0; i < o->set.n; i++)
        VEC_PUSH(set, o->set.at[i]);
    return 0;
}

static int load(const struct opts *o, struct arena *a, struct scenario *s, struct diag *d)
{
    struct opts_list set = {0};
    struct scenario_flags f = {
        .trace = o->trace,
        .cluster = o->cluster,
        .policy = o->policy,
        .model = o->model,
        .horizon = o->horizon,
        .warmup = o->warmup,
        .format = o->format,
        .seed = o->seed,
        .max_rejects = o->max_rejects,
        .catalog = o->catalog,
    };
    int rc = collect_set(o, a, &set, d);

    f.set = set.at;
    f.n_set = (uint32_t)set.n;
    if (rc == 0)
        rc = scenario_load(o->args.n ? o->args.at[0] : NULL, &f, a, s, d);
    VEC_FREE(&set);
    return rc;
}

/* A wrong policy text stands in the scenario, unless a flag replaced it. */
static void place_policy_error(const struct opts *o, struct diag *d)
{
    if (strcmp(d->file, "--policy") != 0 || o->policy || !o->args.n)
        return;
    for (size_t i = 0; i < o->set.n; i++)
        if (!strncmp(o->set.at[i], "polic", 5))
            return;
    snprintf(d->file, sizeof d->file, "%s", o->args.at[0]);
    snprintf(d->path, sizeof d->path, "$.policy");
}

/* Results to standard output; with --json one document also for several trials. */
static void print_results(const struct opts *o, const struct scenario *s, const struct run *r)
{
    bool many = r->n > 1;

    if (o->quiet && !o->json)
        return;
    if (o->json && many)
        fputs("{\"berth_runs\":1,\"runs\":[\n", stdout);
    for (uint32_t i = 0; i < r->n; i++) {
        const struct run_trial *t = &r->trials[i];
        if (o->json && i > 0)
            fputs(",\n", stdout);
        if (!o->json && many)
            printf("%s== %s, %s\n", i ? "\n" : "", s->clusters[t->cluster].name,
                   s->policies[t->policy]);
        fwrite(t->text, 1, t->text_n, stdout);
    }
    if (r->text) {
        fputs("\n== ", stdout);
        fwrite(r->text, 1, r->text_n, stdout);
    }
    if (o->json && many)
        fputs("]}\n", stdout);
}

/* The status of the worst trial; stuck ones are named on stderr. */
static int judge(const struct call *c, const struct run *r)
{
    int status = STATUS_OK;

    for (uint32_t i = 0; i < r->n; i++)
        if (r->trials[i].diag.status) {
            diag_print(stderr, &r->trials[i].diag, "error", c->colour_err);
            status = r->trials[i].diag.status;
        }
    return status;
}

static int commit(struct mess *m, struct runlog *log, struct diag *d)
{
    if (runlog_write(log, m->staging.folder, d) < 0)
        return -1;
    interrupt_lock(&m->interrupt);
    int rc = staging_commit(&m->staging, d);
    interrupt_unlock(&m->interrupt);
    return rc;
}

static int open_folder(struct mess *m, const struct opts *o, struct diag *d)
{
    interrupt_lock(&m->interrupt);
    int rc = staging_open(&m->staging, o->output, o->force, d);
    interrupt_unlock(&m->interrupt);
    return rc;
}

static int run(const struct call *c, struct mess *m, struct scenario *s, struct runlog *log,
               int threads, struct host_note *notes, struct diag *d)
{
    const struct opts *o = c->opts;
    struct run r = {0};
    struct run_options options = {
        .render = o->json ? "outcome_json" : "summary",
        .threads = threads,
        .side_by_side = o->json ? NULL : "comparison_summary",
        .colour = c->colour_out,
        .width = terminal_width(stdout),
        .log = log,
        .notes = notes,
        .read = on_read,
        .note = on_note,
        .plan = on_plan,
        .progress = on_progress,
        .ctx = m,
    };
    int status = -1;

    if (o->output) {
        if (open_folder(m, o, d) < 0)
            goto done;
        options.folder = m->staging.folder;
    }
    if (run_scenario(s, &options, &r, d) < 0) {
        place_policy_error(o, d);
        goto done;
    }
    if (o->output && commit(m, log, d) < 0)
        goto done;
    progress_end(&m->progress);
    print_results(o, s, &r);
    status = judge(c, &r);
done:
    progress_end(&m->progress);
    if (status < 0) {
        interrupt_lock(&m->interrupt);
        staging_explain(&m->staging, d);
        staging_drop(&m->staging);
        interrupt_unlock(&m->interrupt);
    }
    run_free(&r);
    return status;
}

static bool loads_files(const struct scenario *s)
{
    for (uint32_t i = 0; i < s->n_policies; i++)
        if (choice_is_file(s->policies[i]))
            return true;
    return false;
}

/* The parent of a run with a policy from a file: the child has printed what there is to say, unless it
 * did not end in order. */
static int await(struct mess *m, pid_t child, const struct host_note *notes, uint32_t n, ns_t limit,
                 struct diag *d)
{
    struct contain_end end = contain_wait(child, notes, n, limit);

    if (contain_in_order(&end, notes, n, d))
        return end.status;
    if (m->progress.drawn)
        fputs("\r\033[K", stderr);
    staging_explain(&m->staging, d);
    staging_drop(&m->staging);
    return -1;
}

static int run_here(const struct call *c, struct mess *m, struct scenario *s, struct runlog *log,
                    int threads, struct host_note *notes, struct diag *d)
{
    int status;

    interrupt_begin(&m->interrupt, clean_up, m);
    status = run(c, m, s, log, threads, notes, d);
    interrupt_end(&m->interrupt);
    return status;
}

static int run_apart(const struct call *c, struct mess *m, struct scenario *s, struct runlog *log,
                     int threads, struct diag *d)
{
    uint32_t trials = s->n_clusters * s->n_policies;
    size_t bytes = trials * sizeof(struct host_note);
    struct host_note *notes;
    ns_t limit;
    pid_t child;
    int status = -1;

    if (contain_limit(c->opts->call_limit, &limit, d) < 0)
        return -1;
    notes = contain_share(bytes);
    child = contain_fork(d);
    if (child == 0)
        status = run_here(c, m, s, log, threads, notes, d);
    else if (child > 0)
        status = await(m, child, notes, trials, limit, d);
    contain_unshare(notes, bytes);
    return status;
}

static int cmd_run(const struct call *c, struct diag *d)
{
    struct scenario s = {0};
    struct runlog log;
    struct mess *m;
    struct arena a;
    int threads = 1, status = -1;

    if (check_flags(c->opts, d) < 0)
        return -1;
    arena_init(&a);
    m = contain_share(sizeof *m);
    m->call = c;
    progress_begin(&m->progress, c->opts->quiet ? "never" : c->opts->progress);
    runlog_begin(&log, c->opts->verbose && !c->opts->quiet ? on_line : NULL, NULL);
    if (count_threads(c->opts->threads, &threads, d) == 0 && load(c->opts, &a, &s, d) == 0)
        status = loads_files(&s) ? run_apart(c, m, &s, &log, threads, d)
                                 : run_here(c, m, &s, &log, threads, NULL, d);
    runlog_free(&log);
    contain_unshare(m, sizeof *m);
    arena_free(&a);
    return status;
}

const struct verb cmd_run_verb = {
    .name = "run",
    .args = "[SCENARIO.json]",
    .summary = "replay or draw a workload on a cluster: schedule, ledger, money",
    .group = "run",
    .examples = examples,
    .tables = {&own, &opts_reading, &opts_writing, &opts_catalog, &opts_speaking},
    .writes =
        "  the reports of the scenario's outputs, scenario.json (all keys, repeats the run),\n"
        "  rejects.csv, run.log (times, memory, machine), journal.berth with --journal; several\n"
        "  trials: a folder each, and comparison.csv, comparison.md, plots/comparison over them\n",
    .args_max = 1,
    .run = cmd_run,
};

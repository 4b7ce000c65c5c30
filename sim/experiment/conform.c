/* conform.c - does a policy keep the contract? */
#define _DEFAULT_SOURCE /* clearenv() */
#include "experiment/conform.h"

#include "experiment/drill.h"
#include "experiment/trial.h"
#include "host/object.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WORKLOADS = 6 };

/* One workload and what the policy made of it. */
struct rehearsal {
    struct drill work;
    struct arena arena;
    struct outcome out;
    struct diag trouble;
    bool done; /* it ran to the end, or got stuck as pod-by-pod launches do */
};

int conform_init(struct conform *c, const char *policy, uint64_t seed, struct arena *a,
                 struct diag *d)
{
    *c = (struct conform){.policy = policy, .seed = seed};
    return choice_parse(policy, NULL, a, &c->choice, d);
}

static bool may_share(const struct conform *c)
{
    const struct berth_policy *p = c->choice.policy;

    return (p->needs | p->uses) & BERTH_CAN_SHARE;
}

static struct drill_shape shape_of(const struct conform *c, uint32_t number)
{
    return (struct drill_shape){.seed = c->seed + number,
                                .shares = may_share(c) && number % 2,
                                .levels = number % 3 == 1,
                                .sizes = number % 3 == 2,
                                .prefix = ""};
}

static void rehearse(const struct conform *c, const struct drill_shape *shape,
                     struct host_watch watch, struct rehearsal *r)
{
    struct trial_config config = {.policy = c->policy,
                                  .seed = c->seed,
                                  .horizon = NS_NEVER,
                                  .watch = watch,
                                  .keep_segments = true};

    memset(r, 0, sizeof *r);
    drill_init(&r->work, shape);
    arena_init(&r->arena);
    config.watch.note = c->note;
    config.jobs = &r->work.jobs;
    config.fleet = &r->work.fleet;
    config.useful[JOB_DONE] = 1;
    r->done = trial_run(&config, &r->arena, &r->out, &r->trouble) == 0 ||
              r->trouble.status == STATUS_STUCK;
}

static void rest(struct rehearsal *r)
{
    drill_free(&r->work);
    arena_free(&r->arena);
}

static void fail(struct conform_result *out, const char *what, uint64_t seed)
{
    out->verdict = CONFORM_FAILED;
    snprintf(out->text, sizeof out->text, "%.440s (workload %llu)", what, (unsigned long long)seed);
}

static void skip(struct conform_result *out, const char *why)
{
    out->verdict = CONFORM_SKIPPED;
    snprintf(out->text, sizeof out->text, "%s", why);
}

/* ---- comparing two runs ---- */

struct relation {
    ns_t shift;
    int64_t scale;
    bool places; /* not only when, but also where */
};

static ns_t mapped(ns_t at, const struct relation *r)
{
    return at == NS_UNKNOWN ? at : at * r->scale + r->shift;
}

static bool same_places(const struct outcome *a, const struct outcome *b, uint32_t job)
{
    const struct job_result *x = &a->results[job], *y = &b->results[job];

    if (x->n_segments != y->n_segments)
        return false;
    return !x->n_segments || !memcmp(a->segments + x->first_segment, b->segments + y->first_segment,
                                     x->n_segments * sizeof *a->segments);
}

/* True when `b` is `a` under the relation; else the first job that differs is named. */
static bool alike(const struct rehearsal *a, const struct rehearsal *b, struct relation relation,
                  uint64_t seed, struct conform_result *out)
{
    char what[300], clock[48], other[48], name[16];

    for (uint32_t i = 0; i < a->work.jobs.n; i++) {
        const struct job_result *x = &a->out.results[i], *y = &b->out.results[i];
        const char *job = job_name(&a->work.jobs, i, name);
        if (mapped(x->start, &relation) != y->start) {
            snprintf(what, sizeof what, "job %.60s starts at %s, and the other time at %s", job,
                     x->start < 0 ? "no time" : units_clock_text(x->start, clock),
                     y->start < 0 ? "no time" : units_clock_text(y->start, other));
            fail(out, what, seed);
            return false;
        }
        if (mapped(x->end, &relation) != y->end ||
            (relation.places && !same_places(&a->out, &b->out, i))) {
            snprintf(what, sizeof what, "job %.60s, first started at %s, %s the other time", job,
                     x->start < 0 ? "no time" : units_clock_text(x->start, clock),
                     mapped(x->end, &relation) != y->end ? "ends at another time"
                                                         : "lies on other devices");
            fail(out, what, seed);
            return false;
        }
    }
    return true;
}

/* Two shapes of every workload, and how the second must relate to the first. */
static void compare(struct conform *c, struct host_watch watch, struct relation relation,
                    void (*change)(struct drill_shape *), bool levels, struct conform_result *out)
{
    for (uint32_t k = 0; k < WORKLOADS && out->verdict == CONFORM_OK; k++) {
        struct drill_shape shape = shape_of(c, k), other;
        struct rehearsal a, b;
        shape.levels = shape.levels && levels;
        other = shape;
        if (change)
            change(&other);
        rehearse(c, &shape, (struct host_watch){0}, &a);
        rehearse(c, &other, watch, &b);
        if (!a.done || !b.done)
            fail(out, a.done ? b.trouble.message : a.trouble.message, shape.seed);
        else
            alike(&a, &b, relation, shape.seed, out);
        rest(&a);
        rest(&b);
    }
}

static const struct relation equal = {0, 1, true};

/* ---- the checks ---- */

static void check_runs(struct conform *c, struct conform_result *out)
{
    uint64_t decisions = 0;

    for (uint32_t k = 0; k < 4 * WORKLOADS && out->verdict == CONFORM_OK; k++) {
        struct drill_shape shape = shape_of(c, k);
        struct rehearsal r;
        rehearse(c, &shape, (struct host_watch){0}, &r);
        if (!r.done)
            fail(out, r.trouble.message, shape.seed);
        else if (r.out.refused_decisions)
            fail(out, "decisions were refused", shape.seed);
        decisions += r.out.decisions;
        rest(&r);
    }
    if (out->verdict == CONFORM_OK)
        snprintf(out->text, sizeof out->text, "%d workloads, %llu decisions, none refused",
                 4 * WORKLOADS, (unsigned long long)decisions);
}

static void check_storm(struct conform *c, struct conform_result *out)
{
    for (uint32_t k = 0; k < 3 && out->verdict == CONFORM_OK; k++) {
        struct drill_shape shape = shape_of(c, k);
        struct rehearsal r;
        shape.storm = true;
        rehearse(c, &shape, (struct host_watch){0}, &r);
        if (!r.done)
            fail(out, r.trouble.message, shape.seed);
        rest(&r);
    }
    if (out->verdict == CONFORM_OK)
        snprintf(out->text, sizeof out->text, "300 jobs at once, zero-length ones among them");
}

static void check_repeats(struct conform *c, struct conform_result *out)
{
    compare(c, (struct host_watch){0}, equal, NULL, true, out);
}

static void check_memory(struct conform *c, struct conform_result *out)
{
    compare(c, (struct host_watch){.poison = 0xa5, .shift = 7}, equal, NULL, true, out);
}

static void check_fork(struct conform *c, struct conform_result *out)
{
    const struct berth_policy *p = c->choice.policy;
    static const uint64_t at[] = {2, 17, 40};

    if (c->choice.parts) {
        skip(out, "it brings parts, whose state is not saved");
        return;
    }
    if (!(p->flags & (BERTH_FORKABLE | BERTH_STATELESS))) {
        skip(out, "it does not say BERTH_FORKABLE or BERTH_STATELESS");
        return;
    }
    if (p->flags & BERTH_FORKABLE && (!p->save || !p->load)) {
        fail(out, "it says BERTH_FORKABLE and has no save() or load()", c->seed);
        return;
    }
    for (size_t i = 0; i < sizeof at / sizeof *at && out->verdict == CONFORM_OK; i++)
        compare(c, (struct host_watch){.fork_at = at[i], .poison = 0x5a}, equal, NULL, true, out);
}

static void rename_all(struct drill_shape *s)
{
    s->prefix = "another-";
}

static void check_names(struct conform *c, struct conform_result *out)
{
    compare(c, (struct host_watch){0}, equal, rename_all, true, out);
}

/* Whole weeks: a policy may know hours and days. */
#define SHIFT (16 * 7 * 24 * INT64_C(3600) * NS_PER_S)

static void shift_all(struct drill_shape *s)
{
    s->shift = SHIFT;
}

static void check_shift(struct conform *c, struct conform_result *out)
{
    compare(c, (struct host_watch){0}, (struct relation){SHIFT, 1, true}, shift_all, true, out);
}

static void double_all(struct drill_shape *s)
{
    s->scale = 2;
}

/* Does it know some length of time that does not come from the jobs? */
static bool has_own_times(const struct choice *c)
{
    const struct berth_option *o = c->parts ? c->parts->options : c->policy->options;

    for (; o && o->name; o++)
        if (o->is_duration)
            return true;
    if (!c->is_core)
        return false;
    if (c->composition.knowledge == ESTIMATE_HISTORY ||
        c->composition.knowledge == ESTIMATE_DISTRIBUTION)
        return true;
    for (int axis = 0; axis < AXIS_PRESET; axis++)
        for (int i = 0; i < POLICY_OPTIONS && c->composition.part[axis]->options[i].name; i++)
            if (c->composition.part[axis]->options[i].is_duration)
                return true;
    return false;
}

static void check_scale(struct conform *c, struct conform_result *out)
{
    if (has_own_times(&c->choice))
        skip(out, "it has durations of its own");
    else
        compare(c, (struct host_watch){0}, (struct relation){0, 2, true}, double_all, true, out);
}

static void turn_racks(struct drill_shape *s)
{
    s->turn = 1;
}

static void check_racks(struct conform *c, struct conform_result *out)
{
    compare(c, (struct host_watch){0}, (struct relation){0, 1, false}, turn_racks, false, out);
}

static uint32_t entries(const char *folder)
{
    DIR *d = opendir(folder);
    uint32_t n = 0;

    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

/* Another second, another environment, and no thread or file more than before. */
static void check_surroundings(struct conform *c, struct conform_result *out)
{
    struct drill_shape shape = shape_of(c, 0);
    struct rehearsal a, b;
    uint32_t threads = entries("/proc/self/task"), files = entries("/proc/self/fd");

    rehearse(c, &shape, (struct host_watch){0}, &a);
    clearenv();
    setenv("TZ", "Pacific/Chatham", 1);
    setenv("LC_ALL", "tr_TR.UTF-8", 1);
    nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 100000000}, NULL);
    rehearse(c, &shape, (struct host_watch){0}, &b);
    if (!a.done || !b.done)
        fail(out, a.done ? b.trouble.message : a.trouble.message, shape.seed);
    else if (entries("/proc/self/task") > threads)
        fail(out, "it left a thread running", shape.seed);
    else if (entries("/proc/self/fd") > files)
        fail(out, "it left a file open", shape.seed);
    else
        alike(&a, &b, equal, shape.seed, out);
    rest(&a);
    rest(&b);
}

static int64_t cpu_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* What it costs is told, not judged. */
static void check_cost(struct conform *c, struct conform_result *out)
{
    struct drill_shape shape = shape_of(c, 0);
    struct host_cost cost = {0};
    struct rehearsal r;

    shape.storm = true;
    rehearse(c, &shape, (struct host_watch){.cost = &cost, .clock = cpu_clock}, &r);
    if (!r.done)
        fail(out, r.trouble.message, shape.seed);
    else
        snprintf(out->text, sizeof out->text,
                 "%.2f us a call, %.2f us a decision, %zu bytes of memory at most, %zu left to the "
                 "host in %zu blocks",
                 (double)cost.ns / 1e3 / (double)(cost.calls ? cost.calls : 1),
                 (double)cost.ns / 1e3 / (double)(cost.decisions ? cost.decisions : 1), cost.most,
                 cost.left, cost.left_blocks);
    rest(&r);
}

/* ---- the file itself ---- */

/* "__fprintf_chk" and "fopen64" are "fprintf" and "fopen". */
static bool is_name(const char *import, const char *name)
{
    size_t n = strlen(name);

    while (*import == '_')
        import++;
    return !strncmp(import, name, n) &&
           (!import[n] || !strcmp(import + n, "_chk") || !strcmp(import + n, "64") ||
            !strcmp(import + n, "_r") || !strcmp(import + n, "_2"));
}

static bool is_forbidden(const char *import)
{
    static const char *const names[] = {
        "time",         "clock",       "clock_gettime", "gettimeofday", "times",
        "timespec_get", "nanosleep",   "sleep",         "usleep",       "rand",
        "random",       "srand",       "srandom",       "drand48",      "lrand48",
        "mrand48",      "getrandom",   "getentropy",    "getenv",       "secure_getenv",
        "environ",      "setenv",      "putenv",        "fopen",        "open",
        "openat",       "read",        "write",         "socket",       "printf",
        "fprintf",      "vprintf",     "vfprintf",      "puts",         "fputs",
        "putchar",      "fwrite",      "stdout",        "stderr",       "pthread_create",
        "thrd_create",  "fork",        "system",        "popen",        "execve",
        "dlopen",       "mmap",        "signal",        "sigaction",    "localtime",
        "getpid",       "gethostname", "uname",         "setlocale"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_name(import, names[i]))
            return true;
    return false;
}

static void judge_object(const struct object *o, struct conform_result *out)
{
    char list[300] = "", own[120] = "";
    size_t n = 0;

    for (size_t i = 0; i < o->variables.n && n < sizeof list; i++)
        n += (size_t)snprintf(list + n, sizeof list - n, "%swritable %.60s (%llu bytes)",
                              n ? ", " : "", o->variables.at[i].name,
                              (unsigned long long)o->variables.at[i].bytes);
    if (o->nameless && n < sizeof list)
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%llu bytes of writable data",
                              n ? ", " : "", (unsigned long long)o->nameless);
    for (size_t i = 0; i < o->imports.n && n < sizeof list; i++)
        if (is_forbidden(o->imports.at[i]))
            n += (size_t)snprintf(list + n, sizeof list - n, "%suses %.60s()", n ? ", " : "",
                                  o->imports.at[i]);
        else if (is_name(o->imports.at[i], "malloc") || is_name(o->imports.at[i], "calloc") ||
                 is_name(o->imports.at[i], "realloc"))
            snprintf(own, sizeof own,
                     "; note: it uses %.40s(), memory that the host neither counts nor moves",
                     o->imports.at[i]);
    if (n)
        out->verdict = CONFORM_FAILED;
    snprintf(out->text, sizeof out->text, "%s%s",
             n ? list
               : "no writable globals, no clock, files, environment, threads or own random "
                 "numbers",
             own);
}

static void check_object(struct conform *c, struct conform_result *out)
{
    struct object o;
    struct diag d = {0};
    char path[1024];

    if (!choice_is_file(c->policy)) {
        skip(out, "it is built in");
        return;
    }
    snprintf(path, sizeof path, "%.*s", (int)strcspn(c->policy, ",+"), c->policy);
    if (object_read(&o, path, &d) < 0)
        fail(out, d.message, c->seed);
    else
        judge_object(&o, out);
    object_free(&o);
}

const struct conform_check conform_checks[] = {
    {"object", "the file has no writable globals and asks for nothing it must not use",
     check_object},
    {"runs", "every job of random workloads ends and no decision is refused", check_runs},
    {"storms", "hundreds of jobs may come and end in one instant", check_storm},
    {"repeats", "the same events give the same decisions", check_repeats},
    {"memory", "what fresh memory holds and where it lies makes no difference", check_memory},
    {"fork", "it goes on from its saved state as if nothing had happened", check_fork},
    {"names", "names of jobs, tenants and users make no difference", check_names},
    {"shift", "the same days later is the same", check_shift},
    {"scale", "everything twice as long is the same, twice as slow", check_scale},
    {"racks", "numbers of racks that no job asks for make no difference", check_racks},
    {"surroundings", "clock and environment make no difference, no thread or file is left",
     check_surroundings},
    {"cost", "time and memory", check_cost},
    {0},
};
_Static_assert(sizeof conform_checks / sizeof *conform_checks <= CONFORM_MOST, "room for results");

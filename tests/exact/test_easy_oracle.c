/* test_easy_oracle.c - FCFS, EASY and conservative backfilling against recorded schedules of a flat pool,
 * job by job: the core's presets where the textbook policy is recorded, and the policies of
 * tests/compat/easy where a program's own habits are.
 *
 * A file T.pP.FAMILY.csv of the folder "expected" is the schedule of trace T on P processors. Every file there
 * is replayed, on one node of P devices and on P nodes of one device. Conservative backfilling plans on
 * concrete nodes, so P nodes are no pool for it: a gap that is wide enough by count need not lie on nodes that
 * stay free together. How far it differs is told. */
#include "base/csv.h"
#include "lib/builders.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define FOLDER "oracles/easy-backfill"
#define LAST_SECOND INT64_C(9000000000)

extern const struct berth_policy berth_policy_easy_count, berth_policy_easy_pinned;

struct family {
    const char *name, *policy;
    const struct berth_policy *own; /* NULL: the core; else `policy` is the text of its options */
    bool pinned;                    /* the processors are recorded too */
};

static const struct family core[] = {
    {.name = "fcfs", .policy = "fcfs"},
    {.name = "easy-count", .policy = "easy,estimate=limit"},
    {0},
};
static const struct family planned[] = {
    {.name = "conservative", .policy = "conservative,estimate=limit"},
    {0},
};
static const struct family counted[] = {
    {.name = "easy-count", .policy = "", .own = &berth_policy_easy_count},
    {.name = "easy-count-oneevent", .policy = "oneevent=1", .own = &berth_policy_easy_count},
    {.name = "easy-count-clairvoyant", .policy = "clairvoyant=1", .own = &berth_policy_easy_count},
    {.name = "easy-count-oneevent-clairvoyant",
     .policy = "oneevent=1,clairvoyant=1",
     .own = &berth_policy_easy_count},
    {0},
};
static const struct family pinned[] = {
    {.name = "easy-pinned", .policy = "", .own = &berth_policy_easy_pinned, .pinned = true},
    {0},
};

/* ---- files ---- */

struct name { /* T.pP.FAMILY */
    char trace[128], family[128];
    uint32_t procs;
};

static struct name decode(const char *path)
{
    const char *file = strrchr(path, '/') + 1;
    struct name n;

    if (sscanf(file, "%127[^.].p%u.%127[^.].csv", n.trace, &n.procs, n.family) != 3)
        fail_msg("%s: expected a name TRACE.pPROCESSORS.FAMILY.csv", path);
    return n;
}

static struct csv *open_table(const char *path, struct input **in, const struct csv_column *want,
                              uint32_t n)
{
    struct diag d = {0};
    struct csv *c;

    *in = input_open(path, "a table", &d);
    c = *in ? csv_open(*in, ',', true, want, n, &d) : NULL;
    if (!c) {
        diag_print(stderr, &d, "error", 0);
        fail_msg("cannot read %s", path);
    }
    return c;
}

static int64_t integer(const struct csv *c, uint32_t column)
{
    struct diag d = {0};
    int64_t v = 0;

    if (csv_row_trouble(c) || csv_integer(c, column, 0, LAST_SECOND, 0, &v, &d) < 0)
        fail_msg("line %u cannot be read: %s", csv_line(c), csv_text(c));
    return v;
}

/* ---- one replay ---- */

struct replay {
    const struct family *family;
    struct name name;
    const char *path;
    bool spread; /* P nodes of one device, else one node of P */
    struct arena arena;
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
    int64_t *id; /* by job */
};

static void read_trace(struct replay *r, const char *folder)
{
    static const struct csv_column want[] = {
        {"id", true}, {"submit", true}, {"runtime", true}, {"procs", true}, {"requested", true}};
    VEC(struct builders_job) list = {0};
    VEC(int64_t) ids = {0};
    char path[512];
    struct input *in;
    struct csv *c;
    struct diag d = {0};

    snprintf(path, sizeof path, "%s/traces/%s.csv", folder, r->name.trace);
    c = open_table(path, &in, want, 5);
    while (csv_next(c, &d) == 1) {
        uint32_t procs = (uint32_t)integer(c, 3);
        VEC_PUSH(&ids, integer(c, 0));
        VEC_PUSH(&list, (struct builders_job){.submit = integer(c, 1) * NS_PER_S,
                                              .run = integer(c, 2) * NS_PER_S,
                                              .replicas = r->spread ? procs : 1,
                                              .gpus = r->spread ? 1 : procs,
                                              .limit = integer(c, 4) * NS_PER_S});
    }
    csv_close(c);
    input_close(in);
    builders_jobs(&r->jobs, &r->arena, list.at, (uint32_t)list.n, NULL);
    r->id = ARENA_ARRAY(&r->arena, int64_t, ids.n + 1);
    memcpy(r->id, ids.at, ids.n * sizeof *ids.at);
    VEC_FREE(&list);
    VEC_FREE(&ids);
}

static void run(struct replay *r)
{
    struct trial_config c = {.jobs = &r->jobs,
                             .fleet = &r->fleet,
                             .policy = r->family->policy,
                             .own = r->family->own,
                             .seed = 1,
                             .horizon = NS_NEVER,
                             .keep_segments = r->family->pinned};
    struct diag d = {0};

    builders_fleet(&r->fleet, &r->arena, r->spread ? r->name.procs : 1,
                   r->spread ? 1 : r->name.procs);
    if (trial_run(&c, &r->arena, &r->o, &d) < 0) {
        diag_print(stderr, &d, "error", 0);
        fail_msg("%s: the replay failed", r->path);
    }
    assert_true(r->o.clairvoyant == (strstr(r->name.family, "clairvoyant") != NULL));
}

static uint32_t job_of(const struct replay *r, int64_t id, uint32_t near)
{
    for (uint32_t i = 0; i < r->jobs.n; i++) {
        uint32_t job = (near + i) % r->jobs.n;
        if (r->id[job] == id)
            return job;
    }
    fail_msg("%s: job %lld is not in the trace", r->path, (long long)id);
    return 0;
}

/* "3-5 8": marks processors; false when one lies outside the pool. */
static bool mark(const char *text, uint8_t *set, uint32_t procs)
{
    unsigned low, high;
    int used;

    for (; sscanf(text, "%u%n", &low, &used) == 1; text += used) {
        text += used;
        used = 0;
        high = low;
        if (*text == '-')
            sscanf(text, "-%u%n", &high, &used);
        if (high >= procs)
            return false;
        for (unsigned p = low; p <= high; p++)
            set[p]++;
    }
    return true;
}

/* Does the job hold the processors of the text, no more, no less? */
static bool same_processors(const struct replay *r, uint32_t job, const char *text)
{
    const struct job_result *k = &r->o.results[job];
    uint8_t *want = calloc(2, r->name.procs), *have = want + r->name.procs;
    bool same;

    assert_non_null(want);
    same = mark(text, want, r->name.procs);
    for (uint32_t i = 0; i < k->n_segments; i++) {
        const struct segment *s = &r->o.segments[k->first_segment + i];
        for (uint32_t bit = 0; bit < 64; bit++)
            if (s->mask >> bit & 1)
                have[r->fleet.first_gpu[s->node] + s->base + bit]++;
    }
    same = same && !memcmp(want, have, r->name.procs);
    free(want);
    return same;
}

/* Rows that differ; the first is told. */
static uint32_t compare(const struct replay *r)
{
    static const struct csv_column want[] = {
        {"id", true}, {"start", true}, {"end", true}, {"nodes", false}};
    uint32_t wrong = 0, rows = 0;
    struct diag d = {0};
    struct input *in;
    struct csv *c = open_table(r->path, &in, want, 4);

    assert_true(csv_has(c, 3) == r->family->pinned);
    for (; csv_next(c, &d) == 1; rows++) {
        uint32_t job = job_of(r, integer(c, 0), rows);
        const struct job_result *k = &r->o.results[job];
        bool same = k->start == integer(c, 1) * NS_PER_S && k->end == integer(c, 2) * NS_PER_S;
        if (same && r->family->pinned)
            same = same_processors(r, job, csv_field(c, 3, NULL));
        if (!same && !wrong++)
            print_error("job %lld ran from %lld s to %lld s, expected %s\n", (long long)r->id[job],
                        (long long)(k->start / NS_PER_S), (long long)(k->end / NS_PER_S),
                        csv_text(c));
    }
    assert_int_equal(rows, r->jobs.n);
    csv_close(c);
    input_close(in);
    return wrong;
}

static uint32_t replay(const struct family *family, const char *folder, const char *path,
                       bool spread)
{
    struct replay r = {.family = family, .name = decode(path), .path = path, .spread = spread};
    uint32_t wrong;

    arena_init(&r.arena);
    read_trace(&r, folder);
    run(&r);
    wrong = compare(&r);
    print_message("%s.p%u.%s by %s on %u node%s: %u of %u rows equal\n", r.name.trace, r.name.procs,
                  r.name.family, family->own ? family->own->id : "the core", r.fleet.n_nodes,
                  spread ? "s" : "", r.jobs.n - wrong, r.jobs.n);
    builders_free(&r.jobs);
    arena_free(&r.arena);
    return wrong;
}

/* ---- all files ---- */

static void find(char *folder, size_t room, glob_t *files)
{
    char pattern[512];

    assert_non_null(builders_shared(FOLDER, folder, room));
    snprintf(pattern, sizeof pattern, "%s/expected/*.csv", folder);
    assert_int_equal(glob(pattern, 0, NULL, files), 0);
}

static const struct family *family_of(const struct family *families, const char *path)
{
    struct name n = decode(path);

    for (; families->name; families++)
        if (!strcmp(families->name, n.family))
            return families;
    return NULL;
}

/* Rows that differ in all files of the families. */
static uint32_t replay_all(const struct family *families, bool spread)
{
    char folder[256];
    uint32_t wrong = 0;
    glob_t files;

    find(folder, sizeof folder, &files);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        const struct family *f = family_of(families, files.gl_pathv[i]);
        if (!f)
            continue;
        wrong += replay(f, folder, files.gl_pathv[i], spread);
    }
    globfree(&files);
    return wrong;
}

static void replay_on_both(const struct family *families)
{
    uint32_t wrong = replay_all(families, false) + replay_all(families, true);

    assert_int_equal(wrong, 0);
}

static void the_family_of_every_recorded_schedule_is_known(void **s)
{
    char folder[256];
    glob_t files;

    (void)s;
    find(folder, sizeof folder, &files);
    for (size_t i = 0; i < files.gl_pathc; i++)
        if (!family_of(core, files.gl_pathv[i]) && !family_of(planned, files.gl_pathv[i]) &&
            !family_of(counted, files.gl_pathv[i]) && !family_of(pinned, files.gl_pathv[i]))
            fail_msg("%s: no policy for this family", files.gl_pathv[i]);
    globfree(&files);
}

static void fcfs_and_easy_of_the_core_start_every_job_when_it_was_recorded(void **s)
{
    (void)s;
    replay_on_both(core);
}

static void conservative_of_the_core_starts_every_job_when_it_was_recorded(void **s)
{
    (void)s;
    replay_on_both(planned);
}

static void easy_by_counts_starts_every_job_when_it_was_recorded(void **s)
{
    (void)s;
    replay_on_both(counted);
}

static void easy_with_pinned_reservations_also_takes_the_recorded_processors(void **s)
{
    (void)s;
    replay_on_both(pinned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_family_of_every_recorded_schedule_is_known),
        cmocka_unit_test(fcfs_and_easy_of_the_core_start_every_job_when_it_was_recorded),
        cmocka_unit_test(conservative_of_the_core_starts_every_job_when_it_was_recorded),
        cmocka_unit_test(easy_by_counts_starts_every_job_when_it_was_recorded),
        cmocka_unit_test(easy_with_pinned_reservations_also_takes_the_recorded_processors),
    };
    char folder[256];

    if (!builders_shared(FOLDER, folder, sizeof folder))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_forms.c - by how much the core's forms of published orders differ from the Tiresias simulator on the same
 * traces, and from which respect the difference comes.
 *
 * Every row of the oracle's cases.csv that completed is replayed by the core's own composition for that
 * scheme. For counted GPUs a slow list scheduler (tests/lib/forms.c) stands between: with the published
 * habits it must repeat the recorded times, with the core's forms it must repeat the core, and with the
 * habits changed one after the other it says what each is worth. The tables are those of docs/forms.md.
 *
 * No row of its own: schemes that the core has no order for (dlas counts running time, shortest-expected,
 * multi-dlas-gpu), and rows that the program did not complete. */
#include "lib/forms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TABLE_FROM = 1000 /* jobs that the core's index is first made of */ };

/* ---- samples of GPU-time ---- */

static int rising(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static int64_t *read_samples(struct arena *a, uint32_t *n)
{
    static const char *const columns[] = {"gpu_service_s"};
    struct recorded t = tiresias_table("", "gittins_samples.csv", columns, 1);
    int64_t *at;

    for (*n = 0; recorded_next(&t); (*n)++) {
    }
    recorded_close(&t);
    at = ARENA_ARRAY(a, int64_t, *n + 1);
    t = tiresias_table("", "gittins_samples.csv", columns, 1);
    for (uint32_t i = 0; recorded_next(&t); i++)
        at[i] = recorded_number(&t, 0);
    recorded_close(&t);
    qsort(at, *n, sizeof *at, rising);
    return at;
}

/* The core learns from jobs that ended: the samples as jobs of one GPU, one after the other, before the trace
 * begins. The last ones, which no table is made of any more, are those in the middle. */
static uint32_t add_history(struct builders_job *jobs, const int64_t *sample, uint32_t n, ns_t *end)
{
    uint32_t spare = n > TABLE_FROM ? n - TABLE_FROM : 0, from = (n - spare) / 2, at = 0;

    *end = 0;
    for (uint32_t pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < n; i++) {
            bool last = i >= from && i < from + spare;
            if (last != (pass == 1))
                continue;
            jobs[at++] = (struct builders_job){
                .submit = *end, .run = sample[i] * NS_PER_S, .replicas = 1, .gpus = 1};
            *end += sample[i] * NS_PER_S;
        }
    return at;
}

/* ---- one row ---- */

struct row {
    struct tiresias_case c;
    struct tiresias_world world;
    struct forms_rule rule;
    struct gittins gittins;
    char order[128], policy[192]; /* of the core; policy "" = it has none */
    int64_t *recorded;            /* by job: end, seconds */
    /* of the core, by job */
    ns_t *end;
    uint32_t *stops;
    uint64_t all_stops;
};

static bool is_fifo(const struct tiresias_case *c)
{
    return !strcmp(c->scheme, "fifo") || !strcmp(c->scheme, "fjf");
}

static bool is_2dlas(const struct tiresias_case *c)
{
    return !strcmp(c->scheme, "dlas-gpu") ||
           (!strncmp(c->scheme, "dlas-gpu-", 9) && tiresias_knob(c->scheme));
}

/* The core's order for the scheme; false when it has none. */
static bool core_order(struct row *r)
{
    static const struct {
        const char *scheme, *order;
        enum forms_order as;
    } plain[] = {{"fifo", "fifo", FORMS_ARRIVAL},
                 {"fjf", "fifo", FORMS_ARRIVAL},
                 {"sjf", "smallest", FORMS_SIZE},
                 {"shortest", "srtf,estimate=exact", FORMS_REMAINING},
                 {"shortest-gpu", "srsf,estimate=exact", FORMS_SERVICE},
                 {"dlas-gpu-gittins", "gittins", FORMS_GITTINS}};

    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (!strcmp(r->c.scheme, plain[i].scheme)) {
            snprintf(r->order, sizeof r->order, "%s", plain[i].order);
            r->rule.order = plain[i].as;
            return true;
        }
    snprintf(r->order, sizeof r->order, "2dlas");
    r->rule.order = FORMS_QUEUES;
    r->rule.knob = tiresias_knob(r->c.scheme);
    return is_2dlas(&r->c);
}

static void add_options(struct row *r)
{
    size_t used = strlen(r->order), room = sizeof r->order;

    r->rule.n_limits = tiresias_limits(&r->c, r->rule.limit, FORMS_LIMITS);
    for (uint32_t i = 0; i < r->rule.n_limits; i++)
        used += (size_t)snprintf(r->order + used, room - used, ",t%u=%lld", i + 1,
                                 (long long)r->rule.limit[i]);
    if (r->rule.knob)
        snprintf(r->order + used, room - used, ",promote=%u", r->rule.knob);
    if (r->rule.order == FORMS_GITTINS)
        snprintf(r->order + used, room - used, ",delta=%d", FORMS_QUANTUM);
}

static bool core_policy(struct row *r, const char *place)
{
    r->rule = (struct forms_rule){0};
    if (!core_order(r))
        return false;
    if (r->rule.order >= FORMS_QUEUES)
        add_options(r);
    snprintf(r->policy, sizeof r->policy, "order=%s,walk=%s,place=%s", r->order,
             !is_fifo(&r->c)               ? "desired"
             : strcmp(r->c.scheme, "fifo") ? "skip"
                                           : "strict",
             place);
    return true;
}

static void read_ends(struct row *r)
{
    static const char *const columns[] = {"job_id", "finish_s"};
    char file[128];
    struct recorded t;

    snprintf(file, sizeof file, "%s.csv", r->c.name);
    t = tiresias_table("jobs/", file, columns, 2);
    r->recorded = ARENA_ARRAY(&r->world.a, int64_t, r->world.n + 1);
    while (recorded_next(&t)) {
        uint32_t i = 0;
        while (r->world.job[i].id != recorded_number(&t, 0))
            i++;
        r->recorded[i] = recorded_number(&t, 1);
    }
    recorded_close(&t);
}

static void learn(struct row *r)
{
    struct arena *a = &r->world.a;
    struct builders_job *history;
    int64_t *sample;
    uint32_t n;
    ns_t end;

    r->rule.sample = sample = read_samples(a, &n);
    r->rule.n_samples = n;
    history = ARENA_ARRAY(a, struct builders_job, n + 1);
    add_history(history, sample, n, &end);
    gittins_init(&r->gittins, n, (int64_t)FORMS_QUANTUM * 1000000, (int64_t)FORMS_QUANTUM * 1000000,
                 a);
    for (uint32_t i = 0; i < n && i < TABLE_FROM; i++)
        gittins_add(&r->gittins, history[i].run / 1000000 * 1000);
    gittins_build(&r->gittins);
    r->rule.gittins = &r->gittins;
}

/* A job that is stopped and started in the same instant has moved, which the recorded runs do not count. */
static uint32_t stops_of(const struct outcome *o, uint32_t job)
{
    uint32_t n = 0;

    for (uint32_t i = 1; i < outcome_runs(o, job); i++)
        n += outcome_run(o, job, i - 1).end < outcome_run(o, job, i).start;
    return n;
}

/* Replay by the core. What was done must be what was asked for. */
static void run_core(struct row *r, const char *policy)
{
    struct tiresias_world *w = &r->world;
    bool learns = !strncmp(policy, "order=gittins", 13);
    uint32_t before = learns ? r->rule.n_samples : 0;
    struct builders_job *jobs = ARENA_ARRAY(&w->a, struct builders_job, before + w->n + 1);
    struct job_set set;
    struct outcome o;
    ns_t shift = 0;

    if (learns)
        add_history(jobs, r->rule.sample, before, &shift);
    tiresias_fill(w, &r->c, jobs + before);
    for (uint32_t i = 0; i < w->n; i++)
        jobs[before + i].submit += shift;
    builders_jobs(&set, &w->a, jobs, before + w->n, NULL);
    builders_run(&set, &w->fleet, policy, NS_NEVER, &w->a, &o, 0);
    r->end = ARENA_ARRAY(&w->a, ns_t, w->n + 1);
    r->stops = ARENA_ARRAY(&w->a, uint32_t, w->n + 1);
    r->all_stops = 0;
    for (uint32_t i = 0; i < w->n; i++) {
        assert_int_equal(outcome_job_ran(&o, before + i), w->job[i].duration * NS_PER_S);
        r->end[i] = o.results[before + i].end - shift;
        r->stops[i] = stops_of(&o, before + i);
        r->all_stops += r->stops[i];
    }
    builders_free(&set);
}

/* On nodes the preemptive schemes lose memory as they go: where that can bite, they are no order any more. */
static bool leaks(const struct tiresias_world *w)
{
    return w->fleet.n_nodes > 1 && w->fleet.memory_mib[0] < INT64_C(1) << 30;
}

static bool open_row(struct row *r)
{
    if (r->c.completed < r->c.jobs || !core_policy(r, "consolidate"))
        return false;
    tiresias_world(&r->world, &r->c);
    if (leaks(&r->world) && !is_fifo(&r->c)) {
        tiresias_world_free(&r->world);
        return false;
    }
    read_ends(r);
    if (r->rule.order == FORMS_GITTINS)
        learn(r);
    return true;
}

/* ---- figures ---- */

static double mean_jct(const struct row *r, const ns_t *end)
{
    double sum = 0;

    for (uint32_t i = 0; i < r->world.n; i++)
        sum += (double)end[i] / NS_PER_S - (double)r->world.job[i].submit;
    return sum / r->world.n;
}

static double recorded_jct(const struct row *r)
{
    return strtod(r->c.figure[1], NULL);
}

static uint32_t differ(const struct row *r, const ns_t *end)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < r->world.n; i++)
        n += end[i] != r->recorded[i] * NS_PER_S;
    return n;
}

static const ns_t *ends_of(struct row *r, const struct forms *f)
{
    ns_t *end = ARENA_ARRAY(&r->world.a, ns_t, r->world.n + 1);

    for (uint32_t i = 0; i < r->world.n; i++)
        end[i] = f->job[i].end;
    return end;
}

static uint64_t stops_in(const struct row *r, const struct forms *f)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < r->world.n; i++)
        n += f->job[i].stops;
    return n;
}

static void with(struct row *r, struct forms *f, unsigned how)
{
    r->rule.how = how;
    forms_run(f, &r->rule, &r->world);
}

/* One line; `order` NULL: no column for it. */
static void print_row(const struct row *r, const char *order)
{
    printf("| %s %s | %s | %s%s%s%.1f | %.1f | %+.1f %% | %u of %u | %lld | %llu |\n", r->c.trace,
           r->c.cluster, r->c.scheme, order ? "`" : "", order ? order : "", order ? "` | " : "",
           recorded_jct(r), mean_jct(r, r->end), 100 * (mean_jct(r, r->end) / recorded_jct(r) - 1),
           differ(r, r->end), r->world.n, (long long)r->c.preemptions,
           (unsigned long long)r->all_stops);
}

static void head(const char *title)
{
    printf(
        "\n%s\n\n| trace, cluster | scheme | core | JCT recorded | core | by | other end | stops "
        "recorded | core |\n"
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        title);
}

/* For every row that counts GPUs or not, and can be compared. */
static uint32_t each(bool counted, void (*check_row)(struct row *r))
{
    struct recorded t = tiresias_cases();
    struct row r = {0};
    uint32_t rows = 0;

    while (tiresias_next(&t, &r.c)) {
        if (counted != !strcmp(r.c.placement, "count") || !open_row(&r))
            continue;
        check_row(&r);
        tiresias_world_free(&r.world);
        rows++;
    }
    recorded_close(&t);
    assert_true(rows > 0);
    return rows;
}

/* ---- what must hold ---- */

static void published_is_recorded(struct row *r)
{
    struct forms f;

    if (is_fifo(&r->c))
        return;
    with(r, &f, 0);
    if (differ(r, ends_of(r, &f)) || (int64_t)stops_in(r, &f) != r->c.preemptions ||
        (int64_t)f.promotions != r->c.promotions)
        fail_msg("%s: %u ends differ, %llu stops, %llu promotions", r->c.name,
                 differ(r, ends_of(r, &f)), (unsigned long long)stops_in(r, &f),
                 (unsigned long long)f.promotions);
}

static void core_is_correct_form(struct row *r)
{
    struct forms f;

    /* A table that is made anew during the trace is not in the lists. */
    if (is_fifo(&r->c) ||
        (r->rule.order == FORMS_GITTINS &&
         (r->rule.n_samples < TABLE_FROM || r->rule.n_samples + r->world.n >= 2 * TABLE_FROM)))
        return;
    with(r, &f, FORMS_ALL);
    run_core(r, r->policy);
    for (uint32_t i = 0; i < r->world.n; i++)
        if (f.job[i].end != r->end[i] || f.job[i].stops != r->stops[i])
            fail_msg("%s: job %lld ends at %lld ns after %u stops, with lists at %lld after %u",
                     r->c.name, (long long)r->world.job[i].id, (long long)r->end[i], r->stops[i],
                     (long long)f.job[i].end, f.job[i].stops);
}

/* The index alone orders: what is learned and when it is looked at, without a threshold to come between. */
static void one_queue_is_index_alone(struct row *r)
{
    struct forms f;
    char policy[128];

    if (r->rule.order != FORMS_GITTINS || r->rule.n_samples < TABLE_FROM ||
        r->rule.n_samples + r->world.n >= 2 * TABLE_FROM)
        return;
    r->rule.n_limits = 0;
    with(r, &f, FORMS_ALL);
    snprintf(policy, sizeof policy, "order=gittins,walk=desired,place=consolidate,delta=%d",
             FORMS_QUANTUM);
    run_core(r, policy);
    for (uint32_t i = 0; i < r->world.n; i++)
        if (f.job[i].end != r->end[i])
            fail_msg("%s: job %lld ends at %lld ns, with lists at %lld", r->c.name,
                     (long long)r->world.job[i].id, (long long)r->end[i], (long long)f.job[i].end);
}

/* The order is the same and total: nothing may differ. */
static void same_order_is_same(struct row *r)
{
    if (!is_fifo(&r->c) && strcmp(r->c.scheme, "sjf"))
        return;
    run_core(r, r->policy);
    if (differ(r, r->end) || (int64_t)r->all_stops != r->c.preemptions)
        fail_msg("%s: %u ends differ, %llu stops", r->c.name, differ(r, r->end),
                 (unsigned long long)r->all_stops);
}

/* Ends by remaining time or service differ by ties alone. */
static void ties_are_all(struct row *r)
{
    struct forms f;

    if (r->rule.order > FORMS_SERVICE || is_fifo(&r->c))
        return;
    run_core(r, r->policy);
    with(r, &f, FORMS_TIES);
    for (uint32_t i = 0; i < r->world.n; i++)
        assert_int_equal(f.job[i].end, r->end[i]);
}

static void demotion_is_not_late(struct row *r)
{
    struct forms f;

    if (r->rule.order < FORMS_QUEUES)
        return;
    with(r, &f, FORMS_ALL);
    assert_int_equal(f.late_demotions, 0);
}

static void the_lists_with_published_habits_repeat_every_recorded_end(void **s)
{
    (void)s;
    each(true, published_is_recorded);
}

static void the_core_is_the_lists_with_every_habit_corrected(void **s)
{
    (void)s;
    each(true, core_is_correct_form);
}

static void the_index_alone_orders_as_the_lists_do(void **s)
{
    (void)s;
    each(true, one_queue_is_index_alone);
}

static void where_order_and_ties_are_the_same_no_job_differs(void **s)
{
    (void)s;
    each(true, same_order_is_same);
}

static void orders_by_remaining_time_and_service_differ_by_ties_alone(void **s)
{
    (void)s;
    each(true, ties_are_all);
}

static void no_correct_demotion_comes_after_its_threshold(void **s)
{
    (void)s;
    each(true, demotion_is_not_late);
}

/* ---- the tables ---- */

static void tell_equal(struct row *r)
{
    run_core(r, r->policy);
    if (!differ(r, r->end))
        printf("%s %s %s%s%s\n", r->c.scheme, r->c.trace, r->c.cluster, *r->c.queues ? " " : "",
               r->c.queues);
}

static void tell_others(struct row *r)
{
    run_core(r, r->policy);
    if (differ(r, r->end))
        print_row(r, r->order);
}

/* What stands beside it without being the same policy. */
static void tell_beside(struct row *r)
{
    const char *order = is_2dlas(&r->c) && !r->rule.knob ? "las,quantum=3250"
                        : r->rule.order == FORMS_GITTINS ? "gittins"
                                                         : NULL;
    char policy[128];

    if (!order)
        return;
    snprintf(policy, sizeof policy, "order=%s,walk=desired,place=consolidate", order);
    run_core(r, policy);
    print_row(r, order);
}

static void tell_on_nodes(struct row *r)
{
    static const char *const place[] = {"consolidate", "firstfit"};

    for (size_t i = 0; i < 2; i++) {
        core_policy(r, place[i]);
        run_core(r, r->policy);
        print_row(r, strstr(r->policy, "walk="));
    }
}

static void tell_steps(struct row *r)
{
    static const struct {
        enum forms_order order;
        unsigned how;
        const char *what;
    } step[] = {
        {FORMS_QUEUES, FORMS_DEMOTE, "demotion in time"},
        {FORMS_QUEUES, FORMS_DEMOTE | FORMS_CLEAR, "a start clears the waiting"},
        {FORMS_QUEUES, FORMS_DEMOTE | FORMS_CLEAR | FORMS_PROMOTE, "promotion in time"},
        {FORMS_GITTINS, FORMS_DEMOTE, "demotion in time"},
        {FORMS_GITTINS, FORMS_DEMOTE | FORMS_EXCESS, "index over the excess"},
        {FORMS_GITTINS, FORMS_DEMOTE | FORMS_EXCESS | FORMS_LOOKS, "looked at by quanta"},
        {FORMS_GITTINS, FORMS_DEMOTE | FORMS_EXCESS | FORMS_LOOKS | FORMS_TIES, "ties by arrival"}};
    struct forms f;

    if (r->rule.order < FORMS_QUEUES)
        return;
    with(r, &f, FORMS_ALL);
    if (!differ(r, ends_of(r, &f)))
        return;
    with(r, &f, 0);
    printf("| %s %s %s | %s | as published | %.1f | 0 | %lld | %llu of %llu | %.0f | %.0f |\n",
           r->c.trace, r->c.cluster, r->c.scheme, strchr(r->c.queues, ':') + 2, recorded_jct(r),
           (long long)r->c.preemptions, (unsigned long long)f.late_demotions,
           (unsigned long long)f.demotions,
           f.late_demotions ? (double)f.late / (double)f.late_demotions / NS_PER_S : 0,
           (double)f.latest / NS_PER_S);
    for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
        if (step[i].order != r->rule.order ||
            (step[i].how & (FORMS_CLEAR | FORMS_PROMOTE) && !r->rule.knob))
            continue;
        with(r, &f, step[i].how);
        printf("| | | %s | %.1f | %u | %llu | | | |\n", step[i].what, mean_jct(r, ends_of(r, &f)),
               differ(r, ends_of(r, &f)), (unsigned long long)stops_in(r, &f));
    }
}

static void tables(void **s)
{
    (void)s;
    printf("\nCounted GPUs: no job ends at another time\n\n");
    each(true, tell_equal);
    head("Counted GPUs: some do");
    each(true, tell_others);
    head("Counted GPUs: another order beside the scheme");
    each(true, tell_beside);
    head("On nodes");
    each(false, tell_on_nodes);
    printf(
        "\nOne habit after the other\n\n| run | queues | form | mean JCT | other end | stops | "
        "late "
        "demotions | by, mean GPU-s | most |\n| --- | --- | --- | ---: | ---: | ---: | ---: | ---: "
        "| ---: |\n");
    each(true, tell_steps);
}

/* A quantum further on the true index may be better, as the short jobs are gone. The published one holds
 * what was spent against the job, and falls. */
static void the_published_index_falls_where_the_true_one_rises(void **s)
{
    static const int64_t at[] = {0,     100,    1000,   3250,    10000,
                                 32500, 100000, 325000, 1000000, 3250000};
    struct row r = {0};
    int64_t published = 0, true_key = 0;
    uint32_t apart = 0;

    (void)s;
    arena_init(&r.world.a);
    learn(&r);
    r.gittins.quantum = 1;
    printf("\nIndex of a job by attained service: completions per million GPU-s\n\n"
           "| attained GPU-s | published | over the excess |\n| ---: | ---: | ---: |\n");
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        int64_t index = forms_published_index(&r.rule, at[i]),
                key = gittins_key(&r.gittins, at[i] * 1000000);
        printf("| %lld | %.2f | %.2f |\n", (long long)at[i], (double)index / 1e4,
               key == GITTINS_LAST ? 0 : 1e12 / (double)key);
        apart += i && index < published && key < true_key;
        published = index;
        true_key = key;
    }
    assert_true(apart > 0);
    arena_free(&r.world.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lists_with_published_habits_repeat_every_recorded_end),
        cmocka_unit_test(the_core_is_the_lists_with_every_habit_corrected),
        cmocka_unit_test(the_index_alone_orders_as_the_lists_do),
        cmocka_unit_test(where_order_and_ties_are_the_same_no_job_differs),
        cmocka_unit_test(orders_by_remaining_time_and_service_differ_by_ties_alone),
        cmocka_unit_test(no_correct_demotion_comes_after_its_threshold),
        cmocka_unit_test(tables),
        cmocka_unit_test(the_published_index_falls_where_the_true_one_rises),
    };
    char path[1024];

    if (!builders_shared(TIRESIAS "/cases.csv", path, sizeof path)) {
        printf("SKIP: recorded runs of the Tiresias simulator are not here\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

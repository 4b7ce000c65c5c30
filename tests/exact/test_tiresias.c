/* test_tiresias.c - recorded runs of the Tiresias simulator, job by job, by the desired-set walk by count:
 * discretised LAS over the keys of sched/las.h with the published rounding, and the orders by size and by
 * remaining service. Ties of the latter keep the order they had at the event before, so here, and only
 * here, a key ends in the job's place in that order instead of its arrival. */
#include "lib/builders.h"
#include "sched/las.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { JOBS_MOST = 20000 };

struct job {
    struct las_job las;
    ns_t submit, left, first, end;
    ns_t since; /* left is of this instant */
    uint32_t gpus, stops, starts, promotions;
    bool arrived, ended;
};

struct run {
    struct job job[JOBS_MOST];
    uint32_t n, come, done, events, gpus;
    struct las las;
    struct desired set;
    ns_t now;
    bool by_las, by_size, by_length;    /* otherwise: by remaining length, or GPUs, or both */
    uint32_t order[JOBS_MOST], n_order; /* by need, as of the last event */
};

/* The next line's cells; false at the end. */
static bool cells(FILE *f, char *line, size_t room, char **cell, int most)
{
    int n = 0;

    if (!fgets(line, (int)room, f))
        return false;
    line[strcspn(line, "\r\n")] = 0;
    for (char *at = line; at && n < most; n++) {
        cell[n] = at;
        at = strchr(at, ',');
        if (at)
            *at++ = 0;
    }
    while (n < most)
        cell[n++] = line + strlen(line);
    return true;
}

static FILE *table(const char *top, const char *what)
{
    char path[8300], line[4096];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", top, what);
    f = fopen(path, "r");
    if (!f || !fgets(line, sizeof line, f))
        fail_msg("cannot read %s", path);
    return f;
}

static uint32_t number(const char *text)
{
    return (uint32_t)strtoul(text, NULL, 10);
}

static uint32_t cluster_gpus(const char *top, const char *name)
{
    char line[4096], *c[8];
    uint32_t gpus = 0;
    FILE *f = table(top, "clusters.csv");

    while (cells(f, line, sizeof line, c, 8))
        if (!strcmp(c[0], name))
            gpus = number(c[6]);
    fclose(f);
    return gpus;
}

static void read_jobs(struct run *r, const char *top, const char *trace)
{
    char line[4096], path[4096], *c[4];
    FILE *f;

    snprintf(path, sizeof path, "traces/%s.csv", trace);
    f = table(top, path);
    for (r->n = 0; cells(f, line, sizeof line, c, 4); r->n++) {
        assert_true(r->n < JOBS_MOST && number(c[0]) == r->n);
        r->job[r->n] = (struct job){.gpus = number(c[1]),
                                    .submit = (ns_t)number(c[2]) * NS_PER_S,
                                    .left = (ns_t)number(c[3]) * NS_PER_S,
                                    .first = NS_UNKNOWN};
    }
    fclose(f);
}

static void rules(struct run *r, const char *schedule, const char *queues)
{
    int64_t limit[LAS_THRESHOLDS];
    uint32_t n = 0, knob = 0;

    for (const char *at = strchr(queues, ':'); at; at = strchr(at + 1, '/'))
        limit[n++] = (int64_t)number(at + 1 + strspn(at + 1, " "));
    if (!strncmp(schedule, "dlas-gpu-", 9))
        knob = !strcmp(schedule + 9, "05") ? 500 : number(schedule + 9) * 1000;
    las_init(&r->las, limit, n, knob, !strcmp(schedule, "dlas"));
    r->las.published = true;
}

static ns_t end_of(const struct job *j)
{
    return j->las.running ? j->since + j->left : NS_NEVER;
}

/* Size, remaining length or remaining GPU-time. */
static ns_t need(const struct run *r, uint32_t i)
{
    return (r->by_length ? r->job[i].left : 1) * (r->by_size ? r->job[i].gpus : 1);
}

static void end_and_arrive(struct run *r)
{
    for (uint32_t i = 0; i < r->come; i++)
        if (!r->job[i].ended && end_of(&r->job[i]) == r->now) {
            r->job[i].ended = true;
            r->job[i].end = r->now;
            desired_erase(&r->set, i);
            r->done++;
        }
    for (; r->come < r->n && r->job[r->come].submit == r->now; r->come++) {
        struct job *j = &r->job[r->come];
        las_submit(&r->las, &j->las, r->now, j->gpus * 1000);
        j->since = r->now;
        r->order[r->n_order++] = r->come;
        desired_insert(&r->set, r->come, las_key(&j->las, r->come), j->gpus * 1000, DESIRED_NONE,
                       false);
    }
}

static void change_queues(struct run *r)
{
    for (uint32_t i = 0; i < r->come; i++) {
        struct job *j = &r->job[i];
        enum las_change due;
        if (j->ended)
            continue;
        las_advance(&j->las, &r->las, r->now);
        if (j->las.running)
            j->left -= r->now - j->since;
        j->since = r->now;
        due = las_due(&r->las, &j->las);
        if (due == LAS_DEMOTION)
            las_demote(&r->las, &j->las);
        if (due == LAS_PROMOTION) {
            las_promote(&r->las, &j->las);
            j->promotions++;
        }
        desired_rekey(&r->set, i, las_key(&j->las, i));
    }
}

static void advance_and_sort(struct run *r)
{
    uint32_t n = 0;

    for (uint32_t k = 0; k < r->n_order; k++) {
        uint32_t i = r->order[k], at = n;
        struct job *j = &r->job[i];
        if (j->ended)
            continue;
        j->left -= j->las.running ? r->now - j->since : 0;
        j->since = r->now;
        for (; at && need(r, i) < need(r, r->order[at - 1]); at--)
            r->order[at] = r->order[at - 1];
        r->order[at] = i;
        n++;
    }
    r->n_order = n;
    for (uint32_t k = 0; k < n; k++)
        desired_rekey(
            &r->set, r->order[k],
            (struct desired_key){need(r, r->order[k]), 0, (uint64_t)r->events * JOBS_MOST + k});
}

static void walk(struct run *r)
{
    desired_count(&r->set, (uint64_t)r->gpus * 1000);
    for (uint32_t k = 0; k < r->set.n_stop; k++) {
        struct job *j = &r->job[r->set.stop[k]];
        las_stop(&r->las, &j->las);
        j->stops++;
    }
    for (uint32_t k = 0; k < r->set.n_start; k++) {
        struct job *j = &r->job[r->set.start[k]];
        las_start(&r->las, &j->las, r->set.walks);
        j->starts++;
        j->first = j->first == NS_UNKNOWN ? r->now : j->first;
    }
    for (uint32_t i = 0; r->by_las && i < r->come; i++)
        if (!r->job[i].ended) {
            las_settle(&r->job[i].las, r->set.walks);
            desired_rekey(&r->set, i, las_key(&r->job[i].las, i));
        }
}

/* An arrival or an end; a change of queue when it is strictly earlier. */
static ns_t next_event(const struct run *r)
{
    ns_t event = r->come < r->n ? r->job[r->come].submit : NS_NEVER, jump = NS_NEVER;

    for (uint32_t i = 0; i < r->come; i++) {
        const struct job *j = &r->job[i];
        ns_t end = end_of(j), change;
        if (j->ended)
            continue;
        if (!r->by_las) {
            event = end < event ? end : event;
            continue;
        }
        change = las_next_change(&r->las, &j->las);
        event = end < event ? end : event;
        jump = change < jump && (j->las.running || change > r->now) ? change : jump;
    }
    return event == NS_NEVER || event <= jump ? event : jump;
}

static void simulate(struct run *r)
{
    for (r->done = r->events = r->come = 0; (r->now = next_event(r)) != NS_NEVER; r->events++) {
        end_and_arrive(r);
        if (r->by_las)
            change_queues(r);
        else
            advance_and_sort(r);
        walk(r);
    }
}

static void same_number(const char *of, uint32_t job, const char *what, ns_t got, const char *cell)
{
    if (got != (ns_t)number(cell))
        fail_msg("%s: job %u: %s is %lld, recorded %s", of, job, what, (long long)got, cell);
}

static void compare(const struct run *r, const char *top, const char *name)
{
    char line[4096], path[4096], *c[12];
    uint32_t n = 0;
    FILE *f;

    snprintf(path, sizeof path, "jobs/%s.csv", name);
    f = table(top, path);
    for (; cells(f, line, sizeof line, c, 12); n++) {
        uint32_t i = number(c[1]);
        const struct job *j = &r->job[i];
        assert_true(i < r->n && j->ended);
        same_number(name, i, "first start", j->first / NS_PER_S, c[4]);
        same_number(name, i, "end", j->end / NS_PER_S, c[5]);
        same_number(name, i, "preemptions", j->stops, c[9]);
        same_number(name, i, "starts", j->starts, c[10]);
        same_number(name, i, "promotions", j->promotions, c[11]);
    }
    fclose(f);
    assert_int_equal(n, r->done);
}

static void set_order(struct run *r, const char *schedule, const char *queues)
{
    r->by_las = !strncmp(schedule, "dlas", 4);
    r->by_size = !strcmp(schedule, "sjf") || !strcmp(schedule, "shortest-gpu");
    r->by_length = !strncmp(schedule, "shortest", 8);
    rules(r, schedule, r->by_las ? queues : "");
}

static void repeat(bool (*wanted)(const char *schedule))
{
    char top[4096], line[4096], *c[9];
    uint32_t cases = 0;
    FILE *f;

    if (!builders_shared("oracles/tiresias", top, sizeof top)) {
        skip();
        return;
    }
    for (f = table(top, "cases.csv"); cells(f, line, sizeof line, c, 9);) {
        struct arena a;
        struct run *run;
        if (strcmp(c[3], "count") || !wanted(c[4]))
            continue;
        arena_init(&a);
        run = ARENA_NEW(&a, struct run);
        run->gpus = cluster_gpus(top, c[2]);
        read_jobs(run, top, c[1]);
        set_order(run, c[4], c[5]);
        desired_reserve(&run->set, run->n, 0, &a);
        simulate(run);
        same_number(c[0], 0, "number of ended jobs", run->done, c[7]);
        same_number(c[0], 0, "number of events", run->events, c[8]);
        compare(run, top, c[0]);
        arena_free(&a);
        cases++;
    }
    fclose(f);
    assert_true(cases > 0);
    printf("%u recorded runs\n", cases);
}

static bool is_las(const char *schedule)
{
    return !strncmp(schedule, "dlas", 4) && !strstr(schedule, "gittins") &&
           !strstr(schedule, "pack");
}

static bool is_by_need(const char *schedule)
{
    return !strcmp(schedule, "sjf") || !strcmp(schedule, "shortest") ||
           !strcmp(schedule, "shortest-gpu");
}

static void every_recorded_las_run_is_repeated_job_by_job(void **s)
{
    (void)s;
    repeat(is_las);
}

static void every_recorded_run_by_size_or_remaining_service_is_repeated_job_by_job(void **s)
{
    (void)s;
    repeat(is_by_need);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_las_run_is_repeated_job_by_job),
        cmocka_unit_test(every_recorded_run_by_size_or_remaining_service_is_repeated_job_by_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

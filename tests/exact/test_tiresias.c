/* test_tiresias.c - every recorded run of the Tiresias simulator under discretised LAS, job by job: the
 * desired-set walk by count over the keys of sched/las.h, with the published rounding. */
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
    for (uint32_t i = 0; i < r->come; i++)
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
        change_queues(r);
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

static void every_recorded_run_is_repeated_job_by_job(void **s)
{
    struct run *run;
    char top[4096], line[4096], *c[9];
    uint32_t cases = 0;
    FILE *f;

    (void)s;
    if (!builders_shared("oracles/tiresias", top, sizeof top)) {
        skip();
        return;
    }
    for (f = table(top, "cases.csv"); cells(f, line, sizeof line, c, 9);) {
        struct arena a;
        if (strncmp(c[4], "dlas", 4) || strstr(c[4], "gittins") || strstr(c[4], "pack"))
            continue;
        arena_init(&a);
        run = ARENA_NEW(&a, struct run);
        run->gpus = cluster_gpus(top, c[2]);
        read_jobs(run, top, c[1]);
        rules(run, c[4], c[5]);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_run_is_repeated_job_by_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_tiresias.c - recorded runs of the Tiresias simulator by size and by remaining service, job by job, by
 * the desired-set walk by count. Ties keep the order they had at the event before, so here, and only here,
 * a key ends in the job's place in that order instead of its arrival. (Its discretised LAS and all else is
 * in test_tiresias_oracle.c.) */
#include "lib/builders.h"
#include "base/units.h"
#include "sched/desired.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { JOBS_MOST = 20000 };

struct job {
    ns_t submit, left, first, end;
    ns_t since; /* left is of this instant */
    uint32_t gpus, stops, starts;
    bool running, ended;
};

struct run {
    struct job job[JOBS_MOST];
    uint32_t n, come, done, events, gpus;
    struct desired set;
    ns_t now;
    bool by_size, by_length;            /* GPUs, remaining length, or both */
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

static ns_t end_of(const struct job *j)
{
    return j->running ? j->since + j->left : NS_NEVER;
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
        j->since = r->now;
        r->order[r->n_order++] = r->come;
        desired_insert(&r->set, r->come, (struct desired_key){INT64_MAX, 0, r->come},
                       j->gpus * 1000, DESIRED_NONE, false);
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
        j->left -= j->running ? r->now - j->since : 0;
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
        j->running = false;
        j->stops++;
    }
    for (uint32_t k = 0; k < r->set.n_start; k++) {
        struct job *j = &r->job[r->set.start[k]];
        j->running = true;
        j->starts++;
        j->first = j->first == NS_UNKNOWN ? r->now : j->first;
    }
}

/* An arrival or an end. */
static ns_t next_event(const struct run *r)
{
    ns_t event = r->come < r->n ? r->job[r->come].submit : NS_NEVER;

    for (uint32_t i = 0; i < r->come; i++) {
        const struct job *j = &r->job[i];
        ns_t end = end_of(j);
        if (!j->ended)
            event = end < event ? end : event;
    }
    return event;
}

static void simulate(struct run *r)
{
    for (r->done = r->events = r->come = 0; (r->now = next_event(r)) != NS_NEVER; r->events++) {
        end_and_arrive(r);
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
    }
    fclose(f);
    assert_int_equal(n, r->done);
}

static void set_order(struct run *r, const char *schedule)
{
    r->by_size = !strcmp(schedule, "sjf") || !strcmp(schedule, "shortest-gpu");
    r->by_length = !strncmp(schedule, "shortest", 8);
}

static bool is_by_need(const char *schedule)
{
    return !strcmp(schedule, "sjf") || !strcmp(schedule, "shortest") ||
           !strcmp(schedule, "shortest-gpu");
}

static void every_recorded_run_by_size_or_remaining_service_is_repeated_job_by_job(void **s)
{
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
        struct run *run;
        if (strcmp(c[3], "count") || !is_by_need(c[4]))
            continue;
        arena_init(&a);
        run = ARENA_NEW(&a, struct run);
        run->gpus = cluster_gpus(top, c[2]);
        read_jobs(run, top, c[1]);
        set_order(run, c[4]);
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
        cmocka_unit_test(every_recorded_run_by_size_or_remaining_service_is_repeated_job_by_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

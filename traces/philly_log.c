/* philly_log.c - Philly's log as published (cluster_job_log): a JSON array of jobs, each
 * with its attempts and the GPUs of every attempt by machine.
 *
 * An attempt is a row. The first could start when the job was submitted, a later one when
 * the one before it ended. The recorded machines give the shape: one replica a machine. */
#include "base/json.h"
#include "base/vec.h"
#include "ingest/header.h"
#include "ingest/zone.h"

#include <string.h>

struct reading {
    struct json *json;
    struct zone zone;
    struct sink *sink;
    const struct trace_options *opt;
    VEC(struct job_group) groups;
    ns_t latest; /* of the whole log: how long an attempt without end was seen */
};

struct attempt {
    const json_node *at;
    ns_t submit, start, end;
    uint32_t line;
};

static int philly_log_guess(const char *head, size_t n, struct trace_near *near)
{
    (void)near;
    return n > 0 && head[strspn(head, " \t\r\n")] == '[' && strstr(head, "\"jobid\"") &&
                   strstr(head, "\"attempts\"") && strstr(head, "\"submitted_time\"")
               ? GUESS_YES
               : GUESS_NO;
}

/* A time or null ("None" in some copies): NS_UNKNOWN. False with *why when it is neither. */
static bool moment(struct reading *own, const json_node *of, const char *key, ns_t *out,
                   struct diag *why)
{
    const json_node *v = json_get(of, key);
    const char *text = json_string(v);

    *out = NS_UNKNOWN;
    if (json_kind(v) == JSON_ABSENT || json_kind(v) == JSON_NULL || (text && !strcmp(text, "None")))
        return true;
    if (text && zone_read(&own->zone, text, strlen(text), json_line(own->json, v), own->sink, out))
        return true;
    json_expected(own->json, v, why, "a time such as 2017-10-09 07:01:55, or null");
    return false;
}

static void note_latest(struct reading *own, const json_node *of, const char *key)
{
    const char *text = json_string(json_get(of, key));
    ns_t t;
    bool zoned, odd;

    if (!text || !units_civil(text, strlen(text), &t, &zoned) || t < 0 || t > ZONE_LATEST)
        return;
    t = zoned || !own->zone.named ? t : zone_utc(&own->zone, t, &odd);
    own->latest = t > own->latest ? t : own->latest;
}

/* Replicas of equal size together, in the order the log names them. */
static uint32_t shape(struct reading *own, const json_node *detail)
{
    uint32_t all = 0;

    own->groups.n = 0;
    JSON_EACH (machine, detail) {
        uint32_t gpus = json_count(json_get(machine, "gpus"));
        size_t i = 0;

        if (gpus == 0)
            continue;
        while (i < own->groups.n && own->groups.at[i].gpus != gpus)
            i++;
        if (i == own->groups.n)
            VEC_PUSH(&own->groups, (struct job_group){.gpus = gpus});
        own->groups.at[i].replicas++;
        all += gpus;
    }
    return all;
}

static int reject(struct reading *own, const char *kind, const struct diag *why, const char *id,
                  struct diag *d)
{
    if (sink_reject(own->sink, kind, why, id) == 0)
        return 0;
    *d = *why;
    return -1;
}

static bool outcome(const json_node *job, enum job_end *out)
{
    static const struct {
        const char *word;
        enum job_end end;
    } words[] = {
        {"Pass", JOB_DONE},
        {"Killed", JOB_KILLED},
        {"Failed", JOB_FAILED},
    };
    const char *text = json_string(json_get(job, "status"));

    for (size_t i = 0; text && i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i].word) == 0) {
            *out = words[i].end;
            return true;
        }
    return false;
}

/* One attempt; `last` carries the job's own outcome, the others were retried: failed. */
static int attempt(struct reading *own, const json_node *job, const struct attempt *a,
                   const char *id, bool last, struct diag *d)
{
    struct diag why;
    struct trace_row row = {
        .job_id = id,
        .submit = a->submit,
        .limit = NS_UNKNOWN,
        .end = JOB_FAILED,
        .line = a->line,
        .wait = a->start - a->submit,
        .tenant = json_string(json_get(job, "vc")),
        .user = json_string(json_get(job, "user")),
        .text = id,
    };

    if (last && !outcome(job, &row.end)) {
        const json_node *status = json_get(job, "status");
        json_expected(own->json, status ? status : job, &why, "Pass, Killed or Failed");
        return reject(own, "state", &why, id, d);
    }
    if (a->end == NS_UNKNOWN)
        row.end = JOB_CENSORED;
    row.run = (a->end == NS_UNKNOWN ? own->latest : a->end) - a->start;
    if (row.run < 0) {
        json_fail_member(own->json, json_get(a->at, "end_time"), &why,
                         "end_time is %lld s before start_time, expected a later time",
                         (long long)(-row.run / NS_PER_S));
        return reject(own, "end-before-start", &why, id, d);
    }
    if (row.wait < 0) {
        sink_warn(own->sink, "early-start", a->line, "an attempt started before it was submitted");
        row.wait = 0;
    }
    row.gpus = shape(own, json_get(a->at, "detail"));
    if (row.gpus == 0) {
        json_fail(own->json, json_get(a->at, "detail"), &why,
                  "detail names no GPU, expected the machines the attempt ran on");
        return reject(own, "missing", &why, id, d);
    }
    row.groups = own->groups.at;
    row.n_groups = (uint32_t)own->groups.n;
    return sink_row(own->sink, &row, d);
}

static int job(struct reading *own, const json_node *at, struct diag *d)
{
    const json_node *attempts = json_get(at, "attempts");
    const char *name = json_string(json_get(at, "jobid"));
    uint32_t n = json_count(attempts), i = 0, line = json_line(own->json, at);
    bool merge = own->opt->retries == RETRIES_MERGE;
    ns_t ready, first;
    struct diag why;
    char id[256];

    if (!name || json_kind(attempts) != JSON_ARRAY)
        return json_fail(own->json, at, d, "found %s without jobid and attempts, expected a job",
                         json_kind_name(json_kind(at)));
    if (n == 0) {
        sink_count_row(own->sink);
        sink_skip(own->sink, "never ran", line);
        return 0;
    }
    if (!moment(own, at, "submitted_time", &ready, &why)) {
        for (i = 0; i < n; i++)
            sink_count_row(own->sink);
        for (i = 1; i < n; i++)
            sink_fold(own->sink, "attempt", line);
        return reject(own, "time", &why, name, d);
    }
    first = ready;
    JSON_EACH (v, attempts) {
        struct attempt a = {.at = v, .line = json_line(own->json, v)};
        bool last = ++i == n;

        sink_count_row(own->sink);
        if (!moment(own, v, "start_time", &a.start, &why) ||
            !moment(own, v, "end_time", &a.end, &why)) {
            if (reject(own, "time", &why, name, d) < 0)
                return -1;
            continue;
        }
        if (a.start == NS_UNKNOWN) {
            sink_skip(own->sink, "never ran", a.line);
            continue;
        }
        if (ready == NS_UNKNOWN) {
            sink_warn(own->sink, "submit", a.line,
                      "job '%s' has no submitted_time: its first "
                      "start is taken",
                      name);
            first = ready = a.start;
        }
        a.submit = merge ? first : ready;
        if (a.end != NS_UNKNOWN)
            ready = a.end;
        if (merge && !last) {
            sink_fold(own->sink, "attempt", a.line);
            continue;
        }
        if (i > 1 && !merge)
            snprintf(id, sizeof id, "%.200s#%u", name, i);
        else
            snprintf(id, sizeof id, "%.200s", name);
        if (attempt(own, at, &a, id, last, d) < 0)
            return -1;
    }
    return 0;
}

static int philly_log_read(struct input *in, const struct trace_options *opt, struct sink *s,
                           struct diag *d)
{
    struct reading own = {.sink = s, .opt = opt, .latest = NS_UNKNOWN};
    char *text;
    size_t n;
    int result = -1;

    sink_origin(s, 0);
    sink_unsorted_ok(s);
    if (zone_open(&own.zone, opt->tz, d) < 0)
        return -1;
    if (input_all(in, &text, &n, d) == 0)
        own.json = json_parse(text, n, input_name(in), 0, d);
    if (own.json)
        result = json_is(own.json, json_root(own.json), JSON_ARRAY, d);
    if (result == 0)
        JSON_EACH (at, json_root(own.json)) {
            note_latest(&own, at, "submitted_time");
            JSON_EACH (v, json_get(at, "attempts")) {
                note_latest(&own, v, "start_time");
                note_latest(&own, v, "end_time");
            }
        }
    if (result == 0)
        JSON_EACH (at, json_root(own.json))
            if (result == 0)
                result = job(&own, at, d);
    VEC_FREE(&own.groups);
    json_free(own.json);
    zone_close(&own.zone);
    return result;
}

TRACE_FORMAT(philly_log) = {
    .name = "philly_log",
    .summary = "Microsoft Philly, 2017: the log as published, with attempts and machines",
    .source = "github.com/msr-fiddle/philly-traces",
    .columns = "jobid, user, vc, status, submitted_time, attempts[].start_time, end_time, "
               "detail[].gpus",
    .jobs = true,
    .guess = philly_log_guess,
    .read = philly_log_read,
};

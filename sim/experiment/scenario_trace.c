/* scenario_trace.c - the "trace" section of a scenario: which file, and what to tell its reader. */
#include "experiment/scenario_part.h"
#include <string.h>

void scenario_trace_defaults(struct ingest_options *opt)
{
    *opt = (struct ingest_options){.max_rejects = 0.01};
    for (int end = 0; end < JOB_ENDS; end++)
        opt->useful[end] = end != JOB_FAILED && end != JOB_KILLED;
}

static int read_word(struct scenario_part *p, const json_node *trace, const char *key,
                     const char *const *words, uint32_t n, uint32_t *out)
{
    return json_choice(p->j, trace, key, words, n, out, p->d);
}

/* "ms", "1ms", "60s": what one unit of the trace's times is. */
static int read_time_unit(struct scenario_part *p, const json_node *trace, ns_t *out)
{
    const json_node *v = json_get(trace, "time_unit");
    const char *text = json_string(v);
    char one[32];
    if (!v)
        return 0;
    if (text)
        snprintf(one, sizeof one, "%s%.28s", *text >= '0' && *text <= '9' ? "" : "1", text);
    if (!text || !units_duration(one, strlen(one), out) || *out <= 0)
        return json_expected(p->j, v, p->d, "a unit of time such as \"s\" or \"ms\"");
    return 0;
}

/* {"timeout": "discarded"}: which ends count as useful work. */
static int read_outcome(struct scenario_part *p, const json_node *trace, uint8_t *useful)
{
    static const char *const words[] = {"discarded", "useful"};
    const char *ends[JOB_ENDS];
    const json_node *outcome;
    for (int end = 0; end < JOB_ENDS; end++)
        ends[end] = job_end_name((enum job_end)end);
    if (json_object(p->j, trace, "outcome", &outcome, p->d) < 0 ||
        json_check_keys(p->j, outcome, ends, JOB_ENDS, p->d) < 0)
        return -1;
    for (int end = 0; end < JOB_ENDS; end++) {
        uint32_t word = useful[end];
        if (json_choice(p->j, outcome, ends[end], words, 2, &word, p->d) < 0)
            return -1;
        useful[end] = (uint8_t)word;
    }
    return 0;
}

static int read_text(struct scenario_part *p, const json_node *trace, const char *key,
                     const char **out)
{
    const char *text = NULL;
    if (json_text(p->j, trace, key, &text, p->d) < 0)
        return -1;
    if (text)
        *out = scenario_keep(p, text);
    return 0;
}

int scenario_trace_read(struct scenario_part *p, const json_node *trace)
{
    static const char *const keys[] = {
        "file", "format", "max_rejects", "tz",     "time_unit", "resource", "retries",  "censored",
        "gang", "size",   "submit_time", "tenant", "level",     "cpu_only", "oversize", "outcome"};
    static const char
        *const retries[] = {"attempts", "merge"},
               *const censored[] = {"keep", "skip"}, *const gang[] = {"default", "owner"},
               *const size[] = {"allocated", "requested"}, *const submit[] = {"eligible", "submit"},
               *const oversize[] = {"reject", "stop"}, *const resource[] = {"cpu", "gpu", "node"},
               *const tenant[] = {"group", "queue", "partition"};
    struct ingest_options *o = &p->out->ingest;
    struct trace_options *r = &o->reader;
    uint32_t w[9] = {0};
    if (json_check_keys(p->j, trace, keys, COUNT(keys), p->d) < 0)
        return -1;
    if (!json_get(trace, "file"))
        return json_missing(p->j, trace, "file", "the path of a trace", p->d);
    if (read_text(p, trace, "file", &p->out->trace) < 0 ||
        read_text(p, trace, "format", &o->format) < 0 || read_text(p, trace, "tz", &r->tz) < 0 ||
        read_text(p, trace, "level", &r->level) < 0 ||
        json_real(p->j, trace, "max_rejects", 0, 1, &o->max_rejects, p->d) < 0 ||
        read_time_unit(p, trace, &r->time_unit) < 0 || read_outcome(p, trace, o->useful) < 0 ||
        read_word(p, trace, "retries", retries, 2, &w[0]) < 0 ||
        read_word(p, trace, "censored", censored, 2, &w[1]) < 0 ||
        read_word(p, trace, "gang", gang, 2, &w[2]) < 0 ||
        read_word(p, trace, "size", size, 2, &w[3]) < 0 ||
        read_word(p, trace, "submit_time", submit, 2, &w[4]) < 0 ||
        read_word(p, trace, "oversize", oversize, 2, &w[5]) < 0 ||
        read_word(p, trace, "cpu_only", censored, 2, &w[6]) < 0 ||
        read_word(p, trace, "resource", resource, 3, &w[7]) < 0 ||
        read_word(p, trace, "tenant", tenant, 3, &w[8]) < 0)
        return -1;
    r->retries = w[0] ? RETRIES_MERGE : RETRIES_ATTEMPTS;
    r->censored = w[1] ? CENSORED_SKIP : CENSORED_KEEP;
    r->gang = w[2] ? GANG_OWNER : GANG_DEFAULT;
    r->size = w[3] ? SIZE_REQUESTED : SIZE_ALLOCATED;
    r->submit_time = w[4] ? SUBMIT_SUBMIT : SUBMIT_ELIGIBLE;
    o->oversize = w[5] ? OVERSIZE_STOP : OVERSIZE_REJECT;
    r->cpu_only_skip = w[6];
    if (json_get(trace, "resource"))
        r->resource = resource[w[7]];
    if (json_get(trace, "tenant"))
        r->tenant = tenant[w[8]];
    if (o->format && !ingest_format(o->format)) {
        const char *names[64];
        uint32_t n = 0;
        for (const struct trace_format *const *f = ingest_formats(); *f && n < COUNT(names); f++)
            names[n++] = (*f)->name;
        return json_choice(p->j, trace, "format", names, n, w, p->d);
    }
    return *p->out->trace
               ? 0
               : json_expected(p->j, json_get(trace, "file"), p->d, "the path of a trace");
}

/* reading.c - what is said on stderr about a trace that was read, and the reader's flags. */
#include "cli/reading.h"

#include <string.h>

static void print_warnings(const struct call *c, const struct ingest_summary *s)
{
    for (uint32_t i = 0; i < s->n_warnings; i++) {
        struct diag w = {0};
        diag_fail(&w, STATUS_INPUT,
                  (struct diag_at){.file = s->file, .line = s->warnings[i].first_line}, "%s",
                  s->warnings[i].what);
        diag_print(stderr, &w, "warning", c->colour_err);
    }
}

void reading_print(const struct call *c, const struct ingest_summary *s, const char *where,
                   struct diag *why)
{
    const char *kind = why ? "error" : "warning";

    if (c->opts->quiet && !why)
        return;
    /* Rejects are the reason only when *why is the first of them. */
    if (why && !(s->n_first && why->line == s->first[0].line && *why->hint))
        return;
    if (why && c->opts->json)
        return;
    if (!why)
        print_warnings(c, s);
    for (uint32_t i = 0; i < s->n_first; i++) {
        if (why && i + 1 == s->n_first) {
            struct diag last = s->first[i];
            memcpy(last.hint, why->hint, sizeof last.hint);
            *why = last;
            return;
        }
        diag_print(stderr, &s->first[i], kind, c->colour_err);
    }
    if (s->rejected > s->n_first)
        fprintf(stderr, "... and %llu more like it%s%s\n",
                (unsigned long long)(s->rejected - s->n_first),
                where ? ", see " : "; -o lists them all", where ? where : "");
    ingest_print(stderr, s);
}

static int outcome_flag(const char *text, uint8_t *useful, struct diag *d)
{
    const char *equals = strchr(text, '=');

    for (int e = 0; equals && e < JOB_ENDS; e++) {
        const char *name = job_end_name((enum job_end)e);
        if (strlen(name) != (size_t)(equals - text) || strncmp(name, text, strlen(name)) != 0)
            continue;
        if (!strcmp(equals + 1, "useful"))
            useful[e] = 1;
        else if (!strcmp(equals + 1, "discarded"))
            useful[e] = 0;
        else
            break;
        return 0;
    }
    return diag_fail(
        d, STATUS_USAGE, (struct diag_at){0},
        "--outcome is '%s', expected done, failed, killed, timeout, preempted, node_fail or "
        "censored, then =useful or =discarded",
        text);
}

static ns_t unit_of(const char *text)
{
    static const struct {
        const char *name;
        ns_t ns;
    } units[] = {
        {"ns", 1},       {"us", 1000},           {"ms", 1000000},
        {"s", NS_PER_S}, {"min", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S},
    };

    for (size_t i = 0; text && i < sizeof units / sizeof *units; i++)
        if (!strcmp(text, units[i].name))
            return units[i].ns;
    return 0;
}

static bool is(const char *text, const char *word)
{
    return text && !strcmp(text, word);
}

int reading_options(const struct opts *o, struct ingest_options *out, struct diag *d)
{
    ns_t share;

    *out = (struct ingest_options){
        .reader = {.tz = o->tz,
                   .resource = o->resource,
                   .retries = is(o->retries, "merge") ? RETRIES_MERGE : RETRIES_ATTEMPTS,
                   .censored = is(o->censored, "skip") ? CENSORED_SKIP : CENSORED_KEEP,
                   .gang = is(o->gang, "owner") ? GANG_OWNER : GANG_DEFAULT,
                   .size = is(o->size, "requested") ? SIZE_REQUESTED : SIZE_ALLOCATED,
                   .submit_time = is(o->submit_time, "submit") ? SUBMIT_SUBMIT : SUBMIT_ELIGIBLE,
                   .tenant = o->tenant,
                   .level = o->level,
                   .time_unit = unit_of(o->time_unit),
                   .cpu_only_skip = is(o->cpu_only, "skip")},
        .format = o->format,
        .max_rejects = 0.01,
        .oversize = is(o->oversize, "stop") ? OVERSIZE_STOP : OVERSIZE_REJECT,
        .useful = {[JOB_DONE] = 1,
                   [JOB_TIMEOUT] = 1,
                   [JOB_PREEMPTED] = 1,
                   [JOB_NODE_FAIL] = 1,
                   [JOB_CENSORED] = 1},
    };
    for (size_t i = 0; i < o->outcome.n; i++)
        if (outcome_flag(o->outcome.at[i], out->useful, d) < 0)
            return -1;
    if (!o->max_rejects)
        return 0;
    size_t n = strlen(o->max_rejects);
    if (n && o->max_rejects[n - 1] == '%')
        n--;
    /* Percent with decimals have the form of seconds. */
    if (!units_seconds(o->max_rejects, n, &share, NULL) || share < 0 || share > 100 * NS_PER_S)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "--max-rejects is '%s', expected a percentage from 0 to 100",
                         o->max_rejects);
    out->max_rejects = (double)share / (100.0 * (double)NS_PER_S);
    return 0;
}

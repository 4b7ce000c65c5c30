/* export.c - jobs to text: Berth's own trace format, or the Standard Workload Format 2.2. */
#include "experiment/export.h"
#include "ingest/mig.h"
#include "metrics/calendar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Seconds with as many decimals as they need, so that nothing is lost. */
static void seconds(struct writer *w, ns_t t)
{
    int decimals = 9;
    ns_t rest = t % NS_PER_S;

    while (decimals > 0 && rest % 10 == 0) {
        rest /= 10;
        decimals--;
    }
    writer_seconds(w, t, decimals);
}

static void seconds_or_nothing(struct writer *w, ns_t t)
{
    if (t != NS_UNKNOWN)
        seconds(w, t);
}

/* "2|1": one number per group. */
static void groups(struct writer *w, const struct job_set *j, const struct request *r,
                   bool replicas)
{
    for (uint32_t i = 0; i < r->n_groups; i++) {
        const struct job_group *g = &j->groups[r->first_group + i];
        if (i)
            writer_char(w, '|');
        writer_int(w, replicas ? g->replicas : g->gpus);
    }
}

/* The profile in a text that names types, a profile, or both as "types:profile"; NULL when there is none. */
static const char *accepted_profile(const char *text)
{
    const char *colon = strrchr(text, ':'), *last = colon ? colon + 1 : text;

    return mig_is_name(last) ? last : NULL;
}

/* The name of the profile a request is for, as the fleet or the trace has it; NULL for others. */
static const char *profile_name(const struct job_set *j, const struct request *r,
                                const struct topology *fleet)
{
    if (!fleet)
        return r->accepts == INTERN_NONE ? NULL
                                         : accepted_profile(intern_text(&j->accepts, r->accepts));
    for (uint32_t t = 0; r->mig && t < fleet->n_types; t++)
        if (r->types >> t & 1)
            return geometry_find(fleet->type_name[t])->name[job_mig_number(r->mig)];
    return NULL;
}

static bool any_profile(const struct job_set *j, const struct topology *fleet)
{
    for (uint32_t i = 0; i < j->n_requests; i++)
        if (profile_name(j, &j->requests[i], fleet))
            return true;
    return false;
}

static void gpu_types(struct writer *w, const struct job_set *j, const struct request *r,
                      const struct topology *fleet)
{
    char text[4096];
    size_t n = 0;
    uint64_t all;

    if (!fleet) {
        const char *both = r->accepts == INTERN_NONE ? "" : intern_text(&j->accepts, r->accepts);
        const char *profile = accepted_profile(both);
        size_t types = profile ? (size_t)(profile - both) : strlen(both);
        snprintf(text, sizeof text, "%.*s", (int)(profile && types ? types - 1 : types), both);
        if (*text)
            writer_csv(w, text);
        return;
    }
    all = fleet->n_types >= 64 ? UINT64_MAX : (UINT64_C(1) << fleet->n_types) - 1;
    if (r->gpus == 0 || (r->types & all) == all)
        return;
    text[0] = 0;
    for (uint32_t t = 0; t < fleet->n_types && n < sizeof text; t++)
        if (r->types >> t & 1)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? "|" : "",
                                  fleet->type_name[t]);
    writer_csv(w, text);
}

static void number(struct writer *w, int64_t v)
{
    if (v)
        writer_int(w, v);
}

static void level(struct writer *w, uint8_t l)
{
    if (l != LEVEL_NONE)
        writer_bytes(w, level_name((enum level)l), strlen(level_name((enum level)l)));
}

static void row(struct writer *w, const struct job_set *j, uint32_t i, const struct topology *fleet,
                bool mig)
{
    const struct job_spec *s = &j->specs[i];
    const struct request *r = &j->requests[s->request];
    char name[16];

    writer_csv(w, job_name(j, i, name));
    writer_char(w, ',');
    seconds(w, s->submit);
    writer_char(w, ',');
    seconds(w, s->run);
    writer_char(w, ',');
    if (!r->shape_open)
        groups(w, j, r, true);
    writer_char(w, ',');
    groups(w, j, r, false);
    writer_char(w, ',');
    number(w, r->mig ? 0 : r->share_milli);
    writer_char(w, ',');
    gpu_types(w, j, r, fleet);
    writer_char(w, ',');
    number(w, r->cpu_milli);
    writer_char(w, ',');
    number(w, r->memory_mib);
    writer_char(w, ',');
    writer_csv(w, intern_text(&j->tenants, r->tenant));
    writer_char(w, ',');
    writer_csv(w, j->user ? intern_text(&j->users, j->user[i]) : "");
    writer_char(w, ',');
    number(w, j->priority ? j->priority[i] : 0);
    writer_char(w, ',');
    seconds_or_nothing(w, s->limit);
    writer_print(w, ",%s,", job_end_name((enum job_end)s->end));
    seconds_or_nothing(w, j->recorded_wait ? j->recorded_wait[i] : NS_UNKNOWN);
    writer_char(w, ',');
    level(w, r->required);
    writer_char(w, ',');
    level(w, r->preferred);
    writer_char(w, ',');
    if (j->after && j->after[i] != JOB_NONE)
        writer_csv(w, job_name(j, j->after[i], name));
    if (mig) {
        const char *profile = profile_name(j, r, fleet);
        writer_char(w, ',');
        if (profile)
            writer_csv(w, profile);
    }
    writer_char(w, '\n');
}

void export_berth(struct writer *w, const struct job_set *j, const struct topology *fleet,
                  const char *note)
{
    bool mig = any_profile(j, fleet);
    char origin[64];

    writer_print(w, "# berth-trace 1\n# time_unit s\n");
    if (j->origin != NS_UNKNOWN) {
        writer_print(w, "# origin %s\n", calendar_iso(j->origin, origin));
    }
    if (note)
        writer_print(w, "# %s\n", note);
    writer_print(w,
                 "job_id,submit,run,replicas,gpus_per_replica,gpu_milli,gpu_types,cpu_milli,"
                 "memory_mib,tenant,user,priority,limit,outcome,wait,required,preferred,after%s\n",
                 mig ? ",mig" : "");
    for (uint32_t i = 0; i < j->n; i++)
        row(w, j, i, fleet, mig);
}

/* ---- Standard Workload Format ---- */

/* Users and groups are numbered from 1; text that was not recorded is -1. */
static long long swf_person(const struct intern *in, uint32_t i)
{
    return *intern_text(in, i) ? (long long)i + 1 : -1;
}

/* Status codes of SWF 2.2; what it has no code for is not known. */
static int swf_status(uint8_t end)
{
    switch (end) {
    case JOB_DONE:
        return 1;
    case JOB_FAILED:
        return 0;
    case JOB_KILLED:
        return 5;
    default:
        return -1;
    }
}

static void swf_head(struct writer *w, const struct job_set *j, const char *source, uint32_t jobs,
                     uint32_t left_out)
{
    writer_print(w, "; Version: 2.2\n");
    writer_print(w, "; Conversion: berth %s from %s\n", BERTH_VERSION, source);
    writer_print(w, "; MaxJobs: %u\n; MaxRecords: %u\n", jobs, jobs);
    if (j->origin != NS_UNKNOWN)
        writer_print(w, "; UnixStartTime: %lld\n; TimeZoneString: UTC\n",
                     (long long)(j->origin / NS_PER_S));
    writer_print(w, "; Note: a processor is one GPU, shares of a GPU are rounded up; read with "
                    "--resource gpu\n");
    writer_print(w,
                 "; Note: shapes, GPU types, levels, tenant names and priorities have no field\n");
    writer_print(w, "; Note: status -1 stands for timeout, preempted, node_fail and censored\n");
    if (left_out)
        writer_print(w, "; Note: %u jobs without a GPU are left out\n", left_out);
}

static void swf_row(struct writer *w, const struct job_set *j, uint32_t i,
                    const uint32_t *number_of)
{
    const struct job_spec *s = &j->specs[i];
    const struct request *r = &j->requests[s->request];
    ns_t wait = j->recorded_wait ? j->recorded_wait[i] : NS_UNKNOWN;
    uint32_t after = j->after && j->after[i] != JOB_NONE ? number_of[j->after[i]] : 0;

    writer_print(w, "%u ", number_of[i]);
    seconds(w, s->submit);
    writer_char(w, ' ');
    if (wait == NS_UNKNOWN)
        writer_int(w, -1);
    else
        seconds(w, wait);
    writer_char(w, ' ');
    seconds(w, s->run);
    writer_print(w, " %u -1 -1 %u ", r->gpus, r->gpus);
    if (s->limit == NS_UNKNOWN)
        writer_int(w, -1);
    else
        seconds(w, s->limit);
    writer_print(w, " -1 %d %lld %lld -1 -1 -1 %lld -1\n", swf_status(s->end),
                 j->user ? swf_person(&j->users, j->user[i]) : -1,
                 swf_person(&j->tenants, r->tenant), after ? (long long)after : -1);
}

uint32_t export_swf(struct writer *w, const struct job_set *j, const char *source)
{
    uint32_t *number_of = calloc((size_t)j->n + 1, sizeof *number_of), jobs = 0;

    if (!number_of) {
        w->failed = ENOMEM;
        return 0;
    }
    for (uint32_t i = 0; i < j->n; i++)
        if (j->requests[j->specs[i].request].gpus)
            number_of[i] = ++jobs;
    swf_head(w, j, source, jobs, j->n - jobs);
    for (uint32_t i = 0; i < j->n; i++)
        if (number_of[i])
            swf_row(w, j, i, number_of);
    free(number_of);
    return j->n - jobs;
}

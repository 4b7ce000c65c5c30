/* outcome.c - names of what an outcome counts, and one job as the reports show it. */
#include "metrics/outcome.h"

#include "cluster/occupancy.h"

#include <stdio.h>
#include <string.h>

const char *const wait_cause_name[WAIT_CAUSES] = {
    [WAIT_POLICY] = "policy",   [WAIT_RESERVED] = "reserved",
    [WAIT_QUOTA] = "quota",     [WAIT_FRAGMENTATION] = "fragmentation",
    [WAIT_TOO_FEW] = "too_few",
};

const char *const outcome_stop_name[STOP_REASONS] = {
    [STOP_PREEMPTED] = "preempted",
    [STOP_MIGRATED] = "migrated",
    [STOP_SUSPENDED] = "suspended",
    [STOP_NODE_FAILURE] = "node_failure",
};

const char *const money_part_name[MONEY_PARTS] = {
    [MONEY_CAPITAL] = "capital",
    [MONEY_ENERGY_IDLE] = "energy_idle",
    [MONEY_ENERGY_BUSY] = "energy_busy",
    [MONEY_HOSTING] = "hosting",
    [MONEY_SUPPORT] = "support",
    [MONEY_STAFF] = "staff",
    [MONEY_RENT] = "rent",
};

static const struct request *request_of(const struct outcome *o, uint32_t job)
{
    return &o->jobs->requests[o->jobs->specs[job].request];
}

uint32_t outcome_runs(const struct outcome *o, uint32_t job)
{
    const struct job_result *r = &o->results[job];
    const struct job_history *h = outcome_history(o, job);

    if (h && r->starts > 1)
        return h->n_runs;
    return r->start != NS_UNKNOWN;
}

struct job_run outcome_run(const struct outcome *o, uint32_t job, uint32_t i)
{
    const struct job_result *r = &o->results[job];
    const struct job_history *h = outcome_history(o, job);
    struct job_run run = {r->start, r->end, r->first_segment, r->n_segments, job, STOP_REASONS};

    if (h && h->n_runs)
        run = o->runs[h->first_run + i];
    if (run.end == NS_UNKNOWN)
        run.end = o->horizon;
    return run;
}

ns_t outcome_job_ran(const struct outcome *o, uint32_t job)
{
    const struct job_result *r = &o->results[job];
    const struct job_history *h = outcome_history(o, job);

    if (r->start == NS_UNKNOWN)
        return 0;
    return h ? h->ran : (r->end == NS_UNKNOWN ? o->horizon : r->end) - r->start;
}

ns_t outcome_job_worked(const struct outcome *o, uint32_t job)
{
    const struct job_history *h = outcome_history(o, job);

    return h ? h->work - h->lost : outcome_job_ran(o, job);
}

ns_t outcome_job_pending(const struct outcome *o, uint32_t job)
{
    ns_t end = o->results[job].end;

    return (end == NS_UNKNOWN ? o->horizon : end) - o->jobs->specs[job].submit -
           outcome_job_ran(o, job);
}

int outcome_run_type(const struct outcome *o, const struct job_run *run)
{
    const struct request *q = request_of(o, run->job);

    if (q->gpus == 0)
        return -1;
    if (o->segments && run->n_segments) {
        uint8_t type = o->fleet->gpu_type[o->segments[run->first_segment].node];
        return type < o->fleet->n_types ? type : -1;
    }
    if (o->fleet->n_types == 1)
        return 0;
    for (int t = 0; t < TOPOLOGY_TYPES; t++)
        if (q->types == UINT64_C(1) << t)
            return t;
    return -1;
}

int outcome_job_type(const struct outcome *o, uint32_t job)
{
    const struct job_result *r = &o->results[job];
    const struct job_run last = {r->start, r->end, r->first_segment, r->n_segments, job, 0};

    return r->start == NS_UNKNOWN ? -1 : outcome_run_type(o, &last);
}

wide_t outcome_job_held(const struct outcome *o, uint32_t job)
{
    return (wide_t)request_of(o, job)->demand_milli * outcome_job_ran(o, job);
}

const char *outcome_instance(const struct outcome *o, const struct segment *s, char *to,
                             size_t room)
{
    const struct held h = {s->node, s->base, s->milli, s->mask};
    const struct geometry_board *b;

    if (!occupancy_is_instance(&h))
        return NULL;
    b = geometry_find(o->fleet->type_name[o->fleet->gpu_type[s->node]]);
    snprintf(to, room, "%s@%u", b->name[occupancy_profile(&h)], occupancy_start(&h));
    return to;
}

/* The profile's name on the first type that has it; NULL for other requests. */
static const char *profile_name(const struct outcome *o, const struct request *q)
{
    for (uint32_t type = 0; q->mig && type < o->fleet->n_types; type++) {
        const struct geometry_board *b = geometry_find(o->fleet->type_name[type]);
        if (b && q->types >> type & 1)
            return b->name[job_mig_number(q->mig)];
    }
    return NULL;
}

const char *outcome_job_shape(const struct outcome *o, uint32_t job, char *to, size_t room)
{
    const struct request *q = request_of(o, job);
    const char *profile = profile_name(o, q);
    size_t n = 0;

    to[0] = '\0';
    for (uint32_t g = 0; g < q->n_groups && n + 1 < room; g++) {
        const struct job_group *group = &o->jobs->groups[q->first_group + g];
        const char *plus = g ? "+" : "";
        int k;
        if (profile) {
            k = snprintf(to + n, room - n, "%s%ux%s", plus, group->replicas, profile);
        } else if (q->share_milli) {
            char share[8];
            snprintf(share, sizeof share, "%03u", q->share_milli % 1000);
            for (size_t z = 3; z > 1 && share[z - 1] == '0'; z--)
                share[z - 1] = '\0';
            k = snprintf(to + n, room - n, "%s%ux0.%s", plus, group->replicas, share);
        } else {
            k = snprintf(to + n, room - n, "%s%ux%u", plus, group->replicas, group->gpus);
        }
        n += (size_t)k;
    }
    return to;
}

const char *outcome_job_state(const struct outcome *o, uint32_t job)
{
    static const char *const word[JOB_ENDS] = {
        [JOB_DONE] = "COMPLETED_SUCCESSFULLY", [JOB_FAILED] = "COMPLETED_FAILED",
        [JOB_KILLED] = "COMPLETED_KILLED",     [JOB_TIMEOUT] = "COMPLETED_WALLTIME_REACHED",
        [JOB_PREEMPTED] = "COMPLETED_KILLED",  [JOB_NODE_FAIL] = "COMPLETED_KILLED",
        [JOB_CENSORED] = "COMPLETED_KILLED",
    };
    const struct job_result *r = &o->results[job];
    const struct job_history *h = outcome_history(o, job);

    if (r->start == NS_UNKNOWN)
        return o->jobs->specs[job].submit < o->horizon ? "SUBMITTED" : "NOT_SUBMITTED";
    if (r->end == NS_UNKNOWN)
        return h && h->waiting ? "SUBMITTED" : "RUNNING";
    return word[o->jobs->specs[job].end];
}

enum wait_cause outcome_job_why(const struct outcome *o, uint32_t job)
{
    enum wait_cause why = WAIT_CAUSES;
    ns_t most = 0;

    for (int c = 0; o->waits && c < WAIT_CAUSES; c++)
        if (o->waits[job][c] > most) {
            most = o->waits[job][c];
            why = (enum wait_cause)c;
        }
    return why;
}

wide_t outcome_held(const struct ledger_row *row)
{
    wide_t sum = 0;

    for (int b = 0; b <= BUCKET_LOST_WORK; b++)
        sum += row->bucket[b];
    return sum;
}

wide_t outcome_occupied(const struct ledger_row *row)
{
    return outcome_held(row) - row->bucket[BUCKET_GANG_WAIT] - row->bucket[BUCKET_STARTUP] -
           row->bucket[BUCKET_HELD_IDLE];
}

/* job.h - what was asked of the cluster: read-only once loaded, shared by all trials.
 *
 * Jobs lie in order of (submit, id); a job's index is its place in that order and
 * breaks every tie. Jobs that ask for the same thing share one request class. */
#ifndef BERTH_SCHED_JOB_H
#define BERTH_SCHED_JOB_H

#include "base/intern.h"
#include "base/units.h"
#include "cluster/geometry.h"
#include "cluster/topology.h"

#define JOB_NONE UINT32_MAX

/* What the record says became of the job: decides useful or discarded. */
enum job_end {
    JOB_DONE,
    JOB_FAILED,
    JOB_KILLED,
    JOB_TIMEOUT,
    JOB_PREEMPTED,
    JOB_NODE_FAIL,
    JOB_CENSORED,
    JOB_ENDS
};
const char *job_end_name(enum job_end e); /* "done", "failed", ... */

/* Equal members of a gang. A replica lies on one node. */
struct job_group {
    uint32_t replicas; /* 1.. */
    uint32_t gpus;     /* whole GPUs per replica; 1 when the request is a share; 0 = CPU only */
};

/* A request class: what a job needs and for whom. */
struct request {
    uint32_t first_group, n_groups; /* in job_set.groups; at least one */
    uint32_t replicas;              /* all groups together */
    uint32_t gpus;                  /* all groups together; for shares: replicas */
    uint32_t share_milli;           /* 0 = whole GPUs, else 1..999 of one GPU per replica */
    uint32_t tenant;                /* number in job_set.tenants */
    uint64_t demand_milli;          /* GPU demand of one job, milli-GPU */
    uint64_t types;                 /* mask of acceptable GPU types; never 0 unless gpus == 0 */
    int64_t cpu_milli, memory_mib;  /* per replica; 0 = not stated */
    uint8_t required, preferred;    /* enum level; LEVEL_NONE = no wish */
    uint8_t mig;                    /* job_mig() of a MIG profile, 0 = none: then share_milli is
                                           what an instance counts for (1000 for a whole device) and
                                           all accepted types agree in the profile */
    uint8_t size_class;             /* job_size_class(gpus) */
    uint8_t shape_open;             /* 1: only the total is recorded and no fleet completed it */
    uint32_t accepts;               /* number in job_set.accepts when no fleet resolved the types:
                                           as the trace names them; INTERN_NONE = any */
};

/* A profile of a layout as one number above 0, and back. */
static inline uint8_t job_mig(uint32_t layout, uint32_t profile)
{
    return (uint8_t)(1 + layout * GEOMETRY_PROFILES + profile);
}
static inline const struct geometry_layout *job_mig_layout(uint8_t mig)
{
    return &geometry_layout[(mig - 1) / GEOMETRY_PROFILES];
}
static inline uint32_t job_mig_number(uint8_t mig)
{
    return (mig - 1u) % GEOMETRY_PROFILES;
}
static inline const struct geometry_profile *job_mig_profile(uint8_t mig)
{
    return &job_mig_layout(mig)->profile[job_mig_number(mig)];
}

/* Size classes of reports: 0 GPUs, a share, 1, 2-3, 4-7, 8, 9-31, 32-127, 128 and more. */
enum { JOB_SIZES = 9 };
uint8_t job_size_class(uint32_t gpus, uint32_t share_milli);
const char *job_size_name(uint8_t size_class); /* "cpu", "share", "1", "2-3", ... */

/* Hot part of one job: 32 bytes. */
struct job_spec {
    ns_t submit;      /* from the trace's origin, >= 0 */
    ns_t run;         /* recorded length, >= 0; the truth, hidden from policies */
    ns_t limit;       /* requested wall time, NS_UNKNOWN = none */
    uint32_t request; /* index in job_set.requests */
    uint8_t end;      /* enum job_end */
    uint8_t pad[3];
};
_Static_assert(sizeof(struct job_spec) == 32, "32 bytes of shared input per job");

struct job_set {            /* owned by the experiment's arena and the interns below */
    struct job_spec *specs; /* sorted by (submit, id) */
    uint32_t n;
    struct request *requests;
    uint32_t n_requests;
    uint64_t
        *known_jobs; /* by request: jobs of the workload that ask for it; NULL = count the specs */
    struct job_group *groups;
    uint32_t n_groups;
    struct intern tenants, users,
        names;             /* names may hold unused ones; tenant or user "" = not recorded */
    struct intern accepts; /* "h100|h200": see request.accepts */
    /* MIG instances that all jobs ask for, by layout and profile: what placement spares room for */
    uint32_t mig_demand[GEOMETRY_LAYOUTS][GEOMETRY_PROFILES];
    /* cold, by job; any may be NULL = nobody said */
    uint32_t *name;      /* number in names; NULL: the job's index + 1 in decimal */
    uint32_t *user;      /* number in users */
    int32_t *priority;   /* larger is more urgent */
    uint32_t *after;     /* job that must end first, JOB_NONE = none */
    uint32_t *line;      /* line of the trace it came from */
    ns_t *recorded_wait; /* NS_UNKNOWN = not recorded; for comparison only */
    ns_t origin;         /* UTC of time 0 in ns since 1970, NS_UNKNOWN when not known */
};

/* The job's name, into `to` (at least 12 bytes) when there are no names. */
const char *job_name(const struct job_set *j, uint32_t job, char *to);

#endif

/* outcome.h - the results of one trial, plain data, read by the reports.
 *
 * Everything is borrowed from the trial and the experiment and dies with them. Times are
 * ns of simulated time; GPU time is in milli-GPU x ns as 128-bit integers. */
#ifndef BERTH_METRICS_OUTCOME_H
#define BERTH_METRICS_OUTCOME_H

#include "engine/observer.h"
#include "metrics/bucket.h"
#include "sched/job.h"

enum run_status { RUN_FINISHED, RUN_HORIZON, RUN_STUCK };

/* What a job waited for, seconds by cause in jobs.csv. */
enum wait_cause {
    WAIT_POLICY,
    WAIT_RESERVED,
    WAIT_QUOTA,
    WAIT_FRAGMENTATION,
    WAIT_TOO_FEW,
    WAIT_CAUSES
};
extern const char *const wait_cause_name[WAIT_CAUSES];

/* What became of one job: 32 bytes. Most jobs start and end; the others have a history. */
struct job_result {
    ns_t start; /* first start of the whole gang; NS_UNKNOWN = never started */
    ns_t end;   /* NS_UNKNOWN = still running or waiting at the horizon */
    uint32_t
        first_segment; /* of its last run, in outcome.segments; valid when segments were kept */
    uint32_t n_segments;
    uint32_t starts;  /* times it was started */
    uint32_t history; /* 1 + place in outcome.histories; 0 = none: one run, all of it work */
};
_Static_assert(sizeof(struct job_result) == 32, "32 bytes of result per job");

/* A job that was stopped, or did something else than work, or lost work; warm-up included. */
struct job_history {
    ns_t ran;      /* holding devices, all runs, up to the horizon */
    ns_t work;     /* of it working, lost work included */
    ns_t overhead; /* of it in startup, checkpoint and restore */
    ns_t lost;     /* work that was lost */
    uint32_t stops[STOP_REASONS];
    uint32_t first_run,
        n_runs;     /* in outcome.runs; none when it was never stopped or nobody kept them */
    uint32_t layer; /* history.c's own */
    bool waiting;   /* stopped and not started again */
};
_Static_assert(sizeof(struct job_history) == 64, "64 bytes per interrupted job");

/* From one start of a job to where it stopped or ended. */
struct job_run {
    ns_t start, end; /* end: NS_UNKNOWN = it runs at the horizon */
    uint32_t first_segment, n_segments;
    uint32_t job;
    uint8_t stop; /* enum stop_reason; STOP_REASONS = it ended, or runs at the horizon */
};
extern const char *const outcome_stop_name[STOP_REASONS]; /* "preempted", "migrated", ... */

/* Devices base..base+63 of one node held by one job; a MIG instance is marked as in struct held. */
struct segment {
    uint32_t node;
    uint16_t base;  /* see outcome_base() */
    uint16_t milli; /* 1000 = whole GPUs, else the share held on the one device */
    uint64_t mask;  /* bit i = device base + i */
};

/* GPU time of one owner by bucket. */
struct ledger_row {
    wide_t bucket[BUCKETS];
};

/* Metrics of fragmentation (engine/observer.h). */
enum frag_metric {
    FRAG_SCATTERED_1,
    FRAG_SCATTERED_2,
    FRAG_SCATTERED_4,
    FRAG_SCATTERED_8,
    FRAG_LARGEST_GANG,
    FRAG_FGD,
    FRAG_MIG_HOLES,
    FRAG_METRICS
};
extern const char
    *const fragmentation_name[FRAG_METRICS]; /* "scattered_1", ... "fgd", "mig_holes" */

/* One row per change: holds from `at` until the next row. Thinned when it says so. */
struct series_row {
    ns_t at;
    uint32_t pending_jobs, running_jobs;
    uint64_t pending_milli;  /* GPU demand of the pending jobs */
    int32_t bucket[BUCKETS]; /* milli-GPU */
    int32_t frag[FRAGS];
    int32_t metric[FRAG_METRICS]; /* milli-GPU; when outcome.fragmentation is known */
};

/* How the free capacity lay, time-weighted over the ledger's time. */
struct outcome_gang {
    uint8_t level, gpu_type; /* as in struct observed_gang */
    double mean;             /* GPUs of the largest gang */
};
struct outcome_fragmentation {
    bool known, fgd_known, mig_known;
    double mean[FRAG_METRICS]; /* GPUs */
    double fgd_ratio;       /* F over free capacity, both integrated over time; NAN = never free */
    double mig_holes_ratio; /* the same of holes over free slots, where jobs ask for instances */
    const struct outcome_gang *gangs;
    uint32_t n_gangs;
};

/* Order statistics of one quantity; NAN = no data. Seconds, or a ratio for slowdown. */
struct quantiles {
    double mean, p50, p90, p95, p99, max;
};

struct outcome_jobs { /* jobs submitted at or after the warm-up, and started */
    uint64_t n, started, finished, pending; /* pending: submitted, not started by the horizon */
    struct quantiles wait, jct, slowdown;   /* job-weighted; wait: all the time pending */
    struct quantiles first_wait;            /* until the first start */
    struct quantiles wait_gpu, jct_gpu;     /* weighted by GPUs x run */
    double makespan_s;                      /* first submit to last end */
};

/* Money of the run. Cents are exact integers (largest remainder), so parts sum. */
enum money_part {
    MONEY_CAPITAL,
    MONEY_ENERGY_IDLE,
    MONEY_ENERGY_BUSY,
    MONEY_HOSTING,
    MONEY_SUPPORT,
    MONEY_STAFF,
    MONEY_RENT,
    MONEY_PARTS
};
extern const char *const money_part_name[MONEY_PARTS];
struct money {
    bool known; /* false: no price was given */
    int64_t fleet_cents;
    int64_t bucket_cents[BUCKETS];
    int64_t part_cents[MONEY_PARTS];
    double low, high;  /* fleet cost with every range at its low and high end, USD */
    double energy_kwh; /* at the meter, PUE included; NAN unknown */
    double usd_per_useful_gpu_hour, useful_gpu_hours_per_1000_usd; /* NAN when not defined */
    double cents_per_type[TOPOLOGY_TYPES];   /* fleet cost share of each GPU type, whole cents */
    double usd_per_gpu_hour[TOPOLOGY_TYPES]; /* of every GPU of the type, held or not */
    double usd_per_held_gpu_hour[TOPOLOGY_TYPES]; /* the same plus the energy of being held */
    const int64_t (*type_cents)[BUCKETS];         /* by GPU type; columns sum to bucket_cents */
    uint32_t unpriced_nodes; /* owned nodes without a purchase price: counted as free */
};

struct outcome_input {
    const char *role, *file, *format, *sha256;
    uint64_t rows, jobs, rejected, skipped;
};

struct outcome {
    /* what was run */
    const char *scenario, *program_version, *policy_name, *composition, *estimates;
    const char *policy_abi;   /* "1.0", NULL = not said */
    uint8_t useful[JOB_ENDS]; /* 1: work of jobs that end so is useful, 0: discarded */
    bool clairvoyant;
    uint64_t seed;
    const struct outcome_input *inputs;
    uint32_t n_inputs;
    const char *const *warnings;
    uint32_t n_warnings;
    const struct job_set *jobs;
    const struct topology *fleet;
    /* what happened */
    enum run_status status;
    ns_t warmup, horizon;             /* the ledger covers [warmup, horizon) */
    char digest[33];                  /* of all decisions */
    char journal[33];                 /* of events and decisions as the host saw them; "" = none */
    const struct job_result *results; /* by job */
    const struct segment *segments;   /* NULL when not kept */
    const struct job_history *histories; /* of jobs that have one */
    uint32_t n_histories;
    const struct job_run *runs; /* of jobs that were stopped; NULL when not kept */
    size_t n_runs;
    uint64_t stops[STOP_REASONS];     /* within the ledger's time */
    const ns_t (*waits)[WAIT_CAUSES]; /* by job, NULL when not kept */
    const struct series_row *series;  /* NULL when not kept */
    size_t n_series;
    ns_t series_step; /* 0 = every change; else means over steps */
    /* the ledger */
    wide_t capacity; /* milli-GPU x (horizon - warmup); equals the sum, checked */
    struct ledger_row total;
    wide_t frag[FRAGS]; /* parts of total.bucket[BUCKET_FRAGMENTATION] */
    struct outcome_fragmentation fragmentation;
    const struct ledger_row *by_type;   /* fleet->n_types rows; each sums to its capacity */
    const struct ledger_row *by_tenant; /* jobs->tenants.n rows; held and blocked only */
    const struct ledger_row *by_size;   /* JOB_SIZES rows; held and blocked only */
    wide_t allocated;                   /* all held buckets */
    wide_t blocked_fitting; /* job x ns: waiting of jobs whose count was free (fragmentation) */
    struct outcome_jobs stats;
    double little_n, little_lambda_w;   /* mean jobs in system; arrivals x mean time in system */
    uint64_t events, passes, decisions; /* work done by the engine */
    uint64_t refused_decisions;         /* what the policy asked for and the core did not do */
    uint64_t promises,
        promises_broken; /* starts promised by reservations; started later than promised */
    const char *stuck;   /* who waits for what, when status is RUN_STUCK; else NULL */
    struct money money;
};

/* Was this metric of fragmentation measured? */
static inline bool outcome_measured(const struct outcome *o, enum frag_metric k)
{
    const struct outcome_fragmentation *f = &o->fragmentation;

    return f->known && (k == FRAG_FGD ? f->fgd_known : k == FRAG_MIG_HOLES ? f->mig_known : true);
}

/* ---- one job, as the reports show it ---- */

/* NULL: the job had one run at most, all of it work. */
static inline const struct job_history *outcome_history(const struct outcome *o, uint32_t job)
{
    uint32_t at = o->results[job].history;

    return at ? &o->histories[at - 1] : NULL;
}

/* Its runs, in order of time, as far as they are known: none of a job that was stopped when nobody kept
 * them. An end that lies beyond the horizon is the horizon. */
uint32_t outcome_runs(const struct outcome *o, uint32_t job);
struct job_run outcome_run(const struct outcome *o, uint32_t job, uint32_t i);

/* ns that it held devices; of it worked for good; and that a started job was pending from its submission to its end or the
 * horizon. */
ns_t outcome_job_ran(const struct outcome *o, uint32_t job);
ns_t outcome_job_worked(const struct outcome *o, uint32_t job);
ns_t outcome_job_pending(const struct outcome *o, uint32_t job);

/* The first device that the mask's bit 0 stands for: a multiple of 64. */
static inline uint32_t outcome_base(const struct segment *s)
{
    return s->base & ~63u;
}

/* "2g.20gb@4", profile and start slot, when the segment is a MIG instance; else NULL. */
const char *outcome_instance(const struct outcome *o, const struct segment *s, char *to,
                             size_t room);

/* Of its last run. Unknown when the job never started or no segment was kept and several types would do:
 * -1. */
int outcome_job_type(const struct outcome *o, uint32_t job);

/* The same of one run. */
int outcome_run_type(const struct outcome *o, const struct job_run *run);

/* Milli-GPU x ns it held in all its runs up to the horizon, warm-up included. */
wide_t outcome_job_held(const struct outcome *o, uint32_t job);

/* "2x4", "1x3", "2x4+1x3", "1x0.25" for a quarter of one GPU, "3x1g.10gb"; `to` holds `room` bytes. */
const char *outcome_job_shape(const struct outcome *o, uint32_t job, char *to, size_t room);

/* Batsim's word: "COMPLETED_SUCCESSFULLY", ..., "RUNNING", "SUBMITTED" (waits), "NOT_SUBMITTED". */
const char *outcome_job_state(const struct outcome *o, uint32_t job);

/* The cause it waited for longest, or WAIT_CAUSES when it did not wait or nobody kept it. */
enum wait_cause outcome_job_why(const struct outcome *o, uint32_t job);

/* Sum of a row's held buckets. */
wide_t outcome_held(const struct ledger_row *row);

/* Held and computing: held less gang-wait hold, startup and held idle. */
wide_t outcome_occupied(const struct ledger_row *row);

#endif

/* policy.h - what a scheduling policy is made of: orders, walks, placements, estimates and
 * presets, one per file in policies/, composed as "order=fifo,walk=easy,place=bestfit".
 *
 * Contract
 *   - A part is a constant table and pure functions; it has no writable globals. What a trial
 *     remembers lies in the core.
 *   - A pass runs once per instant at which something changed, after every event of that
 *     instant has been applied. No time passes inside a pass.
 *   - Same calls in, same starts out: no clock, no rand(), no addresses. Every comparison ends
 *     in the job's index, which is the order of (submit, id); every choice of a node ends in the
 *     lowest index.
 *   - Parts see estimates, never the true length, unless the estimate is the part "exact", and
 *     then every artifact of the run says clairvoyant. */
#ifndef BERTH_SCHED_POLICY_H
#define BERTH_SCHED_POLICY_H

#include "base/units.h"
#include "sched/fragmentation.h"
#include <stdbool.h>
#include <stdint.h>

enum axis {
    AXIS_ORDER,
    AXIS_WALK,
    AXIS_DISPLACE,
    AXIS_PLACE,
    AXIS_ESTIMATE,
    AXIS_LAUNCH,
    AXIS_SHARE,
    AXIS_VIEW,
    AXIS_PRESET,
    AXES
};

/* Which machinery an order's key comes from; all but the first change while jobs wait or run
 * (sched/rank.h). */
enum order_rank {
    ORDER_FIXED,     /* key() at submission */
    ORDER_REMAINING, /* remaining running time */
    ORDER_SERVICE,   /* remaining GPU-time */
    ORDER_LAS,       /* attained GPU-time, in quanta */
    ORDER_QUEUES,    /* attained GPU-time in discrete queues: 2D-LAS */
    ORDER_GITTINS,   /* Gittins index of attained GPU-time, in discrete queues or none */
    ORDER_MULTIFACTOR,
    ORDER_FAIRTREE,
    ORDER_DRF
};

/* What may be done to running jobs for the sake of waiting ones. */
enum displace { DISPLACE_NONE, DISPLACE_PRIORITY, DISPLACE_MIGRATE };

/* What a request for a part of a device is given (sched/share.h). */
enum share { SHARE_MILLI, SHARE_EXCLUSIVE, SHARE_MIG };

/* One tunable of a part; `walk=skip,depth=5` or `walk=skip(5)` for the first one. */
struct policy_option {
    const char *name, *help;
    int64_t initial, low, high;
    bool is_duration; /* given as "10m", kept in ns */
};
enum { POLICY_OPTIONS = 8 }; /* at most, per part */

/* What an order may look at: everything known when the job is submitted. */
struct order_view {
    ns_t submit, estimate; /* estimate: NS_NEVER when the composition has none */
    uint32_t gpus;         /* whole gang; shares count as their devices */
    uint64_t demand_milli;
    int32_t priority;
};

/* Which node next, among those with room for one more replica. */
enum place_pick {
    PICK_FIRST,
    PICK_LEAST_FREE,
    PICK_MOST_FREE,
    PICK_RANDOM,
    PICK_FEWEST_NODES,
    PICK_TOPOLOGY, /* levels first (sched/place_rule.h); where there are none as fewest nodes */
    PICK_BUDDY     /* aligned blocks; where there are none as fewest nodes */
};

/* Estimated GPU-time of the whole gang in milli-GPU x ms, the coarseness at which 64 bits hold 1e5
 * GPUs for 292 years; for orders by remaining service. */
static inline int64_t policy_gpu_time(const struct order_view *v)
{
    wide_t t = (wide_t)(v->estimate / 1000000) * (wide_t)v->demand_milli;

    return t > INT64_MAX ? INT64_MAX : (int64_t)t;
}

struct core; /* sched/core.h: what a walk works on */

struct policy_part {
    enum axis axis;
    const char *name, *summary;
    const char *source; /* paper or document it follows, "" when it is folklore */
    struct policy_option options[POLICY_OPTIONS]; /* ends at the first without a name */
    /* AXIS_ORDER: smaller runs first; ties by job index. Of ORDER_FIXED; also of the others where the
     * walk only starts jobs and the order of pending ones is fixed (remaining is total then). */
    int64_t (*key)(const struct order_view *v, const int64_t *options);
    enum order_rank rank;
    bool from_parts;    /* the key is that of the outside policy whose parts the core runs with */
    bool needs_desired; /* the order says nothing unless running jobs can be stopped */
    bool needs_distribution; /* it learns from what jobs took before */
    bool needs_estimate;     /* order or walk is undefined without one */
    /* AXIS_WALK: start what may start now. */
    void (*pass)(struct core *c, const int64_t *options);
    bool stops_at_first;                        /* nothing passes a blocked job */
    bool (*keeps_plan)(const int64_t *options); /* NULL = never: does it call walk_plan()? */
    bool keeps_window;                          /* it calls walk_window() */
    bool is_desired; /* pending and running jobs together: the order decides who runs */
    /* AXIS_DISPLACE */
    enum displace displace;
    /* AXIS_PLACE: by pick, or by score, lower is better. A score looks at nothing but these values, and is
     * asked only about nodes where the task fits, and is less than 2^31 either way. `device` is where a share goes, written when it is not NULL.
     * With a score, pick only ranks domains. `mix` is NULL unless needs_mix; then the first option says
     * how many percent of the trace's tasks it covers. */
    enum place_pick pick;
    int64_t (*score)(const struct fragmentation_mix *mix, const struct node_view *node,
                     const struct task_view *task, uint32_t *device);
    bool needs_mix;
    /* AXIS_ESTIMATE: which knowledge */
    enum {
        ESTIMATE_NONE,
        ESTIMATE_EXACT,
        ESTIMATE_LIMIT,
        ESTIMATE_HISTORY,
        ESTIMATE_DISTRIBUTION,
        ESTIMATE_AUTO
    } estimate;
    /* AXIS_VIEW: topology is hidden from it */
    bool is_blind;
    /* AXIS_LAUNCH */
    bool pod_by_pod;
    /* AXIS_SHARE */
    enum share share;
    /* Why these options make no sense together, NULL = they do; may be NULL. */
    const char *(*refuses)(const int64_t *options);
    const char *composition; /* AXIS_PRESET */
    /* The recorded outcomes or tests that it is checked against; NULL = none but the properties of every
     * composition. */
    const char *oracle;
};

/* `POLICY_PART(order_fifo) = { ... };` is the last thing in policies/order_fifo.c. */
#define POLICY_PART(id)                                                                            \
    extern const struct policy_part policy_##id;                                                   \
    const struct policy_part policy_##id

/* ---- what a walk can do; all calls are valid only inside pass() ---- */

#define JOB_END_OF_QUEUE UINT32_MAX

/* Begin to look at the pending jobs in order. walk_next() gives the first job of the queue that
 * was neither started nor stepped over since; JOB_END_OF_QUEUE when there is none. */
void walk_begin(struct core *c);
uint32_t walk_next(struct core *c);

/* Step over this one job; over every pending job that asks for the same thing. */
void walk_step(struct core *c, uint32_t job);
void walk_step_class(struct core *c, uint32_t job);

/* Start the job if a placement exists now: true when started. O(1) when a job of the same
 * class was refused since the last release. */
bool walk_start(struct core *c, uint32_t job);

/* Reserve for the blocked job at the earliest instant at which it can be placed when running
 * jobs end at their estimates, on the devices that cost waiting jobs least: those still held
 * go first (policies.md 4.2). Then start, in order, every later job that fits now and either
 * ends by the reserved instant or leaves the reserved devices alone. Nothing is computed when no
 * other job fits. Ends the walk. */
void walk_backfill(struct core *c, uint32_t job);

/* Conservative: every pending job holds a reservation. Plans new jobs behind the old ones, pulls
 * plans forward in order after an early end, starts those whose time has come. `most`: jobs that
 * may hold one, in order; the others start only where they delay no reservation. */
void walk_plan(struct core *c, int64_t most);

/* Slurm-style: strict at every event, backfill by timer over a map of time slices (sched/window.h, which
 * says what the options are). */
void walk_window(struct core *c, const int64_t *options);

/* Pending and running jobs together in order: what fits should run (policies.md 2.1). Stops and starts the
 * difference; sched/diff.h. */
void walk_desired(struct core *c);

#endif

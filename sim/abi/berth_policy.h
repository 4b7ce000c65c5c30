/* berth_policy.h - the contract between Berth and a scheduling policy, version 1.
 *
 * This header is all that a policy needs and is the only one that is installed. The same source
 * file links into Berth (from policies/), or is built as a shared object and loaded with
 * `--policy ./mine.so`; Berth's own core is a policy on this header and has nothing else.
 *
 *            events (a batch, in order)            decisions
 *     HOST -----------------------------> POLICY ---------------> HOST
 *     owns the truth   + a view of it     proposes                validates, then applies or refuses
 *                      <--------- outcomes arrive as events of a later batch ---------
 *
 * A decision is a wish. What it takes or gives back shows in the view at once, so that the next
 * decision of the same call can build on it, but nothing has happened until the event says so:
 * JOB_STARTED may come later than the START (a gang that takes over devices waits until their last
 * holder has saved its state), and PLACE_FAILED may come instead.
 *
 * Rules
 *   Integers only, fixed width, natural alignment. Time is int64 nanoseconds of the host's clock.
 *   Borrowed: the view, its tables and the events are valid until decide() returns, and const.
 *   Copied: a decision and its pieces are copied before emit() returns.
 *   Determinism: equal events give equal decisions. No clock, no files, no threads, no
 *     environment, no writable globals, no addresses as keys, no random numbers but the host's.
 *     Every tie ends in the job's key (smaller first) and the node's index (lower first).
 *   Jobs are named by slot in a call (dense, reused after the job has ended) and by key for ever.
 *   Knowledge: limits and estimates, never the true length, unless the policy asks for the
 *     extension BERTH_CLAIRVOYANT; asking marks every artifact of the run.
 *   Calls of one instance never overlap; instances may run in parallel.
 *
 * Versions: the major is in the exported symbol. A minor only appends: members at the end of
 * structs that begin with their size or lie in tables with a stride, event kinds (skip those you
 * do not know), decision kinds (a host refuses those it does not know), capability bits. */
#ifndef BERTH_POLICY_H
#define BERTH_POLICY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BERTH_ABI_MAJOR 1u
#define BERTH_ABI_MINOR 0u

typedef int64_t berth_time;   /* ns */
typedef int32_t berth_status; /* 0 = done; negative = BERTH_E_* */

#define BERTH_NONE UINT32_MAX     /* no slot, node, request, domain */
#define BERTH_UNKNOWN INT64_C(-1) /* a time nobody stated */
#define BERTH_NEVER INT64_MAX     /* a time that does not come */

/* ---- what exists ---- */

/* n records of `stride` bytes each. Read with the functions below: a newer host has longer
 * records, an older policy reads the part it knows. */
struct berth_table {
    const void *at;
    uint32_t n, stride;
};

/* Domain levels, from the inside out. Level l of a node is nodes.domain[l]. */
enum {
    BERTH_LEVEL_NONE,
    BERTH_LEVEL_GPU,
    BERTH_LEVEL_NUMA,
    BERTH_LEVEL_NODE,
    BERTH_LEVEL_NVLINK,
    BERTH_LEVEL_RACK,
    BERTH_LEVEL_POD,
    BERTH_LEVEL_SITE,
    BERTH_LEVELS
};

enum { BERTH_NODE_UP, BERTH_NODE_DRAINED, BERTH_NODE_DOWN };

/* One node; static but for `health`. */
struct berth_node {
    uint32_t gpus;                 /* devices, unavailable ones included */
    uint32_t first_gpu;            /* fleet-wide number of its device 0 */
    uint32_t type;                 /* GPU type 0..63; BERTH_NONE without GPUs */
    uint32_t numa;                 /* NUMA nodes; devices are dealt to them in equal runs */
    uint32_t island;               /* devices per NVLink island inside the node; 0 = the whole node
                                      or more; 1 = no NVLink */
    uint32_t health;               /* BERTH_NODE_* */
    int64_t cpu_milli, memory_mib; /* 0 = not stated, then not a constraint */
    uint32_t domain[BERTH_LEVELS]; /* number of its domain at each level */
};

/* Equal members of a gang; a replica lies on one node. */
struct berth_group {
    uint32_t replicas; /* 1.. */
    uint32_t gpus;     /* whole GPUs each; 1 for a share; 0 = CPU only */
};

/* What jobs ask for; jobs that ask for the same share one request. */
struct berth_request {
    const struct berth_group *groups; /* n_groups >= 1 */
    uint32_t n_groups;
    uint32_t replicas, gpus;       /* all groups together; for shares gpus = replicas */
    uint32_t share_milli;          /* 0 = whole GPUs, else 1..999 of one GPU per replica */
    uint32_t mig_profile;          /* BERTH_NONE, or a MIG profile: 1 + 7 * layout + profile, both
                                      numbered as in the host's geometry */
    uint32_t queue;                /* tenant */
    uint32_t required, preferred;  /* BERTH_LEVEL_*: all replicas in one domain of it */
    uint64_t types;                /* mask of acceptable GPU types */
    uint64_t demand_milli;         /* GPU demand of one job, milli-GPU */
    int64_t cpu_milli, memory_mib; /* per replica; 0 = not stated */
    uint64_t known_jobs;           /* jobs of the workload that ask for it, as far as the host knows
                                      (of a recorded trace all, live those seen before): the mix that
                                      placements may keep room for; not a promise that they come */
};

enum {
    BERTH_JOB_FREE, /* the slot is not in use */
    BERTH_JOB_PENDING,
    BERTH_JOB_STARTING, /* START accepted, JOB_STARTED not told yet */
    BERTH_JOB_RUNNING,
    BERTH_JOB_STOPPING, /* saving its state after PREEMPT; may be started again already */
    BERTH_JOB_MOVING    /* between MIGRATE and JOB_MIGRATED */
};

struct berth_job {
    uint64_t key;         /* order of submission: unique, breaks every tie */
    berth_time submit;    /* when it could first be scheduled */
    berth_time limit;     /* wall time it asked for, BERTH_UNKNOWN = none */
    berth_time since;     /* when its state last changed */
    berth_time ran;       /* work done and kept so far, as running time; while it runs add
                             now - since of RUNNING */
    berth_time saved;     /* of `ran`, what a checkpoint holds: the rest is lost when it is stopped
                             without saving */
    uint32_t request;     /* in view.requests */
    uint32_t queue, user; /* tenant and user numbers, BERTH_NONE = not recorded */
    uint32_t name_class;  /* jobs of one recorded name, BERTH_NONE = not recorded */
    int32_t priority;     /* larger is more urgent */
    uint32_t state;       /* BERTH_JOB_* */
    uint32_t starts;      /* how often it was started */
    uint32_t n_pieces;    /* what it holds or has claimed */
    const struct berth_piece *pieces;
};

/* Devices base..base+63 of one node. */
struct berth_piece {
    uint32_t node;
    uint16_t base;  /* multiple of 64; of a MIG instance plus 8 * (profile + 1) + start slot; in a
                       charge the number of replicas, see below */
    uint16_t milli; /* 1000 = whole devices; 1..999 = that share of the one device in mask;
                       0 with mask 0 = a charge: CPU and memory of `base` replicas */
    uint64_t mask;  /* bit i = device base + i */
};

struct berth_view {
    uint32_t size;
    uint32_t words; /* 64-bit words of devices per node */
    berth_time now;
    uint64_t generation; /* counts batches */
    uint32_t n_gpus, n_types;
    uint32_t n_queues, n_users;
    struct berth_table nodes, requests, jobs; /* jobs: by slot; n only grows */
    uint32_t n_pending, n_running;            /* running: anything that holds or claims devices */
    const uint32_t *domains;                  /* [BERTH_LEVELS]: how many at each level */
    const char *const *types; /* [n_types]: catalogue names, for geometry and logs */
    /* what is free now, less what this call has claimed so far */
    const uint64_t *free_mask;  /* [node * words]: whole free devices */
    const uint16_t *n_free;     /* [node]: how many */
    const uint16_t *left_milli; /* [fleet-wide device]; NULL = no request is a share */
    const int64_t *cpu_free;    /* [node] milli-CPU; NULL = not a constraint here */
    const int64_t *memory_free; /* [node] MiB; NULL = not a constraint here */
    /* what stopping with its state saved and going on from it take a job here */
    berth_time save_time, restore_time;
};

static inline const struct berth_node *berth_node_at(const struct berth_view *v, uint32_t i)
{
    return (const struct berth_node *)(const void *)((const char *)v->nodes.at +
                                                     (size_t)i * v->nodes.stride);
}

static inline const struct berth_request *berth_request_at(const struct berth_view *v, uint32_t i)
{
    return (const struct berth_request *)(const void *)((const char *)v->requests.at +
                                                        (size_t)i * v->requests.stride);
}

static inline const struct berth_job *berth_job_at(const struct berth_view *v, uint32_t slot)
{
    return (const struct berth_job *)(const void *)((const char *)v->jobs.at +
                                                    (size_t)slot * v->jobs.stride);
}

/* ---- what happened ---- */

/* Frozen at 56 bytes for the major. Order in a batch: time, then kinds in the order of the
 * declarations below (capacity returns before jobs come), then as it happened. */
struct berth_event {
    uint16_t kind; /* BERTH_EV_* */
    uint16_t code; /* by kind */
    uint32_t job;  /* slot, or BERTH_NONE */
    uint64_t key;  /* of the job; for nodes their index */
    uint64_t cookie;
    berth_time at;
    int64_t a, b;
    uint64_t reserved;
};

enum {
    BERTH_EV_NONE,
    BERTH_EV_JOB_FINISHED,  /* a: running time of all its runs; code: 0 = by itself. The slot is
                               free after this call */
    BERTH_EV_JOB_PREEMPTED, /* it gave its devices back and is pending again, or starting when that
                               was decided already; code: 0 = by a PREEMPT, else
                               by the host; a: lost work, ns */
    BERTH_EV_JOB_MIGRATED,  /* it runs at its new place */
    BERTH_EV_JOB_STARTED,   /* cookie of the START */
    BERTH_EV_PLACE_FAILED,  /* a START or MIGRATE accepted earlier did not work out: pending, or
                               where it was */
    BERTH_EV_REFUSED,       /* code: BERTH_R_*; a: decision kind; cookie of the decision */
    BERTH_EV_TIMER,         /* a WAKE is due; its cookie */
    BERTH_EV_NODE_UP,       /* key: the node */
    BERTH_EV_NODE_DOWN,
    BERTH_EV_NODE_DRAIN,
    BERTH_EV_JOB_CANCELLED, /* by its owner; the slot is free after this call */
    BERTH_EV_JOB_CHANGED,   /* its description changed */
    BERTH_EV_JOB_SUBMITTED,
    BERTH_EV_KINDS
};

/* ---- what is wanted ---- */

enum {
    BERTH_DO_NONE,
    BERTH_DO_START,     /* pieces: the whole gang; none when the job holds them already (HOLD). Of a
                           pending job, or of one that stops: then it begins when that is over. A
                           replica that asks for a share or a MIG profile may be given more: a whole
                           device, or an instance that covers it in slices and slots; the part it
                           did not ask for is held idle */
    BERTH_DO_PREEMPT,   /* arg: BERTH_STOP_*; its pieces are free to claim from here on */
    BERTH_DO_MIGRATE,   /* pieces: the new place, disjoint from the old; the old is free to claim */
    BERTH_DO_RESERVE,   /* a promise: the job starts at `at` or earlier */
    BERTH_DO_UNRESERVE, /* the promise is taken back */
    BERTH_DO_REJECT,    /* never run this job; refused (CAN_RUN) by hosts that take in only what can run */
    BERTH_DO_WAKE,      /* a TIMER at `at` with this cookie; at = now: in a call of its own, when
                           what can be done at once of this call's decisions is done, so that a job
                           may be stopped and started elsewhere in one instant */
    BERTH_DO_UNWAKE,    /* no timer with this cookie any more */
    BERTH_DO_HOLD,      /* pieces of some replicas of a pending job: held idle until START (with
                           no pieces) or UNHOLD: pod-by-pod launch, needs BERTH_CAN_HOLD */
    BERTH_DO_UNHOLD,
    BERTH_DO_EXPLAIN, /* reason: why the job waits; for reports */
    BERTH_DO_KINDS
};

enum {
    BERTH_STOP_SAVE,   /* save the state (takes the job's save time), lose nothing */
    BERTH_STOP_REQUEUE /* at once; work since the last checkpoint is lost */
};

struct berth_decision {
    uint32_t size;
    uint16_t kind, reason;
    uint32_t job; /* slot */
    uint32_t n_pieces;
    const struct berth_piece *pieces;
    uint64_t cookie; /* comes back in the events about this decision */
    berth_time at;
    int64_t arg;
};

/* Why a decision is refused; the code of BERTH_EV_REFUSED, negated as emit()'s answer. */
enum {
    BERTH_R_NONE,
    BERTH_R_UNKNOWN_KIND,
    BERTH_R_NO_SUCH_JOB,
    BERTH_R_WRONG_STATE, /* start what runs, preempt what waits */
    BERTH_R_NO_SUCH_PLACE,
    BERTH_R_NOT_FREE,   /* a piece is held, claimed or down */
    BERTH_R_INCOMPLETE, /* the pieces are not the whole gang, or more than it */
    BERTH_R_GPU_TYPE,
    BERTH_R_CPU_MEMORY,
    BERTH_R_SPLIT,   /* a replica does not lie on one node */
    BERTH_R_LEVEL,   /* not in one domain of the required level */
    BERTH_R_TIME,    /* a time in the past */
    BERTH_R_CAN_RUN, /* REJECT of a job that can be placed */
    BERTH_R_CAPABILITY,
    BERTH_R_NO_TRANSACTION,
    BERTH_R_MODE, /* the device is in another sharing mode */
    BERTH_REFUSALS
};

/* ---- what the host does for a policy ---- */

enum { BERTH_E_MEMORY = -1000, BERTH_E_CONFIG = -1001, BERTH_E_STATE = -1002 };

struct berth_host {
    uint32_t size;
    void *ctx; /* first argument of every function here */
    /* Propose: 0, or -BERTH_R_*; a refusal is also counted and told as an event. Only in decide(). */
    berth_status (*emit)(void *ctx, const struct berth_decision *d);
    /* One transaction at a time: decisions since begin() stay tentative until commit(); rollback()
     * takes them back, and the view with them, as if they had not been made. */
    berth_status (*begin)(void *ctx);
    berth_status (*commit)(void *ctx);
    berth_status (*rollback)(void *ctx);
    /* Accounted memory of this instance; everything is freed after destroy(). n > 0; align is a
     * power of two up to 64. NULL only when the limit is reached. */
    void *(*alloc)(void *ctx, size_t n, size_t align);
    void (*free)(void *ctx, void *p); /* NULL is fine */
    uint64_t (*random)(void *ctx);    /* a stream of this instance, from the run's seed */
    /* level 0 error, 1 warning, 2 note, 3 detail */
    void (*log)(void *ctx, int level, const char *utf8, uint32_t n);
    const void *(*extension)(void *ctx, const char *id); /* NULL = the host has none */
};

/* Extension "berth.clairvoyant/1": the truth. */
#define BERTH_CLAIRVOYANT "berth.clairvoyant/1"
struct berth_clairvoyant {
    uint32_t size;
    berth_time (*run)(void *ctx, uint32_t job); /* total running time at full speed */
};

/* Extension "berth.place/1": the host's own placements, for policies that only care about order.
 * find(): a placement of the job on what is free now, by rule; the number of pieces written, or 0
 * when there is none (or `room` is too small). Nothing is claimed. */
#define BERTH_PLACE "berth.place/1"
enum { BERTH_PLACE_FIRST, BERTH_PLACE_BEST, BERTH_PLACE_WORST, BERTH_PLACE_FEWEST_NODES };
struct berth_place {
    uint32_t size;
    uint32_t (*find)(void *ctx, uint32_t job, uint32_t rule, struct berth_piece *out,
                     uint32_t room);
};

/* Bytes of a policy's state, for save() and load(): in order, no seeking. */
struct berth_writer {
    void *ctx;
    berth_status (*write)(void *ctx, const void *p, size_t n);
};
struct berth_reader {
    void *ctx;
    berth_status (*read)(void *ctx, void *p, size_t n); /* BERTH_E_STATE at the end */
};

/* ---- the policy ---- */

enum { /* berth_policy.needs and .uses */
       BERTH_CAN_PREEMPT = 1u << 0,
       BERTH_CAN_MIGRATE = 1u << 1,
       BERTH_CAN_HOLD = 1u << 2,
       BERTH_CAN_SHARE = 1u << 3,
       BERTH_CAN_MIG = 1u << 4
};

enum {                              /* berth_policy.flags */
       BERTH_FORKABLE = 1u << 0,    /* save() and load() hold everything */
       BERTH_STATELESS = 1u << 1,   /* nothing is remembered between calls */
       BERTH_CLAIRVOYANCE = 1u << 2 /* will ask for BERTH_CLAIRVOYANT */
};

/* One tunable, given as name=value after the policy's name; in this order in config.values. */
struct berth_option {
    const char *name, *help;
    int64_t initial, low, high;
    uint32_t is_duration; /* 1: given as "10m", kept in ns */
    uint32_t reserved;
};

struct berth_config {
    uint32_t size;
    uint32_t n_values;
    const char *text;      /* what the user wrote behind the policy's name, "" = nothing */
    const int64_t *values; /* one per option, checked against its range */
    uint64_t seed;         /* of the run; for random() it is mixed with the instance */
};

struct berth_policy {
    uint32_t size;
    uint32_t minor;                     /* BERTH_ABI_MINOR it was built with */
    uint64_t layout;                    /* BERTH_LAYOUT */
    const char *id, *summary, *version; /* static text */
    const char *source;                 /* paper or document it follows, "" = none */
    uint64_t needs, uses, flags;
    uint64_t wake_mask; /* 1 << kind for events that call decide(); 0 = every kind. Other events
                           wait for the next call */
    const struct berth_option *options; /* ends at the first without a name; may be NULL */
    /* The view is that of an empty queue. `host` lives as long as the instance, `config` does not.
     * Without options the text is the policy's own to read. */
    berth_status (*create)(const struct berth_host *host, const struct berth_view *view,
                           const struct berth_config *config, void **self);
    void (*destroy)(void *self);
    berth_status (*decide)(void *self, const struct berth_view *view,
                           const struct berth_event *events, uint32_t n_events, uint32_t mode);
    berth_status (*save)(void *self, const struct berth_writer *to);
    /* Into an instance fresh from create(), on a view as it was at save(). */
    berth_status (*load)(void *self, const struct berth_view *view,
                         const struct berth_reader *from);
    const void *(*extension)(void *self, const char *id); /* may be NULL */
};

enum { BERTH_MODE_RUN, BERTH_MODE_DRAIN /* start nothing new */ };

/* Extension "berth.explain/1" of a policy: which requests have pending jobs, in the policy's order,
 * and what blocks each. Without it the host looks itself, in order of submission. */
#define BERTH_EXPLAIN "berth.explain/1"
enum { /* order of policy, then from the outside in */
       BERTH_BLOCK_POLICY,
       BERTH_BLOCK_RESERVED,
       BERTH_BLOCK_QUOTA,
       BERTH_BLOCK_TOO_FEW,
       BERTH_BLOCK_NODE,
       BERTH_BLOCK_NVLINK,
       BERTH_BLOCK_CPU_MEMORY,
       BERTH_BLOCK_GPU_TYPE,
       BERTH_BLOCK_SHARE,
       BERTH_BLOCK_LEVEL,
       BERTH_BLOCK_MIG,
       BERTH_BLOCKS
};
struct berth_blocked {
    uint32_t request;
    uint32_t block;  /* BERTH_BLOCK_* */
    uint64_t n_jobs; /* pending jobs of the request */
};
struct berth_explain {
    uint32_t size;
    /* Begin a listing after a decide(); then one request a call until it answers 0. */
    void (*begin)(void *self);
    uint32_t (*next)(void *self, struct berth_blocked *out);
};

/* Extension "berth.parts/1" of a policy without decide(): hooks for Berth's own core, which does
 * the rest (and finds them as an extension of its host). Any hook may be NULL. It is asked for when
 * the policy is loaded, before there is an instance, and again of every instance. */
#define BERTH_PARTS "berth.parts/1"
struct berth_parts {
    uint32_t size;
    void *self;              /* first argument of the hooks; filled in by the host */
    const char *composition; /* what the core is made of besides, "walk=easy,place=bestfit"; "" */
    /* Order: smaller runs first; ties by the job's key. Asked when a job begins to wait. */
    int64_t (*key)(void *self, const struct berth_view *view, uint32_t job);
    /* Estimated total running time, BERTH_UNKNOWN = what the composition says. Asked when a job
     * begins to wait, before key(); equal calls, equal answers. */
    berth_time (*estimate)(void *self, const struct berth_view *view, uint32_t job);
};

/* Sizes and offsets as the compiler laid them out: host and policy must agree. */
#define BERTH_MIX_(h, x) ((h)*UINT64_C(1099511628211) + (uint64_t)(x))
#define BERTH_LAYOUT_1_                                                                            \
    BERTH_MIX_(BERTH_MIX_(BERTH_MIX_(BERTH_MIX_(UINT64_C(14695981039346656037),                    \
                                                sizeof(struct berth_event)),                       \
                                     offsetof(struct berth_event, b)),                             \
                          sizeof(struct berth_piece)),                                             \
               offsetof(struct berth_piece, mask))
#define BERTH_LAYOUT_2_                                                                            \
    BERTH_MIX_(                                                                                    \
        BERTH_MIX_(BERTH_MIX_(BERTH_MIX_(BERTH_LAYOUT_1_, offsetof(struct berth_job, pieces)),     \
                              offsetof(struct berth_job, request)),                                \
                   offsetof(struct berth_request, known_jobs)),                                    \
        offsetof(struct berth_node, domain))
#define BERTH_LAYOUT                                                                               \
    BERTH_MIX_(BERTH_MIX_(BERTH_MIX_(BERTH_MIX_(BERTH_LAYOUT_2_,                                   \
                                                offsetof(struct berth_view, restore_time)),        \
                                     offsetof(struct berth_decision, arg)),                        \
                          offsetof(struct berth_host, extension)),                                 \
               offsetof(struct berth_policy, extension))

/* `BERTH_POLICY(mine) = { ... };` ends a policy's source file. Built into Berth it is a row of its
 * table; in a shared object it is what the one exported symbol returns. */
#ifdef BERTH_BUILT_IN
#define BERTH_POLICY(name)                                                                         \
    extern const struct berth_policy berth_policy_##name;                                          \
    const struct berth_policy berth_policy_##name
#else
#define BERTH_POLICY(name)                                                                         \
    static const struct berth_policy berth_policy_this;                                            \
    __attribute__((visibility("default"))) const struct berth_policy *berth_policy_v1(             \
        uint32_t host_minor);                                                                      \
    const struct berth_policy *berth_policy_v1(uint32_t host_minor)                                \
    {                                                                                              \
        (void)host_minor;                                                                          \
        return &berth_policy_this;                                                                 \
    }                                                                                              \
    static const struct berth_policy berth_policy_this
#endif

/* The first members of every policy: `BERTH_POLICY(mine) = {BERTH_HEAD, .id = "mine", ...}`. */
#define BERTH_HEAD                                                                                 \
    .size = sizeof(struct berth_policy), .minor = BERTH_ABI_MINOR, .layout = BERTH_LAYOUT

#ifdef __cplusplus
}
#endif

#endif

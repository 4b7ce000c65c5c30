/* host.h - the host's side of the policy contract (abi/berth_policy.h): it owns the truth about who holds
 * what, shows it, asks the policy, checks what it wants and says what came of it.
 *
 * It has no clock and carries nothing out: the engine (or a live host, or a replay) tells what happened,
 * asks once per instant, and reads the accepted decisions as effects, in order. What a decision claims or
 * frees shows in the occupancy at once; when it really happens is the engine's to say, by
 * host_started(), host_stopped() and host_moved().
 *
 * One per trial. Nothing allocates between host_reserve() calls, but for what the policy asks of it. */
#ifndef BERTH_HOST_HOST_H
#define BERTH_HOST_HOST_H

#include "abi/berth_policy.h"
#include "base/digest.h"
#include "base/rng.h"
#include "cluster/occupancy.h"
#include "host/memory.h"
#include "sched/job.h"
#include "sched/pieces.h"
#include "sched/place.h"
#include <stdatomic.h>

/* An accepted decision, for the engine. Pieces of START and MIGRATE are the job's (host_held). */
enum host_effect_kind {
    HOST_START,
    HOST_PREEMPT, /* mode: BERTH_STOP_* */
    HOST_MIGRATE, /* old pieces: first, n */
    HOST_WAKE,
    HOST_UNWAKE,
    HOST_HOLD,
    HOST_UNHOLD,
    HOST_RESERVE,
    HOST_UNRESERVE,
    HOST_EXPLAIN
};
struct host_effect {
    uint8_t kind, mode, was; /* was: BERTH_JOB_* before it, for rollback */
    uint32_t slot;
    uint32_t first, n;         /* pieces taken or given back by it, in host.held */
    uint32_t old_first, old_n; /* pieces that a move gives up; replicas held before a start */
    uint32_t before;           /* number of pieces before it */
    uint64_t cookie;
    ns_t at, old_at; /* old_at: the promise before it */
};

/* Beside a slot's public record. */
struct host_job {
    uint32_t first;      /* its pieces in host.held; their number is public */
    uint32_t placed;     /* replicas held while it is pending (HOLD) */
    uint32_t generation; /* events set for an earlier life or run of the slot are stale */
    ns_t promise;        /* first promised start of this wait, NS_UNKNOWN */
    ns_t reserved;       /* present promise, NS_UNKNOWN */
    bool restarts;       /* it stops, and a START of it is accepted already */
    ns_t kept;           /* most work it ever had when it was stopped */
    uint64_t progress;   /* host.progress when `fruitless` began to count */
    uint32_t fruitless;  /* stops since then that brought it no further */
};

/* Which function of the policy runs. */
enum host_place { HOST_OUTSIDE, HOST_CREATE, HOST_DECIDE, HOST_SAVE, HOST_LOAD, HOST_DESTROY };

/* Where a run is, for somebody who looks on from outside, such as the parent of a process that crashed:
 * `inside` and `calls` at any time, the rest when the writer is gone. */
struct host_note {
    atomic_uint inside; /* enum host_place */
    atomic_ullong calls;
    ns_t at;         /* of the last decide() */
    char policy[64]; /* its id */
    char job[64];    /* named last in an event or a decision, "" = none yet */
};

/* What the policy took, when the host is freed. */
struct host_cost {
    uint64_t calls, decisions;
    int64_t ns;  /* in decide(), by host_watch.clock */
    size_t most; /* bytes of its memory at the most */
    size_t left; /* bytes that it did not give back itself */
    size_t left_blocks;
};

/* How a policy is watched and tried; all zero = not at all. */
struct host_watch {
    struct host_note *note; /* borrowed */
    struct host_cost *cost; /* borrowed */
    int64_t (*clock)(void); /* ns, for cost.ns; NULL = not measured */
    uint64_t fork_at;       /* before this batch its state moves to a new instance; 0 = never */
    size_t shift;           /* of its memory, see memory.h */
    unsigned char poison;
};

/* Who spoiled it first, for the message. */
struct host_refusal {
    uint64_t key;
    ns_t at;
    uint16_t kind, code;
};

/* Hears everything that crosses the border, in order; for the journal. Any may be NULL. Of events it hears
 * when they happen; a batch are those since the last one. */
struct host_tap {
    void *ctx;
    void (*event)(void *ctx, const struct berth_view *v, const struct berth_event *e);
    void (*progress)(void *ctx, const struct berth_view *v, uint32_t slot); /* host_progress() */
    void (*batch)(void *ctx, const struct berth_view *v, const struct berth_event *e, uint32_t n);
    void (*decision)(void *ctx, const struct berth_view *v, const struct berth_decision *d,
                     uint16_t refused);
    void (*transaction)(void *ctx, char what); /* 'b' begin, 'c' commit, 'r' rollback */
};

struct host {
    const struct job_set *jobs; /* borrowed: requests and groups; descriptions by key */
    const struct topology *topo;
    const struct berth_policy *policy;
    void *self; /* the policy's instance */
    struct berth_host service;
    struct berth_place place;
    struct berth_clairvoyant clairvoyant;
    bool asked_truth;                        /* the policy asked for the true lengths */
    const struct berth_policy *parts_policy; /* who brings parts for the core; NULL = nobody */
    void *parts_self;
    struct berth_parts parts;
    struct berth_config config; /* its texts and values are borrowed */
    struct host_watch watch;
    int64_t spent; /* ns in decide(), by watch.clock */
    struct memory memory;
    struct rng random;
    struct occupancy occ;
    struct placer placer; /* for questions about room and for berth.place/1 */
    struct berth_view view;
    uint32_t domains[BERTH_LEVELS];
    struct berth_node *node;
    struct berth_request *request;
    VEC(struct berth_job) job; /* by slot */
    VEC(struct host_job) more;
    VEC(uint32_t) spare;    /* free slots, last freed first */
    VEC(uint32_t) finished; /* free after the next decide() */
    struct pieces held;
    ns_t default_limit;   /* for jobs that state none: the longest of the trace; NS_UNKNOWN = no job
                           states one */
    uint32_t *pending_of; /* by request: pending jobs */
    uint64_t pending_milli;
    int64_t held_milli[TOPOLOGY_TYPES]; /* by jobs that are not complete (HOLD) */
    VEC(struct berth_event) events;     /* for the next decide() */
    uint32_t waking;                    /* of them, those that call it */
    VEC(struct host_effect) effects;    /* of the last decide() */
    bool deciding, in_transaction;
    size_t mark;         /* effects before begin() */
    bool holds_began;    /* a job began to hold in the last decide() */
    uint32_t at_instant; /* decide() calls at this time */
    uint64_t progress;   /* jobs submitted, started for the first time, ended */
    uint64_t quiet; /* calls since `progress` last changed, at quiet_progress and quiet_since */
    uint64_t quiet_progress;
    ns_t quiet_since;
    bool hopeless; /* a job is stopped again and again and gets nowhere: trouble says so */
    struct digest digest, mark_digest;
    uint64_t decisions, mark_decisions, refused, promises, broken;
    struct host_refusal first_refusal;
    const struct host_tap *tap; /* borrowed; NULL = none */
    char trouble[256];          /* how the policy broke its contract; "" = it did not */
};

struct host_config {
    const struct job_set *jobs;
    const struct topology *topo;
    const struct berth_policy *policy;
    const char *text;      /* what stands behind its name */
    const int64_t *values; /* of its options */
    uint32_t n_values;
    uint64_t seed;
    ns_t save_time, restore_time;     /* as the view shows them */
    const struct berth_policy *parts; /* brings BERTH_PARTS for the core; NULL = none */
    const char *parts_text;
    const int64_t *parts_values;
    uint32_t n_parts_values;
    struct host_watch watch;
};

/* Set up and create the policy's instance. 0, or -1 with *d: STATUS_POLICY when the policy needs what
 * this host cannot do, or refuses its configuration. The host is to be freed in any case. */
int host_init(struct host *h, const struct host_config *c, struct arena *a, struct diag *d);
void host_free(struct host *h);

/* A safe point: room for `jobs` more jobs, and for a pass to place on every device. */
void host_reserve(struct host *h, uint32_t jobs);

/* ---- what happened; each adds an event for the policy ---- */

/* A job may be scheduled from now on: its slot. `key` is its index in the job set. */
uint32_t host_submit(struct host *h, uint32_t key, ns_t now);

/* It began to run, after its START was accepted. `at_once`: in the instant of the decision. */
void host_started(struct host *h, uint32_t slot, ns_t now, bool at_once, uint64_t cookie);

/* It is to run from `from` on with `ran` done, `saved` of it safe. */
void host_progress(struct host *h, uint32_t slot, ns_t from, ns_t ran, ns_t saved);

/* It gave up its devices, host.held[first .. first + n), after a PREEMPT, and waits again or for its
 * next start; `lost` ns of work are gone. */
void host_stopped(struct host *h, uint32_t slot, uint32_t first, uint32_t n, ns_t now, bool at_once,
                  ns_t lost);

/* It runs at its new place. */
void host_moved(struct host *h, uint32_t slot, ns_t now, bool at_once);

/* It ended after `ran` ns of work: its devices come back. */
void host_finish(struct host *h, uint32_t slot, ns_t now, ns_t ran);

void host_timer(struct host *h, uint64_t cookie, ns_t now);

/* Ask the policy, if an event calls for it. The accepted decisions are h->effects. False: the policy
 * broke its contract, see h->trouble. */
bool host_decide(struct host *h, ns_t now);

/* ---- questions ---- */

static inline const struct held *host_held(const struct host *h, uint32_t slot, uint32_t *n)
{
    *n = h->job.at[slot].n_pieces;
    return h->held.all.at + h->more.at[slot].first;
}

/* Equal states of who holds what while incomplete have equal hashes. */
uint64_t host_hold_state(const struct host *h);

/* The slot of the pending job with the least key above `after` (UINT64_MAX = from the start), or
 * JOB_NONE. O(slots): for messages. */
uint32_t host_pending_after(const struct host *h, uint64_t after);

/* What a policy is, or was, doing: "decide()". */
const char *host_place_name(enum host_place p);

/* For emit.c. */
void host_note_job(struct host *h, uint32_t slot);
void host_event(struct host *h, struct berth_event e, bool wakes);
void host_give_back(struct host *h, const struct request *r, uint32_t first, uint32_t n);
const struct request *host_request(const struct host *h, uint32_t slot);

#endif

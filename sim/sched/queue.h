/* queue.h - pending jobs in policy order, grouped by request class.
 *
 * Per class a treap ordered by (key, seq) that knows the least estimate of each subtree; over
 * the classes a heap by their first job. Everything that asks for the same thing is refused
 * together, so a pass costs classes, not jobs. Jobs are slots of the policy's view. Nothing
 * allocates. */
#ifndef BERTH_SCHED_QUEUE_H
#define BERTH_SCHED_QUEUE_H

#include "base/arena.h"
#include "sched/drf.h"
#include "sched/job.h"
#include "sched/state.h"

struct queue_link { /* by slot, meaningful while the job is pending: 40 bytes */
    int64_t key;
    uint64_t seq; /* the job's key at the border: breaks ties, slots are reused */
    ns_t estimate;
    ns_t least; /* of the subtree */
    uint32_t left, right;
    bool pending; /* it is in the queue */
};

struct queue_class {         /* by request */
    uint32_t root, first, n; /* first: the job with the least (key, seq) */
    uint32_t place;          /* in the heap */
};

struct queue {
    struct queue_link *link;
    struct queue_class *class;
    uint32_t *heap, n_heap; /* classes with pending jobs */
    uint32_t n;             /* pending jobs */
    uint64_t demand_milli;
    const struct job_set *jobs;
    bool knows_least;      /* queue_short() may be asked */
    const struct drf *drf; /* owners come before keys: smallest share first; NULL = they do not */
};

/* The links are the caller's, [room of slots]; they may move between calls. */
void queue_init(struct queue *q, const struct job_set *jobs, bool knows_least, struct arena *a);
void queue_add(struct queue *q, uint32_t job, int64_t key, uint64_t seq, ns_t estimate);
void queue_remove(struct queue *q, uint32_t job);

/* A pending job's key changes. */
void queue_rekey(struct queue *q, uint32_t job, int64_t key);

/* The share of an owner changed: O(classes with pending jobs). */
void queue_owner_moved(struct queue *q);

/* Of two jobs of different owners: less than 0 when a's comes first, 0 when shares are equal. */
int queue_owners(const struct queue *q, uint32_t a, uint32_t b);

/* Does job a come before job b? Both pending. */
static inline bool queue_before(const struct queue *q, uint32_t a, uint32_t b)
{
    int owners = q->drf ? queue_owners(q, a, b) : 0;
    const struct queue_link *x = &q->link[a], *y = &q->link[b];
    if (owners)
        return owners < 0;
    return x->key < y->key || (x->key == y->key && x->seq < y->seq);
}

/* The next pending job of the same class after `job`, or JOB_NONE. */
uint32_t queue_after(const struct queue *q, uint32_t request, uint32_t job);

/* The first pending job of the class, at or after `from` (JOB_NONE = from the start), whose
 * estimate is at most `most`; JOB_NONE when there is none. */
uint32_t queue_short(const struct queue *q, uint32_t request, uint32_t from, ns_t most);

/* How the heap of classes lies, after the same jobs were added: whoever looks at it in passing sees the
 * classes in the same turn. */
void queue_state_classes(struct queue *q, struct state *s);

#endif

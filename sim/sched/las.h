/* las.h - least attained service in discrete queues: Tiresias' 2D-LAS and its one-dimensional form
 * (policies.md 3.4 and 15.2; Gu et al., NSDI'19).
 *
 * Queue q is left at the end of the queue's threshold of attained service, GPU-time (2D) or running time
 * (1D); the last queue is never left. A job that waits long compared with what it ran returns to queue 0.
 * The arithmetic is exact: service in milli-GPU x ns (1D: ns) on 128 bits, times by ceiling division.
 *
 * Order inside a queue, as in the published program: a list whose running jobs stand ahead of the
 * pending ones, each part in its previous relative order. New and demoted jobs come to the tail; a
 * demoted job that still runs after the next walk then joins the tail of the running ones. The key
 * below gives that order without a list. */
#ifndef BERTH_SCHED_LAS_H
#define BERTH_SCHED_LAS_H

#include "base/units.h"
#include "sched/desired.h"
#include "sched/state.h"

enum { LAS_THRESHOLDS = 8 };

struct las { /* of one trial */
    wide_t threshold[LAS_THRESHOLDS];
    uint32_t n_thresholds;  /* queues - 1 */
    uint32_t knob_permille; /* promote when waited >= knob x ran; 0 = never */
    bool by_time;           /* attained service is running time, whatever the size */
    int64_t head[LAS_THRESHOLDS + 1], tail[LAS_THRESHOLDS + 1];
};

struct las_job {      /* owned by the caller */
    wide_t attained;  /* for the queues: since submission or the last promotion */
    ns_t ran;         /* likewise */
    ns_t waited;      /* since it last ran */
    ns_t since;       /* what happened until here is in the three above */
    int64_t position; /* in the queue's list */
    uint64_t walk;    /* that let it run; orders the running ones */
    uint32_t milli;   /* milli-GPU of the whole gang */
    uint8_t queue;
    bool running, settled; /* settled: stands among the running ones */
};

enum las_change { LAS_STAYS, LAS_DEMOTION, LAS_PROMOTION };

/* n <= LAS_THRESHOLDS rising thresholds in GPU-seconds (by_time: seconds), each 1..SECONDS_MAX. */
void las_init(struct las *l, const int64_t *seconds, uint32_t n, uint32_t knob_permille,
              bool by_time);

/* At the tail of queue 0, pending. */
void las_submit(struct las *l, struct las_job *j, ns_t now, uint32_t milli);

/* Count what happened since the last call; now must not go back. */
void las_advance(struct las_job *j, const struct las *l, ns_t now);

/* What is due of an advanced job, and doing it. At most one thing is due at a time; ask again after a
 * demotion, as thresholds may lie close together. When several promotions are due at one instant, apply
 * them in the order of las_promotes_before() (longest waiting by its running time first), then of
 * arrival (policies.md 15.14). */
enum las_change las_due(const struct las *l, const struct las_job *j);
void las_demote(struct las *l, struct las_job *j);
void las_promote(struct las *l, struct las_job *j);
bool las_promotes_before(const struct las_job *a, const struct las_job *b);

/* What a walk decided, on jobs advanced to now. `walk` numbers the walks, rising, from 1. Stop jobs in
 * the order of desired.stop (last of the order first), or their places are exchanged. las_settle() is
 * for jobs that run on: call it after a walk for every job demoted since the last one. For a job whose
 * devices are held without progress (saving, restoring) call las_start() when its work goes on. */
void las_start(struct las_job *j, uint64_t walk);
void las_stop(struct las *l, struct las_job *j);
void las_settle(struct las_job *j, uint64_t walk);

/* The instant of the next demotion or promotion if the job goes on as it is, >= j->since; NS_NEVER when
 * there is none. */
ns_t las_next_change(const struct las *l, const struct las_job *j);

/* Changes only in the calls above that take a job. */
struct desired_key las_key(const struct las_job *j, uint64_t seq);

/* The ends of the queues' lists, and where a job stands. */
void las_state(struct las *l, struct state *s);
void las_state_job(const struct las *l, struct las_job *j, struct state *s);

#endif

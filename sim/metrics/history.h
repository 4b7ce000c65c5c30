/* history.h - jobs that do more than start and end: stopped and started again, busy with something
 * else than work, robbed of work.
 *
 * A job without such events has no history and costs nothing here. A history is 64 bytes; while its job
 * is not over, 32 more and 8 for each GPU type of the fleet. What can still be lost is not kept as a list
 * of intervals: only its length matters, apart for every make-up of GPU types it was done on, newest
 * first, and only as far as the ledger booked it. So a job that comes and goes a thousand times on
 * devices of one type costs as much as one that was stopped once. */
#ifndef BERTH_METRICS_HISTORY_H
#define BERTH_METRICS_HISTORY_H

#include "base/vec.h"
#include "metrics/ledger.h"

/* Work done on one make-up of GPU types; the newest layer of a job also says what it does now. */
struct history_layer {
    ns_t since;     /* the phase began; while the job runs */
    ns_t booked;    /* ns of work that the ledger holds as work and that may be lost */
    uint32_t below; /* the layer before, 0 = none; of a free slot: the next free one */
    uint8_t phase;
};
_Static_assert(sizeof(struct history_layer) == 24, "the newest layer of every interrupted job");

struct history {
    const struct job_set *jobs;
    const uint8_t *useful;      /* [JOB_ENDS] */
    struct ledger *ledger;      /* borrowed */
    struct job_result *results; /* borrowed, by job */
    bool keep_runs;
    uint32_t types;                  /* numbers per layer in `milli` */
    VEC(struct job_history) all;     /* job_result.history - 1 */
    VEC(struct history_layer) layer; /* slot 0 is nobody's */
    VEC(int64_t) milli;              /* [layer][type]: what it was done on, as asked for */
    uint32_t recycled;               /* first free slot of layer, 0 = none */
    VEC(struct job_run) runs;        /* in order of start */
};

/* Results, ledger and the rest are borrowed. */
void history_init(struct history *h, const struct job_set *jobs, const uint8_t *useful,
                  struct ledger *l, struct job_result *results, bool keep_runs);
void history_free(struct history *h);

/* A safe point: room for the usual instant; a larger one makes more. */
void history_reserve(struct history *h);

/* The bucket of what a job does. */
enum bucket history_bucket(const struct history *h, uint32_t job, enum phase p);

/* As in engine/observer.h. They keep the ledger: rates, GPU time by class, lost work. A start that is
 * not the first one (results[job] holds its devices' segments already); finish of a job with a history. */
void history_restart(struct history *h, uint32_t job, ns_t now, const struct held *held,
                     uint32_t n);
void history_phase(struct history *h, uint32_t job, ns_t now, enum phase p, const struct held *held,
                   uint32_t n);
void history_lose(struct history *h, uint32_t job, ns_t now, ns_t work, const struct held *held,
                  uint32_t n);
void history_stop(struct history *h, uint32_t job, ns_t now, const struct held *held, uint32_t n,
                  enum stop_reason why);
void history_finish(struct history *h, uint32_t job, ns_t now, const struct held *held, uint32_t n);

/* The end of the trial: book running jobs up to it, hand over histories and runs, by job. */
void history_close(struct history *h, ns_t end, struct outcome *o, struct arena *a);

#endif

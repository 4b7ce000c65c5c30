/* jobs.h - what the policies of this folder share: a record per job, lists whose order is kept, and
 * telling the host who runs.
 *
 * The program they imitate (the simulator of Tiresias, NSDI 2019) counts whole seconds, charges nothing
 * for stopping and decides anew at every event who runs. A policy writes its wish into job.runs;
 * jobs_tell() makes decisions of the difference to what the host has. */
#ifndef TIRESIAS_JOBS_H
#define TIRESIAS_JOBS_H

#include "berth_policy.h"
#include <stdbool.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

/* One node's part of a placement; memory in tenths of a GB. */
struct part {
    uint32_t node, gpus, cpus;
    int64_t memory;
};

struct job { /* times in s */
    uint32_t number, gpus;
    int64_t submit, seen;           /* seen: its times below are those of this event */
    int64_t duration;               /* of those who ask for the truth */
    int64_t executed, last_pending; /* since its last promotion, if any */
    int64_t key, then;              /* what its list is sorted by */
    uint32_t group, queue;
    bool runs;  /* wanted */
    bool moves; /* wanted, and not where it is */
    bool holds; /* as the host has it */
    struct part *parts;
    uint32_t n_parts;
};

/* Slots or numbers of jobs, in an order that means something. */
struct list {
    uint32_t *at, n, room;
};

struct jobs {
    const struct berth_host *host;
    struct job *at; /* by slot */
    uint32_t room;
    struct berth_piece *pieces; /* room for one piece per word of devices of the fleet */
    bool in_parts;              /* a job takes its devices where its parts say, else anywhere */
};

static inline void *jobs_alloc(const struct berth_host *host, size_t n, size_t size)
{
    void *p = host->alloc(host->ctx, n * size, 16);

    if (p)
        memset(p, 0, n * size);
    return p;
}

static inline bool list_add(const struct berth_host *host, struct list *l, uint32_t slot)
{
    if (l->n == l->room) {
        uint32_t room = l->room ? 2 * l->room : 64, *at = jobs_alloc(host, room, sizeof *at);
        if (!at)
            return false;
        if (l->n)
            memcpy(at, l->at, l->n * sizeof *at);
        host->free(host->ctx, l->at);
        l->at = at;
        l->room = room;
    }
    l->at[l->n++] = slot;
    return true;
}

static inline void list_remove(struct list *l, uint32_t slot)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (l->at[i] == slot) {
            memmove(l->at + i, l->at + i + 1, (l->n - i - 1) * sizeof *l->at);
            l->n--;
            return;
        }
}

static inline bool job_after(const struct job *a, const struct job *b)
{
    return a->key != b->key ? a->key > b->key : a->then > b->then;
}

/* Rising keys; what is equal stays as it was. */
static inline void list_sort(struct list *l, const struct job *jobs)
{
    for (uint32_t i = 1; i < l->n; i++) {
        uint32_t slot = l->at[i], k = i;
        for (; k && job_after(&jobs[l->at[k - 1]], &jobs[slot]); k--)
            l->at[k] = l->at[k - 1];
        l->at[k] = slot;
    }
}

static inline bool jobs_init(struct jobs *p, const struct berth_host *host,
                             const struct berth_view *v)
{
    p->host = host;
    p->pieces = jobs_alloc(host, (size_t)v->nodes.n * v->words, sizeof *p->pieces);
    return p->pieces != NULL;
}

/* The record of a job that has just come; NULL without memory. */
static inline struct job *jobs_come(struct jobs *p, const struct berth_view *v, uint32_t slot)
{
    const struct berth_job *b = berth_job_at(v, slot);
    struct part *parts;

    if (slot >= p->room) {
        uint32_t room = v->jobs.n * 2 > 64 ? v->jobs.n * 2 : 64;
        struct job *at = jobs_alloc(p->host, room, sizeof *at);
        if (!at)
            return NULL;
        if (p->room)
            memcpy(at, p->at, p->room * sizeof *at);
        p->host->free(p->host->ctx, p->at);
        p->at = at;
        p->room = room;
    }
    parts = p->at[slot].parts;
    p->host->free(p->host->ctx, parts);
    p->at[slot] = (struct job){.number = (uint32_t)b->key,
                               .gpus = berth_request_at(v, b->request)->gpus,
                               .submit = b->submit / SECOND,
                               .seen = b->submit / SECOND};
    return &p->at[slot];
}

/* The n lowest free devices of a node, behind the `used` pieces there are; how many there are then. */
static inline uint32_t jobs_devices(struct jobs *p, const struct berth_view *v, uint32_t node,
                                    uint32_t n, uint32_t used)
{
    for (uint32_t w = 0; n && w < v->words; w++) {
        uint64_t left = v->free_mask[(size_t)node * v->words + w], mask = 0;
        for (; n && left; n--) {
            mask |= left & (~left + 1);
            left &= left - 1;
        }
        if (mask)
            p->pieces[used++] = (struct berth_piece){node, (uint16_t)(64 * w), 1000, mask};
    }
    return used;
}

static inline berth_status jobs_start(struct jobs *p, const struct berth_view *v, uint32_t slot)
{
    const struct job *j = &p->at[slot];
    struct berth_decision d = {.size = sizeof d, .kind = BERTH_DO_START, .job = slot};
    uint32_t left = j->gpus, used = 0;

    if (p->in_parts)
        for (uint32_t i = 0; i < j->n_parts; i++)
            used = jobs_devices(p, v, j->parts[i].node, j->parts[i].gpus, used);
    else
        for (uint32_t node = 0; left && node < v->nodes.n; node++) {
            uint32_t here = v->n_free[node] < left ? v->n_free[node] : left;
            used = jobs_devices(p, v, node, here, used);
            left -= here;
        }
    d.n_pieces = used;
    d.pieces = p->pieces;
    return p->host->emit(p->host->ctx, &d);
}

/* Stop those of the list that are no longer to run, or not there, so that their devices are free to ... */
static inline berth_status jobs_stop(struct jobs *p, const struct list *l)
{
    for (uint32_t i = 0; i < l->n; i++) {
        struct berth_decision d = {
            .size = sizeof d, .kind = BERTH_DO_PREEMPT, .job = l->at[i], .arg = BERTH_STOP_SAVE};
        struct job *j = &p->at[l->at[i]];
        berth_status status;
        if (!j->holds || (j->runs && !j->moves))
            continue;
        status = p->host->emit(p->host->ctx, &d);
        if (status)
            return status;
        j->holds = false;
    }
    return 0;
}

/* ... start those that are to run and do not. One that moves can be started when it has stopped. */
static inline berth_status jobs_tell(struct jobs *p, const struct berth_view *v,
                                     const struct list *l)
{
    for (uint32_t i = 0; i < l->n; i++) {
        struct job *j = &p->at[l->at[i]];
        berth_status status;
        if (j->holds || !j->runs)
            continue;
        status = jobs_start(p, v, l->at[i]);
        if (status)
            return status;
        j->holds = true;
    }
    return 0;
}

/* Everything is freed by the host. */
static inline void jobs_destroy(void *self)
{
    (void)self;
}

#endif

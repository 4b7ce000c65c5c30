/* easy_count.c - EASY backfilling on a pool of interchangeable processors, as the textbook has it: the
 * head's reservation is a time and a count, forgotten after every pass.
 *
 * Two options make it what some simulators run:
 *   oneevent     every completion and every submission of an instant is followed by a pass of its own:
 *                completions first, in the order in which those jobs started, then submissions. The host
 *                tells an instant as a whole, so the passes run on a count of free processors that is this
 *                policy's own; it is never above what the host has free.
 *   clairvoyant  whether a waiting job ends before the shadow time is judged by its true length; running
 *                jobs still count with their limits.
 *
 * The pool is one node, or nodes of one device each. */
#include "berth_policy.h"

#include <string.h>

enum { OPTION_ONE_EVENT, OPTION_CLAIRVOYANT };

struct running {
    berth_time end; /* expected: start + limit */
    uint64_t turn;  /* counts starts */
    uint32_t slot, procs;
};

struct easy {
    const struct berth_host *host;
    const struct berth_clairvoyant *truth; /* NULL: limits are all that is known */
    uint64_t starts;
    uint32_t free; /* processors */
    uint32_t n_running, n_queue, room;
    uint32_t one_event;
    struct running *running;    /* by expected end, then by turn */
    uint32_t *queue;            /* slots, in order of submission */
    uint8_t *ended;             /* by slot: completion told, not taken in yet */
    struct berth_piece *pieces; /* of one start */
};

/* ---- memory ---- */

static void *bigger(const struct berth_host *host, void *old, size_t had, size_t want)
{
    void *p = host->alloc(host->ctx, want, 16);

    if (!p)
        return NULL;
    memset(p, 0, want);
    if (old)
        memcpy(p, old, had);
    host->free(host->ctx, old);
    return p;
}

/* Room for `n` slots. */
static berth_status reserve(struct easy *e, uint32_t n)
{
    uint32_t room = e->room ? e->room : 64;

    if (n <= e->room)
        return 0;
    while (room < n)
        room *= 2;
    e->running =
        bigger(e->host, e->running, e->room * sizeof *e->running, room * sizeof *e->running);
    e->queue = bigger(e->host, e->queue, e->room * sizeof *e->queue, room * sizeof *e->queue);
    e->ended = bigger(e->host, e->ended, e->room, room);
    e->room = room;
    return e->running && e->queue && e->ended ? 0 : BERTH_E_MEMORY;
}

/* ---- processors ---- */

static uint32_t procs_of(const struct berth_view *v, uint32_t slot)
{
    return berth_request_at(v, berth_job_at(v, slot)->request)->gpus;
}

/* The lowest free devices, `n` of them: the number of pieces. */
static uint32_t lowest(const struct berth_view *v, uint32_t n, struct berth_piece *out)
{
    uint32_t pieces = 0;

    for (uint32_t node = 0; node < v->nodes.n && n; node++)
        for (uint32_t w = 0; w < v->words && n; w++) {
            uint64_t free = v->free_mask[(size_t)node * v->words + w], mask = 0;
            for (; free && n; n--) {
                mask |= free & -free;
                free &= free - 1;
            }
            if (mask)
                out[pieces++] = (struct berth_piece){
                    .node = node, .base = (uint16_t)(w * 64), .milli = 1000, .mask = mask};
        }
    return pieces;
}

static berth_time sum(berth_time at, berth_time length)
{
    return length < 0 || at > BERTH_NEVER - length ? BERTH_NEVER : at + length;
}

static void insert(struct easy *e, struct running r)
{
    uint32_t i = e->n_running++;

    for (; i > 0 && e->running[i - 1].end > r.end; i--)
        e->running[i] = e->running[i - 1];
    e->running[i] = r;
}

static int start(struct easy *e, const struct berth_view *v, uint32_t slot)
{
    uint32_t procs = procs_of(v, slot);
    struct berth_decision d = {.size = sizeof d,
                               .kind = BERTH_DO_START,
                               .job = slot,
                               .n_pieces = lowest(v, procs, e->pieces),
                               .pieces = e->pieces};

    if (e->host->emit(e->host->ctx, &d) != 0)
        return 0;
    e->free -= procs;
    insert(e, (struct running){.end = sum(v->now, berth_job_at(v, slot)->limit),
                               .turn = e->starts++,
                               .slot = slot,
                               .procs = procs});
    return 1;
}

/* ---- one pass ---- */

/* The first expected end at which `procs` are free, all jobs with that end taken in, and how many are free
 * then besides them. */
static berth_time shadow_of(const struct easy *e, uint32_t procs, uint32_t *extra)
{
    uint32_t free = e->free;

    for (uint32_t i = 0; i < e->n_running; i++) {
        free += e->running[i].procs;
        if (free >= procs && (i + 1 == e->n_running || e->running[i + 1].end > e->running[i].end)) {
            *extra = free - procs;
            return e->running[i].end;
        }
    }
    *extra = 0;
    return BERTH_NEVER;
}

static berth_time length_of(const struct easy *e, const struct berth_view *v, uint32_t slot)
{
    return e->truth ? e->truth->run(e->host->ctx, slot) : berth_job_at(v, slot)->limit;
}

static void pass(struct easy *e, const struct berth_view *v)
{
    uint32_t kept = 0, extra = 0;
    berth_time shadow = BERTH_UNKNOWN; /* until a head is blocked */

    for (uint32_t i = 0; i < e->n_queue; i++) {
        uint32_t slot = e->queue[i], procs = procs_of(v, slot);
        int starts = procs <= e->free, beyond = 0;
        if (shadow != BERTH_UNKNOWN) {
            beyond = sum(v->now, length_of(e, v, slot)) > shadow;
            starts = starts && (!beyond || procs <= extra);
        } else if (!starts) {
            shadow = shadow_of(e, procs, &extra);
        }
        if (!starts || !start(e, v, slot))
            e->queue[kept++] = slot;
        else if (beyond)
            extra -= procs;
    }
    e->n_queue = kept;
}

/* ---- what happened ---- */

/* Takes in one completion: of those that were told, the one of the job that started first. */
static int complete_one(struct easy *e)
{
    uint32_t first = UINT32_MAX;

    for (uint32_t i = 0; i < e->n_running; i++)
        if (e->ended[e->running[i].slot] &&
            (first == UINT32_MAX || e->running[i].turn < e->running[first].turn))
            first = i;
    if (first == UINT32_MAX)
        return 0;
    e->ended[e->running[first].slot] = 0;
    e->free += e->running[first].procs;
    e->n_running--;
    memmove(e->running + first, e->running + first + 1,
            (e->n_running - first) * sizeof *e->running);
    return 1;
}

static berth_status decide(void *self, const struct berth_view *v, const struct berth_event *events,
                           uint32_t n_events, uint32_t mode)
{
    struct easy *e = self;
    int alone = e->one_event && mode == BERTH_MODE_RUN;

    if (reserve(e, v->jobs.n) != 0)
        return BERTH_E_MEMORY;
    for (uint32_t i = 0; i < n_events; i++)
        if (events[i].kind == BERTH_EV_JOB_FINISHED)
            e->ended[events[i].job] = 1;
    while (complete_one(e))
        if (alone)
            pass(e, v);
    for (uint32_t i = 0; i < n_events; i++) {
        if (events[i].kind != BERTH_EV_JOB_SUBMITTED)
            continue;
        e->queue[e->n_queue++] = events[i].job;
        if (alone)
            pass(e, v);
    }
    if (!e->one_event && mode == BERTH_MODE_RUN)
        pass(e, v);
    return 0;
}

/* ---- life ---- */

static berth_status create(const struct berth_host *host, const struct berth_view *v,
                           const struct berth_config *config, void **self)
{
    struct easy *e = host->alloc(host->ctx, sizeof *e, 16);

    if (!e)
        return BERTH_E_MEMORY;
    *e = (struct easy){
        .host = host, .free = v->n_gpus, .one_event = (uint32_t)config->values[OPTION_ONE_EVENT]};
    if (config->values[OPTION_CLAIRVOYANT]) {
        e->truth = host->extension(host->ctx, BERTH_CLAIRVOYANT);
        if (!e->truth)
            return BERTH_E_CONFIG;
    }
    e->pieces = host->alloc(host->ctx, (size_t)v->nodes.n * v->words * sizeof *e->pieces, 16);
    *self = e;
    return e->pieces ? reserve(e, 64) : BERTH_E_MEMORY;
}

static void destroy(void *self)
{
    struct easy *e = self;
    const struct berth_host *host = e->host;

    host->free(host->ctx, e->running);
    host->free(host->ctx, e->queue);
    host->free(host->ctx, e->ended);
    host->free(host->ctx, e->pieces);
    host->free(host->ctx, e);
}

static const struct berth_option options[] = {
    {"oneevent", "1: a pass after every single completion and submission", 0, 0, 1, 0, 0},
    {"clairvoyant", "1: waiting jobs are judged by their true lengths", 0, 0, 1, 0, 0},
    {0}};

BERTH_POLICY(easy_count) = {
    BERTH_HEAD,
    .id = "easy-count",
    .summary = "EASY by counts on a flat pool, a pass per instant or per event",
    .version = "1",
    .source = "Mu'alem and Feitelson, IEEE TPDS 12(6), 2001",
    .wake_mask = 1u << BERTH_EV_JOB_FINISHED | 1u << BERTH_EV_JOB_SUBMITTED,
    .options = options,
    .create = create,
    .destroy = destroy,
    .decide = decide,
};

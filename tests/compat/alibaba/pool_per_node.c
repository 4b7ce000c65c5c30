/* pool_per_node.c - the scheduler of Alibaba's simulator for its GPU trace of 2020, for nodes whose GPUs are
 * one scalar: a share may be spread over devices, so what counts on a node is GPU hundredths and CPU.
 *
 * The contract counts a share on the one device that holds it, so the hundredths come as the other scalar of
 * a node: memory_mib of a node and of a request are hundredths of a GPU here, and nodes without devices have
 * none. Requests ask for no devices; `types` of a request still says which nodes will do, all bits = any.
 *
 * Every decision walks all waiting jobs in order and skips those that do not fit: a small job overtakes a
 * large one without limit. A gang takes as many replicas as fit on each node in turn, all or nothing. Nothing
 * is remembered between calls. */
#include "berth_policy.h"

#include <stdlib.h>

enum { OPTION_ORDER, OPTION_NODES };
enum { ORDER_SUBMIT, ORDER_LIMIT, ORDER_LENGTH };
enum { NODES_INDEX, NODES_LOAD };

/* A waiting job's place in the order. */
struct waiting {
    int64_t first;
    uint64_t key;
    int32_t priority; /* of equal ones the larger goes first */
    uint32_t slot;
};

/* A node's place in the order. */
struct ranked {
    int64_t load; /* percent */
    uint32_t node;
};

struct pools {
    const struct berth_host *host;
    const struct berth_clairvoyant *truth; /* for ORDER_LENGTH */
    int64_t order, nodes;
    struct waiting *waiting; /* scratch */
    uint32_t room;
    struct ranked *ranked;      /* scratch, by node */
    struct berth_piece *pieces; /* scratch, by node */
};

/* ---- the waiting jobs ---- */

static int by_place(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    return x->key < y->key ? -1 : x->key > y->key;
}

static int64_t first_by(const struct pools *p, const struct berth_job *j, uint32_t slot)
{
    switch (p->order) {
    case ORDER_LIMIT:
        return j->limit < 0 ? BERTH_NEVER : j->limit;
    case ORDER_LENGTH:
        return p->truth->run(p->host->ctx, slot);
    default:
        return j->submit;
    }
}

static berth_status reserve(struct pools *p, uint32_t n)
{
    uint32_t room = p->room ? p->room : 64;

    if (n <= p->room)
        return 0;
    while (room < n)
        room *= 2;
    p->host->free(p->host->ctx, p->waiting);
    p->waiting = p->host->alloc(p->host->ctx, room * sizeof *p->waiting, 16);
    p->room = p->waiting ? room : 0;
    return p->waiting ? 0 : BERTH_E_MEMORY;
}

static uint32_t list_waiting(struct pools *p, const struct berth_view *v)
{
    uint32_t n = 0;

    for (uint32_t slot = 0; slot < v->jobs.n; slot++) {
        const struct berth_job *j = berth_job_at(v, slot);
        if (j->state == BERTH_JOB_PENDING)
            p->waiting[n++] = (struct waiting){first_by(p, j, slot), j->key, j->priority, slot};
    }
    qsort(p->waiting, n, sizeof *p->waiting, by_place);
    return n;
}

/* ---- the nodes ---- */

static int64_t gpu_total(const struct berth_node *n)
{
    return n->gpus ? n->memory_mib : 0;
}

static int64_t gpu_idle(const struct berth_view *v, uint32_t node)
{
    const struct berth_node *n = berth_node_at(v, node);

    return !n->gpus ? 0 : v->memory_free ? v->memory_free[node] : n->memory_mib;
}

static int64_t cpu_idle(const struct berth_view *v, uint32_t node)
{
    return v->cpu_free ? v->cpu_free[node] : berth_node_at(v, node)->cpu_milli;
}

/* round(100 x mean of the used shares), a half to the even number; the CPU's share alone on a node without
 * GPUs. */
static int64_t load_of(const struct berth_view *v, uint32_t node)
{
    const struct berth_node *n = berth_node_at(v, node);
    int64_t gpu = gpu_total(n), cpu = n->cpu_milli;
    int64_t used, whole, percent, rest;

    if (!cpu)
        cpu = 1;
    used = n->cpu_milli - cpu_idle(v, node);
    if (gpu) {
        used = used * gpu + (gpu - gpu_idle(v, node)) * cpu;
        whole = 2 * gpu * cpu;
    } else {
        whole = cpu;
    }
    percent = 100 * used / whole;
    rest = 100 * used % whole;
    return percent + (2 * rest > whole || (2 * rest == whole && percent % 2));
}

static int by_load(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->load != y->load)
        return x->load < y->load ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static void rank_nodes(struct pools *p, const struct berth_view *v)
{
    for (uint32_t node = 0; node < v->nodes.n; node++)
        p->ranked[node] = (struct ranked){p->nodes == NODES_LOAD ? load_of(v, node) : 0, node};
    qsort(p->ranked, v->nodes.n, sizeof *p->ranked, by_load);
}

/* ---- one job ---- */

static int accepts(const struct berth_request *r, const struct berth_node *n)
{
    if (r->types == ~UINT64_C(0))
        return 1;
    return n->type != BERTH_NONE && r->types >> n->type & 1;
}

/* Replicas that fit on the node, at most `left`. */
static uint32_t fitting(const struct berth_view *v, const struct berth_request *r, uint32_t node,
                        uint32_t left)
{
    int64_t k = left, some;

    if (!accepts(r, berth_node_at(v, node)))
        return 0;
    if (r->memory_mib) {
        some = gpu_idle(v, node) / r->memory_mib;
        k = some < k ? some : k;
    }
    if (r->cpu_milli) {
        some = cpu_idle(v, node) / r->cpu_milli;
        k = some < k ? some : k;
    }
    return k > 0 ? (uint32_t)k : 0;
}

static int try_job(struct pools *p, const struct berth_view *v, uint32_t slot)
{
    const struct berth_request *r = berth_request_at(v, berth_job_at(v, slot)->request);
    struct berth_decision d = {.size = sizeof d, .kind = BERTH_DO_START, .job = slot};
    uint32_t left = r->replicas;

    for (uint32_t i = 0; i < v->nodes.n && left; i++) {
        uint32_t node = p->ranked[i].node, k = fitting(v, r, node, left);
        if (!k)
            continue;
        p->pieces[d.n_pieces++] = (struct berth_piece){.node = node, .base = (uint16_t)k};
        left -= k;
    }
    if (left)
        return 0;
    d.pieces = p->pieces;
    return p->host->emit(p->host->ctx, &d) == 0;
}

/* Is anything of either kind idle anywhere? */
static int anything_idle(const struct berth_view *v)
{
    int64_t gpu = 0, cpu = 0;

    for (uint32_t node = 0; node < v->nodes.n; node++) {
        gpu += gpu_idle(v, node);
        cpu += cpu_idle(v, node);
    }
    return gpu > 0 || cpu > 0;
}

static berth_status decide(void *self, const struct berth_view *v, const struct berth_event *events,
                           uint32_t n_events, uint32_t mode)
{
    struct pools *p = self;
    uint32_t n;

    (void)events;
    (void)n_events;
    if (mode != BERTH_MODE_RUN)
        return 0;
    if (reserve(p, v->jobs.n) != 0)
        return BERTH_E_MEMORY;
    n = list_waiting(p, v);
    rank_nodes(p, v);
    for (uint32_t i = 0; i < n && anything_idle(v); i++)
        if (try_job(p, v, p->waiting[i].slot))
            rank_nodes(p, v);
    return 0;
}

/* ---- life ---- */

static berth_status create(const struct berth_host *host, const struct berth_view *v,
                           const struct berth_config *config, void **self)
{
    struct pools *p = host->alloc(host->ctx, sizeof *p, 16);

    if (!p)
        return BERTH_E_MEMORY;
    *p = (struct pools){
        .host = host, .order = config->values[OPTION_ORDER], .nodes = config->values[OPTION_NODES]};
    *self = p;
    if (p->order == ORDER_LENGTH) {
        p->truth = host->extension(host->ctx, BERTH_CLAIRVOYANT);
        if (!p->truth)
            return BERTH_E_CONFIG;
    }
    p->ranked = host->alloc(host->ctx, v->nodes.n * sizeof *p->ranked, 16);
    p->pieces = host->alloc(host->ctx, v->nodes.n * sizeof *p->pieces, 16);
    return p->ranked && p->pieces ? 0 : BERTH_E_MEMORY;
}

static void destroy(void *self)
{
    struct pools *p = self;
    const struct berth_host *host = p->host;

    host->free(host->ctx, p->waiting);
    host->free(host->ctx, p->ranked);
    host->free(host->ctx, p->pieces);
    host->free(host->ctx, p);
}

static const struct berth_option options[] = {
    {"order", "0: submission, 1: limit, 2: true length; then priority, then key", 0, 0, 2, 0, 0},
    {"nodes", "0: by index, 1: by load in percent", 0, 0, 1, 0, 0},
    {0}};

BERTH_POLICY(pool_per_node) = {
    BERTH_HEAD,
    .id = "pool-per-node",
    .summary = "first fit in order over nodes whose GPUs are one scalar",
    .version = "1",
    .source = "Weng et al., NSDI 2022: the simulator published with the trace of 2020",
    .flags = BERTH_STATELESS,
    .wake_mask = 1u << BERTH_EV_JOB_FINISHED | 1u << BERTH_EV_JOB_SUBMITTED,
    .options = options,
    .create = create,
    .destroy = destroy,
    .decide = decide,
};

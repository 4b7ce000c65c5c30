/* fgd.c - the arrivals-only experiment of the FGD paper. */
#include "lib/fgd.h"

#include "base/check.h"
#include "lib/builders.h"
#include "lib/recorded.h"
#include "sched/registry.h"
#include <string.h>
#include <sys/stat.h>

static char *copy(struct arena *a, const struct recorded *c, uint32_t column)
{
    const char *text = recorded_text(c, column);

    return arena_text(a, text, strlen(text));
}

static void read_nodes(struct fgd_trace *t, const char *folder)
{
    static const struct csv_column columns[] = {
        {"sn", true}, {"cpu_milli", true}, {"memory_mib", true}, {"gpu", true}, {"model", true}};
    VEC(struct node_spec) nodes = {0};
    struct diag d = {0};
    struct recorded c;
    char path[512];

    snprintf(path, sizeof path, "%s/openb_node_list_gpu_node.csv", folder);
    c = recorded_open(path, columns, 5);
    while (recorded_next(&c)) {
        struct node_spec s = {.name = copy(&t->arena, &c, 0),
                              .gpu_type = copy(&t->arena, &c, 4),
                              .gpus = (uint32_t)recorded_number(&c, 3),
                              .cpu_milli = recorded_number(&c, 1),
                              .memory_mib = recorded_number(&c, 2)};
        VEC_PUSH(&nodes, s);
    }
    recorded_close(&c);
    if (topology_build(&t->fleet, &t->arena, nodes.at, (uint32_t)nodes.n, &d) < 0)
        check(false);
    VEC_FREE(&nodes);
}

uint64_t fgd_types(const struct topology *fleet, const char *list)
{
    uint64_t mask = 0;
    char one[64];

    for (const char *at = list; *at; at += strspn(at, "|")) {
        size_t n = strcspn(at, "|");
        int type;
        snprintf(one, sizeof one, "%.*s", (int)n, at);
        type = topology_type(fleet, one);
        if (type >= 0)
            mask |= UINT64_C(1) << type;
        at += n;
    }
    return *list ? mask : ~UINT64_C(0);
}

static bool same(const struct fragmentation_task *x, const struct fragmentation_task *y)
{
    return !memcmp(&x->task, &y->task, sizeof x->task) && !strcmp(x->accepts, y->accepts);
}

static void read_pods(struct fgd_trace *t, const char *path)
{
    static const struct csv_column columns[] = {{"cpu_milli", true},
                                                {"memory_mib", true},
                                                {"num_gpu", true},
                                                {"gpu_milli", true},
                                                {"gpu_spec", false}};
    VEC(struct fragmentation_task) all = {0};
    VEC(uint32_t) request = {0};
    struct recorded c = recorded_open(path, columns, 5);

    while (recorded_next(&c)) {
        struct fragmentation_task k;
        uint32_t i = 0;
        memset(&k, 0, sizeof k);
        k.task.cpu_milli = recorded_number(&c, 0);
        k.task.memory_mib = recorded_number(&c, 1);
        k.task.gpus = (uint32_t)recorded_number(&c, 2);
        k.task.milli = k.task.gpus ? (uint32_t)recorded_number(&c, 3) : 1000;
        k.accepts = k.task.gpus ? copy(&t->arena, &c, 4) : "";
        k.task.types = k.task.gpus ? fgd_types(&t->fleet, k.accepts) : 0;
        while (i < all.n && !same(&all.at[i], &k))
            i++;
        if (i == all.n)
            VEC_PUSH(&all, k);
        all.at[i].count++;
        VEC_PUSH(&request, i);
    }
    recorded_close(&c);
    t->n_pods = (uint32_t)request.n;
    t->request = ARENA_ARRAY(&t->arena, uint32_t, request.n + 1);
    memcpy(t->request, request.at, request.n * sizeof *request.at);
    t->all = ARENA_ARRAY(&t->arena, struct fragmentation_task, all.n + 1);
    memcpy(t->all, all.at, all.n * sizeof *all.at);
    t->jobs.n_requests = t->jobs.n_groups = (uint32_t)all.n;
    VEC_FREE(&all);
    VEC_FREE(&request);
}

bool fgd_load(struct fgd_trace *t, const char *folder, const char *variant)
{
    char path[512];
    struct stat s;

    memset(t, 0, sizeof *t);
    snprintf(path, sizeof path, "%s/openb_pod_list_%s.csv", folder, variant);
    if (stat(path, &s))
        snprintf(path, sizeof path, "%s/openb_pod_list_%s.csv.gz", folder, variant);
    if (stat(path, &s))
        return false;
    arena_init(&t->arena);
    read_nodes(t, folder);
    read_pods(t, path);
    t->jobs.requests = ARENA_ARRAY(&t->arena, struct request, t->jobs.n_requests);
    t->jobs.groups = ARENA_ARRAY(&t->arena, struct job_group, t->jobs.n_groups);
    for (uint32_t i = 0; i < t->jobs.n_requests; i++) {
        const struct task_view *k = &t->all[i].task;
        t->jobs.groups[i] = (struct job_group){1, k->gpus};
        t->jobs.requests[i] = (struct request){.first_group = i,
                                               .n_groups = 1,
                                               .replicas = 1,
                                               .gpus = k->gpus,
                                               .share_milli = k->milli < 1000 ? k->milli : 0,
                                               .demand_milli = (uint64_t)k->gpus * k->milli,
                                               .types = k->types,
                                               .cpu_milli = k->cpu_milli,
                                               .memory_mib = k->memory_mib};
    }
    fragmentation_mix_build(&t->mix, &t->arena, t->all, t->jobs.n_requests, 95, t->fleet.n_types);
    return true;
}

void fgd_free(struct fgd_trace *t)
{
    arena_free(&t->arena);
}

void fgd_order_read(struct fgd_order *o, const char *path, const struct fgd_trace *t)
{
    static const struct csv_column columns[] = {{"kind", true}, {"row", true}};
    struct recorded c = recorded_open(path, columns, 2);
    uint32_t rank = 0;

    memset(o, 0, sizeof *o);
    for (uint32_t i = 0; i < t->fleet.n_nodes; i++)
        VEC_PUSH(&o->rank, NODE_NONE);
    while (recorded_next(&c)) {
        uint32_t row = (uint32_t)recorded_number(&c, 1);
        if (!strcmp(recorded_text(&c, 0), "pod")) {
            check(row < t->n_pods);
            VEC_PUSH(&o->pod, row);
        } else {
            check(row < t->fleet.n_nodes && o->rank.at[row] == NODE_NONE);
            o->rank.at[row] = rank++;
        }
    }
    check(rank == t->fleet.n_nodes);
    recorded_close(&c);
}

void fgd_order_free(struct fgd_order *o)
{
    VEC_FREE(&o->pod);
    VEC_FREE(&o->rank);
}

struct experiment {
    const struct fgd_trace *t;
    struct occupancy occ;
    struct score score;
    struct placer placer;
    struct fragmentation_sums sums;
    uint8_t *in_use; /* by node */
};

static void arrive(struct experiment *e, uint32_t number, bool want_score, struct fgd_row *row)
{
    const struct request *r = &e->t->jobs.requests[e->t->request[row->pod]];

    row->node = NODE_NONE;
    row->gpus = 0;
    row->score = 0;
    row->arrived += (int64_t)r->demand_milli;
    if (want_score && e->placer.score) {
        struct task_view task = score_task(r, r->gpus);
        int64_t lowest;
        if (score_best(&e->score, &task, &lowest) != NODE_NONE)
            row->score = -lowest;
    }
    if (!place_take(&e->placer, r, number))
        return;
    check(e->placer.out.n > 0);
    row->node = e->placer.out.at[0].node;
    for (size_t i = 0; i < e->placer.out.n; i++)
        row->gpus |= e->placer.out.at[i].mask;
    row->used += (int64_t)r->demand_milli;
    if (!e->in_use[row->node] && (r->gpus || r->cpu_milli)) {
        e->in_use[row->node] = 1;
        row->used_nodes++;
        row->used_gpus += e->t->fleet.gpus[row->node];
    }
}

static void measure(struct experiment *e, uint32_t node)
{
    struct node_view v = score_view(&e->score, node);

    fragmentation_sums_update(&e->sums, &e->t->mix, node, &v);
}

void fgd_run(const struct fgd_trace *t, const struct fgd_order *o, const char *policy,
             uint64_t seed, bool want_score, void (*row)(void *to, const struct fgd_row *),
             void *to)
{
    const struct policy_part *part = registry_find(AXIS_PLACE, policy);
    struct experiment e = {.t = t};
    struct arena a;
    struct fgd_row r = {0};

    check(part);
    arena_init(&a);
    occupancy_init(&e.occ, &t->fleet, &a, true, true, true);
    score_init(&e.score, &e.occ, &t->jobs, part, &t->mix, o->rank.at, &a);
    e.placer = (struct placer){.occ = &e.occ,
                               .jobs = &t->jobs,
                               .pick = part->pick,
                               .score = part->score ? &e.score : NULL,
                               .seed = seed};
    fragmentation_sums_init(&e.sums, t->fleet.n_nodes, &a);
    e.in_use = ARENA_ARRAY(&a, uint8_t, t->fleet.n_nodes);
    for (uint32_t i = 0; i < t->fleet.n_nodes; i++)
        measure(&e, i);
    for (uint32_t i = 0; i < o->pod.n; i++) {
        r.step = i;
        r.pod = o->pod.at[i];
        arrive(&e, i, want_score, &r);
        if (r.node != NODE_NONE)
            measure(&e, r.node);
        memcpy(r.amount, e.sums.amount, sizeof r.amount);
        r.idle = e.sums.idle;
        row(to, &r);
    }
    VEC_FREE(&e.placer.out);
    arena_free(&a);
}

/* ---- the recorded results ---- */

const struct fgd_policy fgd_policies[FGD_POLICIES] = {
    {"FGD", "fgd", "score_fgd"},
    {"BestFit", "multifit", "score_bestfit"},
    {"DotProd", "dotprod", "score_dotprod"},
    {"GpuClustering", "gpuclustering", "score_clustering"},
    {"GpuPacking", "gpupacking", "score_packing"},
    {"Random", "random", NULL}};

int fgd_policy(const char *paper)
{
    int p = 0;

    while (p < FGD_POLICIES && strcmp(fgd_policies[p].paper, paper) != 0)
        p++;
    return p;
}

const char *fgd_oracle(const char *inside, char *to, size_t room)
{
    char path[256];

    snprintf(path, sizeof path, "oracles/fgd/%s", inside);
    return builders_shared(path, to, room);
}

bool fgd_load_shared(struct fgd_trace *t, const char *variant)
{
    char folder[512], name[64];

    if (!builders_shared("traces/alibaba-gpu-v2023", folder, sizeof folder))
        return false;
    if (fgd_load(t, folder, variant))
        return true;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(variant, "-"), variant);
    return fgd_load(t, folder, name);
}

double fgd_fragmentation(const struct fgd_trace *t, const struct fgd_row *r)
{
    return (double)fragmentation_sum(r->amount) / (double)t->mix.kept;
}

double fgd_percent(const struct fgd_trace *t, const struct fgd_row *r, int64_t amount)
{
    return 100 * ((double)amount / (double)t->mix.kept) / (double)r->idle;
}

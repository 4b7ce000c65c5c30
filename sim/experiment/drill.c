/* drill.c - small seeded workloads that policies are put through. */
#include "experiment/drill.h"

#include "base/check.h"
#include "base/rng.h"
#include <stdio.h>
#include <string.h>

enum { NODES = 6, NODE_GPUS = 4, RACKS = 3, TENANTS = 3, USERS = 5, MIXED = 60, STORM = 300 };

struct draft {
    struct request request;
    struct job_group group;
};

static void build_fleet(struct drill *w, const struct drill_shape *s)
{
    static const char *const rack[RACKS] = {"r0", "r1", "r2"};
    struct node_spec node[NODES];
    struct diag d = {0};

    for (uint32_t i = 0; i < NODES; i++) {
        node[i] = (struct node_spec){.type = "drill",
                                     .gpu_type = "gpu",
                                     .gpus = NODE_GPUS,
                                     .nvlink_gpus = NODE_GPUS,
                                     .cpu_milli = s->sizes ? 32000 : 0,
                                     .memory_mib = s->sizes ? 65536 : 0};
        node[i].domain[LEVEL_RACK] = rack[i % RACKS];
    }
    check(topology_build(&w->fleet, &w->arena, node, NODES, &d) == 0);
    for (uint32_t i = 0; i < NODES; i++)
        w->fleet.domain[LEVEL_RACK][i] = (w->fleet.domain[LEVEL_RACK][i] + s->turn) % RACKS;
}

static struct draft draw_request(const struct drill_shape *s, struct rng *r)
{
    struct draft d = {.group = {.replicas = 1, .gpus = 1u << rng_below(r, 3)}};
    struct request *q = &d.request;
    bool gang = rng_below(r, 3) == 0, share = rng_below(r, 6) == 0, level = rng_below(r, 4) == 0;

    *q = (struct request){.n_groups = 1, .types = ~UINT64_C(0), .tenant = rng_below(r, TENANTS)};
    if (gang)
        d.group.replicas = 2 + rng_below(r, 2);
    if (share && s->shares) {
        q->share_milli = 250 * (1 + rng_below(r, 3));
        d.group.gpus = 1;
    } else if (level && s->levels) {
        /* Four GPUs are a node, eight a rack: what is asked for must be there. */
        q->required = d.group.replicas * d.group.gpus <= NODE_GPUS ? LEVEL_NODE : LEVEL_RACK;
        if (d.group.replicas * d.group.gpus > 2 * NODE_GPUS)
            d.group.replicas = 2;
    }
    if (s->sizes) {
        q->cpu_milli = 1000 * (1 + rng_below(r, 8));
        q->memory_mib = 1024 * (1 + rng_below(r, 16));
    }
    q->replicas = d.group.replicas;
    q->gpus = d.group.replicas * d.group.gpus;
    q->demand_milli = (uint64_t)q->gpus * (q->share_milli ? q->share_milli : 1000);
    q->size_class = job_size_class(q->gpus, q->share_milli);
    q->accepts = INTERN_NONE;
    return d;
}

/* Equal requests share a class. */
static uint32_t add_request(struct job_set *j, struct draft d)
{
    for (uint32_t k = 0; k < j->n_requests; k++) {
        d.request.first_group = j->requests[k].first_group;
        if (!memcmp(&j->requests[k], &d.request, sizeof d.request) &&
            !memcmp(&j->groups[d.request.first_group], &d.group, sizeof d.group))
            return k;
    }
    d.request.first_group = j->n_groups;
    j->groups[j->n_groups++] = d.group;
    j->requests[j->n_requests] = d.request;
    return j->n_requests++;
}

static uint32_t add_name(struct intern *in, const char *prefix, const char *kind, uint32_t number)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%s%s%u", prefix, kind, number);

    return intern_add(in, text, (size_t)n);
}

static void draw_job(struct drill *w, const struct drill_shape *s, uint32_t i, ns_t submit)
{
    struct job_set *j = &w->jobs;
    int64_t scale = s->scale ? s->scale : 1;
    ns_t run, limit;
    struct rng r;

    rng_stream(&r, s->seed, RNG_LENGTH, 0, i);
    if (s->storm) {
        run = 60 * (ns_t)rng_below(&r, 2);
    } else {
        run = 1 + rng_below(&r, 600);
        run <<= rng_below(&r, 4); /* one draw after the other: no compiler may choose */
    }
    if (rng_below(&r, 10) == 0)
        run = 0;
    limit = run * (1 + rng_below(&r, 3)) + 1;
    if (rng_below(&r, 5) == 0)
        limit = NS_UNKNOWN;
    j->specs[i] = (struct job_spec){.submit = submit * scale * NS_PER_S + s->shift,
                                    .run = run * scale * NS_PER_S,
                                    .limit = limit < 0 ? limit : limit * scale * NS_PER_S,
                                    .end = JOB_DONE};
    j->name[i] = add_name(&j->names, s->prefix, "j", i + 1);
    j->user[i] = rng_below(&r, USERS);
    j->priority[i] = (int32_t)rng_below(&r, 5);
    rng_stream(&r, s->seed, RNG_SIZE, 0, i);
    j->specs[i].request = add_request(j, draw_request(s, &r));
}

void drill_init(struct drill *w, const struct drill_shape *s)
{
    struct job_set *j = &w->jobs;
    uint32_t n = s->storm ? STORM : MIXED;
    ns_t submit = 100;
    struct rng r;

    memset(w, 0, sizeof *w);
    arena_init(&w->arena);
    build_fleet(w, s);
    *j = (struct job_set){.n = n, .origin = NS_UNKNOWN};
    j->specs = ARENA_ARRAY(&w->arena, struct job_spec, n);
    j->requests = ARENA_ARRAY(&w->arena, struct request, n);
    j->groups = ARENA_ARRAY(&w->arena, struct job_group, n);
    j->name = ARENA_ARRAY(&w->arena, uint32_t, n);
    j->user = ARENA_ARRAY(&w->arena, uint32_t, n);
    j->priority = ARENA_ARRAY(&w->arena, int32_t, n);
    for (uint32_t i = 0; i < TENANTS; i++)
        add_name(&j->tenants, s->prefix, "t", i);
    for (uint32_t i = 0; i < USERS; i++)
        add_name(&j->users, s->prefix, "u", i);
    rng_stream(&r, s->seed, RNG_ARRIVAL, 0, 0);
    for (uint32_t i = 0; i < n; i++) {
        draw_job(w, s, i, submit);
        if (!s->storm && rng_below(&r, 3))
            submit += rng_below(&r, 400);
    }
}

void drill_free(struct drill *w)
{
    intern_free(&w->jobs.tenants);
    intern_free(&w->jobs.users);
    intern_free(&w->jobs.names);
    arena_free(&w->arena);
}

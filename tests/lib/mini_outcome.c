/* mini_outcome.c - the outcome of a run small enough to work out by hand. */
#include "lib/mini_outcome.h"
#include "base/check.h"
#include "metrics/quantile.h"
#include "metrics/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define S NS_PER_S
#define ZEROS "00000000000000000000000000000000"
#define MILLI_S ((wide_t)1000 * NS_PER_S)

static uint32_t add(struct intern *in, const char *text)
{
    return intern_add(in, text, strlen(text));
}

static void build_fleet(struct mini_outcome *m, uint32_t nodes, uint32_t gpus)
{
    struct node_spec *spec = ARENA_ARRAY(&m->arena, struct node_spec, nodes);
    struct diag d;

    for (uint32_t i = 0; i < nodes; i++)
        spec[i] = (struct node_spec){
            .type = gpus == 4 ? "toy-4" : "toy-8", .gpu_type = "h100-sxm", .gpus = gpus};
    check(topology_build(&m->fleet, &m->arena, spec, nodes, &d) == 0);
}

/* Four requests, one per job. */
static void build_jobs(struct mini_outcome *m)
{
    static const struct {
        const char *name, *tenant, *user;
        ns_t submit, run, limit;
        uint32_t replicas, gpus;
        uint8_t end, required;
    } row[4] = {
        {"A", "vision", "u1", 0, 7200, 7200, 1, 3, JOB_DONE, LEVEL_NODE},
        {"B", "nlp", "u2", 0, 3600, 7200, 1, 3, JOB_FAILED, LEVEL_NODE},
        {"C", "vision", "u1", 600, 3600, 3600, 1, 2, JOB_DONE, LEVEL_NODE},
        {"D", "nlp", "u2", 3600, 1800, 3600, 2, 4, JOB_DONE, LEVEL_NONE},
    };
    struct job_set *j = &m->jobs;

    j->n = j->n_requests = j->n_groups = 4;
    j->specs = ARENA_ARRAY(&m->arena, struct job_spec, 4);
    j->requests = ARENA_ARRAY(&m->arena, struct request, 4);
    j->groups = ARENA_ARRAY(&m->arena, struct job_group, 4);
    j->name = ARENA_ARRAY(&m->arena, uint32_t, 4);
    j->user = ARENA_ARRAY(&m->arena, uint32_t, 4);
    j->origin = INT64_C(1767571200) * S;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t total = row[i].replicas * row[i].gpus;
        j->name[i] = add(&j->names, row[i].name);
        j->user[i] = add(&j->users, row[i].user);
        j->groups[i] = (struct job_group){row[i].replicas, row[i].gpus};
        j->requests[i] = (struct request){
            .first_group = i,
            .n_groups = 1,
            .replicas = row[i].replicas,
            .gpus = total,
            .tenant = add(&j->tenants, row[i].tenant),
            .demand_milli = (uint64_t)total * 1000,
            .types = 1,
            .required = row[i].required,
            .size_class = job_size_class(total, 0),
        };
        j->specs[i] = (struct job_spec){.submit = row[i].submit * S,
                                        .run = row[i].run * S,
                                        .limit = row[i].limit * S,
                                        .request = i,
                                        .end = row[i].end};
    }
}

static void fill_results(struct mini_outcome *m)
{
    static const struct {
        ns_t start, end;
        uint32_t first, n;
    } row[4] = {{0, 7200, 0, 1}, {0, 3600, 1, 1}, {3600, 7200, 2, 1}, {7200, 9000, 3, 2}};
    static const struct segment held[5] = {{0, 0, 1000, 0x7},
                                           {1, 0, 1000, 0x7},
                                           {1, 0, 1000, 0x3},
                                           {0, 0, 1000, 0xf},
                                           {1, 0, 1000, 0xf}};
    struct job_result *r = ARENA_ARRAY(&m->arena, struct job_result, 4);
    struct segment *s = ARENA_ARRAY(&m->arena, struct segment, 5);
    ns_t(*waits)[WAIT_CAUSES] = arena_alloc(&m->arena, 4, sizeof *waits);

    memcpy(s, held, sizeof held);
    for (int i = 0; i < 4; i++)
        r[i] = (struct job_result){.start = row[i].start * S,
                                   .end = row[i].end * S,
                                   .first_segment = row[i].first,
                                   .n_segments = row[i].n,
                                   .starts = 1};
    waits[2][WAIT_FRAGMENTATION] = 3000 * S;
    waits[3][WAIT_TOO_FEW] = 3600 * S;
    m->o.results = r;
    m->o.segments = s;
    m->o.waits = (const ns_t(*)[WAIT_CAUSES])waits;
}

static void fill_series(struct mini_outcome *m)
{
    static const struct {
        ns_t at;
        int32_t useful, discarded, frag, few, none;
        uint32_t pending, running;
    } row[6] = {
        {0, 3, 3, 0, 0, 2, 0, 2},    {600, 3, 3, 2, 0, 0, 1, 2},  {3600, 5, 0, 0, 3, 0, 1, 2},
        {7200, 8, 0, 0, 0, 0, 0, 1}, {9000, 0, 0, 0, 0, 8, 0, 0}, {10800, 0, 0, 0, 0, 0, 0, 0},
    };
    struct series_row *r = ARENA_ARRAY(&m->arena, struct series_row, 6);

    for (int i = 0; i < 6; i++) {
        r[i].at = row[i].at * S;
        r[i].pending_jobs = row[i].pending;
        r[i].running_jobs = row[i].running;
        r[i].pending_milli = row[i].pending ? (i == 1 ? 2000 : 8000) : 0;
        r[i].bucket[BUCKET_USEFUL] = row[i].useful * 1000;
        r[i].bucket[BUCKET_DISCARDED] = row[i].discarded * 1000;
        r[i].bucket[BUCKET_FRAGMENTATION] = row[i].frag * 1000;
        r[i].frag[FRAG_NODE] = row[i].frag * 1000;
        r[i].bucket[BUCKET_TOO_FEW] = row[i].few * 1000;
        r[i].bucket[BUCKET_NO_DEMAND] = row[i].none * 1000;
    }
    m->o.series = r;
    m->o.n_series = 6;
}

static void fill_ledger(struct mini_outcome *m)
{
    struct ledger_row *type = ARENA_ARRAY(&m->arena, struct ledger_row, 1);
    struct ledger_row *tenant = ARENA_ARRAY(&m->arena, struct ledger_row, 2);
    struct ledger_row *size = ARENA_ARRAY(&m->arena, struct ledger_row, JOB_SIZES);
    struct outcome *o = &m->o;

    o->capacity = 86400 * MILLI_S;
    o->total.bucket[BUCKET_USEFUL] = 43200 * MILLI_S;
    o->total.bucket[BUCKET_DISCARDED] = 10800 * MILLI_S;
    o->total.bucket[BUCKET_FRAGMENTATION] = o->frag[FRAG_NODE] = 6000 * MILLI_S;
    o->total.bucket[BUCKET_TOO_FEW] = 10800 * MILLI_S;
    o->total.bucket[BUCKET_NO_DEMAND] = 15600 * MILLI_S;
    o->allocated = 54000 * MILLI_S;
    o->blocked_fitting = (wide_t)3000 * S;
    type[0] = o->total;
    tenant[0].bucket[BUCKET_USEFUL] = 28800 * MILLI_S; /* vision was seen first */
    tenant[1].bucket[BUCKET_USEFUL] = 14400 * MILLI_S;
    tenant[1].bucket[BUCKET_DISCARDED] = 10800 * MILLI_S;
    size[3].bucket[BUCKET_USEFUL] = 28800 * MILLI_S;
    size[3].bucket[BUCKET_DISCARDED] = 10800 * MILLI_S;
    size[5].bucket[BUCKET_USEFUL] = 14400 * MILLI_S;
    o->by_type = type;
    o->by_tenant = tenant;
    o->by_size = size;
}

static void begin(struct mini_outcome *m)
{
    memset(m, 0, sizeof *m);
    arena_init(&m->arena);
    intern_init(&m->jobs.tenants);
    intern_init(&m->jobs.users);
    intern_init(&m->jobs.names);
    m->o.jobs = &m->jobs;
    m->o.fleet = &m->fleet;
    m->o.scenario = "mini";
    m->o.program_version = "0.1.0";
    m->o.policy_abi = "1.0";
    m->o.policy_name = "fifo-strict";
    m->o.composition = "order=fifo,walk=strict,place=firstfit";
    m->o.estimates = "limit";
    m->o.seed = 1;
    m->o.status = RUN_FINISHED;
    memcpy(m->o.digest, ZEROS, 33);
    for (int e = 0; e < JOB_ENDS; e++)
        m->o.useful[e] = e != JOB_FAILED && e != JOB_KILLED;
}

static void finish(struct mini_outcome *m)
{
    struct range none = {NAN, NAN, NAN};
    struct price_inputs price = {{3, 3, 3}, none, none, none, none, none, none, none, none};
    struct diag d;

    quantile_jobs(&m->o);
    check(money_fill(&m->o, NULL, &price, true, &m->arena, &d) == 0);
}

void mini_outcome_init(struct mini_outcome *m)
{
    static const char *const warning[1] = {"1 of 5 rows rejected, see rejects.csv"};
    static const struct outcome_input input[2] = {
        {.role = "scenario", .file = "mini.json", .sha256 = ZEROS ZEROS},
        {"trace", "mini.csv", "berth", ZEROS ZEROS, 5, 4, 1, 0},
    };

    begin(m);
    m->o.inputs = input;
    m->o.n_inputs = 2;
    m->o.warnings = warning;
    m->o.n_warnings = 1;
    m->o.horizon = 10800 * S;
    m->o.little_n = m->o.little_lambda_w = 22800.0 / 10800;
    build_fleet(m, 2, 4);
    build_jobs(m);
    fill_results(m);
    fill_series(m);
    fill_ledger(m);
    finish(m);
}

static uint32_t next(uint32_t *x)
{
    *x = *x * 1664525u + 1013904223u;
    return *x >> 8;
}

void mini_outcome_large(struct mini_outcome *m, uint32_t jobs, uint32_t nodes)
{
    static const char *const tenants[5] = {"vision", "nlp", "speech", "it's <b>",
                                           "tenant_with_long_name"};
    uint32_t x = 7;

    begin(m);
    build_fleet(m, nodes, 8);
    struct job_set *j = &m->jobs;
    j->n = jobs;
    j->n_requests = j->n_groups = 20;
    j->specs = ARENA_ARRAY(&m->arena, struct job_spec, jobs);
    j->requests = ARENA_ARRAY(&m->arena, struct request, 20);
    j->groups = ARENA_ARRAY(&m->arena, struct job_group, 20);
    j->origin = INT64_C(1585699200) * S;
    for (uint32_t i = 0; i < 20; i++) {
        static const uint32_t gpus[4] = {1, 2, 4, 8};
        j->groups[i] = (struct job_group){1, gpus[i % 4]};
        j->requests[i] = (struct request){.first_group = i,
                                          .n_groups = 1,
                                          .replicas = 1,
                                          .gpus = gpus[i % 4],
                                          .tenant = add(&j->tenants, tenants[i / 4]),
                                          .demand_milli = gpus[i % 4] * 1000,
                                          .types = 1,
                                          .size_class = job_size_class(gpus[i % 4], 0)};
    }
    struct job_result *r = ARENA_ARRAY(&m->arena, struct job_result, jobs);
    struct segment *s = ARENA_ARRAY(&m->arena, struct segment, jobs);
    struct series_row *row = ARENA_ARRAY(&m->arena, struct series_row, jobs);
    ns_t *free_at = ARENA_ARRAY(&m->arena, ns_t, nodes), last = 0;
    for (uint32_t i = 0; i < jobs; i++) {
        /* one job at a time on each node, in turn: never two holders of a GPU */
        uint32_t node = i % nodes, q = next(&x) % 20;
        ns_t submit = (ns_t)i * 25000 / nodes * S + next(&x) % 20 * S / nodes;
        ns_t run = (ns_t)(1u << next(&x) % 15) * S + next(&x) % 1000000;
        j->specs[i] = (struct job_spec){
            submit, run, NS_UNKNOWN, q, next(&x) % 5 ? JOB_DONE : JOB_FAILED, {0}};
        r[i] = (struct job_result){.start = submit > free_at[node] ? submit : free_at[node],
                                   .first_segment = i,
                                   .n_segments = 1,
                                   .starts = 1};
        r[i].end = free_at[node] = r[i].start + run;
        last = r[i].end > last ? r[i].end : last;
        s[i] = (struct segment){node, 0, 1000, (UINT64_C(1) << j->requests[q].gpus) - 1};
        row[i].at = submit;
        row[i].pending_jobs = next(&x) % 100;
        row[i].running_jobs = nodes;
        row[i].pending_milli = row[i].pending_jobs * 2000;
        row[i].bucket[BUCKET_USEFUL] = (int32_t)(next(&x) % (nodes * 4000) + nodes * 2000);
        row[i].bucket[BUCKET_FRAGMENTATION] = row[i].frag[i % 3] = (int32_t)(nodes * 1000);
        row[i].bucket[BUCKET_NO_DEMAND] = (int32_t)(nodes * 7000) - row[i].bucket[BUCKET_USEFUL];
    }
    struct ledger_row *type = ARENA_ARRAY(&m->arena, struct ledger_row, 1);
    m->o.horizon = last;
    m->o.capacity = (wide_t)m->fleet.milli * last;
    type->bucket[BUCKET_USEFUL] = m->o.capacity / 2;
    type->bucket[BUCKET_FRAGMENTATION] = m->o.frag[FRAG_NODE] = m->o.capacity / 8;
    type->bucket[BUCKET_NO_DEMAND] = m->o.capacity - m->o.capacity / 2 - m->o.capacity / 8;
    m->o.total = *type;
    m->o.allocated = m->o.capacity / 2;
    m->o.by_type = type;
    m->o.by_tenant = ARENA_ARRAY(&m->arena, struct ledger_row, j->tenants.n);
    m->o.by_size = ARENA_ARRAY(&m->arena, struct ledger_row, JOB_SIZES);
    m->o.results = r;
    m->o.segments = s;
    m->o.series = row;
    m->o.n_series = jobs;
    finish(m);
}

void mini_outcome_free(struct mini_outcome *m)
{
    intern_free(&m->jobs.tenants);
    intern_free(&m->jobs.users);
    intern_free(&m->jobs.names);
    arena_free(&m->arena);
}

char *mini_outcome_read(const char *path)
{
    FILE *f = fopen(path, "rb");
    size_t n = 0, room = 1 << 16;
    char *text = malloc(room);

    check(text != NULL);
    while (f) {
        n += fread(text + n, 1, room - 1 - n, f);
        if (n < room - 1)
            break;
        check((text = realloc(text, room *= 2)) != NULL);
    }
    if (!f) {
        free(text);
        return NULL;
    }
    fclose(f);
    text[n] = '\0';
    return text;
}

char *mini_outcome_render(const struct outcome *o, const char *report)
{
    const struct report *r = report_find(report);
    const struct report_context c = {.width = 80};
    char *text = NULL;
    size_t n = 0;
    struct diag d;
    struct writer w = {.file = open_memstream(&text, &n), .path = "-", .is_stdout = true};

    check(r && w.file);
    FILE *file = w.file;
    check(r->write(o, &c, &w, &d) == 0 && writer_close(&w, &d) == 0);
    fclose(file);
    return text;
}

const char *mini_outcome_shared(void)
{
    const char *shared = getenv("BERTH_SHARED");
    char path[1024];

    if (!shared)
        shared = "../shared";
    snprintf(path, sizeof path, "%s/samples/out/jobs.csv", shared);
    FILE *f = fopen(path, "r");
    if (!f) {
        printf("SKIP: comparison with the published samples: %s not found\n", shared);
        return NULL;
    }
    fclose(f);
    return shared;
}

/* test_journal.c - the journal's format: every record comes back as it was written; what is cut or changed is
 * refused with its offset. */
#include "host/journal_file.h"
#include "lib/builders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static berth_status idle_create(const struct berth_host *host, const struct berth_view *view,
                                const struct berth_config *config, void **self)
{
    (void)host;
    (void)view;
    (void)config;
    *self = NULL;
    return 0;
}

static void idle_destroy(void *self)
{
    (void)self;
}

static berth_status idle_decide(void *self, const struct berth_view *v, const struct berth_event *e,
                                uint32_t n, uint32_t mode)
{
    (void)self;
    (void)v;
    (void)e;
    (void)n;
    (void)mode;
    return 0;
}

static const struct berth_policy idle = {
    BERTH_HEAD,   .id = "idle",          .summary = "",           .version = "",
    .source = "", .create = idle_create, .destroy = idle_destroy, .decide = idle_decide};

struct fixture {
    struct arena arena;
    struct topology fleet;
    struct job_set jobs;
    struct host host;
    struct journal journal;
    char path[64];
};

static struct host_config config_of(const struct fixture *f)
{
    static const int64_t values[] = {5, -1, INT64_MIN, INT64_MAX};

    return (struct host_config){.jobs = &f->jobs,
                                .topo = &f->fleet,
                                .policy = &idle,
                                .text = "a=1,b=10m",
                                .values = values,
                                .n_values = 4,
                                .seed = UINT64_MAX,
                                .save_time = 3,
                                .restore_time = 4};
}

/* Everything that a header can hold: names, islands, NUMA, racks, CPU nodes, shares, groups, users. */
static void set_up(struct fixture *f)
{
    const struct node_spec nodes[] = {
        {.name = "alpha",
         .gpu_type = "h100",
         .gpus = 8,
         .numa = 2,
         .domain = {[LEVEL_RACK] = "r1"}},
        {.name = "beta", .gpu_type = "h100", .gpus = 8, .numa = 2, .domain = {[LEVEL_RACK] = "r2"}},
        {.name = "gamma", .gpu_type = "t4", .gpus = 2, .nvlink_gpus = 2, .gpus_down = 1},
        {.name = "delta", .cpu_milli = 64000, .memory_mib = 1 << 20, .health = NODE_DRAINED}};
    const struct builders_job jobs[] = {
        {.submit = 5, .run = 10, .gpus = 4, .replicas = 2, .tenant = 1, .user = 3, .priority = -7},
        {.submit = 5,
         .run = 0,
         .gpus = 1,
         .share_milli = 250,
         .limit = 900,
         .required = LEVEL_RACK},
        {.submit = 9, .run = 1, .cpu_milli = 2000, .memory_mib = 4096, .end = JOB_KILLED}};
    static const char *const names[] = {"first", "second", ""};
    const struct journal_input input = {"trace", "jobs.csv", NULL};
    struct host_config c;
    struct diag d = {0};

    arena_init(&f->arena);
    assert_int_equal(topology_build(&f->fleet, &f->arena, nodes, 4, &d), 0);
    builders_jobs(&f->jobs, &f->arena, jobs, 3, names);
    c = config_of(f);
    assert_int_equal(host_init(&f->host, &c, &f->arena, &d), 0);
    snprintf(f->path, sizeof f->path, "/tmp/berth-journal-unit-%ld", (long)getpid());
    assert_int_equal(
        journal_open(
            &f->journal, &f->host,
            &(struct journal_config){
                .path = f->path, .policy = "idle,a=1", .host = &c, .inputs = &input, .n_inputs = 1},
            &d),
        0);
}

static void close_and_read(struct fixture *f, struct journal_file *file)
{
    struct diag d = {0};

    f->host.digest.a = UINT64_MAX;
    f->host.digest.b = 1;
    f->host.decisions = 300;
    assert_int_equal(journal_close(&f->journal, &f->host, 2, 1000, &d), 0);
    if (journal_file_read(f->path, &f->arena, file, &d) < 0)
        fail_msg("%s", d.message);
}

static void tear_down(struct fixture *f)
{
    host_free(&f->host);
    builders_free(&f->jobs);
    arena_free(&f->arena);
    unlink(f->path);
}

static void the_header_comes_back_as_it_was_written(void **state)
{
    struct fixture f;
    struct journal_file file;
    struct host_config c;
    char x[16], y[16];
    (void)state;
    set_up(&f);
    close_and_read(&f, &file);
    c = config_of(&f);
    assert_string_equal(file.program, BERTH_VERSION);
    assert_string_equal(file.policy, "idle,a=1");
    assert_string_equal(file.id, "idle");
    assert_string_equal(file.text, "a=1,b=10m");
    assert_int_equal(file.n_values, 4);
    assert_memory_equal(file.values, c.values, 4 * sizeof *c.values);
    assert_true(file.seed == UINT64_MAX && file.save_time == 3 && file.restore_time == 4);
    assert_int_equal(file.n_inputs, 1);
    assert_string_equal(file.inputs[0].file, "jobs.csv");
    assert_string_equal(file.inputs[0].sha256, "");
    assert_int_equal(file.fleet.n_nodes, 4);
    assert_int_equal(file.fleet.n_gpus, f.fleet.n_gpus);
    assert_int_equal(file.fleet.has_islands, f.fleet.has_islands);
    assert_int_equal(file.fleet.has_numa, f.fleet.has_numa);
    for (uint32_t i = 0; i < 4; i++) {
        assert_string_equal(topology_node_name(&file.fleet, i, x),
                            topology_node_name(&f.fleet, i, y));
        assert_int_equal(file.fleet.gpus[i], f.fleet.gpus[i]);
        assert_int_equal(file.fleet.gpu_type[i], f.fleet.gpu_type[i]);
        assert_int_equal(file.fleet.gpus_down[i], f.fleet.gpus_down[i]);
        assert_int_equal(file.fleet.health[i], f.fleet.health[i]);
        assert_int_equal(file.fleet.island[i], f.fleet.island[i]);
        assert_int_equal(file.fleet.first_gpu[i], f.fleet.first_gpu[i]);
        assert_int_equal(file.fleet.memory_mib[i], f.fleet.memory_mib[i]);
        for (int l = 0; l < LEVELS; l++)
            assert_int_equal(topology_domain(&file.fleet, (enum level)l, i),
                             topology_domain(&f.fleet, (enum level)l, i));
    }
    assert_int_equal(file.jobs.n, 3);
    assert_int_equal(file.jobs.n_requests, f.jobs.n_requests);
    for (uint32_t i = 0; i < f.jobs.n_requests; i++) {
        const struct request *r = &file.jobs.requests[i], *s = &f.jobs.requests[i];
        assert_int_equal(r->gpus, s->gpus);
        assert_int_equal(r->replicas, s->replicas);
        assert_int_equal(r->share_milli, s->share_milli);
        assert_int_equal(r->types, s->types);
        assert_int_equal(r->demand_milli, s->demand_milli);
        assert_int_equal(r->cpu_milli, s->cpu_milli);
        assert_int_equal(r->required, s->required);
        assert_int_equal(r->tenant, s->tenant);
        assert_int_equal(file.jobs.known_jobs[i], 1);
    }
    assert_int_equal(file.submitted, 0);
    assert_int_equal(file.status, 2);
    assert_int_equal(file.end, 1000);
    assert_int_equal(file.decisions, 300);
    assert_true(file.digest.a == UINT64_MAX && file.digest.b == 1);
    journal_file_free(&file);
    tear_down(&f);
}

static void every_kind_of_record_comes_back_as_it_was_written(void **state)
{
    const struct berth_piece pieces[] = {{0, 64, 1000, UINT64_MAX}, {3, 2, 0, 0}, {7, 0, 250, 1}};
    struct fixture f;
    struct journal_file file;
    struct journal_cursor c;
    struct journal_record r;
    struct host_tap *tap = &f.journal.tap;
    struct berth_decision decision[BERTH_DO_KINDS];
    (void)state;
    set_up(&f);
    for (uint32_t i = 0; i < 3; i++)
        host_submit(&f.host, i, 5 + i);
    host_progress(&f.host, 1, 4, 77, 33);
    for (uint16_t kind = 1; kind < BERTH_EV_JOB_SUBMITTED; kind++) {
        struct berth_event e = {.kind = kind,
                                .code = kind,
                                .job = kind % 2 ? 2 : BERTH_NONE,
                                .key = 100 + kind,
                                .cookie = kind % 3 ? UINT64_MAX - kind : 0,
                                .at = 20 + kind,
                                .a = kind % 2 ? INT64_MIN : 0,
                                .b = -kind};
        tap->event(tap->ctx, &f.host.view, &e);
    }
    f.host.view.now = 100;
    tap->batch(tap->ctx, &f.host.view, NULL, 15);
    tap->transaction(tap->ctx, 'b');
    for (uint16_t kind = 0; kind < BERTH_DO_KINDS; kind++) {
        decision[kind] = (struct berth_decision){.size = sizeof *decision,
                                                 .kind = kind,
                                                 .reason = kind % 2,
                                                 .job = kind % 4 ? kind : BERTH_NONE,
                                                 .n_pieces = 3,
                                                 .pieces = pieces,
                                                 .cookie = kind % 2 ? UINT64_MAX : 0,
                                                 .at = kind % 3 ? BERTH_NEVER : 0,
                                                 .arg = kind % 3 ? -kind : 0};
        tap->decision(tap->ctx, &f.host.view, &decision[kind], kind % 2 ? BERTH_R_NOT_FREE : 0);
    }
    tap->transaction(tap->ctx, 'r');
    close_and_read(&f, &file);

    assert_int_equal(file.submitted, 3);
    assert_string_equal(job_name(&file.jobs, 0, NULL), "first");
    assert_string_equal(job_name(&file.jobs, 2, NULL), "");
    assert_int_equal(file.jobs.specs[0].submit, 5);
    assert_int_equal(file.jobs.specs[0].run, 10);
    assert_int_equal(file.jobs.specs[2].end, JOB_KILLED);
    assert_int_equal(file.jobs.user[0], f.jobs.user[0]);
    assert_int_equal(file.jobs.priority[0], -7);
    c = journal_file_begin(&file);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(journal_file_next(&c, &r), 1);
        assert_int_equal(r.what, JOURNAL_SUBMIT);
        assert_int_equal(r.slot, i);
        assert_int_equal(r.job.key, i);
        assert_int_equal(r.at, 5 + i);
        assert_int_equal(r.job.limit, f.host.job.at[i].limit);
    }
    journal_file_next(&c, &r);
    assert_int_equal(r.what, JOURNAL_PROGRESS);
    assert_true(r.slot == 1 && r.at == 4 && r.ran == 77 && r.saved == 33);
    for (uint16_t kind = 1; kind < BERTH_EV_JOB_SUBMITTED; kind++) {
        if (kind == BERTH_EV_REFUSED) /* follows from its decision */
            continue;
        journal_file_next(&c, &r);
        assert_int_equal(r.what, JOURNAL_EVENT);
        assert_int_equal(r.event.kind, kind);
        assert_int_equal(r.event.code, kind);
        assert_int_equal(r.event.job, kind % 2 ? 2 : BERTH_NONE);
        assert_int_equal(r.event.key, 100 + kind);
        assert_true(r.event.cookie == (kind % 3 ? UINT64_MAX - kind : 0));
        assert_int_equal(r.event.at, 20 + kind);
        assert_true(r.event.a == (kind % 2 ? INT64_MIN : 0) && r.event.b == -kind);
    }
    journal_file_next(&c, &r);
    assert_true(r.what == JOURNAL_BATCH && r.at == 100 && r.n_events == 15);
    journal_file_next(&c, &r);
    assert_true(r.what == JOURNAL_TRANSACTION && r.transaction == 'b');
    for (uint16_t kind = 0; kind < BERTH_DO_KINDS; kind++) {
        uint16_t refused = kind % 2 ? BERTH_R_NOT_FREE : 0;
        const struct berth_decision *d = &r.decision;
        journal_file_next(&c, &r);
        assert_int_equal(r.what, JOURNAL_DECISION);
        assert_int_equal(r.refused, refused);
        assert_true(d->kind == kind && d->reason == kind % 2 && d->job == decision[kind].job);
        assert_true(d->cookie == decision[kind].cookie && d->at == decision[kind].at &&
                    d->arg == decision[kind].arg);
        assert_int_equal(d->n_pieces, journal_has_pieces(kind, refused) ? 3 : 0);
        if (d->n_pieces)
            assert_memory_equal(d->pieces, pieces, sizeof pieces);
    }
    journal_file_next(&c, &r);
    assert_true(r.what == JOURNAL_TRANSACTION && r.transaction == 'r');
    assert_int_equal(journal_file_next(&c, &r), 0);
    assert_true(r.what == JOURNAL_END && r.at == 1000);
    journal_file_end(&c);
    journal_file_free(&file);
    tear_down(&f);
}

/* The bytes as a journal: its status, and the message in *d. */
static int read_bytes(const unsigned char *data, size_t n, struct diag *d)
{
    struct journal_file file;
    struct arena a;
    int rc;

    memset(d, 0, sizeof *d);
    arena_init(&a);
    rc = journal_file_input(input_memory("t.berth", data, n), &a, &file, d);
    journal_file_free(&file);
    arena_free(&a);
    return rc;
}

static void every_cut_and_every_changed_byte_is_refused_with_an_offset(void **state)
{
    struct fixture f;
    struct journal_file file;
    unsigned char *data;
    struct diag d;
    size_t n;
    (void)state;
    set_up(&f);
    for (uint32_t i = 0; i < 3; i++)
        host_submit(&f.host, i, 5 + i);
    host_decide(&f.host, 9);
    close_and_read(&f, &file);
    n = file.n;
    data = malloc(n + 1);
    assert_non_null(data);
    memcpy(data, file.data, n);
    journal_file_free(&file);
    assert_int_equal(read_bytes(data, n, &d), 0);
    for (size_t k = 0; k < n; k++) {
        unsigned char *cut = malloc(k ? k : 1); /* exact, so that reading past the end is seen */
        assert_non_null(cut);
        memcpy(cut, data, k);
        assert_int_equal(read_bytes(cut, k, &d), -1);
        assert_int_equal(d.status, STATUS_INPUT);
        assert_string_equal(d.file, "t.berth");
        assert_memory_equal(d.message, "offset ", 7);
        free(cut);
    }
    for (size_t k = 0; k < n; k++)
        for (unsigned bit = 0; bit < 8; bit++) {
            data[k] ^= (unsigned char)(1u << bit);
            assert_int_equal(read_bytes(data, n, &d), -1);
            assert_int_equal(d.status, STATUS_INPUT);
            assert_memory_equal(d.message, "offset ", 7);
            data[k] ^= (unsigned char)(1u << bit);
        }
    data[n] = '\n';
    assert_int_equal(read_bytes(data, n + 1, &d), -1);
    assert_non_null(strstr(d.message, "the hash is followed by other bytes"));
    free(data);
    tear_down(&f);
}

static void a_journal_that_is_dropped_leaves_no_file(void **state)
{
    struct fixture f;
    (void)state;
    set_up(&f);
    journal_drop(&f.journal, &f.host);
    assert_null(f.host.tap);
    assert_int_equal(access(f.path, F_OK), -1);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_comes_back_as_it_was_written),
        cmocka_unit_test(every_kind_of_record_comes_back_as_it_was_written),
        cmocka_unit_test(every_cut_and_every_changed_byte_is_refused_with_an_offset),
        cmocka_unit_test(a_journal_that_is_dropped_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

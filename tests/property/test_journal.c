/* test_journal.c - a journal of any run replays to the same decisions; writing one changes nothing; and the
 * recorded decisions bring a host to any moment of the run. */
#include "experiment/choice.h"
#include "experiment/divergence.h"
#include "lib/builders.h"
#include "sched/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char *const policies[] = {
    "fifo",
    "easy,estimate=limit",
    "easy,estimate=exact",
    "conservative,estimate=limit",
    "pod-by-pod",
    "sjf,estimate=history",
    "walk=skip,place=random",
    "order=las,walk=desired",
    "order=srtf,walk=desired,estimate=limit",
    "order=gittins,walk=desired,t1=600",
    "order=priority,walk=easy,displace=priority,requeue=1,estimate=limit",
    "order=fifo,walk=skip,displace=migrate,place=spread",
    "order=drf,walk=skip,displace=migrate,place=spread",
    "order=fairtree,walk=skip,displace=priority,min_run=1m",
};
enum { POLICIES = sizeof policies / sizeof *policies };

/* Gangs of one to eight, shares, CPU jobs, two GPU types, racks, a drained node. */
static void draw(struct topology *t, struct job_set *out, struct arena *a, uint64_t seed,
                 uint32_t n, bool levels)
{
    struct node_spec nodes[10];
    char rack[10][8];
    struct builders_job *j = ARENA_ARRAY(a, struct builders_job, n);
    struct diag d = {0};
    struct rng r;
    ns_t at = 0;

    memset(nodes, 0, sizeof nodes);
    for (uint32_t i = 0; i < 10; i++) {
        snprintf(rack[i], sizeof rack[i], "r%u", i / 3 % 10);
        nodes[i] = (struct node_spec){.gpu_type = i < 6 ? "big" : "small",
                                      .gpus = i < 6 ? 8 : 4,
                                      .nvlink_gpus = i % 2 ? 4 : 8,
                                      .numa = 2,
                                      .cpu_milli = 32000,
                                      .domain = {[LEVEL_RACK] = rack[i]},
                                      .health = i == 4 ? NODE_DRAINED : NODE_UP};
    }
    assert_int_equal(topology_build(t, a, nodes, 10, &d), 0);
    rng_stream(&r, seed, RNG_SIZE, 0, 0);
    for (uint32_t i = 0; i < n; i++) {
        at += (ns_t)rng_below(&r, 120) * NS_PER_S;
        j[i] = (struct builders_job){.submit = at,
                                     .run = (ns_t)rng_below(&r, 4000) * NS_PER_S,
                                     .gpus = 1u << rng_below(&r, 4),
                                     .priority = (int32_t)rng_below(&r, 3) - 1,
                                     .tenant = rng_below(&r, 3),
                                     .user = rng_below(&r, 7)};
        j[i].limit = rng_below(&r, 5) ? j[i].run * (1 + rng_below(&r, 3)) : 0;
        if (rng_below(&r, 6) == 0)
            j[i].replicas = 2;
        if (rng_below(&r, 7) == 0) {
            j[i].gpus = 1;
            j[i].share_milli = 250;
        }
        if (rng_below(&r, 4) == 0)
            j[i].cpu_milli = 2000;
        if (levels && rng_below(&r, 9) == 0)
            j[i].required = LEVEL_RACK;
    }
    builders_jobs(out, a, j, n, NULL);
}

/* The name of a file that the test removes; flavours run beside each other. */
static char *scratch_to(char *to, size_t room, int number)
{
    snprintf(to, room, "/tmp/berth-journal-%ld-%d.berth", (long)getpid(), number);
    return to;
}
#define scratch(number) scratch_to((char[64]){""}, 64, number)

static int record(const struct job_set *jobs, const struct topology *fleet, const char *policy,
                  struct engine_costs costs, const struct berth_policy *own, const char *path,
                  struct arena *a, struct outcome *o)
{
    struct trial_config c = {.jobs = jobs,
                             .fleet = fleet,
                             .policy = policy,
                             .own = own,
                             .costs = costs,
                             .seed = 7,
                             .horizon = NS_NEVER,
                             .keep_waits = true,
                             .journal = path};
    struct diag d = {0};

    return trial_run(&c, a, o, &d) < 0 ? d.status : 0;
}

/* The decisions' digest of the policy's replay; ends the test where it differs. */
static void replays(const struct journal_file *f, const struct berth_policy *own, struct arena *a,
                    char *digest)
{
    struct choice *choice = ARENA_NEW(a, struct choice);
    struct replay *r = ARENA_NEW(a, struct replay);
    struct diag d = {0};
    struct replay_config c = {.file = f,
                              .as = {.text = f->text, .values = f->values, .n_values = f->n_values},
                              .exactly = true,
                              .stop = SIZE_MAX};
    int rc;

    if (!own)
        assert_int_equal(choice_parse(f->policy, NULL, a, choice, &d), 0);
    c.as.policy = own ? own : choice->policy;
    rc = replay_open(r, &c, a, &d);
    while (rc >= 0 && (rc = replay_call(r, &d)) > 0)
        if (r->different != SIZE_MAX)
            fail_msg("%s: call %u differs in decision %u", f->policy, (unsigned)r->calls,
                     (unsigned)r->different);
    if (rc < 0)
        fail_msg("%s: %s", f->policy, d.message);
    assert_int_equal(r->calls, f->batches);
    assert_int_equal(r->host.decisions, f->decisions);
    assert_int_equal(r->host.refused, f->refused);
    occupancy_verify(&r->host.occ);
    digest_text(&r->host.digest, digest);
    replay_free(r);
}

static void every_run_replays_to_the_same_digest_and_recording_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < POLICIES * 3; k++) {
        const char *policy = policies[k % POLICIES];
        struct engine_costs costs = {0};
        struct arena a;
        struct topology fleet;
        struct job_set jobs;
        struct outcome plain, o;
        struct journal_file f;
        struct diag d = {0};
        char digest[33];
        if (k >= POLICIES)
            costs = (struct engine_costs){
                .save = 30 * NS_PER_S, .restore = 45 * NS_PER_S, .interval = 600 * NS_PER_S};
        arena_init(&a);
        draw(&fleet, &jobs, &a, 1 + k, 200, strcmp(policy, "pod-by-pod") != 0);
        assert_int_equal(record(&jobs, &fleet, policy, costs, NULL, NULL, &a, &plain), 0);
        assert_int_equal(record(&jobs, &fleet, policy, costs, NULL, scratch(0), &a, &o), 0);
        assert_string_equal(plain.digest, o.digest);
        assert_int_equal(plain.passes, o.passes);
        if (journal_file_read(scratch(0), &a, &f, &d) < 0)
            fail_msg("%s: %s", policy, d.message);
        assert_int_equal(f.submitted, jobs.n);
        replays(&f, NULL, &a, digest);
        assert_string_equal(digest, o.digest);
        digest_text(&f.digest, digest);
        assert_string_equal(digest, o.digest);
        journal_file_free(&f);
        builders_free(&jobs);
        arena_free(&a);
    }
    unlink(scratch(0));
}

/* ---- a policy that tries, takes back, is refused and wants to be woken ---- */

struct fickle {
    const struct berth_host *host;
    uint64_t calls;
};

static berth_status fickle_create(const struct berth_host *host, const struct berth_view *view,
                                  const struct berth_config *config, void **self)
{
    struct fickle *s = host->alloc(host->ctx, sizeof *s, 16);

    (void)view;
    (void)config;
    if (!s)
        return BERTH_E_MEMORY;
    *s = (struct fickle){.host = host};
    *self = s;
    return 0;
}

static void fickle_destroy(void *self)
{
    (void)self;
}

static berth_status fickle_decide(void *self, const struct berth_view *v,
                                  const struct berth_event *e, uint32_t n, uint32_t mode)
{
    struct fickle *s = self;
    const struct berth_host *h = s->host;
    const struct berth_place *place = h->extension(h->ctx, BERTH_PLACE);
    struct berth_piece pieces[64], nowhere = {.node = 9999, .milli = 1000, .mask = 1};

    (void)e;
    (void)n;
    (void)mode;
    s->calls++;
    for (uint32_t i = 0; i < v->jobs.n; i++) {
        struct berth_decision d = {.size = sizeof d, .kind = BERTH_DO_START, .job = i};
        if (berth_job_at(v, i)->state != BERTH_JOB_PENDING)
            continue;
        d.pieces = pieces;
        d.n_pieces = place->find(h->ctx, i, (uint32_t)(h->random(h->ctx) % 4), pieces, 64);
        if (!d.n_pieces)
            continue;
        d.cookie = h->random(h->ctx);
        h->begin(h->ctx);
        h->emit(h->ctx, &d);
        if (h->random(h->ctx) % 4) {
            h->commit(h->ctx);
            continue;
        }
        h->rollback(h->ctx);
        d.pieces = &nowhere;
        d.n_pieces = 1;
        h->emit(h->ctx, &d);
        d = (struct berth_decision){
            .size = sizeof d, .kind = BERTH_DO_WAKE, .cookie = s->calls, .at = v->now + NS_PER_S};
        h->emit(h->ctx, &d);
    }
    return 0;
}

static const struct berth_policy fickle = {
    BERTH_HEAD,
    .id = "fickle",
    .summary = "tries, takes back, is refused",
    .version = "1",
    .source = "",
    .uses = BERTH_CAN_SHARE,
    .wake_mask = ~(UINT64_C(1) << BERTH_EV_REFUSED),
    .create = fickle_create,
    .destroy = fickle_destroy,
    .decide = fickle_decide,
};

static void refusals_transactions_timers_and_random_numbers_replay_too(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct arena a;
        struct topology fleet;
        struct job_set jobs;
        struct outcome o;
        struct journal_file f;
        struct diag d = {0};
        char digest[33];
        arena_init(&a);
        draw(&fleet, &jobs, &a, seed, 120, true);
        /* Refused decisions are a fault of the policy; the journal of the run is kept. */
        assert_int_equal(
            record(&jobs, &fleet, "", (struct engine_costs){0}, &fickle, scratch(0), &a, &o),
            STATUS_POLICY);
        assert_int_equal(journal_file_read(scratch(0), &a, &f, &d), 0);
        assert_true(f.refused > 0);
        replays(&f, &fickle, &a, digest);
        assert_string_equal(digest, o.digest);
        journal_file_free(&f);
        builders_free(&jobs);
        arena_free(&a);
    }
    unlink(scratch(0));
}

static void the_recorded_decisions_lead_to_every_moment_of_the_run(void **state)
{
    struct arena a;
    struct topology fleet;
    struct job_set jobs;
    struct outcome o;
    struct journal_file f;
    struct journal_cursor c;
    struct journal_record n;
    struct diag d = {0};
    uint32_t decisions = 0;
    (void)state;
    arena_init(&a);
    draw(&fleet, &jobs, &a, 11, 80, true);
    assert_int_equal(record(&jobs, &fleet, "order=las,walk=desired",
                            (struct engine_costs){.save = 9 * NS_PER_S}, NULL, scratch(0), &a, &o),
                     0);
    assert_int_equal(journal_file_read(scratch(0), &a, &f, &d), 0);
    c = journal_file_begin(&f);
    while (journal_file_next(&c, &n)) {
        struct replay *r;
        int rc;
        if (n.what != JOURNAL_DECISION || decisions++ % 7)
            continue;
        r = ARENA_NEW(&a, struct replay);
        rc = replay_open(r, &(struct replay_config){.file = &f, .stop = n.offset}, &a, &d);
        while (rc >= 0 && !r->stopped && (rc = replay_call(r, &d)) > 0)
            ;
        if (rc < 0)
            fail_msg("offset %u: %s", (unsigned)n.offset, d.message);
        assert_true(r->stopped);
        occupancy_verify(&r->host.occ);
        replay_free(r);
    }
    assert_true(decisions > 80);
    journal_file_end(&c);
    journal_file_free(&f);
    builders_free(&jobs);
    arena_free(&a);
    unlink(scratch(0));
}

/* Against the obvious: all starts of both runs in order, from the outcomes. */
static void the_first_difference_is_where_the_starts_part(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 12; k++) {
        struct arena a;
        struct topology fleet;
        struct job_set jobs;
        struct outcome o[2];
        struct journal_file f[2];
        struct divergence *v;
        struct diag d = {0};
        ns_t apart = NS_NEVER;
        arena_init(&a);
        draw(&fleet, &jobs, &a, 50 + k, 150, true);
        v = ARENA_NEW(&a, struct divergence);
        for (int i = 0; i < 2; i++) {
            const char *policy = i ? "walk=skip,place=bestfit" : "walk=strict,place=bestfit";
            assert_int_equal(record(&jobs, &fleet, policy, (struct engine_costs){0}, NULL,
                                    scratch(i), &a, &o[i]),
                             0);
            assert_int_equal(journal_file_read(scratch(i), &a, &f[i], &d), 0);
        }
        for (uint32_t j = 0; j < jobs.n; j++) {
            ns_t x = o[0].results[j].start, y = o[1].results[j].start;
            if (x != y && (x < y ? x : y) < apart)
                apart = x < y ? x : y;
        }
        assert_int_equal(divergence_find(v, &f[0], &f[1], false, &a, &d), 0);
        assert_int_equal(v->different, apart != NS_NEVER);
        if (v->different)
            assert_int_equal(v->at, apart);
        divergence_free(v);
        assert_int_equal(divergence_find(v, &f[1], &f[1], true, &a, &d), 0);
        assert_false(v->different);
        divergence_free(v);
        journal_file_free(&f[0]);
        journal_file_free(&f[1]);
        builders_free(&jobs);
        arena_free(&a);
    }
    unlink(scratch(0));
    unlink(scratch(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_run_replays_to_the_same_digest_and_recording_changes_nothing),
        cmocka_unit_test(refusals_transactions_timers_and_random_numbers_replay_too),
        cmocka_unit_test(the_recorded_decisions_lead_to_every_moment_of_the_run),
        cmocka_unit_test(the_first_difference_is_where_the_starts_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

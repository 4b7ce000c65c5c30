/* policies_check.c - berth policies check POLICY. */
#include "cli/policies_check.h"

#include "base/writer.h"
#include "cli/contain.h"
#include "experiment/conform.h"
#include "sched/core_policy.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEED 1

/* What the children write and the parent reads. */
struct checked {
    struct host_note note;
    struct diag load;
    char id[256], version[32];
    struct conform_result result[CONFORM_MOST];
};

/* In the child: load, and run the check, or only load when there is none. */
static void check_here(struct checked *k, const char *policy, uint32_t i, bool only_load)
{
    struct conform c;
    struct arena a;

    arena_init(&a);
    if (conform_init(&c, policy, SEED, &a, &k->load) == 0) {
        const struct berth_policy *p = c.choice.parts ? c.choice.parts : c.choice.policy;
        c.note = &k->note;
        snprintf(k->id, sizeof k->id, "%s", p == &core_policy ? policy : p->id);
        snprintf(k->version, sizeof k->version, "%s", p->version ? p->version : "");
        if (!only_load)
            conform_checks[i].run(&c, &k->result[i]);
    }
    fflush(NULL);
    _exit(0);
}

static int check_apart(struct checked *k, const char *policy, uint32_t i, bool only_load,
                       ns_t limit, struct diag *d)
{
    struct contain_end end;
    pid_t child;

    memset(&k->note, 0, sizeof k->note);
    child = contain_fork(d);
    if (child < 0)
        return -1;
    if (child == 0)
        check_here(k, policy, i, only_load);
    end = contain_wait(child, &k->note, 1, limit);
    if (end.how == CONTAIN_ENDED && end.status > 128) /* a signal for the parent */
        exit(end.status);
    return contain_in_order(&end, &k->note, 1, d) ? 0 : -1;
}

static const char *verdict_name(uint32_t verdict)
{
    return verdict == CONFORM_OK ? "ok" : verdict == CONFORM_FAILED ? "FAILED" : "skipped";
}

static void print_line(const struct conform_check *check, const struct conform_result *r)
{
    printf("  %-8s %-13s %s\n", verdict_name(r->verdict), check->name,
           *r->text ? r->text : check->claim);
}

static int print_json(const struct checked *k, uint32_t failed, struct diag *d)
{
    struct writer w;

    if (writer_open(&w, "-", d) < 0)
        return -1;
    writer_print(&w, "{\"berth_policy_check\":1,\"policy\":");
    writer_json(&w, k->id);
    writer_print(&w, ",\"version\":");
    writer_json(&w, k->version);
    writer_print(&w, ",\"failed\":%u,\"checks\":[", failed);
    for (uint32_t i = 0; conform_checks[i].name; i++) {
        writer_print(&w, "%s\n{\"name\":", i ? "," : "");
        writer_json(&w, conform_checks[i].name);
        writer_print(&w, ",\"claim\":");
        writer_json(&w, conform_checks[i].claim);
        writer_print(&w, ",\"verdict\":");
        writer_json(&w, verdict_name(k->result[i].verdict));
        writer_print(&w, ",\"text\":");
        writer_json(&w, *k->result[i].text ? k->result[i].text : NULL);
        writer_print(&w, "}");
    }
    writer_print(&w, "\n]}\n");
    return writer_close(&w, d);
}

static int run_checks(const struct call *c, struct checked *k, const char *policy, ns_t limit,
                      struct diag *d)
{
    bool lines = !c->opts->json && !c->opts->quiet;
    uint32_t failed = 0, n = 0;

    if (check_apart(k, policy, 0, true, limit, d) < 0)
        return -1;
    if (k->load.status) {
        *d = k->load;
        return -1;
    }
    if (lines)
        printf("%s %s\n", k->id, k->version);
    for (; conform_checks[n].name; n++) {
        struct conform_result *r = &k->result[n];
        struct diag trouble = {0};
        if (check_apart(k, policy, n, false, limit, &trouble) < 0) {
            r->verdict = CONFORM_FAILED;
            snprintf(r->text, sizeof r->text, "%.470s", trouble.message);
        }
        failed += r->verdict == CONFORM_FAILED;
        if (lines)
            print_line(&conform_checks[n], r);
    }
    if (lines)
        printf("%u of %u checks failed\n", failed, n);
    if (c->opts->json && print_json(k, failed, d) < 0)
        return -1;
    return failed ? STATUS_POLICY : STATUS_OK;
}

int policies_check(const struct call *c, const char *policy, struct diag *d)
{
    struct checked *k;
    ns_t limit;
    int status;

    if (contain_limit(c->opts->call_limit, &limit, d) < 0)
        return -1;
    k = contain_share(sizeof *k);
    status = run_checks(c, k, policy, limit, d);
    contain_unshare(k, sizeof *k);
    return status;
}

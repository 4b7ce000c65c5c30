/* cmd_diff.c - berth diff: the first decision in which two recorded runs differ. */
#include "base/writer.h"
#include "cli/cmd.h"
#include "cli/journal_text.h"
#include "experiment/divergence.h"
#include "host/emit.h"

#include <string.h>

static const struct verb_example examples[] = {
    {"berth run hello.json --policy fifo --journal -o out/fifo", "record one run"},
    {"berth run hello.json --policy easy --journal -o out/easy", "and another"},
    {"berth diff out/fifo out/easy", "where do they part, and who waited then?"},
    {0},
};

static const struct opts_flag own_flags[] = {
    {"all", 0, OPTS_BOOL, offsetof(struct opts, all), NULL,
     "compare promises, timers, refusals and transactions too", NULL},
    {0},
};

static const struct opts_table own = {"what to compare", own_flags};

/* ---- words ---- */

static const char *name_of(const struct divergence *v, uint32_t slot, char *to)
{
    return replay_job(v->replay.file, v->replay.host.job.at[slot].key, to);
}

/* "8", or "0.250" for a share */
static const char *gpus_text(const struct divergence *v, uint32_t slot, char *to, size_t room)
{
    uint64_t milli = v->replay.host.request[v->replay.host.job.at[slot].request].demand_milli;

    if (milli % 1000)
        snprintf(to, room, "%llu.%03u", (unsigned long long)(milli / 1000),
                 (unsigned)(milli % 1000));
    else
        snprintf(to, room, "%llu", (unsigned long long)(milli / 1000));
    return to;
}

static const char *clock_text(ns_t t, char *to)
{
    if (t < 0 || t == NS_NEVER)
        snprintf(to, 48, "-");
    else
        units_clock_text(t, to);
    return to;
}

static uint32_t free_of_type(const struct host *h, uint32_t type)
{
    return h->occ.pool[type].free;
}

/* ---- for people ---- */

static void print_decision(struct writer *w, const struct divergence *v, int side)
{
    const struct decided_one *one = divergence_decision(v, side);
    char clock[48];

    writer_print(w, "  %c  ", 'A' + side);
    if (!one || one->now != v->at)
        writer_print(w, one ? "nothing; next, at %s: " : "nothing any more",
                     one ? units_clock_text(one->now, clock) : "");
    if (one)
        journal_text_decision(w, v->side[side].file, one,
                              v->side[side].call.pieces.at + one->first);
    writer_char(w, '\n');
}

static void print_events(struct writer *w, const struct divergence *v)
{
    writer_print(w, "\nevents of the call\n");
    for (uint32_t i = 0; i < v->replay.events.n && i < DIVERGENCE_LISTED; i++) {
        writer_print(w, "  ");
        journal_text_event(w, v->replay.file, &v->replay.events.at[i]);
        writer_char(w, '\n');
    }
    if (v->replay.events.n > DIVERGENCE_LISTED)
        writer_print(w, "  and %zu more\n", v->replay.events.n - DIVERGENCE_LISTED);
}

static void print_more(struct writer *w, const struct divergence_list *l)
{
    if (l->of > l->n)
        writer_print(w, "  and %u more\n", l->of - l->n);
}

static void print_pending(struct writer *w, const struct divergence *v)
{
    const struct host *h = &v->replay.host;
    char name[12], gpus[32], wait[48], limit[48];

    writer_print(w, "\npending: %u\n", v->pending.of);
    if (v->pending.n)
        writer_print(w, "  %-16s %8s %14s %14s\n", "job", "GPUs", "waits", "limit");
    for (uint32_t i = 0; i < v->pending.n; i++) {
        uint32_t slot = v->pending.at[i];
        writer_print(w, "  %-16s %8s %14s %14s\n", name_of(v, slot, name),
                     gpus_text(v, slot, gpus, sizeof gpus),
                     clock_text(v->at - h->job.at[slot].since, wait),
                     clock_text(h->job.at[slot].limit, limit));
    }
    print_more(w, &v->pending);
}

static void print_nodes_of(struct writer *w, const struct divergence *v, uint32_t slot)
{
    const struct host *h = &v->replay.host;
    uint32_t n, last = NODE_NONE, shown = 0;
    const struct held *p = host_held(h, slot, &n);
    char node[16];

    for (uint32_t i = 0; i < n; i++) {
        if (p[i].node == last)
            continue;
        last = p[i].node;
        if (shown++ < 4)
            writer_print(w, "%s%s", shown > 1 ? "," : "", topology_node_name(h->topo, last, node));
    }
    if (shown > 4)
        writer_print(w, ",...");
}

static void print_running(struct writer *w, const struct divergence *v)
{
    static const char *const state[] = {"free",    "pending",  "starting",
                                        "running", "stopping", "moving"};
    const struct host *h = &v->replay.host;
    char name[12], gpus[32], since[48], end[48];

    writer_print(w, "\nrunning: %u\n", v->running.of);
    if (v->running.n)
        writer_print(w, "  %-16s %8s %-9s %14s %14s  %s\n", "job", "GPUs", "state", "for",
                     "limit is at", "nodes");
    for (uint32_t i = 0; i < v->running.n; i++) {
        uint32_t slot = v->running.at[i];
        writer_print(w, "  %-16s %8s %-9s %14s %14s  ", name_of(v, slot, name),
                     gpus_text(v, slot, gpus, sizeof gpus), state[h->job.at[slot].state],
                     clock_text(v->at - h->job.at[slot].since, since),
                     clock_text(divergence_limit(h, slot), end));
        print_nodes_of(w, v, slot);
        writer_char(w, '\n');
    }
    print_more(w, &v->running);
}

static void print_free(struct writer *w, const struct divergence *v)
{
    const struct host *h = &v->replay.host;
    const struct topology *t = h->topo;
    char node[16];

    writer_print(w, "\nfree\n");
    for (uint32_t i = 0; i < t->n_types; i++)
        writer_print(w, "  %-16s %u of %u GPUs\n", t->type_name[i], free_of_type(h, i),
                     t->type_gpus[i]);
    for (uint32_t i = 0; i < v->nodes.n; i++)
        writer_print(w, "  %-16s %u of %u GPUs\n", topology_node_name(t, v->nodes.at[i], node),
                     h->occ.n_free[v->nodes.at[i]], t->gpus[v->nodes.at[i]]);
    print_more(w, &v->nodes);
}

static void print_sides(struct writer *w, const struct divergence *v)
{
    for (int i = 0; i < 2; i++) {
        const struct journal_file *f = v->side[i].file;
        writer_print(w, "%c  %s: %s, seed %llu\n", 'A' + i, f->name, f->policy,
                     (unsigned long long)f->seed);
    }
}

static void print_text(struct writer *w, const struct divergence *v)
{
    char clock[48], seconds[24];

    print_sides(w, v);
    if (!v->different) {
        writer_print(w, "identical: %llu decisions\n", (unsigned long long)v->same);
        return;
    }
    writer_print(w, "\nfirst difference at %s (%s s), after %llu equal decision%s\n",
                 units_clock_text(v->at, clock), units_seconds_text(v->at, seconds),
                 (unsigned long long)v->same, v->same == 1 ? "" : "s");
    print_decision(w, v, 0);
    print_decision(w, v, 1);
    print_events(w, v);
    print_pending(w, v);
    print_running(w, v);
    print_free(w, v);
}

/* ---- for machines ---- */

static void json_text(struct writer *w, const char *key, const char *text)
{
    writer_print(w, "\"%s\":", key);
    writer_json(w, text);
}

static void json_decision(struct writer *w, const struct divergence *v, int side)
{
    const struct decided_one *one = divergence_decision(v, side);
    const struct divergence_side *s = &v->side[side];
    char name[16];

    if (!v->different || !one) {
        writer_print(w, "null");
        return;
    }
    writer_print(w, "{\"at\":%lld,", (long long)one->now);
    json_text(w, "kind", one->is.kind ? emit_kind_text(one->is.kind) : "TRANSACTION");
    writer_print(w, ",\"job\":");
    writer_json(w, one->key == UINT64_MAX ? NULL : replay_job(s->file, one->key, name));
    writer_print(w, ",\"arg\":%lld,\"refused\":%s,\"pieces\":[", (long long)one->is.arg,
                 one->refused ? "true" : "false");
    for (uint32_t i = 0; i < one->is.n_pieces; i++) {
        const struct berth_piece *p = &s->call.pieces.at[one->first + i];
        writer_print(w, "%s{", i ? "," : "");
        json_text(w, "node",
                  p->node < s->file->fleet.n_nodes
                      ? topology_node_name(&s->file->fleet, p->node, name)
                      : "?");
        writer_print(w, ",\"base\":%u,\"milli\":%u,\"mask\":\"%llx\"}", p->base, p->milli,
                     (unsigned long long)p->mask);
    }
    writer_print(w, "]}");
}

static void json_jobs(struct writer *w, const struct divergence *v, const char *what,
                      const struct divergence_list *l)
{
    const struct host *h = &v->replay.host;
    char name[12];

    writer_print(w, ",\n\"%s\":{\"n\":%u,\"jobs\":[", what, l->of);
    for (uint32_t i = 0; i < l->n; i++) {
        const struct berth_job *j = &h->job.at[l->at[i]];
        writer_print(w, "%s{", i ? "," : "");
        json_text(w, "job", name_of(v, l->at[i], name));
        writer_print(w, ",\"milli\":%llu,\"since\":%lld,\"limit\":%lld}",
                     (unsigned long long)h->request[j->request].demand_milli, (long long)j->since,
                     (long long)j->limit);
    }
    writer_print(w, "]}");
}

static void json_state(struct writer *w, const struct divergence *v)
{
    const struct host *h = &v->replay.host;
    char name[16];

    writer_print(w, ",\n\"at\":%lld,\"events\":[", (long long)v->at);
    for (uint32_t i = 0; i < v->replay.events.n; i++) {
        writer_print(w, "%s{", i ? "," : "");
        json_text(w, "kind", journal_text_event_kind(v->replay.events.at[i].kind));
        writer_print(w, ",\"at\":%lld,\"job\":", (long long)v->replay.events.at[i].at);
        writer_json(w, v->replay.events.at[i].job == BERTH_NONE
                           ? NULL
                           : replay_job(v->replay.file, v->replay.events.at[i].key, name));
        writer_print(w, "}");
    }
    writer_print(w, "]");
    json_jobs(w, v, "pending", &v->pending);
    json_jobs(w, v, "running", &v->running);
    writer_print(w, ",\n\"free\":[");
    for (uint32_t i = 0; i < h->topo->n_types; i++) {
        writer_print(w, "%s{", i ? "," : "");
        json_text(w, "gpu_type", h->topo->type_name[i]);
        writer_print(w, ",\"free\":%u,\"gpus\":%u}", free_of_type(h, i), h->topo->type_gpus[i]);
    }
    writer_print(w, "],\n\"nodes\":[");
    for (uint32_t i = 0; i < v->nodes.n; i++) {
        uint32_t node = v->nodes.at[i];
        writer_print(w, "%s{", i ? "," : "");
        json_text(w, "node", topology_node_name(h->topo, node, name));
        writer_print(w, ",\"free\":%u,\"gpus\":%u}", h->occ.n_free[node], h->topo->gpus[node]);
    }
    writer_print(w, "]");
}

static void print_json(struct writer *w, const struct divergence *v)
{
    writer_print(w, "{\"berth_diff\":1,\"same\":%s,\"equal_decisions\":%llu",
                 v->different ? "false" : "true", (unsigned long long)v->same);
    for (int i = 0; i < 2; i++) {
        const struct journal_file *f = v->side[i].file;
        writer_print(w, ",\n\"%c\":{", 'a' + i);
        json_text(w, "journal", f->name);
        writer_char(w, ',');
        json_text(w, "policy", f->policy);
        writer_print(w, ",\"seed\":%llu,\"decision\":", (unsigned long long)f->seed);
        json_decision(w, v, i);
        writer_print(w, "}");
    }
    if (v->different)
        json_state(w, v);
    writer_print(w, "}\n");
}

/* ---- the command ---- */

static int show(const struct opts *o, const struct divergence *v, struct diag *d)
{
    struct writer w;

    if (writer_open(&w, "-", d) < 0)
        return -1;
    if (o->json)
        print_json(&w, v);
    else if (!o->quiet)
        print_text(&w, v);
    return writer_close(&w, d) < 0 ? -1 : v->different ? STATUS_GATE : STATUS_OK;
}

static int compare(const struct opts *o, struct arena *a, struct diag *d)
{
    struct journal_file f[2];
    struct divergence *v = ARENA_NEW(a, struct divergence);
    int rc;

    memset(f, 0, sizeof f);
    rc = journal_text_read(o->args.at[0], a, &f[0], d);
    if (rc == 0)
        rc = journal_text_read(o->args.at[1], a, &f[1], d);
    if (rc == 0)
        rc = divergence_find(v, &f[0], &f[1], o->all, a, d);
    if (rc == 0)
        rc = show(o, v, d);
    divergence_free(v);
    journal_file_free(&f[0]);
    journal_file_free(&f[1]);
    return rc;
}

static int cmd_diff(const struct call *c, struct diag *d)
{
    struct arena a;
    int rc;

    if (c->opts->args.n < 2)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "expected two journals to compare, or folders that hold one each");
    arena_init(&a);
    rc = compare(c->opts, &a, d);
    arena_free(&a);
    return rc;
}

const struct verb cmd_diff_verb = {
    .name = "diff",
    .args = "A B",
    .summary = "the first decision in which two recorded runs differ, and the state around it",
    .group = "run",
    .examples = examples,
    .tables = {&own, &opts_speaking},
    .args_max = 2,
    .run = cmd_diff,
};

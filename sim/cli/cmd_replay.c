/* cmd_replay.c - berth replay: the events of a journal through a policy, without the simulator. */
#include "base/writer.h"
#include "cli/cmd.h"
#include "cli/journal_text.h"
#include "experiment/choice.h"
#include "host/replay.h"

#include <string.h>

static const struct verb_example examples[] = {
    {"berth replay out/", "the same policy decides the same: exit status 0"},
    {"berth replay out/journal.berth --policy easy",
     "where would another policy decide otherwise?"},
    {"berth replay out/ --print", "every event and decision as text"},
    {0},
};

static const struct opts_flag own_flags[] = {
    {"policy", 0, OPTS_TEXT, offsetof(struct opts, policy), "NAME",
     "another policy than the recorded one; decisions are compared by effect", NULL},
    {"print", 0, OPTS_BOOL, offsetof(struct opts, print), NULL,
     "print the journal as text, and replay nothing", NULL},
    {0},
};

static const struct opts_table own = {"what to replay", own_flags};

/* The recorded policy with its recorded options, or the one that was asked for. */
static int choose(const struct opts *o, const struct journal_file *f, struct arena *a,
                  struct replay_config *c, struct diag *d)
{
    struct choice *choice = ARENA_NEW(a, struct choice);

    if (choice_parse(o->policy ? o->policy : f->policy, NULL, a, choice, d) < 0)
        return -1;
    c->as = (struct host_config){.policy = choice->policy,
                                 .text = choice->config,
                                 .values = choice->values,
                                 .n_values = choice->n_values,
                                 .parts = choice->parts,
                                 .parts_text = choice->parts_config,
                                 .parts_values = choice->parts_values,
                                 .n_parts_values = choice->n_parts_values};
    if (o->policy)
        return 0;
    if (strcmp(choice->policy->id, f->id))
        return diag_fail(d, STATUS_POLICY, (struct diag_at){.file = f->name},
                         "policy %s is '%s' here, recorded is '%s'", f->policy, choice->policy->id,
                         f->id);
    c->exactly = true;
    c->as.text = f->text;
    c->as.values = f->values;
    c->as.n_values = f->n_values;
    return 0;
}

static void print_side(struct writer *w, const struct journal_file *f, const char *side,
                       const struct decided *s, size_t i)
{
    writer_print(w, "  %s  ", side);
    if (i < s->all.n)
        journal_text_decision(w, f, &s->all.at[i], s->pieces.at + s->all.at[i].first);
    else
        writer_print(w, "nothing");
    writer_char(w, '\n');
}

static int print_result(const struct opts *o, const struct replay *r, const char *digest,
                        struct diag *d)
{
    const struct journal_file *f = r->file;
    bool same = r->different == SIZE_MAX;
    struct writer w;
    char clock[48], recorded[33];

    digest_text(&f->digest, recorded);
    if (writer_open(&w, "-", d) < 0)
        return -1;
    if (o->json) {
        writer_print(&w, "{\"berth_replay\":1,\"same\":%s,\"calls\":%llu,\"decisions\":%llu,",
                     same ? "true" : "false", (unsigned long long)r->calls,
                     (unsigned long long)r->host.decisions);
        writer_print(&w, "\"digest\":\"%s\",\"recorded_digest\":\"%s\",\"differs_at_ns\":", digest,
                     recorded);
        if (same)
            writer_print(&w, "null}\n");
        else
            writer_print(&w, "%lld}\n", (long long)r->host.view.now);
    } else if (same && !o->quiet) {
        writer_print(&w, "same: %llu calls, %llu decisions, digest %s\n",
                     (unsigned long long)r->calls, (unsigned long long)r->host.decisions, digest);
    } else if (!same) {
        writer_print(&w, "differs at %s, call %llu, decision %zu of the call\n",
                     units_clock_text(r->host.view.now, clock), (unsigned long long)r->calls,
                     r->different + 1);
        print_side(&w, f, "recorded", &r->recorded, r->different);
        print_side(&w, f, "replayed", &r->made, r->different);
    }
    return writer_close(&w, d) < 0 ? -1 : same ? STATUS_OK : STATUS_GATE;
}

static int replay(const struct opts *o, const struct journal_file *f, struct arena *a,
                  struct diag *d)
{
    struct replay *r = ARENA_NEW(a, struct replay);
    struct replay_config c = {.file = f, .stop = SIZE_MAX};
    char digest[33];
    int rc;

    if (choose(o, f, a, &c, d) < 0)
        return -1;
    rc = replay_open(r, &c, a, d);
    while (rc >= 0 && r->different == SIZE_MAX && (rc = replay_call(r, d)) > 0)
        ;
    digest_text(&r->host.digest, digest);
    /* The decisions are the same; a digest that is not says that the journal's end is of another run. */
    if (rc >= 0 && r->different == SIZE_MAX && c.exactly &&
        (r->host.digest.a != f->digest.a || r->host.digest.b != f->digest.b))
        rc = journal_file_fail(
            f, f->n, d, "the decisions have digest %s, which is not the recorded one", digest);
    if (rc >= 0)
        rc = print_result(o, r, digest, d);
    replay_free(r);
    return rc;
}

static int print(const struct journal_file *f, struct diag *d)
{
    struct writer w;

    if (writer_open(&w, "-", d) < 0)
        return -1;
    journal_text_all(&w, f);
    return writer_close(&w, d) < 0 ? -1 : STATUS_OK;
}

static int cmd_replay(const struct call *c, struct diag *d)
{
    const struct opts *o = c->opts;
    struct journal_file f;
    struct arena a;
    int rc;

    if (!o->args.n)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "nothing to replay; give a journal or a folder that holds one");
    arena_init(&a);
    rc = journal_text_read(o->args.at[0], &a, &f, d);
    if (rc == 0)
        rc = o->print ? print(&f, d) : replay(o, &f, &a, d);
    journal_file_free(&f);
    arena_free(&a);
    return rc;
}

const struct verb cmd_replay_verb = {
    .name = "replay",
    .args = "JOURNAL",
    .summary = "the events of a recorded run through its policy again",
    .group = "run",
    .examples = examples,
    .tables = {&own, &opts_speaking},
    .args_max = 1,
    .run = cmd_replay,
};

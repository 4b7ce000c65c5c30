/* journal_text.c - journals on the command line: where they are, and their contents as text. */
#include "cli/journal_text.h"

#include "host/emit.h"
#include "host/replay.h"
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

enum { NAMED = 3 };

/* "recorded in its folders 01-fifo, 02-easy": what to give instead of a folder of several trials. */
static void hint_folders(const char *path, struct diag *d)
{
    struct dirent **list;
    struct stat s;
    char names[200] = "";
    size_t used = 0;
    int found = 0, n = scandir(path, &list, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        char file[1400];
        snprintf(file, sizeof file, "%s/%.255s/%s", path, list[i]->d_name, JOURNAL_NAME);
        if (list[i]->d_name[0] != '.' && stat(file, &s) == 0 && found++ < NAMED &&
            used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                     list[i]->d_name);
        free(list[i]);
    }
    if (n >= 0)
        free(list);
    if (found)
        diag_hint(d, "give one of its folders: %s%s", names, found > NAMED ? ", ..." : "");
    else
        diag_hint(d, "record one with 'berth run --journal -o DIR'");
}

int journal_text_read(const char *path, struct arena *a, struct journal_file *f, struct diag *d)
{
    struct stat s;
    char file[1200];

    if (stat(path, &s) < 0 || !S_ISDIR(s.st_mode))
        return journal_file_read(path, a, f, d);
    memset(f, 0, sizeof *f);
    snprintf(file, sizeof file, "%s/%s", path, JOURNAL_NAME);
    if (stat(file, &s) == 0)
        return journal_file_read(file, a, f, d);
    diag_fail(d, STATUS_INPUT, (struct diag_at){.file = path}, "the folder holds no %s",
              JOURNAL_NAME);
    hint_folders(path, d);
    return -1;
}

/* ---- pieces and decisions ---- */

/* "0-3,6" */
static void print_mask(struct writer *w, uint32_t base, uint64_t mask)
{
    const char *comma = "";

    for (uint32_t i = 0; i < 64; i++) {
        uint32_t first = i;
        if (!(mask >> i & 1))
            continue;
        while (i < 63 && mask >> (i + 1) & 1)
            i++;
        writer_print(w, "%s%u", comma, base + first);
        if (i > first)
            writer_print(w, "-%u", base + i);
        comma = ",";
    }
}

void journal_text_piece(struct writer *w, const struct journal_file *f, const struct berth_piece *p)
{
    char name[16];
    const struct held h = {p->node, p->base, p->milli, p->mask};

    writer_print(
        w, "%s: ", p->node < f->fleet.n_nodes ? topology_node_name(&f->fleet, p->node, name) : "?");
    if (!p->mask) {
        writer_print(w, "CPU of %u", p->base);
        return;
    }
    if (occupancy_is_instance(&h))
        writer_print(w, "instance %u at slot %u of ", occupancy_profile(&h), occupancy_start(&h));
    else if (p->milli != 1000)
        writer_print(w, "0.%03u of ", p->milli);
    writer_print(w, p->mask & (p->mask - 1) ? "GPUs " : "GPU ");
    print_mask(w, occupancy_base(&h), p->mask);
}

void journal_text_decision(struct writer *w, const struct journal_file *f,
                           const struct decided_one *one, const struct berth_piece *pieces)
{
    char job[12], seconds[24];
    const struct berth_decision *d = &one->is;

    if (!d->kind) {
        writer_print(w, "%s", d->arg == 'b' ? "begin" : d->arg == 'c' ? "commit" : "roll back");
        return;
    }
    writer_print(w, "%s", emit_kind_text(d->kind));
    if (d->kind != BERTH_DO_WAKE && d->kind != BERTH_DO_UNWAKE)
        writer_print(w, " %s", replay_job(f, one->key, job));
    else
        writer_print(w, " %llu", (unsigned long long)d->cookie);
    if (d->kind == BERTH_DO_WAKE || d->kind == BERTH_DO_RESERVE)
        writer_print(w, " at %s s", units_seconds_text(d->at, seconds));
    if (d->kind == BERTH_DO_PREEMPT)
        writer_print(w, d->arg == BERTH_STOP_SAVE ? ", saving its state" : ", not saving");
    if (d->kind == BERTH_DO_HOLD)
        writer_print(w, " %lld replicas", (long long)d->arg);
    if (d->kind == BERTH_DO_EXPLAIN)
        writer_print(w, " reason %u", d->reason);
    for (uint32_t i = 0; i < d->n_pieces; i++) {
        writer_print(w, i ? ", " : " on ");
        journal_text_piece(w, f, &pieces[i]);
    }
    if (one->refused)
        writer_print(w, "; refused: %s", emit_refusal_text(one->refused));
}

/* ---- events ---- */

const char *journal_text_event_kind(uint16_t kind)
{
    static const char *const text[BERTH_EV_KINDS] = {
        "NONE",         "JOB_FINISHED",  "JOB_PREEMPTED", "JOB_MIGRATED", "JOB_STARTED",
        "PLACE_FAILED", "REFUSED",       "TIMER",         "NODE_UP",      "NODE_DOWN",
        "NODE_DRAIN",   "JOB_CANCELLED", "JOB_CHANGED",   "JOB_SUBMITTED"};

    return kind < BERTH_EV_KINDS ? text[kind] : "unknown";
}

static void print_request(struct writer *w, const struct journal_file *f, uint64_t key)
{
    const struct request *r = &f->jobs.requests[f->jobs.specs[key].request];

    if (r->share_milli && r->share_milli < 1000)
        writer_print(w, "%u x 0.%03u GPU", r->gpus, r->share_milli);
    else
        writer_print(w, "%u GPU%s", r->gpus, r->gpus == 1 ? "" : "s");
}

void journal_text_event(struct writer *w, const struct journal_file *f, const struct berth_event *e)
{
    char job[12], seconds[24], node[16];
    const char *name = replay_job(f, e->key, job);

    switch (e->kind) {
    case BERTH_EV_JOB_SUBMITTED:
        writer_print(w, "%s submitted: ", name);
        print_request(w, f, e->key);
        break;
    case BERTH_EV_JOB_STARTED:
        writer_print(w, "%s started", name);
        break;
    case BERTH_EV_JOB_FINISHED:
        writer_print(w, "%s ended after %s s", name, units_seconds_text(e->a, seconds));
        break;
    case BERTH_EV_JOB_PREEMPTED:
        writer_print(w, "%s stopped, %s s lost", name, units_seconds_text(e->a, seconds));
        break;
    case BERTH_EV_JOB_MIGRATED:
        writer_print(w, "%s moved", name);
        break;
    case BERTH_EV_REFUSED:
        writer_print(w, "%s refused: %s", emit_kind_text((uint16_t)e->a),
                     emit_refusal_text(e->code));
        break;
    case BERTH_EV_TIMER:
        writer_print(w, "timer %llu", (unsigned long long)e->cookie);
        break;
    case BERTH_EV_NODE_UP:
    case BERTH_EV_NODE_DOWN:
    case BERTH_EV_NODE_DRAIN:
        writer_print(w, "%s %s", journal_text_event_kind(e->kind),
                     e->key < f->fleet.n_nodes
                         ? topology_node_name(&f->fleet, (uint32_t)e->key, node)
                         : "?");
        break;
    default:
        writer_print(w, "%s %s", journal_text_event_kind(e->kind), name);
        break;
    }
}

/* ---- the whole ---- */

static void print_head(struct writer *w, const struct journal_file *f)
{
    writer_print(w, "journal of berth %s\npolicy %s\n", f->program, f->policy);
    writer_print(w, "runs %s%s%s\nseed %llu\n", f->id, *f->text ? ": " : "", f->text,
                 (unsigned long long)f->seed);
    for (uint32_t i = 0; i < f->n_inputs; i++)
        writer_print(w, "input %s %s %s\n", f->inputs[i].role, f->inputs[i].file,
                     f->inputs[i].sha256);
    writer_print(w, "fleet %u nodes, %u GPUs\njobs %u of %u\n", f->fleet.n_nodes, f->fleet.n_gpus,
                 f->submitted, f->jobs.n);
}

static void print_record(struct writer *w, const struct journal_file *f,
                         const struct journal_record *r, uint64_t key)
{
    const struct decided_one one = {.is = r->decision, .key = key, .refused = r->refused};
    char seconds[24], more[24], job[12];

    switch (r->what) {
    case JOURNAL_SUBMIT:
    case JOURNAL_EVENT:
        writer_print(w, "%s event ", units_seconds_text(r->at, seconds));
        journal_text_event(w, f, &r->event);
        break;
    case JOURNAL_PROGRESS:
        writer_print(w, "  %s has done %s s, %s s saved", replay_job(f, key, job),
                     units_seconds_text(r->ran, seconds), units_seconds_text(r->saved, more));
        break;
    case JOURNAL_BATCH:
        writer_print(w, "%s call with %u events", units_seconds_text(r->at, seconds), r->n_events);
        break;
    case JOURNAL_DECISION:
        writer_print(w, "  ");
        journal_text_decision(w, f, &one, r->decision.pieces);
        break;
    case JOURNAL_TRANSACTION:
        writer_print(w, "  %s",
                     r->transaction == 'b'   ? "begin"
                     : r->transaction == 'c' ? "commit"
                                             : "roll back");
        break;
    default:
        break;
    }
    writer_char(w, '\n');
}

void journal_text_all(struct writer *w, const struct journal_file *f)
{
    struct journal_cursor c = journal_file_begin(f);
    struct journal_record r;
    VEC(uint64_t) key = {0}; /* of the job in a slot */
    char digest[33], seconds[24];

    print_head(w, f);
    while (journal_file_next(&c, &r)) {
        if (r.what == JOURNAL_SUBMIT) {
            while (key.n <= r.slot && key.n <= f->jobs.n)
                VEC_PUSH(&key, UINT64_MAX);
            if (r.slot < key.n)
                key.at[r.slot] = r.job.key;
        }
        print_record(w, f, &r, r.slot < key.n ? key.at[r.slot] : UINT64_MAX);
    }
    digest_text(&f->digest, digest);
    writer_print(w, "%s end: status %u, %llu calls, %llu decisions, %llu refused, digest %s\n",
                 units_seconds_text(f->end, seconds), f->status, (unsigned long long)f->batches,
                 (unsigned long long)f->decisions, (unsigned long long)f->refused, digest);
    VEC_FREE(&key);
    journal_file_end(&c);
}

/* slurm_row.c - one row of sacct as times, sizes and an end. */
#include "ingest/slurm_row.h"

#include "ingest/shape.h"
#include "ingest/slurm_tres.h"

#include <string.h>
#include <strings.h>

#define GPUS_MAX 1048576

static const char *const names[SLURM_COLUMNS] = {
    "JobID",  "Account",    "User",    "Priority",  "Submit",    "Eligible",  "Start",
    "End",    "ElapsedRaw", "Elapsed", "Suspended", "State",     "Timelimit", "TimelimitRaw",
    "NNodes", "AllocCPUS",  "ReqMem",  "ReqTRES",   "AllocTRES",
};

static bool ours(const char *name)
{
    /* fields of sacct that look like a misspelling of one we use */
    static const char *const lookalikes[] = {"ReqGRES", "AllocGRES", "JobIDRaw", "QOS"};

    for (size_t i = 0; i < SLURM_COLUMNS; i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    for (size_t i = 0; i < sizeof lookalikes / sizeof *lookalikes; i++)
        if (strcasecmp(lookalikes[i], name) == 0)
            return true;
    return false;
}

/* Complain about a missing column; `always` even when no other name comes near. */
static int missing(const struct slurm_reader *r, enum slurm_column want, bool always,
                   struct diag *d)
{
    const char *strange[SLURM_TABLE_COLUMNS], *near;
    char said[96] = "";
    uint32_t n = 0;

    for (uint32_t i = 0; i < r->table.n; i++)
        if (!ours(r->table.name[i]))
            strange[n++] = r->table.name[i];
    near = n ? diag_nearest(names[want], strange, n) : NULL;
    if (!near && !always)
        return 0;
    if (near)
        snprintf(said, sizeof said, " (nearest: '%.64s')", near);
    return diag_fail(d, STATUS_INPUT,
                     (struct diag_at){.file = input_name(r->table.in),
                                      .line = 1,
                                      .column = 1,
                                      .width = (uint32_t)strlen(r->table.name[0]),
                                      .text = r->table.line},
                     "column '%s' is missing%s; ask sacct for it with --format", names[want], said);
}

int slurm_row_columns(struct slurm_reader *r, struct diag *d)
{
    static const enum slurm_column needed[] = {
        SLURM_JOBID, SLURM_STATE, SLURM_SUBMIT,  SLURM_ELIGIBLE,  SLURM_ELAPSEDRAW,
        SLURM_START, SLURM_END,   SLURM_REQTRES, SLURM_ALLOCTRES,
    };
    const int *c = r->column;

    for (size_t i = 0; i < SLURM_COLUMNS; i++)
        r->column[i] = slurm_table_column(&r->table, names[i]);
    /* a misspelt column is said even when another could stand in for it */
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (c[needed[i]] < 0 && missing(r, needed[i], false, d) < 0)
            return -1;
    if (c[SLURM_JOBID] < 0)
        return missing(r, SLURM_JOBID, true, d);
    if (c[SLURM_STATE] < 0)
        return missing(r, SLURM_STATE, true, d);
    if (c[SLURM_SUBMIT] < 0 && c[SLURM_ELIGIBLE] < 0)
        return missing(r, SLURM_SUBMIT, true, d);
    if (c[SLURM_ELAPSEDRAW] < 0 && c[SLURM_ELAPSED] < 0 && (c[SLURM_START] < 0 || c[SLURM_END] < 0))
        return missing(r, SLURM_ELAPSEDRAW, true, d);
    if (c[SLURM_ALLOCTRES] < 0 && c[SLURM_REQTRES] < 0)
        return missing(r, SLURM_ALLOCTRES, true, d);
    return 0;
}

static const char *cell(const struct slurm_reader *r, enum slurm_column want, size_t *n)
{
    return slurm_table_cell(&r->table, r->column[want], n);
}

static const char *keep(const struct slurm_reader *r, enum slurm_column want)
{
    size_t n;
    const char *text = cell(r, want, &n);

    return n ? arena_text(r->arena, text, n) : NULL;
}

static bool wrong(const struct slurm_reader *r, enum slurm_column want, const char *expected,
                  struct diag *why)
{
    size_t n;
    const char *text = cell(r, want, &n);
    char found[96];

    snprintf(found, sizeof found, "%.*s", (int)(n < 80 ? n : 80), text);
    diag_expected(why, slurm_table_at(&r->table, r->column[want], 0, 0), names[want], found,
                  expected);
    return false;
}

static bool word_is(const char *text, size_t n, const char *word)
{
    return strlen(word) == n && strncasecmp(text, word, n) == 0;
}

static bool moment(struct slurm_reader *r, enum slurm_column want, ns_t *out, struct diag *why)
{
    size_t n;
    const char *text = cell(r, want, &n);
    int64_t epoch;

    *out = NS_UNKNOWN;
    if (n == 0 || word_is(text, n, "Unknown") || word_is(text, n, "None"))
        return true;
    if (units_integer(text, n, &epoch) && epoch >= 0 && epoch <= SECONDS_MAX) {
        *out = epoch * NS_PER_S;
        return true;
    }
    if (n >= 16 && zone_read(&r->zone, text, n, r->table.number, r->sink, out))
        return true;
    return wrong(r, want,
                 "YYYY-MM-DDThh:mm:ss, epoch seconds, Unknown or None (was "
                 "SLURM_TIME_FORMAT=relative set?)",
                 why);
}

static bool whole(const struct slurm_reader *r, enum slurm_column want, int64_t *out,
                  struct diag *why)
{
    size_t n;
    const char *text = cell(r, want, &n);

    *out = -1;
    if (n == 0 || (units_integer(text, n, out) && *out >= 0))
        return true;
    return wrong(r, want, "a whole number", why);
}

bool slurm_row_id(const struct slurm_reader *r, struct slurm_id *id, struct diag *why)
{
    size_t n;
    const char *text = cell(r, SLURM_JOBID, &n);

    if (slurm_text_id(text, n, id))
        return true;
    return wrong(r, SLURM_JOBID, "a job number such as 12, 12_3, 12_[4-9], 12+1 or 12.0", why);
}

/* Submit, start and length. NULL or the kind of trouble. */
static const char *times(struct slurm_reader *r, struct slurm_row *row, struct diag *why)
{
    ns_t submit, eligible, end, suspended = 0;
    int64_t raw;
    size_t n;
    const char *text;

    if (!moment(r, SLURM_SUBMIT, &submit, why) || !moment(r, SLURM_ELIGIBLE, &eligible, why) ||
        !moment(r, SLURM_START, &row->start, why) || !moment(r, SLURM_END, &end, why))
        return "time";
    row->submit = submit != NS_UNKNOWN ? submit : eligible;
    if (!r->by_submit && eligible > row->submit &&
        (row->start == NS_UNKNOWN || eligible <= row->start))
        row->submit = eligible;
    if (row->submit == NS_UNKNOWN) {
        diag_fail(why, STATUS_INPUT,
                  slurm_table_at(
                      &r->table,
                      r->column[r->column[SLURM_SUBMIT] < 0 ? SLURM_ELIGIBLE : SLURM_SUBMIT], 0, 0),
                  "Submit and Eligible are unknown, expected a time in one of them");
        return "missing";
    }
    if (row->start != NS_UNKNOWN && end != NS_UNKNOWN && end < row->start) {
        diag_fail(why, STATUS_INPUT, slurm_table_at(&r->table, r->column[SLURM_END], 0, 0),
                  "End is %lld s before Start, expected a later time",
                  (long long)((row->start - end) / NS_PER_S));
        return "end-before-start";
    }
    if (!whole(r, SLURM_ELAPSEDRAW, &raw, why))
        return "number";
    row->run = NS_UNKNOWN;
    if (raw > SECONDS_MAX) {
        wrong(r, SLURM_ELAPSEDRAW, "at most 9223372036 s (292 years)", why);
        return "time";
    }
    if (raw >= 0) {
        row->run = raw * NS_PER_S;
    } else if ((text = cell(r, SLURM_ELAPSED, &n)) && n > 0) {
        if (!slurm_text_elapsed(text, n, &row->run)) {
            wrong(r, SLURM_ELAPSED, "[DD-[HH:]]MM:SS", why);
            return "time";
        }
    } else if (row->start != NS_UNKNOWN && end != NS_UNKNOWN) {
        text = cell(r, SLURM_SUSPENDED, &n);
        if (n > 0 && !slurm_text_elapsed(text, n, &suspended)) {
            wrong(r, SLURM_SUSPENDED, "[DD-[HH:]]MM:SS", why);
            return "time";
        }
        row->run = end - row->start > suspended ? end - row->start - suspended : 0;
    }
    return NULL;
}

static const char *limit(struct slurm_reader *r, struct slurm_row *row, struct diag *why)
{
    size_t n;
    const char *text = cell(r, SLURM_TIMELIMIT, &n);
    int64_t minutes;

    if (!slurm_text_limit(text, n, &row->limit)) {
        wrong(r, SLURM_TIMELIMIT, "D-HH:MM:SS, UNLIMITED or Partition_Limit", why);
        return "time";
    }
    text = cell(r, SLURM_TIMELIMITRAW, &n);
    if (row->limit != NS_UNKNOWN || n == 0)
        return NULL;
    if (units_integer(text, n, &minutes) && minutes >= 0 && minutes <= SECONDS_MAX / 60)
        row->limit = minutes * 60 * NS_PER_S;
    else if (!slurm_text_limit(text, n, &row->limit) || row->limit != NS_UNKNOWN) {
        wrong(r, SLURM_TIMELIMITRAW, "whole minutes, UNLIMITED or Partition_Limit", why);
        return "time";
    }
    return NULL;
}

/* ReqTRES and AllocTRES are both read, so that a broken one is never passed over; what was
 * given counts, what was asked only when nothing was given. */
static const char *tres(struct slurm_reader *r, struct slurm_tres *out, enum slurm_column *from,
                        struct diag *why)
{
    static const enum slurm_column both[] = {SLURM_REQTRES, SLURM_ALLOCTRES};

    *from = r->column[SLURM_REQTRES] < 0 ? SLURM_ALLOCTRES : SLURM_REQTRES;
    for (size_t i = 0; i < 2; i++) {
        struct slurm_tres t;
        struct slurm_fault f;
        size_t n;
        const char *text = cell(r, both[i], &n);

        if (!slurm_tres_parse(text, n, &t, &f)) {
            struct diag_at at = slurm_table_at(&r->table, r->column[both[i]], f.at, f.n);
            char what[80], found[64];

            snprintf(what, sizeof what, "%s: %s", names[both[i]], f.what);
            snprintf(found, sizeof found, "%.*s", (int)(f.n < 60 ? f.n : 60), text + f.at);
            diag_expected(why, at, what, found, f.expected);
            return "number";
        }
        if (i == 0 || n > 0) {
            *out = t;
            *from = n > 0 ? both[i] : *from;
        }
    }
    return NULL;
}

/* Names of the types, joined; the counts by type are not kept. */
static void types(struct slurm_reader *r, struct slurm_row *row, const struct slurm_tres *t)
{
    char text[512];
    size_t n = 0;
    int64_t typed = 0;

    for (uint32_t i = 0; i < t->n_typed; i++) {
        if (n + t->typed[i].n + 2 > sizeof text)
            return;
        if (n > 0)
            text[n++] = '|';
        memcpy(text + n, t->typed[i].name, t->typed[i].n);
        n += t->typed[i].n;
        typed += t->typed[i].gpus;
    }
    if (n == 0 || typed < slurm_tres_gpus(t)) /* some devices have no type: any will do */
        return;
    row->types = arena_text(r->arena, text, n);
    row->mig = t->n_typed == 1 && slurm_tres_is_mig(t->typed[0].name, t->typed[0].n);
    if (t->n_typed > 1)
        sink_warn(r->sink, "mixed-types", r->table.number,
                  "a job holds several types of GPU (%s): read as any of them", row->types);
}

/* Parts of a GPU: `n` of `per` on each of `nodes` nodes together. */
static bool share(struct slurm_row *row, int64_t n, int64_t per, int64_t nodes)
{
    if (n % nodes != 0 || n / nodes > GPUS_MAX * per)
        return false;
    n /= nodes;
    if (n >= per && n % per != 0)
        return false;
    row->share_milli = n < per ? (uint32_t)((n * 1000 + per - 1) / per) : 0;
    row->n_groups = 1;
    row->groups[0] =
        (struct job_group){.replicas = (uint32_t)nodes, .gpus = n < per ? 1 : (uint32_t)(n / per)};
    return true;
}

static const char *size(struct slurm_reader *r, struct slurm_row *row, struct diag *why)
{
    struct slurm_tres t;
    enum slurm_column from;
    const char *trouble = tres(r, &t, &from, why);
    int64_t nodes, cpus, gpus;
    size_t n;
    const char *text;
    bool fits = true;

    if (trouble)
        return trouble;
    if (!whole(r, SLURM_NNODES, &nodes, why) || !whole(r, SLURM_ALLOCCPUS, &cpus, why))
        return "number";
    nodes = t.nodes > 0 ? t.nodes : nodes > 0 ? nodes : 1;
    cpus = t.cpus >= 0 ? t.cpus : cpus > 0 ? cpus : 0;
    gpus = slurm_tres_gpus(&t);
    row->size_column = slurm_table_at(&r->table, r->column[from], 0, 0).column;
    if (nodes > GPUS_MAX || gpus > GPUS_MAX || cpus > INT64_C(1) << 40) {
        wrong(r, from, "at most 1048576 nodes and GPUs", why);
        return "number";
    }
    if (gpus == 0 && t.shards > 0) {
        if (!r->shards_stated)
            sink_warn(r->sink, "shards", r->table.number,
                      "gres/shard: how many make a GPU is in gres.conf, %u are supposed",
                      r->shards);
        fits = share(row, t.shards, r->shards, nodes);
    } else if (gpus == 0 && t.mps > 0) {
        fits = share(row, t.mps, 100, nodes);
    } else {
        row->n_groups = shape_split((uint32_t)gpus, (uint32_t)nodes, row->groups);
        types(r, row, &t);
    }
    if (!fits) {
        wrong(r, from, "shards of one GPU or of whole GPUs on every node", why);
        return "shape";
    }
    r->any_gpu = r->any_gpu || gpus > 0 || t.shards > 0 || t.mps > 0;
    row->cpu_milli = shape_each(cpus * 1000, (uint32_t)nodes);
    row->memory_mib = t.memory_mib > 0 ? shape_each(t.memory_mib, (uint32_t)nodes) : 0;
    text = cell(r, SLURM_REQMEM, &n);
    if (t.memory_mib < 0 && n > 0) {
        char last = text[n - 1];
        int64_t each = last == 'c' ? shape_each(cpus, (uint32_t)nodes) : 1;

        if (!slurm_tres_memory(text, last == 'c' || last == 'n' ? n - 1 : n, &row->memory_mib) ||
            row->memory_mib > INT64_MAX / (each ? each : 1)) {
            wrong(r, SLURM_REQMEM, "memory such as 491520M, 4Gc (per CPU) or 64Gn (per node)", why);
            return "number";
        }
        row->memory_mib *= each;
    }
    return NULL;
}

const char *slurm_row_read(struct slurm_reader *r, struct slurm_row *row, struct diag *why)
{
    size_t n;
    const char *text = cell(r, SLURM_STATE, &n), *trouble;
    int state = slurm_text_state(text, n);
    int64_t priority;

    *row = (struct slurm_row){.line = r->table.number};
    if (!slurm_row_id(r, &row->id, why))
        return "number";
    if (state == JOB_ENDS) {
        wrong(r, SLURM_STATE, "a Slurm state such as COMPLETED, FAILED or RUNNING", why);
        return "state";
    }
    if ((trouble = times(r, row, why)) || (trouble = limit(r, row, why)) ||
        (trouble = size(r, row, why)))
        return trouble;
    if (!whole(r, SLURM_PRIORITY, &priority, why))
        return "number";
    row->priority = priority > INT32_MAX ? INT32_MAX : priority < 0 ? 0 : (int32_t)priority;
    row->ran = state != SLURM_PENDING &&
               (r->column[SLURM_START] < 0 ? row->run > 0 : row->start != NS_UNKNOWN);
    row->end = row->ran ? (enum job_end)state : JOB_CENSORED;
    if (row->ran && row->run == NS_UNKNOWN) {
        enum slurm_column c = r->column[SLURM_ELAPSEDRAW] >= 0 ? SLURM_ELAPSEDRAW
                              : r->column[SLURM_ELAPSED] >= 0  ? SLURM_ELAPSED
                                                               : SLURM_END;
        wrong(r, c, "how long the job ran", why);
        return "missing";
    }
    row->user = keep(r, SLURM_USER);
    row->account = keep(r, SLURM_ACCOUNT);
    row->text = arena_text(r->arena, r->table.line, r->table.line_n);
    if (row->id.tasks_n > 0)
        row->tasks = row->text + r->table.start[r->column[SLURM_JOBID]] + row->id.tasks;
    return NULL;
}

/* berth.c - Berth's own CSV, version 1: directives in comments, then columns by name.
 *
 *     # berth-trace 1
 *     # time_unit s
 *     # origin 2026-01-05T00:00:00Z
 *     job_id,submit,run,replicas,gpus_per_replica,...
 *
 * Empty = unknown. An empty `replicas` means that the shape was not recorded: then
 * gpus_per_replica, cpu_milli and memory_mib are totals of the job. Unequal members are
 * groups: replicas "2|1" with gpus_per_replica "8|4". Unknown columns are an
 * error unless they begin with x_. */
#include "base/csv.h"
#include "ingest/header.h"
#include "ingest/mig.h"
#include "ingest/trace.h"

#include <string.h>

enum { VERSION = 1, GPUS_MAX = 1048576, GROUPS_MAX = 256 };

enum {
    JOB_ID,
    SUBMIT,
    RUN,
    REPLICAS,
    GPUS,
    MILLI,
    TYPES,
    CPU,
    MEMORY,
    TENANT,
    USER,
    PRIORITY,
    LIMIT,
    OUTCOME,
    WAIT,
    REQUIRED,
    PREFERRED,
    AFTER,
    MIG,
    COLUMNS
};

static const struct csv_column columns[COLUMNS] = {
    {"job_id", true},
    {"submit", true},
    {"run", true},
    {"replicas", false},
    {"gpus_per_replica", false},
    {"gpu_milli", false},
    {"gpu_types", false},
    {"cpu_milli", false},
    {"memory_mib", false},
    {"tenant", false},
    {"user", false},
    {"priority", false},
    {"limit", false},
    {"outcome", false},
    {"wait", false},
    {"required", false},
    {"preferred", false},
    {"after", false},
    {"mig", false},
};

struct directives {
    ns_t unit, origin;
    bool version;
};

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static int berth_guess(const char *head, size_t n, struct trace_near *near)
{
    static const char *const required[] = {"job_id", "submit", "run"};
    const struct header_rule rule = {
        .format = "berth", .delimiter = ',', .required = required, .n_required = 3};

    return begins(head, "# berth-trace ")       ? GUESS_YES
           : header_guess(&rule, head, n, near) ? GUESS_MAYBE
                                                : GUESS_NO;
}

/* --- directives --- */

struct line {
    const char *file, *text;
    uint32_t number;
};

static int refuse_directive(const struct line *l, size_t at, const char *fmt, struct diag *d)
{
    char found[64];

    snprintf(found, sizeof found, "%s", l->text + at);
    return diag_fail(d, STATUS_INPUT,
                     (struct diag_at){.file = l->file,
                                      .text = l->text,
                                      .line = l->number,
                                      .column = (uint32_t)at + 1,
                                      .width = (uint32_t)strlen(l->text + at)},
                     fmt, found);
}

static int take_directive(struct directives *to, const struct line *l, struct diag *d)
{
    static const struct {
        const char *name;
        ns_t unit;
    } units[] = {{"s", NS_PER_S}, {"ms", 1000000},        {"us", 1000},
                 {"ns", 1},       {"min", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S}};
    size_t n = strlen(l->text);
    int64_t version;
    bool zoned;

    if (begins(l->text, "# berth-trace ")) {
        to->version = true;
        if (!units_integer(l->text + 14, n - 14, &version))
            return refuse_directive(l, 14, "version is '%s', expected a whole number", d);
        return version == VERSION
                   ? 0
                   : refuse_directive(l, 14,
                                      "trace is version %s, this program reads version 1; convert "
                                      "it with the program that wrote it",
                                      d);
    }
    if (begins(l->text, "# time_unit ")) {
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
            if (strcmp(l->text + 12, units[i].name))
                continue;
            to->unit = units[i].unit;
            return 0;
        }
        return refuse_directive(l, 12, "time_unit is '%s', expected s, ms, us, ns, min or h", d);
    }
    if (begins(l->text, "# origin ") &&
        (!units_civil(l->text + 9, n - 9, &to->origin, &zoned) || to->origin < 0))
        return refuse_directive(l, 9,
                                "origin is '%s', expected a time such as "
                                "2026-01-05T00:00:00Z",
                                d);
    return 0;
}

/* The comments before the header, which the table reader skips. */
static int read_directives(struct input *in, struct directives *to, struct diag *d)
{
    struct line l = {.file = input_name(in)};
    const char *head, *end;
    char text[256];
    size_t n;

    if (input_head(in, &head, &n, d) < 0)
        return -1;
    for (; *head == '#'; head = end + 1) {
        end = strchr(head, '\n');
        if (!end)
            break;
        n = (size_t)(end - head);
        while (n && (head[n - 1] == '\r' || head[n - 1] == ' ' || head[n - 1] == '\t'))
            n--;
        snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text - 1), head);
        l.text = text;
        l.number++;
        if (take_directive(to, &l, d) < 0)
            return -1;
    }
    return 0;
}

/* --- rows --- */

struct cells {
    const struct csv *csv;
    ns_t unit;
    struct diag why;
    const char *kind;
    char profile[64]; /* of the row, as boards name it */
};

static bool whole(struct cells *c, uint32_t want, int64_t low, int64_t high, int64_t missing,
                  int64_t *out)
{
    c->kind = "number";
    return csv_integer(c->csv, want, low, high, missing, out, &c->why) == 0;
}

static bool seconds(struct cells *c, uint32_t want, ns_t *out)
{
    c->kind = "time";
    return csv_seconds(c->csv, want, c->unit, NS_UNKNOWN, out, &c->why) == 0;
}

static const char *text_or_null(const struct cells *c, uint32_t want)
{
    const char *text = csv_field(c->csv, want, NULL);

    return *text ? text : NULL;
}

static bool word(struct cells *c, uint32_t want, const char *const *words, uint32_t n,
                 const char *expected, uint32_t *out)
{
    const char *text = csv_field(c->csv, want, NULL), *near;
    char hint[128];

    for (*out = 0; *out < n; ++*out)
        if (!strcmp(text, words[*out]))
            return true;
    c->kind = "word";
    near = diag_nearest(text, words, n);
    snprintf(hint, sizeof hint, "%s%s%s%s", expected, near ? " (nearest: '" : "", near ? near : "",
             near ? "')" : "");
    diag_expected(&c->why, csv_at(c->csv, want), columns[want].name, text, hint);
    return false;
}

static bool level(struct cells *c, uint32_t want, uint8_t *out)
{
    static const enum level of[] = {LEVEL_NUMA, LEVEL_NODE, LEVEL_NVLINK,
                                    LEVEL_RACK, LEVEL_POD,  LEVEL_SITE};
    static const char *const words[] = {"numa", "node", "nvlink", "rack", "pod", "site"};
    uint32_t i;

    *out = LEVEL_NONE;
    if (!*csv_field(c->csv, want, NULL))
        return true;
    if (!word(c, want, words, 6, "numa, node, nvlink, rack, pod or site", &i))
        return false;
    *out = (uint8_t)of[i];
    return true;
}

static bool outcome(struct cells *c, enum job_end *out)
{
    const char *words[JOB_ENDS];
    uint32_t i;

    *out = JOB_DONE;
    if (!*csv_field(c->csv, OUTCOME, NULL))
        return true;
    for (i = 0; i < JOB_ENDS; i++)
        words[i] = job_end_name((enum job_end)i);
    if (!word(c, OUTCOME, words, JOB_ENDS,
              "done, failed, killed, timeout, preempted, node_fail or censored", &i))
        return false;
    *out = (enum job_end)i;
    return true;
}

/* A profile stands under `mig`, or alone under gpu_types. */
static bool mig(struct cells *c, struct trace_row *row)
{
    const char *text = text_or_null(c, MIG);

    row->gpu_types = text_or_null(c, TYPES);
    if (!text && row->gpu_types && mig_is_name(row->gpu_types)) {
        row->mig_profile = row->gpu_types;
        row->gpu_types = NULL;
    }
    if (!text)
        return true;
    c->kind = "type";
    mig_name(text, c->profile, sizeof c->profile);
    if (!mig_is_name(c->profile)) {
        diag_expected(&c->why, csv_at(c->csv, MIG), columns[MIG].name, text,
                      "a profile such as 1g.10gb");
        return false;
    }
    if (row->share_milli) {
        diag_fail(&c->why, STATUS_INPUT, csv_at(c->csv, MIG),
                  "mig is '%.40s' with gpu_milli %u, expected one of them", text, row->share_milli);
        return false;
    }
    row->mig_profile = c->profile;
    return true;
}

/* "2|1": one number per group of unequal members. */
static bool list(struct cells *c, uint32_t want, int64_t low, int64_t *out, uint32_t *n)
{
    const char *text = csv_field(c->csv, want, NULL);

    c->kind = "shape";
    for (*n = 0; *n < GROUPS_MAX; text++) {
        size_t length = strcspn(text, "|");
        if (!units_integer(text, length, &out[*n]) || out[*n] < low || out[*n] > GPUS_MAX)
            break;
        ++*n;
        text += length;
        if (!*text)
            return true;
    }
    diag_expected(&c->why, csv_at(c->csv, want), columns[want].name, csv_field(c->csv, want, NULL),
                  want == REPLICAS ? "at most 256 whole numbers of 1 or more joined by '|'"
                                   : "at most 256 whole numbers of 0 or more joined by '|'");
    return false;
}

/* replicas "2|1" with gpus_per_replica "8|4": two replicas of 8 GPUs and one of 4. */
static bool unequal_size(struct cells *c, struct trace_row *row, struct job_group *groups)
{
    int64_t replicas[GROUPS_MAX], gpus[GROUPS_MAX], total = 0;
    uint32_t n, n_gpus;

    if (!list(c, REPLICAS, 1, replicas, &n) || !list(c, GPUS, 0, gpus, &n_gpus))
        return false;
    for (uint32_t i = 0; i < n && i < n_gpus; i++) {
        groups[i] = (struct job_group){(uint32_t)replicas[i], (uint32_t)gpus[i]};
        total += replicas[i] * gpus[i];
    }
    if (n != n_gpus || total > GPUS_MAX || *csv_field(c->csv, MILLI, NULL)) {
        diag_fail(&c->why, STATUS_INPUT, csv_at(c->csv, REPLICAS),
                  "%u groups of replicas with %u of GPUs, %lld GPUs in all, expected as many of "
                  "both, at most %d GPUs and no gpu_milli",
                  n, n_gpus, (long long)total, GPUS_MAX);
        return false;
    }
    row->groups = groups;
    row->n_groups = n;
    row->gpus = (uint32_t)total;
    row->gpus_column = csv_column_of(c->csv, REPLICAS);
    return true;
}

static bool size(struct cells *c, struct trace_row *row, struct job_group *group)
{
    int64_t replicas, gpus, milli;

    if (strchr(csv_field(c->csv, REPLICAS, NULL), '|'))
        return unequal_size(c, row, group);

    if (!whole(c, REPLICAS, 1, GPUS_MAX, 0, &replicas) || !whole(c, GPUS, 0, GPUS_MAX, 1, &gpus) ||
        !whole(c, MILLI, 1, 1000, 1000, &milli))
        return false;
    if (milli < 1000 && gpus != 1) {
        c->kind = "shape";
        diag_fail(&c->why, STATUS_INPUT, csv_at(c->csv, MILLI),
                  "gpu_milli is %lld with gpus_per_replica %lld, expected 1 GPU per replica for a "
                  "share",
                  (long long)milli, (long long)gpus);
        return false;
    }
    if (replicas * gpus > GPUS_MAX) {
        c->kind = "number";
        diag_fail(&c->why, STATUS_INPUT, csv_at(c->csv, REPLICAS),
                  "the job asks for %lld x %lld GPUs, expected at most %d in all",
                  (long long)replicas, (long long)gpus, GPUS_MAX);
        return false;
    }
    *group = (struct job_group){(uint32_t)replicas, (uint32_t)gpus};
    row->groups = group;
    row->n_groups = replicas > 0;
    row->gpus = (uint32_t)gpus;
    row->share_milli = milli < 1000 ? (uint32_t)milli : 0;
    row->gpus_column = csv_column_of(c->csv, replicas ? REPLICAS : GPUS);
    return true;
}

static bool fill(struct cells *c, struct trace_row *row, struct job_group *group)
{
    int64_t priority;

    row->job_id = text_or_null(c, JOB_ID);
    row->id_column = csv_column_of(c->csv, JOB_ID);
    if (!row->job_id) {
        c->kind = "missing";
        diag_fail(&c->why, STATUS_INPUT, csv_at(c->csv, JOB_ID),
                  "job_id is empty, expected a name");
        return false;
    }
    if (!seconds(c, SUBMIT, &row->submit) || !seconds(c, RUN, &row->run) || !size(c, row, group) ||
        !whole(c, CPU, 0, INT64_C(1) << 40, 0, &row->cpu_milli) ||
        !whole(c, MEMORY, 0, INT64_C(1) << 40, 0, &row->memory_mib) ||
        !whole(c, PRIORITY, INT32_MIN, INT32_MAX, 0, &priority) ||
        !seconds(c, LIMIT, &row->limit) || !outcome(c, &row->end) ||
        !seconds(c, WAIT, &row->wait) || !level(c, REQUIRED, &row->required) ||
        !level(c, PREFERRED, &row->preferred) || !mig(c, row))
        return false;
    row->priority = (int32_t)priority;
    row->tenant = text_or_null(c, TENANT);
    row->user = text_or_null(c, USER);
    row->after = text_or_null(c, AFTER);
    return true;
}

/* Strange columns are probably misspelt ones. */
static int check_columns(const struct csv *csv, const char *file, struct diag *d)
{
    const char *names[COLUMNS];

    for (uint32_t i = 0; i < COLUMNS; i++)
        names[i] = columns[i].name;
    for (uint32_t i = 0; i < csv_header_count(csv); i++) {
        const char *name = csv_header(csv, i), *near;
        bool known = begins(name, "x_");
        char lower[24];
        size_t n = strlen(name);
        for (size_t k = 0; k <= n && n < sizeof lower; k++)
            lower[k] = name[k] >= 'A' && name[k] <= 'Z' ? (char)(name[k] - 'A' + 'a') : name[k];
        for (uint32_t k = 0; k < COLUMNS && !known && n < sizeof lower; k++)
            known = !strcmp(lower, names[k]);
        if (known)
            continue;
        near = diag_nearest(name, names, COLUMNS);
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = file, .line = csv_line(csv)},
                         "column '%.95s' is unknown%s%s%s; columns of your own begin with x_", name,
                         near ? " (nearest: '" : "", near ? near : "", near ? "')" : "");
    }
    return 0;
}

static int read_rows(struct csv *csv, ns_t unit, struct sink *s, struct diag *d)
{
    struct cells c = {.csv = csv, .unit = unit};
    int got;

    while ((got = csv_next(csv, d)) == 1) {
        struct trace_row row = {.line = csv_line(csv), .text = csv_text(csv)};
        const struct diag *trouble = csv_row_trouble(csv);
        struct job_group groups[GROUPS_MAX];
        sink_count_row(s);
        if (trouble)
            got = sink_reject(s, "fields", trouble, row.text);
        else if (fill(&c, &row, groups))
            got = sink_row(s, &row, d);
        else
            got = sink_reject(s, c.kind, &c.why, row.text);
        if (got < 0)
            return -1;
    }
    return got;
}

static int berth_read(struct input *in, const struct trace_options *opt, struct sink *s,
                      struct diag *d)
{
    struct directives to = {.unit = NS_PER_S, .origin = NS_UNKNOWN};
    struct csv *csv;
    int status;

    if (read_directives(in, &to, d) < 0)
        return -1;
    if (!to.version)
        sink_warn(s, "version", 1, "the first line is not '# berth-trace 1'; read as version 1");
    if (to.origin != NS_UNKNOWN)
        sink_origin(s, to.origin);
    csv = csv_open(in, ',', true, columns, COLUMNS, d);
    if (!csv)
        return -1;
    status = check_columns(csv, input_name(in), d);
    if (status == 0)
        status = read_rows(csv, opt->time_unit ? opt->time_unit : to.unit, s, d);
    csv_close(csv);
    return status;
}

TRACE_FORMAT(berth) = {
    .name = "berth",
    .summary = "Berth's own CSV, version 1",
    .source = "traces/README.md",
    .columns = "job_id, submit, run; optional: replicas, gpus_per_replica, gpu_milli, gpu_types, "
               "cpu_milli, memory_mib, tenant, user, priority, limit, outcome, wait, required, "
               "preferred, after, mig",
    .jobs = true,
    .guess = berth_guess,
    .read = berth_read,
};

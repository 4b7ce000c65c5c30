/* sink.c - take rows from a reader: check them, complete them, count what is left out. */
#include "ingest/sink.h"

#include "base/check.h"
#include "ingest/mig.h"
#include "ingest/shape.h"
#include <stdarg.h>
#include <string.h>

enum { ROW_TEXT_MAX = 4096 }; /* bytes of a rejected row that are kept */

static char *keep(const char *text)
{
    size_t n = strlen(text) + 1;
    char *to = malloc(n);

    check(to != NULL);
    return memcpy(to, text, n);
}

struct sink *sink_open(const char *file, const struct trace_format *format,
                       const struct ingest_options *opt, const struct topology *fleet,
                       const struct catalog *catalog, struct arena *a)
{
    struct sink *s = calloc(1, sizeof *s);

    check(s != NULL);
    s->file = file;
    s->format = format;
    s->opt = opt;
    s->fleet = fleet;
    s->catalog = catalog;
    s->arena = a;
    s->origin = NS_UNKNOWN;
    s->last_submit = INT64_MIN;
    intern_init(&s->ids);
    intern_init(&s->ids_after);
    intern_init(&s->users);
    intern_init(&s->tenants);
    intern_init(&s->accepts);
    if (fleet) {
        s->fit = fit_open(fleet);
        s->types = gpu_types_open(fleet, catalog);
    }
    return s;
}

#define FREE_TALLIES(v)                                                                            \
    do {                                                                                           \
        for (size_t i_ = 0; i_ < (v)->n; i_++)                                                     \
            free((v)->at[i_].what);                                                                \
        VEC_FREE(v);                                                                               \
    } while (0)

void sink_close(struct sink *s)
{
    VEC_FREE(&s->staged);
    VEC_FREE(&s->owner);
    VEC_FREE(&s->scratch);
    intern_free(&s->ids);
    intern_free(&s->ids_after);
    intern_free(&s->users);
    intern_free(&s->tenants);
    intern_free(&s->accepts);
    request_classes_free(&s->classes);
    fit_close(s->fit);
    gpu_types_close(s->types);
    VEC_FREE(&s->rejects);
    FREE_TALLIES(&s->skips);
    FREE_TALLIES(&s->folds);
    FREE_TALLIES(&s->warnings);
    FREE_TALLIES(&s->warning_kinds);
    FREE_TALLIES(&s->notes);
    VEC_FREE(&s->nodes);
    free(s);
}

/* --- counted away --- */

/* One more of `what`; true when it is the first. */
#define COUNT(v, word, at_line)                                                                    \
    do {                                                                                           \
        size_t i_ = 0;                                                                             \
        while (i_ < (v)->n && strcmp((v)->at[i_].what, (word)))                                    \
            i_++;                                                                                  \
        if (i_ == (v)->n)                                                                          \
            VEC_PUSH((v), (struct sink_tally){keep(word), 0, (at_line)});                          \
        (v)->at[i_].n++;                                                                           \
    } while (0)

void sink_skip(struct sink *s, const char *reason, uint32_t line)
{
    COUNT(&s->skips, reason, line);
}

void sink_fold(struct sink *s, const char *word, uint32_t line)
{
    COUNT(&s->folds, word, line);
}

void sink_warn(struct sink *s, const char *kind, uint32_t line, const char *fmt, ...)
{
    char text[512];
    va_list args;
    size_t known = s->warning_kinds.n;

    if (s->want_nodes)
        return;
    COUNT(&s->warning_kinds, kind, line);
    if (s->warning_kinds.n == known)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    VEC_PUSH(&s->warnings, (struct sink_tally){keep(text), 1, line});
}

void sink_count_row(struct sink *s)
{
    s->rows++;
}

void sink_origin(struct sink *s, ns_t utc)
{
    s->origin = utc;
}

void sink_note(struct sink *s, const char *key, const char *value)
{
    char text[1024];

    snprintf(text, sizeof text, "%s: %s", key, value);
    VEC_PUSH(&s->notes, (struct sink_tally){keep(text), 1, 0});
}

void sink_unsorted_ok(struct sink *s)
{
    s->unsorted_ok = true;
}

int sink_reject(struct sink *s, const char *kind, const struct diag *why, const char *text)
{
    size_t n = text ? strlen(text) : 0;

    if (s->rejects.n < SINK_FIRST)
        s->first[s->rejects.n] = *why;
    VEC_PUSH(&s->rejects,
             (struct ingest_reject){
                 .line = why->line,
                 .column = why->column,
                 .kind = kind,
                 .reason = arena_text(s->arena, why->message, strlen(why->message)),
                 .row = n ? arena_text(s->arena, text, n < ROW_TEXT_MAX ? n : ROW_TEXT_MAX) : ""});
    return 0;
}

/* --- rows --- */

static struct diag_at place(const struct sink *s, const struct trace_row *row, uint32_t column)
{
    struct diag_at at = {.file = s->file, .text = row->text, .line = row->line, .column = column};

    if (row->text && column && column <= strlen(row->text))
        at.width = (uint32_t)strcspn(row->text + column - 1, ",|\t\n ");
    return at;
}

/* Times that a reader should have refused already: here they cannot hurt any more. */
static int check_times(struct sink *s, const struct trace_row *row)
{
    const ns_t most = SECONDS_MAX * NS_PER_S;
    struct diag why;

    if (row->run >= 0 && row->run <= most && row->submit <= most && row->submit >= -most &&
        row->limit <= most && row->wait <= most)
        return 0;
    diag_fail(&why, STATUS_INPUT, place(s, row, 0),
              "a time is out of range, expected at most 9223372036 s (292 years) and a run of 0 "
              "or more");
    sink_reject(s, "time", &why, row->text);
    return -1;
}

/* The number of the row's id, whose owner is the accepted row that has it. A rejected row
 * leaves its id without owner, so that another may use it. */
static int check_id(struct sink *s, const struct trace_row *row, uint32_t *id)
{
    struct diag why;

    *id = INTERN_NONE;
    if (!row->job_id)
        return 0;
    *id = intern_add(&s->ids, row->job_id, strlen(row->job_id));
    if (*id == s->owner.n)
        VEC_PUSH(&s->owner, JOB_NONE);
    if (s->owner.at[*id] == JOB_NONE)
        return 0;
    diag_fail(&why, STATUS_INPUT, place(s, row, row->id_column ? row->id_column : 1),
              "job_id '%.95s' is already used in line %u, expected unique ids", row->job_id,
              s->staged.at[s->owner.at[*id]].line);
    sink_reject(s, "duplicate", &why, row->text);
    return -1;
}

/* Groups of the row into s->scratch. Without a recorded shape: one replica when the total
 * fits the largest node, else full nodes and a rest. -1 when the numbers make no sense. */
static int complete_shape(struct sink *s, const struct trace_row *row, struct request *r)
{
    uint32_t largest = s->fit ? fit_largest_node(s->fit, r->types) : UINT32_MAX;
    uint64_t total = 0, replicas = 0;

    s->scratch.n = 0;
    for (uint32_t i = 0; i < row->n_groups; i++) {
        VEC_PUSH(&s->scratch, row->groups[i]);
        total += (uint64_t)row->groups[i].replicas * row->groups[i].gpus;
        replicas += row->groups[i].replicas;
        if (total > INT32_MAX || replicas > INT32_MAX)
            return -1;
    }
    if (row->n_groups)
        return replicas ? 0 : -1;
    if (row->gpus > INT32_MAX)
        return -1;
    if (row->share_milli) {
        VEC_PUSH(&s->scratch, (struct job_group){row->gpus ? row->gpus : 1, 1});
        return 0;
    }
    if (row->gpus <= largest || !largest) {
        VEC_PUSH(&s->scratch, (struct job_group){1, row->gpus});
        r->shape_open = !s->fit && row->gpus > 1;
        return 0;
    }
    VEC_PUSH(&s->scratch, (struct job_group){row->gpus / largest, largest});
    replicas = row->gpus / largest;
    if (row->gpus % largest) {
        VEC_PUSH(&s->scratch, (struct job_group){1, row->gpus % largest});
        replicas++;
    }
    r->cpu_milli = shape_each(r->cpu_milli, (uint32_t)replicas);
    r->memory_mib = shape_each(r->memory_mib, (uint32_t)replicas);
    return 0;
}

static bool asks_gpus(const struct trace_row *row)
{
    for (uint32_t i = 0; i < row->n_groups; i++)
        if (row->groups[i].gpus)
            return true;
    return !row->n_groups && row->gpus;
}

/* What the trace names, for a job set that no fleet resolved: "a100-sxm-80:1g.10gb" has both. */
static uint32_t keep_types(struct sink *s, const char *types, const char *profile)
{
    char text[512];

    if (!profile && !types)
        return INTERN_NONE;
    snprintf(text, sizeof text, "%s%s%s", types ? types : "", types && profile ? ":" : "",
             profile ? profile : "");
    return intern_add(&s->accepts, text, strlen(text));
}

/* A MIG profile is a type of its own where the fleet has devices of that name (slices carved once and for
 * all), else something to be carved out of the types that the row accepts. */
static int resolve_types(struct sink *s, const struct trace_row *row, struct request *r)
{
    char name[64], why_not[MIG_REASON];
    const char *text = row->gpu_types, *profile = NULL, *reason, *dropped;
    struct diag why;

    if (row->mig_profile)
        profile = mig_name(row->mig_profile, name, sizeof name);
    if (text && (!*text || (profile && !strcmp(text, row->mig_profile))))
        text = NULL;
    r->accepts = INTERN_NONE;
    if (!s->types) {
        r->types = UINT64_MAX;
        r->accepts = keep_types(s, text, profile);
        return 0;
    }
    if (profile && topology_type(s->fleet, profile) >= 0) {
        text = profile;
        profile = NULL;
    }
    if (gpu_types_mask(s->types, text, &r->types, &reason) < 0) {
        diag_fail(&why, STATUS_INPUT, place(s, row, 0), "%s", reason);
    } else if (profile && mig_resolve(s->fleet, profile, r, &dropped, why_not) < 0) {
        diag_fail(&why, STATUS_INPUT, place(s, row, 0), "%s", why_not);
    } else {
        if (profile && dropped)
            sink_warn(s, "mig", row->line,
                      "MIG profile %s is another one on %s, which is left out for it", profile,
                      dropped);
        return 0;
    }
    sink_reject(s, "type", &why, row->text);
    return -1;
}

static int too_large(struct sink *s, const struct trace_row *row, const char *reason,
                     struct diag *d)
{
    const char *name = row->job_id ? row->job_id : "", *quote = row->job_id ? "'" : "";
    struct diag why;

    if (s->opt->oversize == OVERSIZE_STOP)
        return diag_fail(d, STATUS_INPUT, place(s, row, row->gpus_column),
                         "job %s%.95s%s%s%s; --oversize stop is in force", quote, name, quote,
                         *quote ? " " : "", reason);
    diag_fail(&why, STATUS_INPUT, place(s, row, row->gpus_column), "%s", reason);
    sink_reject(s, "too-large", &why, row->text);
    if (s->rejects.n <= SINK_FIRST)
        snprintf(s->first[s->rejects.n - 1].message, sizeof why.message,
                 "job %s%.95s%s%s%s; --oversize reject is in force", quote, name, quote,
                 *quote ? " " : "", reason);
    return 0;
}

static void warn_if_odd(struct sink *s, const struct trace_row *row)
{
    const char *id = row->job_id ? row->job_id : "";
    const char *word = row->job_id ? "job " : "the row";

    if (row->submit < s->last_submit && !s->unsorted_ok)
        sink_warn(s, "unsorted", row->line, "%s%s is out of order of submission", word, id);
    if (row->submit > s->last_submit)
        s->last_submit = row->submit;
    if (row->run == 0)
        sink_warn(s, "zero", row->line, "run time of %s%s is zero, kept", word, id);
    if (row->limit >= 0 && row->run > row->limit)
        sink_warn(s, "limit", row->line, "%s%s ran past its limit", word, id);
}

static uint32_t intern_or_none(struct intern *in, const char *text)
{
    return intern_add(in, text ? text : "", text ? strlen(text) : 0);
}

static void stage(struct sink *s, const struct trace_row *row, uint32_t request, uint32_t id)
{
    struct staged j = {.submit = row->submit,
                       .run = row->run,
                       .limit = row->limit < 0 ? NS_UNKNOWN : row->limit,
                       .wait = row->wait < 0 ? NS_UNKNOWN : row->wait,
                       .request = request,
                       .line = row->line,
                       .id = id,
                       .after = INTERN_NONE,
                       .user = intern_or_none(&s->users, row->user),
                       .priority = row->priority,
                       .end = (uint8_t)row->end};

    if (id != INTERN_NONE)
        s->owner.at[id] = (uint32_t)s->staged.n;
    else
        s->nameless = true;
    if (row->after && *row->after)
        j.after = intern_add(&s->ids_after, row->after, strlen(row->after));
    s->any_wait = s->any_wait || j.wait >= 0;
    s->any_user = s->any_user || (row->user && *row->user);
    s->any_priority = s->any_priority || row->priority;
    s->censored += row->end == JOB_CENSORED;
    s->cpu_only += s->classes.requests.at[request].gpus == 0;
    VEC_PUSH(&s->staged, j);
}

int sink_row(struct sink *s, const struct trace_row *row, struct diag *d)
{
    struct request r = {.share_milli = row->share_milli,
                        .cpu_milli = row->cpu_milli,
                        .memory_mib = row->memory_mib,
                        .required = row->required,
                        .preferred = row->preferred,
                        .accepts = INTERN_NONE};
    struct diag why;
    uint32_t request, id;

    if (s->want_nodes)
        return 0;
    if (s->staged.n >= INT32_MAX)
        return diag_fail(d, STATUS_INPUT, place(s, row, 0),
                         "more than 2147483647 jobs, expected fewer");
    if (row->end == JOB_CENSORED && s->opt->reader.censored == CENSORED_SKIP) {
        sink_skip(s, "still running", row->line);
        return 0;
    }
    if (!asks_gpus(row) && s->opt->reader.cpu_only_skip) {
        sink_skip(s, "no GPU", row->line);
        return 0;
    }
    check(row->share_milli < 1000 && row->end < JOB_ENDS && row->required < LEVELS &&
          row->preferred < LEVELS);
    if (check_times(s, row) < 0 || check_id(s, row, &id) < 0)
        return 0;
    if (s->fit && !fit_states_cpu(s->fit))
        r.cpu_milli = 0;
    if (s->fit && !fit_states_memory(s->fit))
        r.memory_mib = 0;
    if (asks_gpus(row) && resolve_types(s, row, &r) < 0)
        return 0;
    if (complete_shape(s, row, &r) < 0 || r.cpu_milli < 0 || r.memory_mib < 0) {
        diag_fail(&why, STATUS_INPUT, place(s, row, row->gpus_column),
                  "the size of the job is out of range, expected from 1 to 2147483647 replicas and "
                  "GPUs");
        return sink_reject(s, "shape", &why, row->text);
    }
    if (r.mig)
        mig_split(&r, s->scratch.at, (uint32_t)s->scratch.n);
    r.tenant = intern_or_none(&s->tenants, row->tenant);
    request = request_classes_add(&s->classes, &r, s->scratch.at, (uint32_t)s->scratch.n, s->fit);
    if (s->classes.verdicts.at[request])
        return too_large(s, row, s->classes.verdicts.at[request], d);
    warn_if_odd(s, row);
    stage(s, row, request, id);
    return 0;
}

void sink_forget_ends(struct sink *s)
{
    for (size_t i = 0; i < s->staged.n; i++)
        s->staged.at[i].end = JOB_DONE;
    s->censored = 0;
}

/* --- nodes --- */

static const char *copy(struct arena *a, const char *text)
{
    return text ? arena_text(a, text, strlen(text)) : NULL;
}

int sink_node(struct sink *s, const struct node_spec *node, uint32_t line, struct diag *d)
{
    struct node_spec n = *node;
    const struct catalog_gpu *gpu;

    if (!s->want_nodes)
        return 0;
    if (n.gpus > 4096 || n.gpus_down > n.gpus)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = s->file, .line = line},
                         "node '%.95s' has %u devices (%u down), expected at most 4096",
                         n.name ? n.name : "", n.gpus, n.gpus_down);
    gpu = s->catalog && n.gpu_type ? catalog_gpu_find(s->catalog, n.gpu_type) : NULL;
    n.name = copy(s->arena, n.name);
    n.type = copy(s->arena, n.type);
    n.gpu_type = gpu ? gpu->id : copy(s->arena, n.gpu_type);
    if (gpu && !n.memory_mib_gpu)
        n.memory_mib_gpu = gpu->memory_mib;
    for (int l = 0; l < LEVELS; l++)
        n.domain[l] = copy(s->arena, n.domain[l]);
    VEC_PUSH(&s->nodes, n);
    return 0;
}

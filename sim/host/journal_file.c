/* journal_file.c - read a journal and check it from front to back. */
#include "host/journal_file.h"

#include "base/check.h"
#include <stdarg.h>
#include <string.h>

/* Text of a journal is names and option texts. */
#define TEXT_MAX (1u << 16)

/* Counts of nodes by domain, GPU type and free devices, which the host makes room for. */
#define DOMAIN_CELLS_MAX (UINT64_C(1) << 26)

/* Bytes from front to back. The first trouble is kept, and everything after it reads as 0. */
struct bytes {
    const unsigned char *data;
    size_t n, at;
    const char *why; /* NULL = fine */
    size_t where;
};

int journal_file_fail(const struct journal_file *f, size_t offset, struct diag *d, const char *fmt,
                      ...)
{
    char text[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = f->name}, "offset %zu: %s", offset,
                     text);
}

static void bad(struct bytes *b, size_t where, const char *why)
{
    if (b->why)
        return;
    b->why = why;
    b->where = where;
}

static unsigned get_byte(struct bytes *b)
{
    if (b->at >= b->n)
        bad(b, b->n, "the file ends early, expected more of the journal");
    return b->why ? 0 : b->data[b->at++];
}

static uint64_t get(struct bytes *b)
{
    uint64_t v = 0;
    size_t where = b->at;

    for (unsigned shift = 0;; shift += 7) {
        unsigned byte = get_byte(b);
        if (shift == 63 && byte > 1)
            bad(b, where, "found a number of more than 64 bits");
        if (b->why)
            return 0;
        v |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return v;
    }
}

static int64_t get_signed(struct bytes *b)
{
    uint64_t v = get(b);

    return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
}

/* A number of 0 to `most`. */
static uint64_t get_most(struct bytes *b, uint64_t most, const char *why)
{
    size_t where = b->at;
    uint64_t v = get(b);

    if (v <= most)
        return v;
    bad(b, where, why);
    return 0;
}

/* How many entries follow: each takes a byte at least, so that a count cannot ask for more memory than the file
 * pays for. */
static uint32_t get_count(struct bytes *b)
{
    uint64_t left = b->n - b->at;

    return (uint32_t)get_most(b, left < UINT32_MAX ? left : UINT32_MAX - 1,
                              "found a count of more entries than the file has bytes");
}

static const char *get_text(struct bytes *b, size_t *n)
{
    const char *text = (const char *)b->data;
    size_t where = b->at;

    *n = (size_t)get_most(b, TEXT_MAX, "found a text of more than 65,536 bytes");
    if (*n > b->n - b->at)
        bad(b, b->n, "the file ends early, expected the rest of a text");
    if (b->why)
        *n = 0;
    text += b->at;
    b->at += *n;
    if (*n && memchr(text, 0, *n))
        bad(b, where, "found a NUL byte in a text");
    return text;
}

static const char *keep_text(struct bytes *b, struct arena *a)
{
    size_t n;
    const char *text = get_text(b, &n);

    return arena_text(a, text, n);
}

static ns_t get_time(struct bytes *b, ns_t last)
{
    return (ns_t)((uint64_t)last + (uint64_t)get_signed(b));
}

/* A time of the clock: never before the one before it. */
static ns_t get_clock(struct bytes *b, ns_t last)
{
    size_t where = b->at;
    ns_t t = get_time(b, last);

    if (t < last)
        bad(b, where, "found a time before the one before it");
    return t;
}

static uint32_t get_slot(struct bytes *b)
{
    return (uint32_t)get_most(b, UINT32_MAX, "found a number above 32 bits, expected a slot") - 1;
}

static void get_names(struct bytes *b, struct intern *names)
{
    uint32_t n = get_count(b);
    size_t where = b->at, length;

    intern_init(names);
    for (uint32_t i = 0; i < n && !b->why; i++) {
        const char *text = get_text(b, &length);
        if (!b->why && intern_add(names, text, length) != i)
            bad(b, where, "found a name twice");
    }
}

/* ---- header ---- */

static void get_node(struct bytes *b, struct topology *t, uint32_t i)
{
    static const char why[] = "found a node that cannot be";
    unsigned same = get_byte(b);

    if (same > 1 || (same && !i))
        bad(b, b->at - 1, why);
    if (same && i) {
        t->gpus[i] = t->gpus[i - 1];
        t->gpu_type[i] = t->gpu_type[i - 1];
        t->gpus_down[i] = t->gpus_down[i - 1];
        t->health[i] = t->health[i - 1];
        t->numa[i] = t->numa[i - 1];
        t->island[i] = t->island[i - 1];
        t->cpu_milli[i] = t->cpu_milli[i - 1];
        t->memory_mib[i] = t->memory_mib[i - 1];
        return;
    }
    t->gpus[i] = (uint16_t)get_most(b, 4096, why);
    t->gpu_type[i] = (uint8_t)get_most(b, t->n_types ? t->n_types - 1 : 0, why);
    if (!t->gpus[i])
        t->gpu_type[i] = 255;
    t->gpus_down[i] = (uint16_t)get_most(b, t->gpus[i], why);
    t->health[i] = (uint8_t)get_most(b, NODE_DOWN, why);
    t->numa[i] = (uint8_t)get_most(b, 255, why);
    if (!t->numa[i])
        bad(b, b->at - 1, why);
    t->island[i] = (uint16_t)get_most(b, 4096, why);
    t->cpu_milli[i] = (int64_t)get_most(b, UINT64_C(1) << 40, why);
    t->memory_mib[i] = (int64_t)get_most(b, UINT64_C(1) << 40, why);
}

/* What follows from the nodes. */
static void add_up(struct bytes *b, struct topology *t, uint32_t i)
{
    t->first_gpu[i] = t->n_gpus;
    t->n_gpus += t->gpus[i];
    if (t->n_gpus > JOURNAL_FILE_GPUS)
        bad(b, b->at, "found more than 4,194,304 GPUs");
    if (t->gpus[i])
        t->type_gpus[t->gpu_type[i]] += t->gpus[i];
    if (t->gpus[i] > t->max_node_gpus)
        t->max_node_gpus = t->gpus[i];
    t->has_islands = t->has_islands || t->island[i];
    t->has_numa = t->has_numa || t->numa[i] > 1;
}

static void get_fleet(struct bytes *b, struct topology *t, bool named, struct arena *a)
{
    uint32_t domains[LEVELS] = {0};
    uint64_t cells = 0;
    size_t where = b->at;

    t->n_types = (uint32_t)get_most(b, TOPOLOGY_TYPES, "found more than 64 GPU types");
    for (uint32_t i = 0; i < t->n_types; i++)
        t->type_name[i] = keep_text(b, a);
    for (int l = LEVEL_NVLINK; l < LEVELS; l++)
        domains[l] = get_count(b);
    t->n_nodes = get_count(b);
    if (!t->n_nodes || !t->n_types)
        bad(b, where, "found a fleet without nodes or GPU types");
    if (b->why)
        return;
    t->gpu_type = ARENA_ARRAY(a, uint8_t, t->n_nodes);
    t->health = ARENA_ARRAY(a, uint8_t, t->n_nodes);
    t->numa = ARENA_ARRAY(a, uint8_t, t->n_nodes);
    t->gpus = ARENA_ARRAY(a, uint16_t, t->n_nodes);
    t->gpus_down = ARENA_ARRAY(a, uint16_t, t->n_nodes);
    t->island = ARENA_ARRAY(a, uint16_t, t->n_nodes);
    t->first_gpu = ARENA_ARRAY(a, uint32_t, t->n_nodes);
    t->gpu_memory_mib = ARENA_ARRAY(a, uint32_t, t->n_nodes);
    t->cpu_milli = ARENA_ARRAY(a, int64_t, t->n_nodes);
    t->memory_mib = ARENA_ARRAY(a, int64_t, t->n_nodes);
    if (named)
        t->name = ARENA_ARRAY(a, const char *, t->n_nodes);
    for (int l = 0; l < LEVELS; l++) {
        if (domains[l])
            t->domain[l] = ARENA_ARRAY(a, uint32_t, t->n_nodes);
        t->domains[l] = domains[l] ? domains[l] : 1;
        if (domains[l] > t->n_nodes)
            bad(b, where, "found more domains than nodes");
    }
    t->domains[LEVEL_NODE] = t->n_nodes;
    for (uint32_t i = 0; i < t->n_nodes && !b->why; i++) {
        get_node(b, t, i);
        if (named)
            t->name[i] = keep_text(b, a);
        for (int l = LEVEL_NVLINK; l < LEVELS; l++)
            if (t->domain[l])
                t->domain[l][i] =
                    (uint32_t)get_most(b, domains[l] - 1, "found a domain that there is not");
        add_up(b, t, i);
    }
    t->milli = (uint64_t)t->n_gpus * 1000;
    if (!t->n_gpus)
        bad(b, where, "found a fleet without GPUs");
    for (int l = 0; l < LEVELS; l++)
        cells += (uint64_t)t->domains[l] * t->n_types * (t->max_node_gpus + 1);
    if (cells > DOMAIN_CELLS_MAX)
        bad(b, where, "found a fleet of too many domains");
}

static void get_request(struct bytes *b, struct journal_file *f, uint32_t i)
{
    static const char why[] = "found a request that cannot be";
    struct job_set *s = &f->jobs;
    struct request *r = &s->requests[i];
    uint64_t replicas = 0, gpus = 0;
    struct job_group *old = s->groups;

    r->first_group = s->n_groups;
    r->n_groups = get_count(b);
    if (!r->n_groups)
        bad(b, b->at, why);
    s->groups = realloc(old, (s->n_groups + r->n_groups + 1) * sizeof *old);
    check(s->groups != NULL);
    for (uint32_t g = 0; g < r->n_groups && !b->why; g++) {
        struct job_group *to = &s->groups[s->n_groups++];
        to->replicas = (uint32_t)get_most(b, JOURNAL_FILE_GPUS, why);
        to->gpus = (uint32_t)get_most(b, JOURNAL_FILE_GPUS, why);
        replicas += to->replicas;
        gpus += (uint64_t)to->replicas * to->gpus;
        if (!to->replicas || gpus > UINT32_MAX)
            bad(b, b->at, why);
    }
    r->replicas = (uint32_t)replicas;
    r->gpus = (uint32_t)gpus;
    r->share_milli = (uint32_t)get_most(b, 1000, why);
    r->mig = (uint8_t)get_most(b, GEOMETRY_LAYOUTS * GEOMETRY_PROFILES, why);
    r->tenant = (uint32_t)get_most(b, s->tenants.n ? s->tenants.n - 1 : 0, why);
    r->required = (uint8_t)get_most(b, LEVELS - 1, why);
    r->preferred = (uint8_t)get_most(b, LEVELS - 1, why);
    r->types = get(b);
    r->demand_milli = get_most(b, (uint64_t)UINT32_MAX * 1000, why);
    r->cpu_milli = (int64_t)get_most(b, UINT64_C(1) << 40, why);
    r->memory_mib = (int64_t)get_most(b, UINT64_C(1) << 40, why);
    r->accepts = INTERN_NONE;
    r->size_class = job_size_class(r->gpus, r->share_milli);
    s->known_jobs[i] = get_most(b, JOURNAL_FILE_JOBS, why);
    if ((r->share_milli || r->mig) && r->gpus != r->replicas)
        bad(b, b->at, why);
    if (r->mig)
        s->mig_demand[(r->mig - 1) / GEOMETRY_PROFILES][(r->mig - 1) % GEOMETRY_PROFILES] +=
            (uint32_t)s->known_jobs[i] * r->replicas;
}

static void get_who(struct bytes *b, struct journal_file *f, struct arena *a)
{
    f->program = keep_text(b, a);
    if (get(b) > BERTH_ABI_MINOR)
        bad(b, b->at, "the journal is of a newer policy contract");
    f->policy = keep_text(b, a);
    f->id = keep_text(b, a);
    f->text = keep_text(b, a);
    f->n_values = (uint32_t)get_most(b, JOURNAL_FILE_VALUES, "found more than 32 option values");
    for (uint32_t i = 0; i < f->n_values; i++)
        f->values[i] = get_signed(b);
    f->seed = get(b);
    f->save_time = (ns_t)get_most(b, INT64_MAX, "found a time above 63 bits");
    f->restore_time = (ns_t)get_most(b, INT64_MAX, "found a time above 63 bits");
    f->n_inputs = get_count(b);
    f->inputs = ARENA_ARRAY(a, struct journal_input, b->why ? 1 : f->n_inputs + 1);
    for (uint32_t i = 0; i < f->n_inputs && !b->why; i++) {
        f->inputs[i].role = keep_text(b, a);
        f->inputs[i].file = keep_text(b, a);
        f->inputs[i].sha256 = keep_text(b, a);
    }
}

static void get_header(struct bytes *b, struct journal_file *f, struct arena *a)
{
    struct job_set *s = &f->jobs;
    unsigned flags;

    get_who(b, f, a);
    flags = get_byte(b);
    if (flags > 15)
        bad(b, b->at - 1, "found flags that are unknown");
    f->fleet.equal_nodes = flags & JOURNAL_EQUAL_NODES;
    get_fleet(b, &f->fleet, flags & JOURNAL_NODE_NAMES, a);
    get_names(b, &s->tenants);
    if (flags & JOURNAL_USERS)
        get_names(b, &s->users);
    s->n_requests = get_count(b);
    if (b->why)
        return;
    s->requests = ARENA_ARRAY(a, struct request, s->n_requests + 1);
    s->known_jobs = ARENA_ARRAY(a, uint64_t, s->n_requests + 1);
    for (uint32_t i = 0; i < s->n_requests && !b->why; i++)
        get_request(b, f, i);
    s->n = (uint32_t)get_most(b, JOURNAL_FILE_JOBS, "found more than 67,108,864 jobs");
    f->body = b->at;
    if (b->why)
        return;
    s->origin = NS_UNKNOWN;
    s->user = flags & JOURNAL_USERS ? calloc(s->n + 1u, sizeof *s->user) : NULL;
    s->name = flags & JOURNAL_JOB_NAMES ? calloc(s->n + 1u, sizeof *s->name) : NULL;
}

/* ---- records ---- */

static void get_submit(struct bytes *b, const struct journal_file *f, ns_t last,
                       struct journal_record *r)
{
    static const char why[] = "found a job that cannot be";
    const struct job_set *s = &f->jobs;
    struct berth_job *j = &r->job;

    r->at = get_clock(b, last);
    r->slot = get_slot(b);
    j->key = get_most(b, s->n ? s->n - 1 : 0, "found a job's number beyond the jobs of the header");
    r->spec.submit = get_time(b, r->at);
    r->spec.run = get_signed(b);
    j->limit = r->spec.limit = get_signed(b);
    j->request = r->spec.request = (uint32_t)get_most(b, s->n_requests, why);
    j->user = get_slot(b);
    j->name_class = get_slot(b);
    j->priority = (int32_t)get_signed(b);
    r->spec.end = (uint8_t)get_most(b, JOB_ENDS - 1, why);
    r->name = s->name ? get_text(b, &r->name_n) : NULL;
    if (j->request >= s->n_requests || r->spec.run < NS_UNKNOWN || j->limit < NS_UNKNOWN ||
        (s->user && j->user >= s->users.n))
        bad(b, b->at, why);
    r->event = (struct berth_event){
        .kind = BERTH_EV_JOB_SUBMITTED, .job = r->slot, .key = j->key, .at = r->at};
}

static void get_event(struct bytes *b, ns_t last, struct journal_record *r)
{
    struct berth_event *e = &r->event;
    unsigned has = get_byte(b);

    if (has > 15)
        bad(b, b->at - 1, "found flags that are unknown");
    e->kind = (uint16_t)get_most(b, BERTH_EV_KINDS - 1, "found an event of unknown kind");
    e->at = r->at = get_clock(b, last);
    e->job = r->slot = get_slot(b);
    e->key = get(b);
    e->code = has & JOURNAL_HAS_CODE
                  ? (uint16_t)get_most(b, UINT16_MAX, "found a code above 16 bits")
                  : 0;
    e->cookie = has & JOURNAL_HAS_COOKIE ? get(b) : 0;
    e->a = has & JOURNAL_HAS_A ? get_signed(b) : 0;
    e->b = has & JOURNAL_HAS_B ? get_signed(b) : 0;
}

static void get_pieces(struct bytes *b, struct journal_cursor *c, struct berth_decision *d)
{
    static const char why[] = "found a piece that cannot be";

    d->n_pieces = get_count(b);
    c->pieces.n = 0;
    for (uint32_t i = 0; i < d->n_pieces && !b->why; i++) {
        struct berth_piece p = {.node = (uint32_t)get_most(b, UINT32_MAX, why)};
        p.base = (uint16_t)get_most(b, UINT16_MAX, why);
        p.milli = (uint16_t)get_most(b, UINT16_MAX, why);
        p.mask = get(b);
        VEC_PUSH(&c->pieces, p);
    }
    d->pieces = c->pieces.at;
}

static void get_decision(struct bytes *b, struct journal_cursor *c, struct journal_record *r)
{
    static const char why[] = "found a decision that cannot be";
    struct berth_decision *d = &r->decision;
    unsigned has = get_byte(b);

    if (has > 63)
        bad(b, b->at - 1, "found flags that are unknown");
    d->size = sizeof *d;
    d->kind = (uint16_t)get_most(b, UINT16_MAX, why);
    d->job = r->slot = get_slot(b);
    d->reason = has & JOURNAL_HAS_CODE ? (uint16_t)get_most(b, UINT16_MAX, why) : 0;
    d->cookie = has & JOURNAL_HAS_COOKIE ? get(b) : 0;
    d->at = has & JOURNAL_HAS_A ? get_time(b, c->last) : 0;
    d->arg = has & JOURNAL_HAS_B ? get_signed(b) : 0;
    r->refused = has & JOURNAL_HAS_REFUSED ? (uint16_t)get_most(b, BERTH_REFUSALS - 1, why) : 0;
    if (has & JOURNAL_HAS_PIECES)
        get_pieces(b, c, d);
}

static void get_end(struct bytes *b, ns_t last, struct journal_record *r, struct journal_file *f)
{
    struct journal_file end = {.status =
                                   (uint32_t)get_most(b, 255, "found a status that is unknown")};

    end.end = r->at = get_clock(b, last);
    end.batches = get(b);
    end.decisions = get(b);
    end.refused = get(b);
    end.digest.a = get(b);
    end.digest.b = get(b);
    if (!f || b->why)
        return;
    f->status = end.status;
    f->end = end.end;
    f->batches = end.batches;
    f->decisions = end.decisions;
    f->refused = end.refused;
    f->digest = end.digest;
}

/* One record. `end`: takes what the last one says; NULL = it is known. */
static void get_record(struct bytes *b, struct journal_cursor *c, struct journal_record *r,
                       struct journal_file *end)
{
    memset(r, 0, sizeof *r);
    r->offset = b->at;
    r->what = (uint8_t)get_most(b, JOURNAL_KINDS - 1, "found a record of unknown kind");
    r->at = c->last;
    switch (b->why ? JOURNAL_KINDS : r->what) {
    case JOURNAL_END:
        get_end(b, c->last, r, end);
        break;
    case JOURNAL_SUBMIT:
        get_submit(b, c->file, c->last, r);
        c->last = r->at;
        break;
    case JOURNAL_EVENT:
        get_event(b, c->last, r);
        c->last = r->at;
        break;
    case JOURNAL_PROGRESS:
        r->slot = get_slot(b);
        r->at = get_time(b, c->last);
        r->ran = get_signed(b);
        r->saved = get_signed(b);
        break;
    case JOURNAL_BATCH:
        r->at = c->last = get_clock(b, c->last);
        r->n_events = (uint32_t)get_most(b, UINT32_MAX, "found a count above 32 bits");
        break;
    case JOURNAL_DECISION:
        get_decision(b, c, r);
        break;
    case JOURNAL_TRANSACTION:
        r->transaction = (char)get_byte(b);
        if (!b->why && r->transaction != 'b' && r->transaction != 'c' && r->transaction != 'r')
            bad(b, b->at - 1, "found no word of a transaction, expected b, c or r");
        break;
    default:
        break;
    }
}

struct journal_cursor journal_file_begin(const struct journal_file *f)
{
    return (struct journal_cursor){.file = f, .at = f->body};
}

int journal_file_next(struct journal_cursor *c, struct journal_record *r)
{
    struct bytes b = {.data = c->file->data, .n = c->file->n, .at = c->at};

    get_record(&b, c, r, NULL);
    check(!b.why); /* it was read before */
    c->at = b.at;
    return r->what != JOURNAL_END;
}

void journal_file_end(struct journal_cursor *c)
{
    VEC_FREE(&c->pieces);
}

/* ---- the whole ---- */

/* A job that comes: the specs grow with the highest number seen, not with what the header says. */
static void take_job(struct bytes *b, struct journal_file *f, const struct journal_record *r)
{
    struct job_set *s = &f->jobs;
    uint32_t key = (uint32_t)r->job.key;

    if (f->present[key]++) {
        bad(b, r->offset, "found a job that came before");
        return;
    }
    f->submitted++;
    s->specs[key] = r->spec;
    if (s->user)
        s->user[key] = r->job.user;
    if (s->name)
        s->name[key] = intern_add(&s->names, r->name, r->name_n);
    if (r->job.priority && !s->priority) {
        s->priority = calloc(s->n + 1u, sizeof *s->priority);
        check(s->priority != NULL);
    }
    if (s->priority)
        s->priority[key] = r->job.priority;
}

static void check_hash(struct bytes *b, const struct journal_file *f)
{
    struct sha256 hash;
    char text[65];

    if (b->n - b->at != 64) {
        bad(b, b->at,
            b->n - b->at < 64 ? "the file ends early, expected its hash"
                              : "the hash is followed by other bytes, expected the end");
        return;
    }
    sha256_init(&hash);
    sha256_add(&hash, f->data, b->at);
    sha256_text(&hash, text);
    if (memcmp(text, f->data + b->at, 64))
        bad(b, b->at, "the hash of the bytes before is another: the journal is damaged");
}

/* Every record and the hash; then the same again for the jobs, now that the file is known to be whole. */
static void check_body(struct bytes *b, struct journal_file *f)
{
    struct journal_cursor c = journal_file_begin(f);
    struct journal_record r;
    struct job_set *s = &f->jobs;
    bool called = false;

    do {
        get_record(b, &c, &r, f);
        called = called || r.what == JOURNAL_BATCH;
        if (!called && (r.what == JOURNAL_DECISION || r.what == JOURNAL_TRANSACTION))
            bad(b, r.offset, "found a decision before the first batch");
    } while (!b->why && r.what != JOURNAL_END);
    if (!b->why)
        check_hash(b, f);
    if (!b->why) {
        s->specs = calloc(s->n + 1u, sizeof *s->specs);
        f->present = calloc(s->n + 1u, 1);
        check(s->specs && f->present);
        for (uint32_t i = 0; i < s->n; i++)
            s->specs[i].limit =
                NS_UNKNOWN; /* no default limit comes of it: those told are in force */
        c.at = f->body;
        c.last = 0;
        while (!b->why && journal_file_next(&c, &r))
            if (r.what == JOURNAL_SUBMIT)
                take_job(b, f, &r);
    }
    journal_file_end(&c);
}

int journal_file_input(struct input *in, struct arena *a, struct journal_file *f, struct diag *d)
{
    struct bytes b;

    memset(f, 0, sizeof *f);
    f->input = in;
    f->name = arena_text(a, input_name(in), strlen(input_name(in)));
    if (input_bytes(in, &f->data, &f->n, d) < 0)
        return -1;
    if (f->n < 8 || memcmp(f->data, JOURNAL_MAGIC, 8))
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = f->name},
                         "offset 0: found no journal, expected one of 'berth run --journal'");
    b = (struct bytes){.data = f->data, .n = f->n, .at = 8};
    get_header(&b, f, a);
    if (!b.why)
        check_body(&b, f);
    return b.why ? journal_file_fail(f, b.where, d, "%s", b.why) : 0;
}

int journal_file_read(const char *path, struct arena *a, struct journal_file *f, struct diag *d)
{
    struct input *in = input_open(path, "a journal", d);

    memset(f, 0, sizeof *f);
    return in ? journal_file_input(in, a, f, d) : -1;
}

void journal_file_free(struct journal_file *f)
{
    struct job_set *s = &f->jobs;

    free(s->specs);
    free(s->groups);
    free(s->user);
    free(s->name);
    free(s->priority);
    free(f->present);
    intern_free(&s->tenants);
    intern_free(&s->users);
    intern_free(&s->names);
    input_close(f->input);
    memset(f, 0, sizeof *f);
}

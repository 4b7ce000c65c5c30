/* swf.c - Standard Workload Format 2.2, the format of the Parallel Workloads Archive.
 *
 * 18 blank-separated numbers a row, -1 = not known. A job of n processors is n replicas of
 * one device, so it may spread freely; with --resource gpu only the total is taken and the
 * shape follows the fleet. Rows of status 2, 3 and 4 are pieces of the job whose own row
 * has the same number. More than 18 fields are read with a warning. Times of preceding
 * jobs (fields 17 and 18) are not used: the log's submissions stand. */
#include "ingest/swf_header.h"
#include "ingest/trace.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS = 18, TEXT = 64, ROWS_EPOCH = 1000000000 };

/* 0-based place of a field in a row. */
enum {
    JOB,
    SUBMIT,
    WAIT,
    RUN,
    PROCS,
    CPU,
    MEMORY,
    ASKED_PROCS,
    ASKED_TIME,
    ASKED_MEMORY,
    STATUS,
    USER,
    GROUP,
    PROGRAM,
    QUEUE,
    PARTITION
};

enum { FAILED, DONE, PART, LAST_DONE, LAST_FAILED, CANCELLED };

struct row {
    const char *file, *line; /* borrowed */
    uint32_t number;
    uint32_t at[FIELDS], n[FIELDS]; /* where each field lies */
    uint32_t fields;
    char id[TEXT], user[TEXT], tenant[TEXT];
    int64_t job, procs, status;
    ns_t submit, wait, run, limit;
    int64_t memory_mib; /* per processor */
};

struct part {
    int64_t job;
    uint32_t line;
};

struct reading {
    struct swf_header header;
    const struct trace_options *opt;
    struct sink *sink;
    VEC(int64_t) jobs; /* numbers of whole jobs: 8 bytes each until the file ends */
    VEC(struct part) parts;
    int64_t rows;
    ns_t first_submit;
    bool any_row, any_status; /* is any status other than 0? */
    bool gpu, node;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct diag_at cell(const struct row *r, int field)
{
    return (struct diag_at){.file = r->file,
                            .text = r->line,
                            .line = r->number,
                            .column = r->at[field] + 1,
                            .width = r->n[field]};
}

static void split(struct row *r)
{
    const char *p = r->line;

    r->fields = 0;
    for (;;) {
        const char *start;
        while (is_blank(*p))
            p++;
        if (!*p)
            return;
        for (start = p; *p && !is_blank(*p); p++)
            ;
        if (r->fields < FIELDS) {
            r->at[r->fields] = (uint32_t)(start - r->line);
            r->n[r->fields] = (uint32_t)(p - start);
        }
        r->fields++;
    }
}

static int refuse(const struct row *r, int field, const char *what, const char *expected,
                  struct diag *why)
{
    char found[TEXT];

    snprintf(found, sizeof found, "%.*s", (int)(r->n[field] < TEXT ? r->n[field] : TEXT - 1),
             r->line + r->at[field]);
    if (found[0] == '-' || (found[0] >= '0' && found[0] <= '9' && !strcmp(expected, "0 or more")))
        return diag_fail(why, STATUS_INPUT, cell(r, field),
                         "%s is %s, expected %s, or -1 for "
                         "unknown",
                         what, found, expected);
    return diag_fail(why, STATUS_INPUT, cell(r, field),
                     "%s is '%s', expected %s, or -1 for unknown", what, found, expected);
}

/* "-1", "-1.00" */
static bool is_unknown(const char *text, uint32_t n)
{
    return n >= 2 && text[0] == '-' && text[1] == '1' &&
           (n == 2 || (text[2] == '.' && strspn(text + 3, "0") >= n - 3));
}

/* A time field, -1 = NS_UNKNOWN. */
static int seconds(const struct row *r, int field, const char *what, ns_t unit, ns_t *out,
                   struct diag *why)
{
    const char *text = r->line + r->at[field];
    bool over;

    if (is_unknown(text, r->n[field])) {
        *out = NS_UNKNOWN;
        return 0;
    }
    if (!units_time(text, r->n[field], unit ? unit : NS_PER_S, out, &over) && !over)
        return refuse(r, field, what, "seconds as a number", why);
    if (text[0] == '-')
        return refuse(r, field, what, "0 or more", why);
    if (over)
        return diag_fail(why, STATUS_INPUT, cell(r, field),
                         "%s is %.*s s, expected at most 9223372036 s (292 years)", what,
                         (int)(r->n[field] < TEXT ? r->n[field] : TEXT), text);
    return 0;
}

/* A count or a number that names something; what is not whole is cut. -1 = unknown. */
static int number(const struct row *r, int field, const char *what, int64_t *out, struct diag *why)
{
    ns_t v;

    if (is_unknown(r->line + r->at[field], r->n[field])) {
        *out = -1;
        return 0;
    }
    if (units_integer(r->line + r->at[field], r->n[field], out))
        return *out < 0 ? refuse(r, field, what, "0 or more", why) : 0;
    if (!units_seconds(r->line + r->at[field], r->n[field], &v, NULL) || v < 0)
        return refuse(r, field, what, "a whole number", why);
    *out = v / NS_PER_S;
    return 0;
}

static void copy_field(const struct row *r, int field, char *to)
{
    uint32_t n = r->n[field] < TEXT ? r->n[field] : TEXT - 1;

    memcpy(to, r->line + r->at[field], n);
    to[n] = '\0';
    if (!strcmp(to, "-1"))
        to[0] = '\0';
}

/* The size of the job: allocated processors, else requested ones, or the other way round. */
static int size(const struct reading *own, struct row *r, struct diag *why)
{
    int64_t given, asked;

    if (number(r, PROCS, "allocated processors", &given, why) < 0 ||
        number(r, ASKED_PROCS, "requested processors", &asked, why) < 0)
        return -1;
    if (own->opt->size == SIZE_REQUESTED)
        r->procs = asked > 0 ? asked : given;
    else
        r->procs = given > 0 ? given : asked;
    return 0;
}

static bool is_part(const struct row *r)
{
    return r->status >= PART && r->status <= LAST_FAILED;
}

static int parse(const struct reading *own, struct row *r, const char **kind, struct diag *why)
{
    ns_t unit = own->opt->time_unit;
    int64_t kilobytes;

    *kind = "number";
    if (r->fields < FIELDS) {
        struct diag_at all = {.file = r->file,
                              .text = r->line,
                              .line = r->number,
                              .column = 1,
                              .width = (uint32_t)strlen(r->line)};
        *kind = "fields";
        return diag_fail(why, STATUS_INPUT, all,
                         "row has %u fields, expected 18 (Standard Workload Format 2.2)",
                         r->fields);
    }
    if (number(r, JOB, "job number", &r->job, why) < 0 ||
        seconds(r, SUBMIT, "submit time", unit, &r->submit, why) < 0 ||
        seconds(r, WAIT, "wait time", unit, &r->wait, why) < 0 ||
        seconds(r, RUN, "run time", unit, &r->run, why) < 0 || size(own, r, why) < 0 ||
        seconds(r, ASKED_TIME, "requested time", unit, &r->limit, why) < 0 ||
        number(r, ASKED_MEMORY, "requested memory", &kilobytes, why) < 0 ||
        number(r, STATUS, "status", &r->status, why) < 0)
        return -1;
    if (r->job < 0)
        return diag_fail(why, STATUS_INPUT, cell(r, JOB), "job number is unknown, expected one");
    /* of the pieces of a job only the first has one */
    if (r->submit < 0 && !is_part(r))
        return diag_fail(why, STATUS_INPUT, cell(r, SUBMIT),
                         "submit time is unknown, expected seconds as a number");
    if (r->status > CANCELLED)
        return diag_fail(why, STATUS_INPUT, cell(r, STATUS), "status is %lld, expected -1 to 5",
                         (long long)r->status);
    r->memory_mib = kilobytes <= 0 ? 0 : (kilobytes - 1) / 1024 + 1;
    copy_field(r, JOB, r->id);
    copy_field(r, USER, r->user);
    return 0;
}

static const char *tenant(const struct reading *own, struct row *r)
{
    const char *by = own->opt->tenant ? own->opt->tenant : "group", *name = NULL;
    int field = !strcmp(by, "queue") ? QUEUE : !strcmp(by, "partition") ? PARTITION : GROUP;
    int64_t n;

    copy_field(r, field, r->tenant);
    if (units_integer(r->tenant, strlen(r->tenant), &n))
        name = field == QUEUE       ? swf_header_queue(&own->header, n)
               : field == PARTITION ? swf_header_partition(&own->header, n)
                                    : NULL;
    return name ? name : r->tenant;
}

static enum job_end end_of(int64_t status)
{
    return status == FAILED ? JOB_FAILED : status == CANCELLED ? JOB_KILLED : JOB_DONE;
}

static int hand_over(struct reading *own, struct row *r, struct diag *d)
{
    struct job_group group = {.replicas = (uint32_t)r->procs, .gpus = 1};
    struct trace_row row = {.job_id = r->id,
                            .submit = r->submit,
                            .run = r->run,
                            .wait = r->wait,
                            .limit = r->limit > 0 ? r->limit : own->header.max_runtime,
                            .groups = &group,
                            .n_groups = own->gpu ? 0 : 1,
                            .gpus = (uint32_t)r->procs,
                            .memory_mib = own->gpu ? r->memory_mib * r->procs : r->memory_mib,
                            .tenant = tenant(own, r),
                            .user = r->user,
                            .end = end_of(r->status),
                            .line = r->number,
                            .text = r->line,
                            .gpus_column = r->at[PROCS] + 1,
                            .id_column = r->at[JOB] + 1};

    return sink_row(own->sink, &row, d);
}

static int take(struct reading *own, struct row *r, struct diag *d)
{
    const char *kind;
    struct diag why;

    sink_count_row(own->sink);
    own->rows++;
    if (parse(own, r, &kind, &why) < 0)
        return sink_reject(own->sink, kind, &why, r->line);
    own->any_status = own->any_status || r->status != FAILED;
    if (r->fields > FIELDS)
        sink_warn(own->sink, "fields", r->number, "job %s has %u fields, the standard has 18",
                  r->id, r->fields);
    if (is_part(r)) {
        VEC_PUSH(&own->parts, (struct part){r->job, r->number});
        return 0;
    }
    VEC_PUSH(&own->jobs, r->job);
    if (r->status == CANCELLED && (r->run == NS_UNKNOWN || r->procs <= 0)) {
        sink_skip(own->sink, "never ran", r->number);
        return 0;
    }
    if (r->run == NS_UNKNOWN) {
        diag_fail(&why, STATUS_INPUT, cell(r, RUN),
                  "run time is unknown, expected 0 or more of a job that was not cancelled");
        return sink_reject(own->sink, "missing", &why, r->line);
    }
    if (r->procs <= 0) {
        diag_fail(&why, STATUS_INPUT, cell(r, PROCS),
                  "neither allocated nor requested processors are known, expected one of them");
        return sink_reject(own->sink, "missing", &why, r->line);
    }
    if (r->procs > INT32_MAX || (own->header.max_procs && r->procs > own->header.max_procs)) {
        diag_fail(&why, STATUS_INPUT, cell(r, PROCS),
                  "job %s asks for %lld processors, MaxProcs of the log is %lld", r->id,
                  (long long)r->procs, (long long)own->header.max_procs);
        return sink_reject(own->sink, "too-large", &why, r->line);
    }
    if (!own->any_row || r->submit < own->first_submit)
        own->first_submit = r->submit;
    own->any_row = true;
    return hand_over(own, r, d);
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static int by_job(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    int c = by_number(&x->job, &y->job);

    return c ? c : (x->line > y->line) - (x->line < y->line);
}

/* A piece whose whole is there is folded into it; one without cannot be replayed. Returns
 * how many jobs are there in pieces only. */
static int64_t settle_parts(struct reading *own, const char *file)
{
    int64_t alone = 0;
    struct diag why;

    if (own->parts.n)
        qsort(own->parts.at, own->parts.n, sizeof *own->parts.at, by_job);
    for (size_t i = 0; i < own->parts.n; i++) {
        const struct part *p = &own->parts.at[i];
        if (own->jobs.n && bsearch(&p->job, own->jobs.at, own->jobs.n, sizeof p->job, by_number)) {
            sink_fold(own->sink, "part", p->line);
            continue;
        }
        alone += i == 0 || p->job != p[-1].job;
        diag_fail(&why, STATUS_INPUT, (struct diag_at){.file = file, .line = p->line},
                  "job %lld is only there in parts (status 2, 3 or 4), expected a row of the whole",
                  (long long)p->job);
        sink_reject(own->sink, "missing", &why, NULL);
    }
    return alone;
}

static void compare_counts(const struct reading *own, int64_t alone)
{
    int64_t distinct = alone;

    for (size_t i = 0; i < own->jobs.n; i++)
        distinct += i == 0 || own->jobs.at[i] != own->jobs.at[i - 1];
    if (own->header.max_records && own->header.max_records != own->rows)
        sink_warn(own->sink, "records", 0, "the log has %lld rows, its header says MaxRecords %lld",
                  (long long)own->rows, (long long)own->header.max_records);
    if (own->header.max_jobs && own->header.max_jobs != distinct)
        sink_warn(own->sink, "jobs", 0, "the log has %lld jobs, its header says MaxJobs %lld",
                  (long long)distinct, (long long)own->header.max_jobs);
    if (own->header.time_zone && !own->header.time_zone_string)
        sink_warn(own->sink, "zone", 0,
                  "the header uses the old TimeZone, not TimeZoneString; not "
                  "needed, UnixStartTime is UTC");
}

/* When every row says 0 the log did not record how jobs ended. */
static void settle_ends(const struct reading *own)
{
    if (!own->any_row || own->any_status)
        return;
    sink_forget_ends(own->sink);
    sink_warn(own->sink, "status", 0,
              "every row has status 0, so the log does not say how jobs "
              "ended; all count as done");
}

static int read_rows(struct reading *own, struct input *in, struct diag *d)
{
    char *line;
    size_t n;
    int got;

    while ((got = input_line(in, &line, &n, d)) == 1) {
        struct row r = {.file = input_name(in), .line = line, .number = input_line_number(in)};
        const char *p = line;
        while (is_blank(*p))
            p++;
        if (*p == ';') {
            if (!own->rows &&
                swf_header_take(&own->header, r.file, line, r.number, own->sink, d) < 0)
                return -1;
            continue;
        }
        if (!*p)
            continue;
        split(&r);
        if (take(own, &r, d) < 0)
            return -1;
    }
    return got;
}

static int finish(struct reading *own, const char *file, struct diag *d)
{
    int64_t alone;

    if (own->jobs.n)
        qsort(own->jobs.at, own->jobs.n, sizeof *own->jobs.at, by_number);
    alone = settle_parts(own, file);
    settle_ends(own);
    compare_counts(own, alone);
    if (own->header.unix_start > 0 && own->first_submit < ROWS_EPOCH * NS_PER_S)
        sink_origin(own->sink, own->header.unix_start * NS_PER_S);
    return swf_header_nodes(&own->header, own->gpu ? "gpu" : "cpu", own->node, own->sink, d);
}

static int swf_read(struct input *in, const struct trace_options *opt, struct sink *s,
                    struct diag *d)
{
    const char *resource = opt->resource ? opt->resource : "cpu";
    struct reading own = {
        .opt = opt, .sink = s, .gpu = !strcmp(resource, "gpu"), .node = !strcmp(resource, "node")};
    int status;

    if (!own.gpu && !own.node && strcmp(resource, "cpu"))
        return diag_fail(d, STATUS_USAGE, (struct diag_at){.file = "--resource"},
                         "resource is '%.95s', expected cpu, gpu or node", resource);
    swf_header_init(&own.header);
    status = read_rows(&own, in, d);
    if (status == 0)
        status = finish(&own, input_name(in), d);
    swf_header_free(&own.header);
    VEC_FREE(&own.jobs);
    VEC_FREE(&own.parts);
    return status;
}

static bool numeric(const char *text, size_t n)
{
    ns_t v;
    bool over;

    return units_seconds(text, n, &v, &over) || over;
}

/* A header line of the format, or a first row of 18 numbers and more. */
static int swf_guess(const char *head, size_t n, struct trace_near *near)
{
    bool directive = false;
    const char *line, *end;

    (void)near;
    for (line = head; line < head + n; line = end + 1) {
        const char *p = line;
        uint32_t numbers = 0;
        end = memchr(line, '\n', (size_t)(head + n - line));
        if (!end)
            end = head + n;
        while (p < end && is_blank(*p))
            p++;
        if (p < end && *p == ';') {
            directive = directive || memchr(p, ':', (size_t)(end - p));
            continue;
        }
        if (p == end || *p == '\r')
            continue;
        while (p < end && *p != '\r') {
            const char *start = p;
            while (p < end && !is_blank(*p) && *p != '\r')
                p++;
            if (!numeric(start, (size_t)(p - start)))
                break;
            numbers++;
            while (p < end && is_blank(*p))
                p++;
        }
        return numbers >= FIELDS || (directive && numbers > 1) ? GUESS_YES
               : directive                                     ? GUESS_MAYBE
                                                               : GUESS_NO;
    }
    return directive ? GUESS_MAYBE : GUESS_NO;
}

TRACE_FORMAT(swf) = {
    .name = "swf",
    .summary = "Standard Workload Format 2.2 (Parallel Workloads Archive)",
    .source = "www.cs.huji.ac.il/labs/parallel/workload/swf.html",
    .columns = "18 numbers a row; processors become devices, see --resource",
    .jobs = true,
    .nodes = true,
    .guess = swf_guess,
    .read = swf_read,
};

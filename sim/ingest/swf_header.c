/* swf_header.c - the directives of a Standard Workload Format log: "; Name: value". */
#include "ingest/swf_header.h"

#include <string.h>

enum { NODES_MAX = 1 << 20, PROCS_MAX = INT32_MAX };

void swf_header_init(struct swf_header *h)
{
    *h = (struct swf_header){.max_runtime = NS_UNKNOWN};
    intern_init(&h->texts);
}

void swf_header_free(struct swf_header *h)
{
    VEC_FREE(&h->queues);
    VEC_FREE(&h->partitions);
    intern_free(&h->texts);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A whole number, alone or before blanks and a remark in brackets as in "338 (batch)". */
static bool whole(const char *value, size_t n, int64_t *out)
{
    size_t k = 0;

    while (k < n && !is_blank(value[k]))
        k++;
    if (!units_integer(value, k, out))
        return false;
    while (k < n && is_blank(value[k]))
        k++;
    return k == n || value[k] == '(';
}

struct place {
    const char *file, *line;
    uint32_t number, column;
    size_t n;
};

static int machine_size(const struct place *p, const char *name, int64_t most, int64_t *out,
                        struct diag *d)
{
    struct diag_at at = {.file = p->file,
                         .text = p->line,
                         .line = p->number,
                         .column = p->column,
                         .width = p->n ? (uint32_t)p->n : 1};
    const char *value = p->line + p->column - 1;
    char found[96], expected[64] = "a whole number";
    bool number = whole(value, p->n, out);

    if (number && *out >= 0 && *out <= most)
        return 0;
    if (number)
        snprintf(expected, sizeof expected, "a whole number from 0 to %lld", (long long)most);
    snprintf(found, sizeof found, "%.*s", (int)(p->n < 95 ? p->n : 95), value);
    return diag_expected(d, at, name, found, expected);
}

static void optional(const struct place *p, const char *name, int64_t *out, struct sink *s)
{
    int64_t v;

    if (whole(p->line + p->column - 1, p->n, &v) && v >= 0 && v <= SECONDS_MAX)
        *out = v;
    else
        sink_warn(s, "header", p->number, "%s is '%.*s', expected a whole number; not used", name,
                  (int)(p->n < 95 ? p->n : 95), p->line + p->column - 1);
}

/* "1 batch" */
static void take_name(struct swf_header *h, const struct place *p, bool queue)
{
    const char *value = p->line + p->column - 1;
    struct swf_name name;
    size_t k = 0;

    while (k < p->n && !is_blank(value[k]))
        k++;
    if (!units_integer(value, k, &name.number))
        return;
    while (k < p->n && is_blank(value[k]))
        k++;
    if (k == p->n)
        return;
    name.text = intern_add(&h->texts, value + k, p->n - k);
    if (queue)
        VEC_PUSH(&h->queues, name);
    else
        VEC_PUSH(&h->partitions, name);
}

/* What `berth trace info` shows. */
static void note(const struct place *p, const char *name, struct sink *s)
{
    static const char *const shown[] = {
        "Version",        "Computer",  "Installation", "Acknowledge", "Information", "Conversion",
        "TimeZoneString", "StartTime", "EndTime",      "Preemption",  "Note"};
    char value[512];

    snprintf(value, sizeof value, "%.*s", (int)(p->n < 511 ? p->n : 511), p->line + p->column - 1);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (!strcmp(name, shown[i]))
            sink_note(s, shown[i], value);
}

/* The name of "; Name: value" into `name`, and where the value lies. */
static bool split(struct place *p, char *name, size_t room)
{
    const char *at = p->line, *colon, *value, *end;
    size_t n;

    while (*at == ';' || is_blank(*at))
        at++;
    colon = strchr(at, ':');
    if (!colon || colon == at || (n = (size_t)(colon - at)) >= room || memchr(at, ' ', n))
        return false;
    memcpy(name, at, n);
    name[n] = '\0';
    for (value = colon + 1; is_blank(*value); value++)
        ;
    for (end = value + strlen(value); end > value && is_blank(end[-1]); end--)
        ;
    p->column = (uint32_t)(value - p->line) + 1;
    p->n = (size_t)(end - value);
    return true;
}

int swf_header_take(struct swf_header *h, const char *file, const char *line, uint32_t number,
                    struct sink *s, struct diag *d)
{
    struct place p = {.file = file, .line = line, .number = number};
    char name[32];
    int64_t v = -1;

    if (!split(&p, name, sizeof name))
        return 0;
    if (!strcmp(name, "MaxProcs"))
        return machine_size(&p, name, PROCS_MAX, &h->max_procs, d);
    if (!strcmp(name, "MaxNodes"))
        return machine_size(&p, name, NODES_MAX, &h->max_nodes, d);
    if (!strcmp(name, "MaxJobs"))
        optional(&p, name, &h->max_jobs, s);
    else if (!strcmp(name, "MaxRecords"))
        optional(&p, name, &h->max_records, s);
    else if (!strcmp(name, "UnixStartTime"))
        optional(&p, name, &h->unix_start, s);
    else if (!strcmp(name, "MaxRuntime"))
        optional(&p, name, &v, s);
    else if (!strcmp(name, "Queue"))
        take_name(h, &p, true);
    else if (!strcmp(name, "Partition"))
        take_name(h, &p, false);
    if (v > 0)
        h->max_runtime = v * NS_PER_S;
    h->time_zone = h->time_zone || !strcmp(name, "TimeZone");
    h->time_zone_string = h->time_zone_string || !strcmp(name, "TimeZoneString");
    note(&p, name, s);
    return 0;
}

static const char *find(const struct swf_header *h, const struct swf_name *at, size_t n,
                        int64_t number)
{
    for (size_t i = 0; i < n; i++)
        if (at[i].number == number)
            return intern_text(&h->texts, at[i].text);
    return NULL;
}

const char *swf_header_queue(const struct swf_header *h, int64_t number)
{
    return find(h, h->queues.at, h->queues.n, number);
}

const char *swf_header_partition(const struct swf_header *h, int64_t number)
{
    return find(h, h->partitions.at, h->partitions.n, number);
}

int swf_header_nodes(const struct swf_header *h, const char *device, bool per_node, struct sink *s,
                     struct diag *d)
{
    int64_t procs = h->max_procs, nodes = h->max_nodes ? h->max_nodes : h->max_procs;

    if (per_node || !procs)
        procs = nodes;
    for (int64_t i = 0; i < nodes && nodes <= NODES_MAX; i++) {
        struct node_spec n = {.gpu_type = device,
                              .health = NODE_UP,
                              .gpus = (uint32_t)(procs / nodes + (i < procs % nodes))};
        if (sink_node(s, &n, 0, d) < 0)
            return -1;
    }
    return 0;
}

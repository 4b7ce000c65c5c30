/* opts.c - declared flags: a verb lists rows, one parser reads them all. */
#include "cli/opts.h"

#include <string.h>

#define AT(field) offsetof(struct opts, field)

static const struct opts_flag speaking_flags[] = {
    {"json", 0, OPTS_BOOL, AT(json), NULL, "one JSON document on stdout, errors too", NULL},
    {"quiet", 'q', OPTS_BOOL, AT(quiet), NULL, "errors only", NULL},
    {"verbose", 'v', OPTS_COUNT, AT(verbose), NULL, "a line per phase with time and memory", NULL},
    {"color", 0, OPTS_TEXT, AT(color), "WHEN", "auto, always or never (auto)", "auto always never"},
    {"help", 'h', OPTS_BOOL, AT(help), NULL, "this page", NULL},
    {0},
};
const struct opts_table opts_speaking = {"speaking", speaking_flags};

static const struct opts_flag writing_flags[] = {
    {"output", 'o', OPTS_TEXT, AT(output), "DIR", "folder for the results; new or empty", NULL},
    {"force", 0, OPTS_BOOL, AT(force), NULL, "replace the results in a folder that has files",
     NULL},
    {0},
};
const struct opts_table opts_writing = {"writing", writing_flags};

static const struct opts_flag reading_flags[] = {
    {"format", 0, OPTS_TEXT, AT(format), "NAME", "of the trace (guessed); see 'berth help formats'",
     NULL},
    {"max-rejects", 0, OPTS_TEXT, AT(max_rejects), "PCT",
     "percent of rows that may be unusable (1)", NULL},
    {"oversize", 0, OPTS_TEXT, AT(oversize), "WHAT",
     "job larger than the fleet: reject or stop (reject)", "reject stop"},
    {"tz", 0, OPTS_TEXT, AT(tz), "ZONE", "of times without one: UTC, +08:00, Asia/Tokyo (UTC)",
     NULL},
    {"time-unit", 0, OPTS_TEXT, AT(time_unit), "UNIT", "of plain numbers: s, ms, us, ns, min, h",
     "s ms us ns min h"},
    {"resource", 0, OPTS_TEXT, AT(resource), "WHAT", "SWF: a processor is a cpu, gpu or node (cpu)",
     "cpu gpu node"},
    {"size", 0, OPTS_TEXT, AT(size), "WHICH", "SWF: allocated or requested (allocated)",
     "allocated requested"},
    {"tenant", 0, OPTS_TEXT, AT(tenant), "FIELD", "SWF: group, queue or partition (group)",
     "group queue partition"},
    {"retries", 0, OPTS_TEXT, AT(retries), "HOW", "attempts, or merge into one job (attempts)",
     "attempts merge"},
    {"censored", 0, OPTS_TEXT, AT(censored), "HOW", "jobs cut off by the log: keep or skip (keep)",
     "keep skip"},
    {"cpu-only", 0, OPTS_TEXT, AT(cpu_only), "HOW", "jobs without a GPU: keep or skip (keep)",
     "keep skip"},
    {"outcome", 0, OPTS_LIST, AT(outcome), "END=HOW",
     "work of such ends: useful or discarded, repeatable", NULL},
    {"gang", 0, OPTS_TEXT, AT(gang), "RULE", "Kubernetes: owner = one gang per owner", "owner"},
    {"level", 0, OPTS_TEXT, AT(level), "LEVEL=LABEL", "Kubernetes: node label of a level", NULL},
    {"submit-time", 0, OPTS_TEXT, AT(submit_time), "WHICH", "sacct: eligible or submit (eligible)",
     "eligible submit"},
    {0},
};
const struct opts_table opts_reading = {"reading the trace", reading_flags};

static const struct opts_flag catalog_flags[] = {
    {"catalog", 0, OPTS_TEXT, AT(catalog), "DIR", "catalogue folder (found beside the program)",
     NULL},
    {0},
};
const struct opts_table opts_catalog = {"catalogue", catalog_flags};

static void *field(struct opts *o, const struct opts_flag *f)
{
    return (char *)o + f->at;
}

/* The row of a name of n bytes, or NULL. */
static const struct opts_flag *find(const struct opts_table *const *tables, const char *name,
                                    size_t n)
{
    for (const struct opts_table *const *t = tables; *t; t++)
        for (const struct opts_flag *f = (*t)->flags; f->name; f++)
            if (strlen(f->name) == n && !memcmp(f->name, name, n))
                return f;
    return NULL;
}

static const struct opts_flag *find_letter(const struct opts_table *const *tables, char letter)
{
    for (const struct opts_table *const *t = tables; *t; t++)
        for (const struct opts_flag *f = (*t)->flags; f->name; f++)
            if (f->letter == letter)
                return f;
    return NULL;
}

static int unknown(const char *arg, size_t n, const char *verb,
                   const struct opts_table *const *tables, struct diag *d)
{
    char names[OPTS_FLAGS_MAX][32], given[64];
    const char *words[OPTS_FLAGS_MAX];
    uint32_t count = 0;

    for (const struct opts_table *const *t = tables; *t; t++)
        for (const struct opts_flag *f = (*t)->flags; f->name && count < OPTS_FLAGS_MAX; f++) {
            snprintf(names[count], sizeof names[count], "--%s", f->name);
            words[count] = names[count];
            count++;
        }
    snprintf(given, sizeof given, "%.*s", (int)n, arg);
    const char *near = diag_nearest(given, words, count);
    if (near)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "unknown flag '%s' (nearest: '%s') for '%s'", given, near, verb);
    return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                     "unknown flag '%s' for '%s', see 'berth help %s'", given, verb, verb);
}

static bool is_word(const char *words, const char *value)
{
    size_t n = strlen(value);

    for (const char *w = words; n && *w;) {
        size_t length = strcspn(w, " ");
        if (length == n && !memcmp(w, value, n))
            return true;
        w += length + (w[length] == ' ');
    }
    return false;
}

/* "reject or stop", "s, ms or h" */
static void say_words(const char *words, char *to, size_t room)
{
    size_t n = 0;

    for (const char *w = words; *w && n + 1 < room;) {
        size_t length = strcspn(w, " ");
        const char *next = w + length + (w[length] == ' ');
        const char *before = w == words ? "" : *next ? ", " : " or ";
        n += (size_t)snprintf(to + n, room - n, "%s%.*s", before, (int)length, w);
        w = next;
    }
}

/* Store a flag that takes a value. */
static int store(struct opts *o, const struct opts_flag *f, const char *value, struct diag *d)
{
    if (f->words && !is_word(f->words, value)) {
        char expected[160];
        say_words(f->words, expected, sizeof expected);
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0}, "--%s is '%s', expected %s", f->name,
                         value, expected);
    }
    if (f->kind == OPTS_LIST) {
        struct opts_list *list = field(o, f);
        VEC_PUSH(list, value);
        return 0;
    }
    const char **text = field(o, f);
    if (*text)
        return diag_fail(d, STATUS_USAGE, (struct diag_at){0},
                         "flag '--%s' is given twice: '%s' and '%s'", f->name, *text, value);
    *text = value;
    return 0;
}

static void raise_flag(struct opts *o, const struct opts_flag *f)
{
    if (f->kind == OPTS_COUNT)
        ++*(int *)field(o, f);
    else
        *(bool *)field(o, f) = true;
}

static int needs_value(const struct opts_flag *f, struct diag *d)
{
    return diag_fail(d, STATUS_USAGE, (struct diag_at){0}, "flag '--%s' needs a value: --%s %s",
                     f->name, f->name, f->value);
}

/* "-o DIR", "-oDIR", "-vv", "-qj2". */
static int parse_letters(struct opts *o, const char *verb, const struct opts_table *const *tables,
                         int argc, const char *const *argv, int *i, struct diag *d)
{
    for (const char *c = argv[*i] + 1; *c; c++) {
        const struct opts_flag *f = find_letter(tables, *c);
        if (!f) {
            char name[3] = {'-', *c, 0};
            return unknown(name, 2, verb, tables, d);
        }
        if (!f->value) {
            raise_flag(o, f);
            continue;
        }
        if (c[1])
            return store(o, f, c + 1, d);
        if (*i + 1 >= argc)
            return needs_value(f, d);
        return store(o, f, argv[++*i], d);
    }
    return 0;
}

static int parse_long(struct opts *o, const char *verb, const struct opts_table *const *tables,
                      int argc, const char *const *argv, int *i, struct diag *d)
{
    const char *name = argv[*i] + 2;
    size_t n = strcspn(name, "=");
    const struct opts_flag *f = find(tables, name, n);

    if (!f)
        return unknown(argv[*i], n + 2, verb, tables, d);
    if (!f->value) {
        if (name[n])
            return diag_fail(d, STATUS_USAGE, (struct diag_at){0}, "flag '--%s' takes no value",
                             f->name);
        raise_flag(o, f);
        return 0;
    }
    if (name[n])
        return store(o, f, name + n + 1, d);
    if (*i + 1 >= argc)
        return needs_value(f, d);
    return store(o, f, argv[++*i], d);
}

int opts_parse(struct opts *o, const char *verb, const struct opts_table *const *tables, int argc,
               const char *const *argv, struct diag *d)
{
    bool ended = false;
    int bad = 0;

    memset(o, 0, sizeof *o);
    for (int i = 0; i < argc; i++) {
        struct diag here = {0};
        const char *arg = argv[i];
        int rc = 0;

        if (ended || arg[0] != '-' || arg[1] == 0)
            VEC_PUSH(&o->args, arg);
        else if (!strcmp(arg, "--"))
            ended = true;
        else if (arg[1] == '-')
            rc = parse_long(o, verb, tables, argc, argv, &i, &here);
        else
            rc = parse_letters(o, verb, tables, argc, argv, &i, &here);
        if (rc < 0 && !bad) {
            *d = here;
            bad = -1;
        }
    }
    return bad;
}

void opts_free(struct opts *o)
{
    VEC_FREE(&o->set);
    VEC_FREE(&o->outcome);
    VEC_FREE(&o->args);
}

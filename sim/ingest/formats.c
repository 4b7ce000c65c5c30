/* formats.c - the table of trace formats, made from the files in traces/, and the guess. */
#include "ingest/ingest.h"

#include <string.h>

#define X(id) extern const struct trace_format trace_format_##id;
#include "gen/traces.def"
#undef X

const struct trace_format *const *ingest_formats(void)
{
    static const struct trace_format *const table[] = {
#define X(id) &trace_format_##id,
#include "gen/traces.def"
#undef X
        NULL
    };

    return table;
}

const struct trace_format *ingest_format(const char *name)
{
    for (const struct trace_format *const *f = ingest_formats(); *f; f++)
        if (!strcmp((*f)->name, name))
            return *f;
    return NULL;
}

/* A NUL byte in the head explains better than anything why no format fits. */
static int refuse_nul(const char *name, const char *head, size_t n, struct diag *d)
{
    struct diag_at at = {.file = name, .line = 1, .column = 1, .width = 1};

    for (size_t i = 0; i < n; i++) {
        if (!head[i])
            return diag_fail(d, STATUS_INPUT, at,
                             "found a NUL byte, expected text (is this a "
                             "binary or UTF-16 file?)");
        at.column++;
        if (head[i] == '\n') {
            at.line++;
            at.column = 1;
        }
    }
    return 0;
}

static void refuse(const char *name, const char *head, const struct trace_near *near,
                   struct diag *d)
{
    struct diag_at at = {.file = name, .line = near->line, .column = near->column};
    char line[512], names[320] = "";
    size_t used = 0;

    if (near->format) {
        for (uint32_t i = 1; i < near->line && head; i++)
            head = strchr(head, '\n') ? strchr(head, '\n') + 1 : NULL;
        snprintf(line, sizeof line, "%.511s", head ? head : "");
        at.text = line;
        at.width = near->found[0] ? (uint32_t)strlen(near->found) : 1;
        diag_fail(d, STATUS_INPUT, at,
                  "unknown trace format: the header is close to '%s' (missing '%s'%s%s%s); name it "
                  "with --format, see 'berth help formats'",
                  near->format, near->missing, near->found[0] ? ", found '" : "", near->found,
                  near->found[0] ? "'" : "");
        return;
    }
    for (const struct trace_format *const *f = ingest_formats(); *f && used < sizeof names; f++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                 (*f)->name);
    diag_fail(d, STATUS_INPUT, (struct diag_at){.file = name},
              "unknown trace format, expected one of %s; name it with --format, see 'berth help "
              "formats'",
              names);
}

const struct trace_format *ingest_guess(struct input *in, struct diag *d)
{
    const struct trace_format *best = NULL;
    struct trace_near nearest = {0};
    const char *head;
    size_t n;
    int sure = GUESS_NO;

    if (input_head(in, &head, &n, d) < 0)
        return NULL;
    if (!n) {
        diag_fail(d, STATUS_INPUT, (struct diag_at){.file = input_name(in)},
                  "the file is empty, expected a trace");
        return NULL;
    }
    for (const struct trace_format *const *f = ingest_formats(); *f; f++) {
        struct trace_near near = {0};
        int guess = (*f)->guess(head, n, &near);
        if (guess > sure) {
            sure = guess;
            best = *f;
        }
        if (near.format && near.matched > nearest.matched)
            nearest = near;
    }
    if (!best && !refuse_nul(input_name(in), head, n, d))
        refuse(input_name(in), head, &nearest, d);
    return best;
}

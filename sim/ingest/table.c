/* table.c - the loop that readers of tables share: one row in, one verdict out. */
#include "ingest/table.h"
#include "ingest/slurm_text.h"

#include <string.h>
#include <strings.h>

static int settle(struct table *t, enum table_verdict verdict, const struct trace_row *row,
                  struct diag *d)
{
    switch (verdict) {
    case TABLE_JOB:
        return sink_row(t->sink, row, d);
    case TABLE_SKIP:
        sink_skip(t->sink, t->word, row->line);
        return 0;
    case TABLE_REJECT:
        if (sink_reject(t->sink, t->word, &t->why, row->text) == 0)
            return 0;
        *d = t->why;
        return -1;
    case TABLE_STOP:
        *d = t->why;
        return -1;
    case TABLE_KEPT:
    case TABLE_NODE:
        break;
    }
    return 0;
}

static int rows(struct table *t, table_take *take, struct diag *d)
{
    int got = -1;

    while (t->csv && (got = csv_next(t->csv, d)) > 0) {
        struct trace_row row = {.limit = NS_UNKNOWN,
                                .wait = NS_UNKNOWN,
                                .end = JOB_DONE,
                                .line = csv_line(t->csv),
                                .text = csv_text(t->csv)};
        const struct diag *trouble = csv_row_trouble(t->csv);
        enum table_verdict verdict;

        if (trouble) {
            t->why = *trouble;
            verdict = table_reject(t, "fields");
        } else {
            verdict = take(t, &row);
        }
        if (verdict != TABLE_NODE)
            sink_count_row(t->sink);
        if (settle(t, verdict, &row, d) < 0) {
            got = -1;
            break;
        }
    }
    if (t->csv)
        csv_close(t->csv);
    zone_close(&t->zone);
    return got;
}

int table_read(struct input *in, char delimiter, const struct csv_column *columns, uint32_t n,
               table_take *take, void *own, const struct trace_options *opt, struct sink *s,
               struct diag *d)
{
    struct table t = {.columns = columns, .opt = opt, .sink = s, .own = own};

    if (zone_open(&t.zone, opt->tz, d) < 0)
        return -1;
    t.csv = csv_open(in, delimiter, false, columns, n, d);
    return rows(&t, take, d);
}

int table_read_bare(struct input *in, char delimiter, const struct csv_column *columns, uint32_t n,
                    table_take *take, void *own, const struct trace_options *opt, struct sink *s,
                    struct diag *d)
{
    struct table t = {.columns = columns, .opt = opt, .sink = s, .own = own};

    if (zone_open(&t.zone, opt->tz, d) < 0)
        return -1;
    t.csv = csv_open_bare(in, delimiter, columns, n, d);
    return rows(&t, take, d);
}

enum table_verdict table_reject(struct table *t, const char *kind)
{
    t->word = kind;
    return TABLE_REJECT;
}

enum table_verdict table_skip(struct table *t, const char *reason)
{
    t->word = reason;
    return TABLE_SKIP;
}

bool table_whole(struct table *t, uint32_t want, int64_t low, int64_t high, int64_t *out)
{
    size_t n;
    const char *text = csv_field(t->csv, want, &n);
    ns_t v;

    /* a tool that met an empty cell writes the whole column as fractions */
    if (n > 2 && text[n - 2] == '.' && text[n - 1] == '0' && units_seconds(text, n, &v, NULL) &&
        v / NS_PER_S >= low && v / NS_PER_S <= high) {
        *out = v / NS_PER_S;
        return true;
    }
    t->word = "number";
    return csv_integer(t->csv, want, low, high, 0, out, &t->why) == 0;
}

bool table_seconds(struct table *t, uint32_t want, ns_t missing, ns_t *out)
{
    ns_t unit = t->opt->time_unit > 0 ? t->opt->time_unit : NS_PER_S;

    t->word = "time";
    return csv_seconds(t->csv, want, unit, missing, out, &t->why) == 0;
}

bool table_time(struct table *t, uint32_t want, ns_t *out)
{
    size_t n;
    const char *text = csv_field(t->csv, want, &n);

    *out = NS_UNKNOWN;
    if (n == 0 || zone_read(&t->zone, text, n, csv_line(t->csv), t->sink, out))
        return true;
    t->word = "time";
    diag_expected(&t->why, csv_at(t->csv, want), t->columns[want].name, text,
                  "a time such as 2026-01-05 00:00:00");
    return false;
}

bool table_outcome(struct table *t, uint32_t want, enum job_end *out)
{
    static const struct {
        const char *word;
        enum job_end end;
    } words[] = {
        {"Pass", JOB_DONE},
        {"Killed", JOB_KILLED},
        {"Failed", JOB_FAILED},
    };
    const char *text = csv_field(t->csv, want, NULL);

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i].word) != 0)
            continue;
        *out = words[i].end;
        return true;
    }
    t->word = "state";
    diag_expected(&t->why, csv_at(t->csv, want), t->columns[want].name, text,
                  "Pass, Killed or Failed");
    return false;
}

const char *table_text(const struct table *t, uint32_t want)
{
    const char *text = csv_field(t->csv, want, NULL);

    return *text ? text : NULL;
}

enum table_verdict table_backwards(struct table *t, uint32_t to, const char *to_name,
                                   const char *from_name, ns_t by)
{
    char seconds[32];
    size_t n;

    units_seconds_text(by, seconds);
    for (n = strlen(seconds); n > 1 && seconds[n - 1] == '0'; n--)
        seconds[n - 1] = '\0';
    if (seconds[n - 1] == '.')
        seconds[n - 1] = '\0';
    diag_fail(&t->why, STATUS_INPUT, csv_at(t->csv, to),
              "%s is %s s before %s, expected a later time", to_name, seconds, from_name);
    return table_reject(t, "end-before-start");
}

enum table_verdict table_span(struct table *t, uint32_t first, struct trace_row *row)
{
    const uint32_t at_start = first + 1, at_end = first + 2, at_length = first + 3;
    ns_t start, end, length;

    if (!table_time(t, first, &row->submit) || !table_time(t, at_start, &start) ||
        !table_time(t, at_end, &end) || !table_seconds(t, at_length, NS_UNKNOWN, &length))
        return table_reject(t, t->word);
    if (start == NS_UNKNOWN)
        return table_skip(t, "never ran");
    if (row->submit == NS_UNKNOWN) {
        diag_fail(&t->why, STATUS_INPUT, csv_at(t->csv, first), "%s is empty, expected a time",
                  t->columns[first].name);
        return table_reject(t, "missing");
    }
    if (end == NS_UNKNOWN && length == NS_UNKNOWN) {
        diag_fail(&t->why, STATUS_INPUT, csv_at(t->csv, at_end),
                  "%s and %s are empty, expected one of them for a job that started",
                  t->columns[at_end].name, t->columns[at_length].name);
        return table_reject(t, "missing");
    }
    if (end != NS_UNKNOWN && end < start)
        return table_backwards(t, at_end, t->columns[at_end].name, t->columns[at_start].name,
                               start - end);
    if (start < row->submit)
        return table_backwards(t, at_start, t->columns[at_start].name, t->columns[first].name,
                               row->submit - start);
    row->wait = start - row->submit;
    row->run = length != NS_UNKNOWN ? length : end - start;
    return TABLE_JOB;
}

enum table_verdict table_state(struct table *t, uint32_t want, struct trace_row *row)
{
    size_t n;
    const char *text = csv_field(t->csv, want, &n);
    int end = slurm_text_state(text, n);

    if (end == SLURM_PENDING)
        return table_skip(t, "never ran");
    if (end == JOB_ENDS) {
        diag_expected(&t->why, csv_at(t->csv, want), t->columns[want].name, text,
                      "a Slurm state such as COMPLETED, FAILED, CANCELLED or TIMEOUT");
        return table_reject(t, "state");
    }
    row->end = (enum job_end)end;
    return TABLE_JOB;
}

/* lumos.c - the nine-column re-release used for Venus (Helios), Philly and Blue Waters:
 * seconds since the previous submission instead of times, DOS line ends.
 *
 * Times are sums, so rows are put in order of u_id before they are added up: a shuffled
 * file gives the same jobs. */
#include "base/arena.h"
#include "base/vec.h"
#include "ingest/header.h"
#include "ingest/shape.h"
#include "ingest/table.h"

#include <string.h>

enum { U_ID, USER, GPU_NUM, CPU_NUM, NODE_NUM, INTERVAL, RUN_TIME, WALL_TIME, STATUS, COLUMNS };

static const char *const header[COLUMNS] = {
    "u_id",     "user",     "gpu_num",   "cpu_num",    "node_num",
    "interval", "run_time", "wall_time", "new_status",
};

static const struct csv_column columns[COLUMNS] = {
    {"u_id", true},     {"user", false},      {"gpu_num", true},
    {"cpu_num", false}, {"node_num", false},  {"interval", true},
    {"run_time", true}, {"wall_time", false}, {"new_status", true},
};

struct record {
    int64_t number;
    ns_t interval, run, limit;
    int64_t gpus, cpus, nodes;
    const char *user, *text;
    uint32_t line, column;
    enum job_end end;
};

struct reading {
    struct arena arena;
    VEC(struct record) rows;
};

static int lumos_guess(const char *head, size_t n, struct trace_near *near)
{
    const struct header_rule rule = {
        .format = "lumos", .delimiter = ',', .required = header, .n_required = COLUMNS};
    return header_guess(&rule, head, n, near);
}

static enum table_verdict take(struct table *t, struct trace_row *row)
{
    struct reading *own = t->own;
    struct record r = {.line = row->line, .column = csv_column_of(t->csv, GPU_NUM)};
    const char *user = table_text(t, USER);

    if (!table_whole(t, U_ID, 0, INT64_MAX, &r.number) ||
        !table_seconds(t, INTERVAL, NS_UNKNOWN, &r.interval) ||
        !table_seconds(t, RUN_TIME, NS_UNKNOWN, &r.run) ||
        !table_seconds(t, WALL_TIME, 0, &r.limit) ||
        !table_whole(t, GPU_NUM, 0, TABLE_GPUS_MAX, &r.gpus) ||
        !table_whole(t, CPU_NUM, 0, INT64_C(1) << 40, &r.cpus) ||
        !table_whole(t, NODE_NUM, 0, TABLE_GPUS_MAX, &r.nodes) || !table_outcome(t, STATUS, &r.end))
        return table_reject(t, t->word);
    r.user = user ? arena_text(&own->arena, user, strlen(user)) : NULL;
    r.text = arena_text(&own->arena, row->text, strlen(row->text));
    VEC_PUSH(&own->rows, r);
    return TABLE_KEPT;
}

static int by_number(const void *a, const void *b)
{
    const struct record *x = a, *y = b;

    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static int emit(const struct record *r, ns_t submit, struct sink *s, struct diag *d)
{
    char id[24];
    struct job_group groups[2];
    struct trace_row row = {
        .job_id = id,
        .submit = submit,
        .run = r->run,
        .wait = NS_UNKNOWN,
        .limit = r->limit > 0 ? r->limit : NS_UNKNOWN,
        .user = r->user,
        .end = r->end,
        .line = r->line,
        .text = r->text,
        .gpus_column = r->column,
    };

    snprintf(id, sizeof id, "%lld", (long long)r->number);
    row.gpus = (uint32_t)r->gpus;
    row.cpu_milli = r->cpus * 1000;
    if (r->nodes > 0) {
        row.groups = groups;
        row.n_groups = shape_split((uint32_t)r->gpus, (uint32_t)r->nodes, groups);
        row.cpu_milli = shape_each(row.cpu_milli, (uint32_t)r->nodes);
    }
    return sink_row(s, &row, d);
}

static int lumos_read(struct input *in, const struct trace_options *opt, struct sink *s,
                      struct diag *d)
{
    struct reading own = {0};
    ns_t clock = 0;
    int result;

    sink_note(s, "time", "intervals between submissions, added up from the first row");
    sink_note(s, "unknown", "queue waits and start times are not in the file");
    arena_init(&own.arena);
    result = table_read(in, ',', columns, COLUMNS, take, &own, opt, s, d);
    if (own.rows.n > 0)
        qsort(own.rows.at, own.rows.n, sizeof *own.rows.at, by_number);
    for (size_t i = 0; result == 0 && i < own.rows.n; i++) {
        if (own.rows.at[i].interval > NS_NEVER - clock)
            result =
                diag_fail(d, STATUS_INPUT,
                          (struct diag_at){.file = input_name(in), .line = own.rows.at[i].line},
                          "the intervals add up to more than 292 years");
        else
            result = emit(&own.rows.at[i], clock += own.rows.at[i].interval, s, d);
    }
    VEC_FREE(&own.rows);
    arena_free(&own.arena);
    return result;
}

TRACE_FORMAT(lumos) = {
    .name = "lumos",
    .summary = "Venus, Philly or Blue Waters with intervals instead of times",
    .source = "github.com/DIR-LAB/Gen-Parallel-Workloads",
    .columns = "u_id, user, gpu_num, cpu_num, node_num, interval, run_time, wall_time, new_status",
    .jobs = true,
    .guess = lumos_guess,
    .read = lumos_read,
};

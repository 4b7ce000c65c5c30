/* slurm_table.c - the output of `sacct --parsable2`. */
#include "ingest/slurm_table.h"

#include <string.h>
#include <strings.h>

/* sacct without --parsable2 pads its columns and underlines the header. */
static int not_parsable(struct slurm_table *t, struct diag *d)
{
    size_t dashes = 0;
    int got = input_line(t->in, &t->line, &t->line_n, d);
    bool underlined;

    if (got < 0)
        return -1;
    underlined = got == 1 && t->line_n > 0 && t->line[0] == '-';
    while (underlined && dashes < t->line_n && t->line[dashes] == '-')
        dashes++;
    return diag_fail(d, STATUS_INPUT,
                     (struct diag_at){.file = input_name(t->in),
                                      .line = underlined ? 2 : 1,
                                      .column = 1,
                                      .width = (uint32_t)(dashes ? dashes : 1),
                                      .text = underlined ? t->line : NULL},
                     "looks like sacct's padded table, expected '|' between columns; run sacct "
                     "with --parsable2");
}

int slurm_table_open(struct slurm_table *t, struct input *in, struct diag *d)
{
    size_t at = 0;
    int got;

    memset(t, 0, sizeof *t);
    t->in = in;
    arena_init(&t->arena);
    got = input_line(in, &t->line, &t->line_n, d);
    if (got < 0)
        return -1;
    if (got == 0 || !memchr(t->line, '|', t->line_n))
        return not_parsable(t, d);
    while (at <= t->line_n) {
        const char *end = memchr(t->line + at, '|', t->line_n - at);
        size_t len = end ? (size_t)(end - t->line) - at : t->line_n - at;

        if (len == 0 && !end && t->n > 0) /* --parsable ends every line with a '|' */
            break;
        if (t->n == SLURM_TABLE_COLUMNS)
            return diag_fail(
                d, STATUS_INPUT,
                (struct diag_at){.file = input_name(in), .line = 1, .column = (uint32_t)at + 1},
                "the header has more than %d columns", SLURM_TABLE_COLUMNS);
        t->name[t->n++] = arena_text(&t->arena, t->line + at, len);
        at += len + 1;
        if (!end)
            break;
    }
    t->number = 1;
    return 0;
}

void slurm_table_close(struct slurm_table *t)
{
    arena_free(&t->arena);
}

int slurm_table_column(const struct slurm_table *t, const char *name)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (strcasecmp(t->name[i], name) == 0)
            return (int)i;
    return -1;
}

int slurm_table_next(struct slurm_table *t, struct diag *d)
{
    size_t at = 0;
    uint32_t i = 0;
    int got;

    do {
        got = input_line(t->in, &t->line, &t->line_n, d);
        if (got <= 0)
            return got;
    } while (t->line_n == 0);
    t->number = input_line_number(t->in);
    for (; i < t->n; i++) {
        const char *end = i + 1 < t->n ? memchr(t->line + at, '|', t->line_n - at) : NULL;

        t->start[i] = (uint32_t)at;
        t->length[i] = (uint32_t)((end ? (size_t)(end - t->line) : t->line_n) - at);
        if (!end)
            break;
        at = (size_t)(end - t->line) + 1;
    }
    if (i + 1 >= t->n)
        return 1;
    diag_fail(d, STATUS_INPUT,
              (struct diag_at){
                  .file = input_name(t->in), .line = t->number, .column = 1, .text = t->line},
              "the row has %u columns, expected %u", i + 1, t->n);
    return 2;
}

const char *slurm_table_cell(const struct slurm_table *t, int column, size_t *n)
{
    if (column < 0) {
        *n = 0;
        return "";
    }
    *n = t->length[column];
    return t->line + t->start[column];
}

struct diag_at slurm_table_at(const struct slurm_table *t, int column, size_t at, size_t width)
{
    uint32_t start = column < 0 ? 0 : t->start[column];
    size_t whole = column < 0 ? 1 : t->length[column];

    return (struct diag_at){.file = input_name(t->in),
                            .text = t->line,
                            .line = t->number,
                            .column = start + (uint32_t)at + 1,
                            .width = (uint32_t)(width   ? width
                                                : whole ? whole
                                                        : 1)};
}

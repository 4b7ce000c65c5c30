/* recorded.c - read a table of known columns in a test. */
#include "lib/recorded.h"

#include <stdlib.h>

static void broken(const struct diag *d)
{
    diag_print(stderr, d, "error", 0);
    exit(3);
}

struct recorded recorded_open(const char *path, const struct csv_column *columns, uint32_t n)
{
    struct diag d = {0};
    struct recorded t;

    t.in = input_open(path, "a table", &d);
    t.csv = t.in ? csv_open(t.in, ',', false, columns, n, &d) : NULL;
    if (!t.csv)
        broken(&d);
    return t;
}

void recorded_close(struct recorded *t)
{
    csv_close(t->csv);
    input_close(t->in);
}

bool recorded_next(const struct recorded *t)
{
    struct diag d = {0};
    int r = csv_next(t->csv, &d);

    if (r < 0)
        broken(&d);
    if (r && csv_row_trouble(t->csv))
        broken(csv_row_trouble(t->csv));
    return r == 1;
}

const char *recorded_text(const struct recorded *t, uint32_t column)
{
    return csv_field(t->csv, column, NULL);
}

int64_t recorded_number(const struct recorded *t, uint32_t column)
{
    return strtoll(recorded_text(t, column), NULL, 10);
}

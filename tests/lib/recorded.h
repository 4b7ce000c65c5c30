/* recorded.h - read a table of known columns in a test; anything wrong with it ends the program. */
#ifndef BERTH_TESTS_LIB_RECORDED_H
#define BERTH_TESTS_LIB_RECORDED_H

#include "base/csv.h"
#include <stdbool.h>

struct recorded {
    struct input *in;
    struct csv *csv;
};

/* Plain or gzip, separated by commas, with a header; columns are asked for by their place in `columns`. */
struct recorded recorded_open(const char *path, const struct csv_column *columns, uint32_t n);
void recorded_close(struct recorded *t);
bool recorded_next(const struct recorded *t);

const char *recorded_text(const struct recorded *t,
                          uint32_t column); /* "" when the column is not there */
int64_t recorded_number(const struct recorded *t, uint32_t column); /* of a whole number; "" is 0 */

#endif

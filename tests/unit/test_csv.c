/* test_csv.c - tables: names, quoting, places of cells, checked numbers. */
#include "base/csv.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { ID, RUN, GPUS, NOTE, WANTED };

static const struct csv_column wanted[WANTED] = {
    {"id", true}, {"run", true}, {"gpus", false}, {"note", false}};

struct table {
    struct input *in;
    struct csv *csv;
    struct diag d;
};

static void open_with(struct table *t, const char *text, char delimiter)
{
    t->in = input_memory("t.csv", text, strlen(text));
    t->csv = csv_open(t->in, delimiter, true, wanted, WANTED, &t->d);
}

static void close_table(struct table *t)
{
    csv_close(t->csv);
    input_close(t->in);
}

static const char *cell(const struct table *t, uint32_t want)
{
    return csv_field(t->csv, want, NULL);
}

static void columns_are_found_by_name_in_any_order_and_case(void **s)
{
    struct table t;

    (void)s;
    open_with(&t, "# made by hand, with a \" in it\nx,Run,ID\n1,60,a\n2,61,b\n", ',');
    assert_non_null(t.csv);
    assert_int_equal(csv_header_count(t.csv), 3);
    assert_string_equal(csv_header(t.csv, 1), "Run");
    assert_true(csv_has(t.csv, RUN));
    assert_false(csv_has(t.csv, GPUS));
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    assert_string_equal(cell(&t, ID), "a");
    assert_string_equal(cell(&t, RUN), "60");
    assert_string_equal(cell(&t, GPUS), "");
    assert_int_equal(csv_line(t.csv), 3);
    assert_string_equal(csv_text(t.csv), "1,60,a");
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    assert_string_equal(cell(&t, ID), "b");
    assert_int_equal(csv_next(t.csv, &t.d), 0);
    close_table(&t);
}

static void quoted_cells_hold_delimiters_quotes_and_line_ends(void **s)
{
    struct table t;
    struct diag_at at;

    (void)s;
    open_with(&t, "id,note,run,gpus\na,\"x, \"\"y\"\"\r\nz\",7,eight\nb,\"\",8,1\n", ',');
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    assert_string_equal(cell(&t, NOTE), "x, \"y\"\nz");
    assert_string_equal(cell(&t, RUN), "7");
    assert_int_equal(csv_line(t.csv), 2);
    at = csv_at(t.csv, GPUS);
    assert_int_equal(at.line, 3);
    assert_int_equal(at.column, 6);
    assert_int_equal(at.width, 5);
    assert_int_equal(csv_column_of(t.csv, GPUS), 6);
    assert_int_equal(csv_at(t.csv, NOTE).line, 2);
    assert_int_equal(csv_at(t.csv, NOTE).column, 3);
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    assert_int_equal(csv_line(t.csv), 4);
    assert_string_equal(cell(&t, NOTE), "");
    close_table(&t);
}

static void a_quote_is_a_character_when_bars_separate(void **s)
{
    struct table t;

    (void)s;
    open_with(&t, "id|note|run\na|5\" disk|7\nb|\"|8\n", '|');
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    assert_string_equal(cell(&t, NOTE), "5\" disk");
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    assert_string_equal(cell(&t, NOTE), "\"");
    assert_int_equal(csv_at(t.csv, RUN).column, 5);
    close_table(&t);
}

static void a_quote_left_open_is_said_at_its_place(void **s)
{
    struct table t;

    (void)s;
    open_with(&t, "id,run\na,1\nb,\"2\nc,3\n", ',');
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    assert_int_equal(csv_next(t.csv, &t.d), -1);
    assert_int_equal(t.d.line, 3);
    assert_int_equal(t.d.column, 3);
    assert_string_equal(t.d.message,
                        "quoted cell is not closed before the end of the file, expected '\"'");
    close_table(&t);
}

static void rows_of_another_width_are_troubled(void **s)
{
    struct table t;

    (void)s;
    open_with(&t, "id,run\n\n  \na,1,2\nb\nc,3\n", ',');
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    assert_int_equal(csv_line(t.csv), 4);
    assert_non_null(csv_row_trouble(t.csv));
    assert_string_equal(csv_row_trouble(t.csv)->message, "row has 3 fields, expected 2");
    assert_int_equal(csv_row_trouble(t.csv)->width, 5);
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    assert_string_equal(csv_row_trouble(t.csv)->message, "row has 1 field, expected 2");
    assert_string_equal(cell(&t, RUN), "");
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    assert_null(csv_row_trouble(t.csv));
    close_table(&t);
}

static void refused(const char *text, char delimiter, uint32_t column, const char *message)
{
    struct table t;

    open_with(&t, text, delimiter);
    assert_null(t.csv);
    assert_string_equal(t.d.message, message);
    assert_int_equal(t.d.column, column);
    assert_int_equal(t.d.status, STATUS_INPUT);
    close_table(&t);
}

static void headers_that_do_not_fit_are_refused(void **s)
{
    (void)s;
    refused("job,run\n", ',', 1, "column 'id' is missing");
    refused("id,rum,x\n", ',', 1, "column 'run' is missing (nearest: 'rum')");
    refused("id;run;gpus\n", ',', 3, "found ';' between columns, expected ','");
    refused("id\trun\n", ',', 3, "found 'tab' between columns, expected ','");
    refused("id,run,ID\n", ',', 1, "column 'id' is there twice (columns 1 and 3), expected once");
    refused("# only\n", ',', 0, "no header line, expected the names of the columns");
    refused("", ',', 0, "no header line, expected the names of the columns");
}

static void more_than_4096_columns_are_refused(void **s)
{
    char *text = malloc(3 * 5000);
    struct table t;

    (void)s;
    for (size_t i = 0; i < 5000; i++)
        memcpy(text + 2 * i, "a,", 2);
    text[10000] = '\0';
    open_with(&t, text, ',');
    assert_null(t.csv);
    assert_string_equal(t.d.message, "header has 5001 columns, expected at most 4096");
    close_table(&t);
    free(text);
}

static void a_file_without_header_has_the_columns_in_order(void **s)
{
    struct table t = {.in = input_memory("t.csv", "a,5,,n\n", 7)};

    (void)s;
    t.csv = csv_open_bare(t.in, ',', wanted, WANTED, &t.d);
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    assert_string_equal(cell(&t, RUN), "5");
    assert_string_equal(cell(&t, NOTE), "n");
    close_table(&t);
}

static void check_integer(const char *text, int64_t low, int64_t high, const char *message)
{
    struct table t;
    char file[256];
    int64_t v = -77;

    snprintf(file, sizeof file, "id,run,gpus\na,1,%s\n", text);
    open_with(&t, file, ',');
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    if (!message) {
        assert_int_equal(csv_integer(t.csv, GPUS, low, high, -5, &v, &t.d), 0);
        assert_int_equal(v, *text ? atoll(text) : -5);
    } else {
        assert_int_equal(csv_integer(t.csv, GPUS, low, high, -5, &v, &t.d), -1);
        assert_string_equal(t.d.message, message);
        assert_int_equal(t.d.column, 5);
    }
    close_table(&t);
}

static void whole_numbers_are_checked(void **s)
{
    (void)s;
    check_integer("8", 1, 9, NULL);
    check_integer("", 1, 9, NULL);
    check_integer("-3", -9, 9, NULL);
    check_integer("eight", 1, 1048576,
                  "gpus is 'eight', expected a whole number from 1 to 1048576");
    check_integer("10", 1, 9, "gpus is '10', expected a whole number from 1 to 9");
    check_integer("1.5", 0, INT64_MAX, "gpus is '1.5', expected a whole number of 0 or more");
    check_integer("9223372036854775808", 0, INT64_MAX,
                  "gpus is '9223372036854775808', expected a whole number of 0 or more");
}

static void check_seconds(const char *text, ns_t unit, ns_t ns, const char *message)
{
    struct table t;
    char file[256];
    ns_t v = -77;

    snprintf(file, sizeof file, "id,run\na,%s\n", text);
    open_with(&t, file, ',');
    assert_int_equal(csv_next(t.csv, &t.d), 1);
    if (!message) {
        assert_int_equal(csv_seconds(t.csv, RUN, unit, NS_UNKNOWN, &v, &t.d), 0);
        assert_int_equal(v, ns);
    } else {
        assert_int_equal(csv_seconds(t.csv, RUN, unit, NS_UNKNOWN, &v, &t.d), -1);
        assert_string_equal(t.d.message, message);
    }
    close_table(&t);
}

static void times_are_checked(void **s)
{
    (void)s;
    check_seconds("60.0", NS_PER_S, 60 * NS_PER_S, NULL);
    check_seconds("1.5", 1000000, 1500000, NULL);
    check_seconds("9223372036000", 1000000, SECONDS_MAX * NS_PER_S, NULL);
    check_seconds("1767571200000", 1000000, 1767571200 * NS_PER_S, NULL);
    check_seconds("9223372036001", 1000000, 0,
                  "run is 9223372036001 ms, expected at most 9223372036 s (292 years)");
    check_seconds("2", 60 * NS_PER_S, 120 * NS_PER_S, NULL);
    check_seconds("99999999999", NS_PER_S, 0,
                  "run is 99999999999 s, expected at most 9223372036 s (292 years)");
    check_seconds("9223372036", 3600 * NS_PER_S, 0,
                  "run is 9223372036 h, expected at most 9223372036 s (292 years)");
    check_seconds("-7", NS_PER_S, 0, "run is '-7', expected 0 or more");
    check_seconds("-99999999999", NS_PER_S, 0, "run is '-99999999999', expected 0 or more");
    check_seconds("6O", NS_PER_S, 0, "run is '6O', expected seconds as a number");
    check_seconds("", NS_PER_S, 0, "run is empty, expected seconds as a number");
}

/* Cells are located by another walk than libcsv's: both must agree where a cell begins. */
static void every_cell_is_where_its_place_says(void **s)
{
    static const char alphabet[] = "ab,\" ";
    uint64_t seed = 12345;

    (void)s;
    for (int round = 0; round < 20000; round++) {
        char file[128] = "id,run,gpus\n";
        size_t n = strlen(file);
        struct table t;
        for (int k = 0; k < 14; k++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
            file[n++] = alphabet[(seed >> 33) % 5];
        }
        file[n] = '\0';
        open_with(&t, file, ',');
        if (csv_next(t.csv, &t.d) == 1 && !csv_row_trouble(t.csv)) {
            for (uint32_t w = ID; w <= GPUS; w++) {
                struct diag_at at = csv_at(t.csv, w);
                size_t len;
                const char *value = csv_field(t.csv, w, &len);
                const char *raw = at.text + at.column - 1;
                if (raw[0] == '"')
                    continue;
                if (at.width < len || (len && strncmp(raw, value, len)))
                    fail_msg("'%s': cell %u is '%s' but is said to be at %u", file + 12, w, value,
                             at.column);
            }
        }
        close_table(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_by_name_in_any_order_and_case),
        cmocka_unit_test(quoted_cells_hold_delimiters_quotes_and_line_ends),
        cmocka_unit_test(a_quote_is_a_character_when_bars_separate),
        cmocka_unit_test(a_quote_left_open_is_said_at_its_place),
        cmocka_unit_test(rows_of_another_width_are_troubled),
        cmocka_unit_test(headers_that_do_not_fit_are_refused),
        cmocka_unit_test(more_than_4096_columns_are_refused),
        cmocka_unit_test(a_file_without_header_has_the_columns_in_order),
        cmocka_unit_test(whole_numbers_are_checked),
        cmocka_unit_test(times_are_checked),
        cmocka_unit_test(every_cell_is_where_its_place_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

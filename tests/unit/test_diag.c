/* test_diag.c - the error record and how it is shown. */
#include "base/diag.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *shown(const struct diag *d, const char *kind, int colour, char *to, size_t room)
{
    FILE *f = fmemopen(to, room, "w");

    assert_non_null(f);
    diag_print(f, d, kind, colour);
    fclose(f);
    return to;
}

static void a_message_shows_place_line_and_mark(void **s)
{
    struct diag d;
    char text[1024];
    struct diag_at at = {
        .file = "t.csv", .text = "b,86401,28800,eight", .line = 3, .column = 15, .width = 5};

    (void)s;
    assert_int_equal(diag_expected(&d, at, "num_gpu", "eight", "a whole number"), -1);
    assert_string_equal(shown(&d, "error", 0, text, sizeof text),
                        "t.csv:3:15: error: num_gpu is 'eight', expected a whole number\n"
                        "  b,86401,28800,eight\n"
                        "                ^~~~~\n");
    assert_int_equal(d.status, STATUS_INPUT);
    assert_string_equal(d.found, "eight");
    assert_string_equal(d.expected, "a whole number");
}

static void places_without_numbers_are_left_out(void **s)
{
    struct diag d;
    char text[1024];

    (void)s;
    diag_fail(&d, STATUS_USAGE, (struct diag_at){0}, "unknown verb '%s'", "rnu");
    assert_string_equal(shown(&d, "error", 0, text, sizeof text), "error: unknown verb 'rnu'\n");
    diag_fail(&d, STATUS_INPUT, (struct diag_at){.file = "a.csv"}, "empty");
    diag_hint(&d, "export it again");
    assert_string_equal(shown(&d, "warning", 0, text, sizeof text),
                        "a.csv: warning: empty\nexport it again\n");
}

static void a_path_is_shown_once(void **s)
{
    struct diag d;
    char text[1024];
    struct diag_at at = {.file = "a.json", .path = "$.seed", .line = 1, .column = 1};

    (void)s;
    diag_fail(&d, STATUS_INPUT, at, "seed is wrong");
    assert_string_equal(shown(&d, "error", 0, text, sizeof text),
                        "a.json:1:1: error: seed is wrong\n  at $.seed\n");
    diag_fail(&d, STATUS_INPUT, at, "wrong at $.seed");
    assert_string_equal(shown(&d, "error", 0, text, sizeof text),
                        "a.json:1:1: error: wrong at $.seed\n");
}

static void fill_line(char *line, size_t n)
{
    for (size_t i = 0; i < n; i++)
        line[i] = (char)('a' + i % 26);
    line[n] = '\0';
}

static void a_long_line_is_cut_around_the_mark(void **s)
{
    char line[401];
    struct diag d;
    struct diag_at at = {.file = "f", .text = line, .line = 1, .width = 3};

    (void)s;
    fill_line(line, 400);
    for (uint32_t column = 1; column <= 400; column++) {
        at.column = column;
        diag_fail(&d, STATUS_INPUT, at, "x");
        assert_int_equal(strlen(d.excerpt), 96);
        assert_in_range(d.excerpt_column, 1, 96);
        if (column > 4 && column < 394)
            assert_int_equal(d.excerpt[d.excerpt_column - 1], line[column - 1]);
        assert_int_equal(column > 41, !strncmp(d.excerpt, "...", 3));
        assert_int_equal(column < 345, !strcmp(d.excerpt + 93, "..."));
    }
}

static void a_line_of_96_bytes_is_shown_whole(void **s)
{
    char line[98];
    struct diag d;

    (void)s;
    fill_line(line, 96);
    diag_fail(&d, STATUS_INPUT, (struct diag_at){.text = line, .line = 1, .column = 96}, "x");
    assert_string_equal(d.excerpt, line);
    fill_line(line, 97);
    diag_fail(&d, STATUS_INPUT, (struct diag_at){.text = line, .line = 1, .column = 69}, "x");
    assert_int_equal(d.excerpt_column, 68);
    assert_memory_equal(d.excerpt, "...", 3);
}

static void control_bytes_do_not_reach_the_terminal(void **s)
{
    struct diag d;
    char text[256];

    (void)s;
    diag_fail(&d, STATUS_INPUT,
              (struct diag_at){
                  .file = "f", .text = "a\tb\033[31mc\nnext", .line = 1, .column = 3, .width = 1},
              "x");
    assert_string_equal(shown(&d, "error", 0, text, sizeof text),
                        "f:1:3: error: x\n  a\tb?[31mc\n   \t^\n");
}

static void the_mark_counts_characters_not_bytes(void **s)
{
    struct diag d;
    char text[256];

    (void)s;
    diag_fail(&d, STATUS_INPUT,
              (struct diag_at){
                  .file = "f", .text = "\xc3\xa4\xc3\xb6,zwei", .line = 1, .column = 6, .width = 4},
              "x");
    assert_string_equal(shown(&d, "error", 0, text, sizeof text),
                        "f:1:6: error: x\n  \xc3\xa4\xc3\xb6,zwei\n     ^~~~\n");
}

static void colour_only_adds_escape_codes(void **s)
{
    struct diag d;
    char text[512];

    (void)s;
    diag_fail(&d, STATUS_INPUT, (struct diag_at){.file = "f", .line = 2}, "x");
    assert_string_equal(shown(&d, "error", 1, text, sizeof text),
                        "\033[1mf:2:\033[0m \033[1;31merror:\033[0m x\n");
}

static void a_message_too_long_is_cut(void **s)
{
    struct diag d;
    char name[2000];

    (void)s;
    fill_line(name, sizeof name - 1);
    diag_fail(&d, STATUS_INPUT, (struct diag_at){.file = name, .path = name}, "%s", name);
    assert_int_equal(strlen(d.message), sizeof d.message - 1);
    assert_int_equal(strlen(d.file), sizeof d.file - 1);
    assert_int_equal(strlen(d.path), sizeof d.path - 1);
}

static void json_is_one_object_with_escapes(void **s)
{
    struct diag d;
    char text[512];
    FILE *f = fmemopen(text, sizeof text, "w");

    (void)s;
    diag_expected(&d, (struct diag_at){.file = "a\"b.csv", .line = 7, .column = 8}, "run", "6\tO",
                  "seconds");
    diag_print_json(f, &d);
    fclose(f);
    assert_string_equal(text,
                        "{\"error\":{\"code\":3,\"file\":\"a\\\"b.csv\",\"line\":7,\"column\":8,"
                        "\"found\":\"6\\u0009O\",\"expected\":\"seconds\",\"message\":"
                        "\"run is '6\\u0009O', expected seconds\"}}\n");
}

static void the_nearest_word_is_within_a_third(void **s)
{
    static const char *const words[] = {"fifo", "easy", "easier", "conservative"};

    (void)s;
    assert_string_equal(diag_nearest("esay", words, 4), "easy");
    assert_string_equal(diag_nearest("EASY", words, 4), "easy");
    assert_string_equal(diag_nearest("conservativ", words, 4), "conservative");
    assert_null(diag_nearest("sjf", words, 4));
    assert_null(diag_nearest("", words, 4));
    assert_null(diag_nearest("easy", words, 0));
}

static void a_hint_needs_a_message(void **s)
{
    struct diag d = {0};

    (void)s;
    diag_hint(&d, "try again");
    assert_string_equal(d.hint, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_shows_place_line_and_mark),
        cmocka_unit_test(places_without_numbers_are_left_out),
        cmocka_unit_test(a_path_is_shown_once),
        cmocka_unit_test(a_long_line_is_cut_around_the_mark),
        cmocka_unit_test(a_line_of_96_bytes_is_shown_whole),
        cmocka_unit_test(control_bytes_do_not_reach_the_terminal),
        cmocka_unit_test(the_mark_counts_characters_not_bytes),
        cmocka_unit_test(colour_only_adds_escape_codes),
        cmocka_unit_test(a_message_too_long_is_cut),
        cmocka_unit_test(json_is_one_object_with_escapes),
        cmocka_unit_test(the_nearest_word_is_within_a_third),
        cmocka_unit_test(a_hint_needs_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

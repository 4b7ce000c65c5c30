/* test_json.c - the JSON door: messages with place and path, limits, typed reading, --set. */
#include "base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The text that the command line would print for *d. */
static char *shown(const struct diag *d, char *to, size_t room)
{
    FILE *f = fmemopen(to, room, "w");
    assert_non_null(f);
    diag_print(f, d, "error", 0);
    fclose(f);
    return to;
}

static void expect_refused(const char *text, unsigned flags, const char *message)
{
    struct diag d = {0};
    char got[1024];
    struct json *j = json_parse(text, strlen(text), "a.json", flags, &d);
    if (j) {
        json_free(j);
        fail_msg("accepted: %s", text);
    }
    assert_int_equal(d.status, STATUS_INPUT);
    assert_string_equal(shown(&d, got, sizeof got), message);
}

static struct json *good(const char *text, unsigned flags)
{
    struct diag d = {0};
    struct json *j = json_parse(text, strlen(text), "a.json", flags, &d);
    if (!j)
        fail_msg("refused: %s: %s", text, d.message);
    return j;
}

static void syntax_errors_say_what_was_found_and_expected(void **s)
{
    (void)s;
    expect_refused("{\n \"a\": 1,\n}\n", 0,
                   "a.json:3:1: error: found '}', expected a value after ','\n  }\n  ^\n");
    expect_refused(
        "[1, 2,]", 0,
        "a.json:1:7: error: found ']', expected a value after ','\n  [1, 2,]\n        ^\n");
    expect_refused(
        "{\"a\" 1}", 0,
        "a.json:1:6: error: found '1', expected ':' after a key\n  {\"a\" 1}\n       ^\n");
    expect_refused(
        "{\"a\": }", 0,
        "a.json:1:7: error: found '}', expected a value after ':'\n  {\"a\": }\n        ^\n");
    expect_refused("{\"a\": 1 \"b\": 2}", 0,
                   "a.json:1:9: error: found '\"b\"', expected ',' or '}'\n  {\"a\": 1 \"b\": 2}\n "
                   "         ^~~\n");
    expect_refused("[1 2]", 0,
                   "a.json:1:4: error: found '2', expected ',' or ']'\n  [1 2]\n     ^\n");
    expect_refused("[True]", 0,
                   "a.json:1:2: error: found 'True', expected a value or ']'\n  [True]\n   ^~~~\n"
                   "put text in double quotes\n");
    expect_refused(
        "{a: 1}", 0,
        "a.json:1:2: error: found 'a', expected a key in double quotes or '}'\n  {a: 1}\n   ^\n");
    expect_refused("{} x", 0,
                   "a.json:1:4: error: found 'x', expected the end of the file\n  {} x\n     ^\n");
    expect_refused("[01]", 0,
                   "a.json:1:2: error: found '01', expected a number such as 12, -3.5 or 1e9\n  "
                   "[01]\n   ^~\n");
    expect_refused("[1.]", 0,
                   "a.json:1:2: error: found '1.', expected a number such as 12, -3.5 or 1e9\n  "
                   "[1.]\n   ^~\n");
    expect_refused("[+1]", 0,
                   "a.json:1:2: error: found '+1', expected a value or ']'\n  [+1]\n   ^~\n"
                   "put text in double quotes\n");
    expect_refused(
        "[1] // no", 0,
        "a.json:1:5: error: found '/', expected the end of the file\n  [1] // no\n      ^\n");
}

static void a_cut_file_names_the_container_it_ends_in(void **s)
{
    (void)s;
    expect_refused("{\"items\": [{\"status\": {\"pods\": \"1", 0,
                   "a.json:1:34: error: the file ends inside $.items[0].status, expected '}'\n");
    expect_refused("{\"items\": [1, 2", 0,
                   "a.json:1:16: error: the file ends inside $.items, expected ']'\n");
    expect_refused(
        "{\"nvidia.com/gpu\": [", 0,
        "a.json:1:21: error: the file ends inside $[\"nvidia.com/gpu\"], expected ']'\n");
    expect_refused("{\"a\":\n", 0, "a.json:2:1: error: the file ends inside $, expected '}'\n");
    expect_refused(" \n", 0, "a.json:2:1: error: the file is empty, expected JSON\n");
}

static void text_is_checked_to_the_letter(void **s)
{
    (void)s;
    expect_refused(
        "[\"a\\x\"]", 0,
        "a.json:1:4: error: found '\\x', expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t "
        "\\uXXXX\n  [\"a\\x\"]\n     ^~\n");
    expect_refused("[\"\\u0000\"]", 0,
                   "a.json:1:3: error: found a NUL in text, expected none\n"
                   "  [\"\\u0000\"]\n    ^~~~~~\n");
    expect_refused("[\"\\ud800x\"]", 0,
                   "a.json:1:3: error: found half of a surrogate pair, expected two \\u escapes\n"
                   "  [\"\\ud800x\"]\n    ^~~~~~\n");
    expect_refused(
        "[\"ab\n\"]", 0,
        "a.json:1:2: error: text is not closed on its line, expected '\"'\n  [\"ab\n   ^~~\n");
    struct json *j = good("[\"\\u00e9\\ud83d\\ude00\\n\"]", 0);
    assert_string_equal(json_string(json_first(json_root(j))), "\xc3\xa9\xf0\x9f\x98\x80\n");
    json_free(j);
}

static void a_nul_byte_is_refused(void **s)
{
    struct diag d = {0};
    (void)s;
    assert_null(json_parse("{\"a\":\0}", 7, "a.json", 0, &d));
    assert_string_equal(d.message,
                        "found a NUL byte, expected text (is this a binary or UTF-16 file?)");
    assert_int_equal(d.column, 6);
}

static void depth_is_limited_to_64(void **s)
{
    char text[200];
    (void)s;
    for (int depth = 64; depth <= 65; depth++) {
        struct diag d = {0};
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        struct json *j = json_parse(text, 2 * (size_t)depth, "a.json", 0, &d);
        assert_true((j != NULL) == (depth == 64));
        if (!j)
            assert_string_equal(d.message, "nesting is deeper than 64, expected at most 64");
        json_free(j);
    }
}

static void a_key_used_twice_is_an_error_at_its_second_place(void **s)
{
    (void)s;
    expect_refused("{\n \"x\": {\"a\": 1,\n  \"b\": 2, \"a\": 3}}", 0,
                   "a.json:3:11: error: key 'a' is used twice (first in line 2), expected it once\n"
                   "  at $.x.a\n    \"b\": 2, \"a\": 3}}\n            ^~~~~~\n");
    /* the sixteen keys that fit on the stack are not special */
    char text[600] = "{";
    for (int i = 0; i < 30; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "\"k%d\":%d,", i % 29, i);
    snprintf(text + strlen(text), sizeof text - strlen(text), "\"z\":0}");
    struct diag d = {0};
    assert_null(json_parse(text, strlen(text), "a.json", 0, &d));
    assert_string_equal(d.message, "key 'k0' is used twice (first in line 1), expected it once");
}

static void comments_keep_the_places_of_what_follows(void **s)
{
    struct diag d = {0};
    int64_t x = 0;
    char got[512];
    struct json *j = good(
        "// head\n{ /* here */ \"a\": /* two\nlines */ \"no // comment\",\n \"b\": 7 // tail\n}",
        JSON_COMMENTS);
    (void)s;
    assert_string_equal(json_string(json_get(json_root(j), "a")), "no // comment");
    assert_int_equal(json_line(j, json_get(json_root(j), "b")), 4);
    assert_int_equal(json_int(j, json_root(j), "a", 0, 9, &x, &d), -1);
    assert_string_equal(
        shown(&d, got, sizeof got),
        "a.json:3:10: error: a is 'no // comment', expected a whole number from 0 to 9\n"
        "  at $.a\n  lines */ \"no // comment\",\n           ^~~~~~~~~~~~~~~\n");
    json_free(j);
    expect_refused("{} /* open", JSON_COMMENTS,
                   "a.json:1:4: error: comment is not closed, expected '*/'\n"
                   "  {} /* open\n     ^~\n");
}

static void values_out_of_range_or_kind_name_themselves(void **s)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{\"seed\": 9007199254740993}",
         "seed is 9007199254740993, expected at most 9007199254740991 either way "
         "(larger numbers are not exact in JSON)"},
        {"{\"seed\": 1.5}", "seed is 1.5, expected a whole number of 1 or more"},
        {"{\"seed\": 0}", "seed is 0, expected a whole number of 1 or more"},
        {"{\"seed\": \"8\"}", "seed is '8', expected a whole number of 1 or more"},
        {"{\"seed\": null}", "seed is null, expected a whole number of 1 or more"},
        {"{\"seed\": [1]}", "seed is an array, expected a whole number of 1 or more"},
    };
    (void)s;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diag d = {0};
        int64_t x = -5;
        struct json *j = good(cases[i].text, 0);
        assert_int_equal(json_int(j, json_root(j), "seed", 1, INT64_MAX, &x, &d), -1);
        assert_string_equal(d.message, cases[i].message);
        assert_string_equal(d.path, "$.seed");
        assert_int_equal(x, -5);
        json_free(j);
    }
}

static void absent_keys_leave_the_default(void **s)
{
    struct diag d = {0};
    int64_t x = 42;
    double r[3] = {1, 2, 3};
    const char *t = "as before";
    struct json *j = good("{}", 0);
    (void)s;
    assert_int_equal(json_int(j, json_root(j), "x", 0, 9, &x, &d), 0);
    assert_int_equal(json_text(j, json_root(j), "t", &t, &d), 0);
    assert_int_equal(json_range(j, json_root(j), "r", 0, 9, r, &d), 0);
    assert_int_equal(x, 42);
    assert_string_equal(t, "as before");
    assert_true(r[0] == 1 && r[2] == 3);
    json_free(j);
}

static void durations_need_a_unit(void **s)
{
    struct diag d = {0};
    ns_t t = 0;
    char got[512];
    struct json *j = good("{\n \"horizon\": 10800,\n \"warmup\": \"2h30m\"}", JSON_PATH_INLINE);
    (void)s;
    assert_int_equal(json_duration(j, json_root(j), "warmup", &t, &d), 0);
    assert_true(t == 9000 * NS_PER_S);
    assert_int_equal(json_duration(j, json_root(j), "horizon", &t, &d), -1);
    assert_string_equal(shown(&d, got, sizeof got),
                        "a.json:2:13: error: horizon is 10800, expected text with a unit such as "
                        "\"3h\" at $.horizon\n"
                        "   \"horizon\": 10800,\n              ^~~~~\n");
    assert_string_equal(d.found, "10800");
    json_free(j);
}

static void unknown_keys_name_the_nearest(void **s)
{
    static const char *const known[] = {"policy", "policies", "seed"};
    struct diag d = {0};
    char got[512];
    struct json *j = good("{\"seed\": 1,\n \"polciy\": \"fifo\"}", JSON_PATH_INLINE);
    (void)s;
    assert_int_equal(json_check_keys(j, json_root(j), known, 3, &d), -1);
    assert_string_equal(shown(&d, got, sizeof got),
                        "a.json:2:2: error: unknown key 'polciy' at $.polciy (nearest: 'policy')\n"
                        "   \"polciy\": \"fifo\"}\n   ^~~~~~~~\n");
    json_free(j);
}

static void choices_list_the_words(void **s)
{
    static const char *const words[] = {"attempts", "merge"};
    struct diag d = {0};
    uint32_t w = 9;
    struct json *j = good("{\"a\": \"merge\", \"b\": \"merg\"}", 0);
    (void)s;
    assert_int_equal(json_choice(j, json_root(j), "a", words, 2, &w, &d), 0);
    assert_int_equal(w, 1);
    assert_int_equal(json_choice(j, json_root(j), "b", words, 2, &w, &d), -1);
    assert_string_equal(d.message, "b is 'merg', expected attempts or merge (nearest: 'merge')");
    json_free(j);
}

static void ranges_are_a_number_or_three(void **s)
{
    static const struct {
        const char *text;
        double value, low, high;
        const char *message;
    } cases[] = {
        {"[3]", 3, 3, 3, NULL},
        {"[{\"value\": 3, \"low\": 1, \"high\": 5}]", 3, 1, 5, NULL},
        {"[{\"value\": 3, \"high\": 5}]", 3, 3, 5, NULL},
        {"[{\"value\": 3, \"low\": 4}]", 0, 0, 0, "low is 4, expected at most the value, 3"},
        {"[{\"value\": 3, \"high\": 2}]", 0, 0, 0, "high is 2, expected at least the value, 3"},
        {"[{\"low\": 3}]", 0, 0, 0, "key 'value' is missing, expected a number"},
        {"[{\"value\": 3, \"lo\": 1}]", 0, 0, 0, "unknown key 'lo' at $[0].lo (nearest: 'low')"},
        {"[-1]", 0, 0, 0, "$[0] is -1, expected a number from 0 to 10"},
        {"[\"3\"]", 0, 0, 0, "$[0] is '3', expected a number, or an object of value, low and high"},
    };
    (void)s;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diag d = {0};
        double r[3];
        struct json *j = good(cases[i].text, 0);
        int got = json_as_range(j, json_first(json_root(j)), 0, 10, r, &d);
        assert_int_equal(got, cases[i].message ? -1 : 0);
        if (cases[i].message)
            assert_string_equal(d.message, cases[i].message);
        else
            assert_true(r[0] == cases[i].value && r[1] == cases[i].low && r[2] == cases[i].high);
        json_free(j);
    }
    struct diag d = {0};
    double r[3];
    struct json *j = good("[null]", 0);
    assert_int_equal(json_as_range(j, json_first(json_root(j)), 0, 10, r, &d), 0);
    assert_true(isnan(r[0]) && isnan(r[1]) && isnan(r[2]));
    json_free(j);
}

static void members_are_marked_with_their_key(void **s)
{
    struct diag d = {0};
    char got[512];
    struct json *j =
        good("{\"items\": [{\n  \"say \\\"hi\\\"\": {\"nvidia.com/gpu\" :  \"2\"}}]}", 0);
    const json_node *v =
        json_dig(json_first(json_get(json_root(j), "items")), "say \"hi\"", "nvidia.com/gpu", NULL);
    (void)s;
    assert_non_null(v);
    json_fail_member(j, v, &d, "request is 2 but limit is 1");
    assert_string_equal(shown(&d, got, sizeof got),
                        "a.json:2:18: error: request is 2 but limit is 1\n"
                        "  at $.items[0][\"say \"hi\"\"][\"nvidia.com/gpu\"]\n"
                        "    \"say \\\"hi\\\"\": {\"nvidia.com/gpu\" :  \"2\"}}]}\n"
                        "                   ^~~~~~~~~~~~~~~~~~~~~~~\n");
    json_fail_member(j, json_get(json_first(json_get(json_root(j), "items")), "say \"hi\""), &d,
                     "x");
    assert_int_equal(d.line, 2);
    assert_int_equal(d.column, 3);
    json_free(j);
}

static void a_stream_is_an_array_of_its_values(void **s)
{
    struct json *j = good("{\"a\": 1}\n{\"a\": 2}\n\n{\"a\": 3}", JSON_STREAM);
    uint32_t line[] = {1, 2, 4}, i = 0;
    double x;
    (void)s;
    assert_int_equal(json_count(json_root(j)), 3);
    JSON_EACH (v, json_root(j)) {
        assert_int_equal(json_line(j, v), line[i]);
        assert_true(json_number(json_get(v, "a"), &x) && x == ++i);
    }
    assert_string_equal(json_path(j, json_get(json_next(json_first(json_root(j))), "a")), "$[1].a");
    json_free(j);
}

static const char *set_all(const char *text, const char *const *sets, char *message)
{
    struct diag d = {0};
    struct arena a;
    static char printed[1024];
    struct json *j = good(text, 0);
    arena_init(&a);
    *message = 0;
    for (; *sets; sets++)
        if (json_set(j, *sets, "--set", &d) < 0)
            shown(&d, message, 512);
    snprintf(printed, sizeof printed, "%s", json_print(j, &a));
    arena_free(&a);
    json_free(j);
    return printed;
}

static void set_overrides_adds_and_keeps_numbers_as_written(void **s)
{
    static const char *const sets[] = {
        "seed=7",    "cluster.nodes[0].count=4",  "name=two words", "$.price.rent=3.10",
        "list[2]=x", "new={\"a\": [true, null]}", "flag=true",      "text=\"7\"",
        NULL};
    char message[512];
    (void)s;
    assert_string_equal(
        set_all("{\"seed\": 1, \"cluster\": {\"nodes\": [{\"count\": 2.0}]}, \"list\": [1e3, {}]}",
                sets, message),
        "{\n \"seed\": 7,\n \"cluster\": {\n  \"nodes\": [\n   {\n    \"count\": 4\n   }\n  ]\n "
        "},\n"
        " \"list\": [\n  1e3,\n  {},\n  \"x\"\n ],\n \"name\": \"two words\",\n \"price\": {\n  "
        "\"rent\": 3.10\n },\n"
        " \"new\": {\n  \"a\": [\n   true,\n   null\n  ]\n },\n \"flag\": true,\n \"text\": "
        "\"7\"\n}\n");
    assert_string_equal(message, "");
}

static void a_bad_set_shows_the_argument(void **s)
{
    static const struct {
        const char *set, *message;
    } cases[] = {
        {"seed", "--set: error: found 'seed', expected path=value\n  seed\n  ^\n"},
        {"a..b=1", "--set: error: found 'a..b=1', expected a path such as cluster.nodes[0].count\n "
                   " a..b=1\n    ^\n"},
        {"$.=1", "--set: error: found '$.=1', expected a path such as cluster.nodes[0].count\n"
                 "  $.=1\n    ^\n"},
        {"a.=1", "--set: error: found 'a.=1', expected a path such as cluster.nodes[0].count\n"
                 "  a.=1\n  ^\n"},
        {"list[0]x=1",
         "--set: error: found 'list[0]x=1', expected a path such as cluster.nodes[0].count\n"
         "  list[0]x=1\n      ^\n"},
        {"list[5]=1",
         "--set: error: found 'list[5]=1', expected an index that exists or is the next one\n"
         "  list[5]=1\n      ^\n"},
        {"list[x]=1", "--set: error: found 'list[x]=1', expected an index such as [0] in the "
                      "path\n  list[x]=1\n      ^\n"},
        {"list.a=1",
         "--set: error: found 'list.a=1', expected a path through objects\n  list.a=1\n       ^\n"},
        {"a={\"b\": }",
         "--set: error: found '}', expected a value after ':'\n  a={\"b\": }\n          ^\n"},
        {"a=[1", "--set: error: the value ends inside $, expected ']'\n  a=[1\n      ^\n"},
    };
    char message[512];
    (void)s;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const sets[] = {cases[i].set, NULL};
        set_all("{\"list\": [1]}", sets, message);
        assert_string_equal(message, cases[i].message);
    }
}

static void a_value_from_a_flag_is_placed_in_the_flag(void **s)
{
    struct diag d = {0};
    ns_t t;
    char got[512];
    struct json *j = good("{\"horizon\": \"3h\"}", JSON_PATH_INLINE);
    (void)s;
    assert_int_equal(json_set(j, "horizon=three hours", "--set", &d), 0);
    assert_int_equal(json_duration(j, json_root(j), "horizon", &t, &d), -1);
    assert_string_equal(shown(&d, got, sizeof got),
                        "--set: error: horizon is 'three hours', expected text with a unit such as "
                        "\"3h\" at $.horizon\n"
                        "  horizon=three hours\n          ^~~~~~~~~~~\n");
    assert_int_equal(json_set_text(j, "trace.file", "a b.csv", "--trace", &d), 0);
    assert_string_equal(json_string(json_dig(json_root(j), "trace", "file", NULL)), "a b.csv");
    json_free(j);
}

static void what_is_printed_reads_back_the_same(void **s)
{
    struct arena a;
    (void)s;
    arena_init(&a);
    struct json *j = good("{\"a\\\"b\": [], \"n\": [-0.0, 1E+2, 12345678901234567890], \"t\": "
                          "\"\\u0001\\t<\xc3\xa9\"}",
                          0);
    char *once = json_print(j, &a);
    struct json *k = good(once, 0);
    assert_string_equal(json_print(k, &a), once);
    assert_non_null(strstr(once, "12345678901234567890"));
    json_free(j);
    json_free(k);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syntax_errors_say_what_was_found_and_expected),
        cmocka_unit_test(a_cut_file_names_the_container_it_ends_in),
        cmocka_unit_test(text_is_checked_to_the_letter),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(depth_is_limited_to_64),
        cmocka_unit_test(a_key_used_twice_is_an_error_at_its_second_place),
        cmocka_unit_test(comments_keep_the_places_of_what_follows),
        cmocka_unit_test(values_out_of_range_or_kind_name_themselves),
        cmocka_unit_test(absent_keys_leave_the_default),
        cmocka_unit_test(durations_need_a_unit),
        cmocka_unit_test(unknown_keys_name_the_nearest),
        cmocka_unit_test(choices_list_the_words),
        cmocka_unit_test(ranges_are_a_number_or_three),
        cmocka_unit_test(members_are_marked_with_their_key),
        cmocka_unit_test(a_stream_is_an_array_of_its_values),
        cmocka_unit_test(set_overrides_adds_and_keeps_numbers_as_written),
        cmocka_unit_test(a_bad_set_shows_the_argument),
        cmocka_unit_test(a_value_from_a_flag_is_placed_in_the_flag),
        cmocka_unit_test(what_is_printed_reads_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

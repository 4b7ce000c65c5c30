/* test_input.c - input files: gzip by content, line ends, and what is no text. */
#include "base/input.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* "one\ntwo\n" packed by gzip without a name and time. */
static const unsigned char packed[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                       0xcb, 0xcf, 0x4b, 0xe5, 0x2a, 0x29, 0xcf, 0xe7, 0x02, 0x00,
                                       0xe6, 0x0b, 0xba, 0x12, 0x08, 0x00, 0x00, 0x00};

/* The lines of some bytes joined by '/', and how it ended: "." well, "!" badly. */
static const char *lines(const void *data, size_t n, char *to, struct diag *d)
{
    struct input *in = input_memory("m", data, n);
    size_t used = 0, len;
    char *line;
    int got;

    while ((got = input_line(in, &line, &len, d)) == 1) {
        assert_int_equal(strlen(line), len);
        memcpy(to + used, line, len);
        used += len;
        to[used++] = '/';
    }
    to[used++] = got < 0 ? '!' : '.';
    to[used] = '\0';
    input_close(in);
    return to;
}

#define LINES(text) lines((text), sizeof(text) - 1, out, &d)

static void line_ends_of_every_kind_are_taken(void **s)
{
    char out[256];
    struct diag d;

    (void)s;
    assert_string_equal(LINES("a\nb\n"), "a/b/.");
    assert_string_equal(LINES("a\r\nb\r\n"), "a/b/.");
    assert_string_equal(LINES("a\nb"), "a/b/.");
    assert_string_equal(LINES("\xef\xbb\xbfone\n\ntwo\r"), "one//two/.");
    assert_string_equal(LINES(""), ".");
    assert_string_equal(LINES("\n"), "/.");
}

static void a_nul_byte_is_refused_at_its_place(void **s)
{
    char out[256];
    struct diag d;

    (void)s;
    assert_string_equal(LINES("fine\nab\0c\n"), "fine/!");
    assert_int_equal(d.line, 2);
    assert_int_equal(d.column, 3);
    assert_int_equal(d.status, STATUS_INPUT);
    assert_string_equal(d.message,
                        "found a NUL byte, expected text (is this a binary or UTF-16 file?)");
}

static void gzip_is_known_by_content(void **s)
{
    unsigned char twice[2 * sizeof packed + 5] = {0};
    char out[256];
    struct diag d;

    (void)s;
    assert_string_equal(lines(packed, sizeof packed, out, &d), "one/two/.");
    memcpy(twice, packed, sizeof packed);
    memcpy(twice + sizeof packed, packed, sizeof packed);
    assert_string_equal(lines(twice, 2 * sizeof packed, out, &d), "one/two/one/two/.");
    assert_string_equal(lines(twice, sizeof twice, out, &d), "one/two/one/two/.");
    twice[sizeof twice - 1] = 'x';
    assert_string_equal(lines(twice, sizeof twice, out, &d), "one/two/one/two/!");
    assert_non_null(strstr(d.message, "followed by other bytes"));
}

static void gzip_cut_short_says_after_how_many_lines(void **s)
{
    char out[256];
    struct diag d;

    (void)s;
    assert_string_equal(lines(packed, sizeof packed - 3, out, &d), "one/two/!");
    assert_string_equal(d.message,
                        "compressed data ends early after 2 lines, expected the gzip trailer");
    assert_string_equal(d.file, "m");
    assert_int_equal(d.line, 0);
    for (size_t n = 2; n < sizeof packed; n++) {
        lines(packed, n, out, &d);
        assert_int_equal(out[strlen(out) - 1], '!');
    }
}

static void damaged_gzip_is_refused(void **s)
{
    unsigned char bad[sizeof packed];
    char out[256];
    struct diag d;

    (void)s;
    memcpy(bad, packed, sizeof bad);
    bad[sizeof bad - 7] ^= 1;
    lines(bad, sizeof bad, out, &d);
    assert_int_equal(out[strlen(out) - 1], '!');
    assert_non_null(strstr(d.message, "damaged"));
}

static void a_line_of_one_mebibyte_passes_and_a_longer_one_does_not(void **s)
{
    size_t n = INPUT_LINE_MAX + 2;
    char *text = malloc(n), *line;
    struct diag d;
    size_t len;

    (void)s;
    memset(text, 'x', n);
    text[INPUT_LINE_MAX] = '\n';
    struct input *in = input_memory("m", text, n);
    assert_int_equal(input_line(in, &line, &len, &d), 1);
    assert_int_equal(len, INPUT_LINE_MAX);
    assert_int_equal(input_line(in, &line, &len, &d), 1);
    assert_int_equal(len, 1);
    input_close(in);
    text[INPUT_LINE_MAX] = 'x';
    text[n - 1] = '\n';
    in = input_memory("m", text, n);
    assert_int_equal(input_line(in, &line, &len, &d), -1);
    assert_int_equal(d.line, 1);
    assert_string_equal(d.message, "line is longer than 1 MiB, expected a text file");
    input_close(in);
    free(text);
}

static void the_head_is_seen_without_being_taken(void **s)
{
    struct diag d;
    const char *head;
    char *line;
    size_t n;
    struct input *in = input_memory("m", packed, sizeof packed);

    (void)s;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(input_head(in, &head, &n, &d), 0);
        assert_int_equal(n, 8);
        assert_string_equal(head, "one\ntwo\n");
    }
    assert_int_equal(input_line(in, &line, &n, &d), 1);
    assert_string_equal(line, "one");
    assert_int_equal(input_line_number(in), 1);
    assert_int_equal(input_head(in, &head, &n, &d), 0);
    assert_string_equal(head, "two\n");
    input_close(in);
}

static void the_head_ends_after_64_kibibytes(void **s)
{
    size_t room = 400000, n, total = 0;
    char *text = malloc(room), *line;
    struct diag d;
    const char *head;
    int got;

    (void)s;
    for (size_t i = 0; i < room; i++)
        text[i] = i % 100 == 99 ? '\n' : (char)('a' + i % 7);
    struct input *in = input_memory("m", text, room);
    assert_int_equal(input_head(in, &head, &n, &d), 0);
    assert_int_equal(n, INPUT_HEAD_MAX);
    assert_int_equal(head[n], 0);
    while ((got = input_line(in, &line, &n, &d)) == 1) {
        assert_memory_equal(line, text + total, n);
        total += n + 1;
    }
    assert_int_equal(got, 0);
    assert_int_equal(total, room);
    input_close(in);
    free(text);
}

static void all_of_a_file_can_be_had_at_once(void **s)
{
    struct diag d;
    char *text;
    size_t n;
    struct input *in = input_memory("m", packed, sizeof packed);

    (void)s;
    assert_int_equal(input_all(in, &text, &n, &d), 0);
    assert_string_equal(text, "one\ntwo\n");
    input_close(in);
    in = input_memory("m", "{\n\"a\": 1\0}", 11);
    assert_int_equal(input_all(in, &text, &n, &d), -1);
    assert_int_equal(d.line, 2);
    assert_int_equal(d.column, 7);
    input_close(in);
    in = input_memory("m", packed, sizeof packed - 1);
    assert_int_equal(input_all(in, &text, &n, &d), -1);
    input_close(in);
}

static void files_that_cannot_be_opened_say_why(void **s)
{
    struct diag d;
    char name[] = "berth_input_XXXXXX";
    int fd;

    (void)s;
    assert_null(input_open("no/such/file.csv", "a trace", &d));
    assert_string_equal(d.message, "cannot open: no such file or directory");
    assert_null(input_open(".", "a trace", &d));
    assert_string_equal(d.message, "cannot read: is a directory");
    fd = mkstemp(name);
    assert_true(fd >= 0);
    close(fd);
    assert_null(input_open(name, "a trace", &d));
    assert_string_equal(d.message, "the file is empty, expected a trace");
    assert_string_equal(d.file, name);
    unlink(name);
}

static void the_hash_is_of_the_bytes_as_stored(void **s)
{
    struct diag d;
    char *line, hash[65];
    size_t n;
    struct input *in = input_memory("m", "abc", 3);

    (void)s;
    input_sha256(in, hash);
    assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    input_close(in);
    in = input_memory("m", packed, sizeof packed);
    assert_int_equal(input_line(in, &line, &n, &d), 1);
    input_sha256(in, hash);
    assert_string_not_equal(hash,
                            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    input_close(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_ends_of_every_kind_are_taken),
        cmocka_unit_test(a_nul_byte_is_refused_at_its_place),
        cmocka_unit_test(gzip_is_known_by_content),
        cmocka_unit_test(gzip_cut_short_says_after_how_many_lines),
        cmocka_unit_test(damaged_gzip_is_refused),
        cmocka_unit_test(a_line_of_one_mebibyte_passes_and_a_longer_one_does_not),
        cmocka_unit_test(the_head_is_seen_without_being_taken),
        cmocka_unit_test(the_head_ends_after_64_kibibytes),
        cmocka_unit_test(all_of_a_file_can_be_had_at_once),
        cmocka_unit_test(files_that_cannot_be_opened_say_why),
        cmocka_unit_test(the_hash_is_of_the_bytes_as_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

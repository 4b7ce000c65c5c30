/* test_writer.c - output files: whole or not at all, exact numbers, quoting. */
#include "base/writer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <dirent.h>
#include <cmocka.h>

struct place {
    char folder[64], file[96];
};

static int make_folder(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    snprintf(p->folder, sizeof p->folder, "/tmp/berth-writer-XXXXXX");
    if (!p || !mkdtemp(p->folder))
        return -1;
    snprintf(p->file, sizeof p->file, "%s/out.txt", p->folder);
    *state = p;
    return 0;
}

static int remove_folder(void **state)
{
    struct place *p = *state;
    unlink(p->file);
    int result = rmdir(p->folder); /* fails when a temporary is left behind */
    free(p);
    return result;
}

static const char *content(const char *path, char *to, size_t room)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(to, 1, room - 1, f);
    to[n] = 0;
    fclose(f);
    return to;
}

static unsigned files_in(const char *folder)
{
    unsigned n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

static void a_target_appears_only_when_it_is_complete(void **state)
{
    struct place *p = *state;
    struct writer w;
    struct diag d = {0};
    char got[64];
    assert_int_equal(writer_open(&w, p->file, &d), 0);
    writer_print(&w, "one %d", 1);
    assert_int_not_equal(access(p->file, F_OK), 0);
    assert_int_equal(writer_close(&w, &d), 0);
    assert_string_equal(content(p->file, got, sizeof got), "one 1");
    assert_int_equal(files_in(p->folder), 1);
}

static void giving_up_leaves_the_old_file(void **state)
{
    struct place *p = *state;
    struct writer w;
    struct diag d = {0};
    char got[64];
    assert_int_equal(writer_open(&w, p->file, &d), 0);
    writer_print(&w, "old");
    assert_int_equal(writer_close(&w, &d), 0);
    assert_int_equal(writer_open(&w, p->file, &d), 0);
    writer_print(&w, "new");
    writer_drop(&w);
    assert_string_equal(content(p->file, got, sizeof got), "old");
    assert_int_equal(files_in(p->folder), 1);
}

static void a_full_disk_is_reported_once_at_the_end(void **state)
{
    struct writer w;
    struct diag d = {0};
    (void)state;
    if (access("/dev/full", W_OK) != 0) {
        print_message("SKIP: /dev/full not found\n");
        skip();
    }
    assert_int_equal(writer_open(&w, "/dev/full", &d), 0);
    for (int i = 0; i < 10000; i++)
        writer_int(&w, i);
    assert_int_equal(writer_close(&w, &d), -1);
    assert_int_equal(d.status, STATUS_INPUT);
    assert_string_equal(d.file, "/dev/full");
    assert_string_equal(d.message, "write failed: no space left on device");
}

static void an_unwritable_target_is_named(void **state)
{
    struct place *p = *state;
    struct writer w;
    struct diag d = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/no/such.csv", p->folder);
    assert_int_equal(writer_open(&w, path, &d), -1);
    assert_int_equal(d.status, STATUS_INPUT);
    assert_string_equal(d.file, path);
    assert_string_equal(d.message, "cannot write: no such file or directory");
    writer_print(&w, "ignored"); /* no-ops after a failed open */
    assert_int_equal(writer_open(&w, p->folder, &d), -1);
    assert_string_equal(d.message, "cannot write: is a directory");
}

/* What one call writes. */
#define EXPECT(want, call)                                                                         \
    do {                                                                                           \
        struct writer w;                                                                           \
        struct diag d = {0};                                                                       \
        char got[512];                                                                             \
        assert_int_equal(writer_open(&w, p->file, &d), 0);                                         \
        call;                                                                                      \
        assert_int_equal(writer_close(&w, &d), 0);                                                 \
        assert_string_equal(content(p->file, got, sizeof got), want);                              \
    } while (0)

static void numbers_are_exact_and_short(void **state)
{
    struct place *p = *state;
    EXPECT("-9223372036854775808", writer_int(&w, INT64_MIN));
    EXPECT("0", writer_int(&w, 0));
    EXPECT("-1.500000", writer_seconds(&w, -1500000000, 6));
    EXPECT("1", writer_seconds(&w, 1999999999, 0));
    EXPECT("1.999", writer_seconds(&w, 1999999999, 3));
    EXPECT("9223372036.854775807", writer_seconds(&w, INT64_MAX, 9));
    EXPECT("0.5", writer_real(&w, 0.5, 6));
    EXPECT("0", writer_real(&w, -1e-9, 6));
    EXPECT("3", writer_real(&w, 3.0, 2));
    EXPECT("100", writer_real(&w, 100.0, 0));
    EXPECT("null", writer_real(&w, (double)NAN, 3));
    EXPECT("null", writer_real(&w, (double)INFINITY, 3));
    EXPECT("100000000000000000000000", writer_wide(&w, (wide_t)100000000000 * 1000000000000));
}

static void text_is_quoted_where_the_format_needs_it(void **state)
{
    struct place *p = *state;
    EXPECT("plain", writer_csv(&w, "plain"));
    EXPECT("\"a,\"\"b\"\"\"", writer_csv(&w, "a,\"b\""));
    EXPECT("\"two\nlines\"", writer_csv(&w, "two\nlines"));
    EXPECT("", writer_csv(&w, NULL));
    EXPECT("\"\\u003c/script>\\n\\t\\\"\\\\\\u0001\"", writer_json(&w, "</script>\n\t\"\\\x01"));
    EXPECT("null", writer_json(&w, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_target_appears_only_when_it_is_complete, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(giving_up_leaves_the_old_file, make_folder, remove_folder),
        cmocka_unit_test(a_full_disk_is_reported_once_at_the_end),
        cmocka_unit_test_setup_teardown(an_unwritable_target_is_named, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(numbers_are_exact_and_short, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(text_is_quoted_where_the_format_needs_it, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

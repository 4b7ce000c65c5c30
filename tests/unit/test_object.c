/* test_object.c - shared objects are read without being loaded, whatever their bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/object.h"

static char *slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *bytes;

    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    bytes = malloc(*n);
    assert_int_equal(fread(bytes, 1, *n, f), *n);
    fclose(f);
    return bytes;
}

static int read_bytes(const char *bytes, size_t n)
{
    char path[] = "/tmp/berth-object-XXXXXX";
    int fd = mkstemp(path), rc;
    struct object o;
    struct diag d = {0};

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    close(fd);
    rc = object_read(&o, path, &d);
    if (rc < 0)
        assert_int_equal(d.status, STATUS_POLICY);
    object_free(&o);
    unlink(path);
    return rc;
}

static bool imports(const struct object *o, const char *name)
{
    for (size_t i = 0; i < o->imports.n; i++)
        if (!strcmp(o->imports.at[i], name))
            return true;
    return false;
}

static void a_program_tells_what_it_imports(void **state)
{
    struct object o;
    struct diag d = {0};

    (void)state;
    assert_int_equal(object_read(&o, "/proc/self/exe", &d), 0);
    assert_true(imports(&o, "mkstemp"));
    assert_false(imports(&o, "imports_of_nobody"));
    object_free(&o);
}

static void what_is_no_object_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_bytes("#!/bin/sh\n", 10), -1);
    assert_int_equal(read_bytes("", 0), -1);
    assert_int_equal(read_bytes("\177ELF", 4), -1);
}

/* Every table of the head and of the sections is overwritten in turn: any answer will do, under the
 * sanitizers. */
static void broken_tables_do_no_harm(void **state)
{
    size_t n, at;
    char *bytes = slurp("/proc/self/exe", &n), *copy = malloc(n);
    uint64_t sections;

    (void)state;
    assert_non_null(copy);
    memcpy(&sections, bytes + 0x28, sizeof sections);
    for (at = 16; at < 64; at += 2) {
        memcpy(copy, bytes, n);
        memset(copy + at, 0xff, 2);
        read_bytes(copy, n);
    }
    for (at = (size_t)sections; at + 8 < n && at < sections + 40 * 64; at += 24) {
        memcpy(copy, bytes, n);
        memset(copy + at, 0xf8, 8);
        read_bytes(copy, n);
    }
    for (at = 1; at < n; at += n / 16)
        read_bytes(bytes, at);
    free(bytes);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_tells_what_it_imports),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(broken_tables_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

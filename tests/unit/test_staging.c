/* test_staging.c - an output folder appears whole or not at all. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "experiment/staging.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each test works in a fresh folder inside build/, where the Makefile runs the tests from. */
static int enter(void **state)
{
    char *folder = malloc(64);

    if (!folder)
        return -1;
    strcpy(folder, "build/staging-XXXXXX");
    *state = folder;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    free(*state);
    return chdir("../..") == 0 && system(command) == 0 ? 0 : -1;
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int holds(const char *path, const char *text)
{
    char got[128] = "";
    FILE *f = fopen(path, "r");

    if (!f)
        return 0;
    size_t n = fread(got, 1, sizeof got - 1, f);
    fclose(f);
    return n == strlen(text) && !strcmp(got, text);
}

static int entries(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;

    if (!dir)
        return -1;
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

static void a_new_folder_appears_on_commit(void **s)
{
    (void)s;
    struct staging g;
    struct diag d = {0};

    assert_int_equal(staging_open(&g, "a/b/out/", false, &d), 0);
    put(g.folder, "x.csv", "1");
    assert_int_equal(entries("a/b/out"), -1);
    assert_int_equal(staging_commit(&g, &d), 0);
    assert_true(holds("a/b/out/x.csv", "1"));
    assert_int_equal(entries("a/b"), 1);
    staging_drop(&g);
    assert_true(holds("a/b/out/x.csv", "1"));
}

static void dropping_leaves_nothing_behind(void **s)
{
    (void)s;
    struct staging g;
    struct diag d = {0};

    assert_int_equal(staging_open(&g, "a/b/out", false, &d), 0);
    assert_int_equal(mkdir(strcat(strcpy((char[1024]){0}, g.folder), "/plots"), 0777), 0);
    put(g.folder, "plots/x.png", "1");
    staging_drop(&g);
    assert_int_equal(entries("."), 0);
}

static void a_folder_with_files_is_refused(void **s)
{
    (void)s;
    struct staging g;
    struct diag d = {0};

    mkdir("out", 0777);
    put("out", "mine.txt", "mine");
    assert_int_equal(staging_open(&g, "out/", false, &d), -1);
    assert_int_equal(d.status, STATUS_USAGE);
    assert_string_equal(d.file, "out/");
    assert_string_equal(d.message,
                        "folder holds 1 file, expected an empty or new one; --force replaces them");
}

static void force_replaces_what_a_run_wrote_and_nothing_else(void **s)
{
    (void)s;
    struct staging g;
    struct diag d = {0};

    mkdir("out", 0777);
    mkdir("out/plots", 0777);
    put("out", "mine.txt", "mine");
    put("out", "jobs.csv", "old");
    put("out", "gone.csv", "old");
    put("out", "plots/gone.png", "old");
    put(".", "outside", "");
    put("out", "run.log",
        "file: jobs.csv\nfile: gone.csv\nfile: plots/gone.png\nfile: ../outside\n");
    assert_int_equal(staging_open(&g, "out", true, &d), 0);
    put(g.folder, "jobs.csv", "new");
    put(g.folder, "run.log", "file: jobs.csv\n");
    assert_int_equal(staging_commit(&g, &d), 0);
    assert_true(holds("out/jobs.csv", "new"));
    assert_true(holds("out/mine.txt", "mine"));
    assert_int_equal(entries("out"), 3);
    assert_int_equal(entries("."), 2);
}

static void a_failed_run_leaves_the_folder_as_it_was(void **s)
{
    (void)s;
    struct staging g;
    struct diag d = {0};

    mkdir("out", 0777);
    put("out", "jobs.csv", "old");
    assert_int_equal(staging_open(&g, "out", true, &d), 0);
    put(g.folder, "jobs.csv", "half");
    staging_drop(&g);
    assert_true(holds("out/jobs.csv", "old"));
    assert_int_equal(entries("out"), 1);
}

static void an_error_inside_names_the_place_the_user_expects(void **s)
{
    (void)s;
    struct staging g;
    struct diag d = {0};
    char path[1024];

    mkdir("out", 0777);
    assert_int_equal(staging_open(&g, "out", false, &d), 0);
    snprintf(path, sizeof path, "%s/jobs.csv", g.folder);
    diag_fail(&d, STATUS_INPUT, (struct diag_at){.file = path},
              "write failed: no space left on device");
    staging_explain(&g, &d);
    assert_string_equal(d.file, "out/jobs.csv");
    assert_string_equal(d.message,
                        "write failed: no space left on device; out/ was left as it was");
    staging_drop(&g);
}

static void a_file_is_not_a_folder(void **s)
{
    (void)s;
    struct staging g;
    struct diag d = {0};

    put(".", "out", "x");
    assert_int_equal(staging_open(&g, "out", true, &d), -1);
    assert_string_equal(d.message, "is a file, expected a folder or a new name");
    assert_int_equal(staging_open(&g, "out/below", true, &d), -1);
    assert_int_equal(d.status, STATUS_INPUT);
}

#define IN_A_FOLDER(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_new_folder_appears_on_commit),
        IN_A_FOLDER(dropping_leaves_nothing_behind),
        IN_A_FOLDER(a_folder_with_files_is_refused),
        IN_A_FOLDER(force_replaces_what_a_run_wrote_and_nothing_else),
        IN_A_FOLDER(a_failed_run_leaves_the_folder_as_it_was),
        IN_A_FOLDER(an_error_inside_names_the_place_the_user_expects),
        IN_A_FOLDER(a_file_is_not_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

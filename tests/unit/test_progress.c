/* test_progress.c - the progress line says where the run is, in the width there is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/progress.h"

#include <string.h>

static void the_line_reads_as_documented(void **s)
{
    (void)s;
    char line[256];

    progress_line(line, sizeof line, 120, false, 0.41, 52.1, 137, 62310, 151816, 1.9e6, 7);
    assert_string_equal(line, "run  ####------  41 %  day 52.1 of 137  62,310 of 151,816 jobs  "
                              "1.9 M events/s  eta 0:07");
}

static void hours_appear_when_there_are_hours(void **s)
{
    (void)s;
    char line[256];

    progress_line(line, sizeof line, 120, false, 0, 0, 1, 0, 999, 0, 3723);
    assert_non_null(strstr(line, "eta 1:02:03"));
    assert_non_null(strstr(line, " 0 of 999 jobs"));
}

static void the_line_is_cut_at_the_width(void **s)
{
    (void)s;
    char line[256];

    progress_line(line, sizeof line, 40, false, 0.5, 1, 2, 3, 4, 5, 6);
    assert_int_equal(strlen(line), 40);
}

static void a_cut_never_splits_a_character(void **s)
{
    (void)s;
    char line[256];

    progress_line(line, sizeof line, 20, true, 0.5, 1, 2, 3, 4, 5, 6);
    /* Ten bar characters of three bytes are ten columns. */
    assert_int_equal(strlen(line), 20 + 2 * 10);
    assert_non_null(strstr(line, "\u2588\u2588\u2588\u2588\u2588\u2591"));
}

static void nothing_is_drawn_when_told_never(void **s)
{
    (void)s;
    struct progress p;

    progress_begin(&p, "never");
    progress_tell(&p, 0, &(struct trial_progress){0});
    assert_false(p.drawn);
    progress_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_reads_as_documented),
        cmocka_unit_test(hours_appear_when_there_are_hours),
        cmocka_unit_test(the_line_is_cut_at_the_width),
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(nothing_is_drawn_when_told_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

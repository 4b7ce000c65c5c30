/* reader.h - what every test of a trace reader needs: cmocka, the recording sink, and checks
 * that show what was read when they fail. */
#ifndef BERTH_TESTS_LIB_READER_H
#define BERTH_TESTS_LIB_READER_H

#include "lib/rows_sink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define DATA "tests/data/traces/"

/* Job `id` reads as `line`, see rows_line(). */
#define CHECK_JOB(r, id, line)                                                                     \
    do {                                                                                           \
        char text_[512];                                                                           \
        assert_string_equal(rows_line(rows_job((r), (id)), text_, sizeof text_), (line));          \
    } while (0)

/* Job number `i` in the order it was handed over. */
#define CHECK_NTH(r, i, line)                                                                      \
    do {                                                                                           \
        char text_[512];                                                                           \
        assert_true((size_t)(i) < (r)->jobs.n);                                                    \
        assert_string_equal(rows_line(&(r)->jobs.at[i], text_, sizeof text_), (line));             \
    } while (0)

/* Reading worked and gave these counts. */
#define CHECK_COUNTS(r, rows_, jobs_, skips_, folds_, rejects_)                                    \
    do {                                                                                           \
        if ((r)->result < 0)                                                                       \
            fail_msg("%s:%u: %s", (r)->why.file, (r)->why.line, (r)->why.message);                 \
        assert_int_equal((r)->count, rows_);                                                       \
        assert_int_equal((r)->jobs.n, jobs_);                                                      \
        assert_int_equal((r)->skips.n, skips_);                                                    \
        assert_int_equal((r)->folds.n, folds_);                                                    \
        assert_int_equal((r)->rejects.n, rejects_);                                                \
    } while (0)

/* The file has one bad row, of that kind, complained about like this. */
static inline void check_reject(const struct trace_format *f, const char *path, const char *kind,
                                const char *complaint)
{
    struct rows r;
    char text[1024];

    rows_file(&r, f, path, NULL);
    if (r.result < 0)
        fail_msg("%s stopped: %s", path, rows_place(&r.why, text, sizeof text));
    assert_int_equal(r.rejects.n, 1);
    assert_string_equal(r.rejects.at[0].kind, kind);
    assert_string_equal(rows_place(&r.rejects.at[0].why, text, sizeof text), complaint);
    assert_int_equal(r.rejects.at[0].why.status, STATUS_INPUT);
    rows_free(&r);
}

/* The file cannot be read at all, and this is said. */
static inline void check_stop(const struct trace_format *f, const char *path, const char *complaint)
{
    struct rows r;
    char text[1024];

    rows_file(&r, f, path, NULL);
    assert_int_equal(r.result, -1);
    assert_string_equal(rows_place(&r.why, text, sizeof text), complaint);
    assert_int_equal(r.why.status, STATUS_INPUT);
    rows_free(&r);
}

/* A recorded trace or a sample beside the project; skips the test when it is not there. */
#define SHARED(inside, r, f)                                                                       \
    do {                                                                                           \
        char path_[512];                                                                           \
        if (!rows_shared((inside), path_, sizeof path_))                                           \
            skip();                                                                                \
        assert_int_equal(rows_guess((f), path_, NULL), GUESS_YES);                                 \
        rows_file((r), (f), path_, NULL);                                                          \
    } while (0)

#endif

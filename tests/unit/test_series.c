/* test_series.c - thinning loses no peak and no sum; dates of simulated moments. */
#include "lib/mini_outcome.h"
#include "metrics/calendar.h"
#include "metrics/series.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct mini_outcome small, large;

static int build(void **s)
{
    (void)s;
    mini_outcome_init(&small);
    mini_outcome_large(&large, 20000, 12);
    return 0;
}

static int drop(void **s)
{
    (void)s;
    mini_outcome_free(&small);
    mini_outcome_free(&large);
    return 0;
}

static void a_short_series_is_left_alone(void **s)
{
    struct series x;

    (void)s;
    series_means(&small.o, 100, 10, &x);
    assert_int_equal(x.n, 5); /* the row at the horizon only closes it */
    assert_false(x.thinned);
    assert_int_equal(x.to, small.o.horizon);
    assert_memory_equal(x.row, small.o.series, 5 * sizeof *x.row);
    series_free(&x);
}

/* GPU time by bucket over the whole series. */
static void integrate(const struct series_row *row, size_t n, ns_t to, wide_t *sum)
{
    memset(sum, 0, BUCKETS * sizeof *sum);
    for (size_t i = 0; i < n; i++)
        for (int b = 0; b < BUCKETS; b++)
            sum[b] += (wide_t)row[i].bucket[b] * ((i + 1 < n ? row[i + 1].at : to) - row[i].at);
}

static void means_keep_the_fleet_whole_and_the_areas(void **s)
{
    struct series x;
    wide_t before[BUCKETS], after[BUCKETS];

    (void)s;
    series_means(&large.o, 100, 500, &x);
    assert_true(x.thinned);
    assert_in_range(x.n, 490, 500);
    for (size_t i = 0; i < x.n; i++) {
        int64_t all = 0;
        for (int b = 0; b < BUCKETS; b++)
            all += x.row[i].bucket[b];
        assert_int_equal(all, large.fleet.milli);
        if (i)
            assert_true(x.row[i].at > x.row[i - 1].at);
    }
    integrate(large.o.series, large.o.n_series, large.o.horizon, before);
    integrate(x.row, x.n, x.to, after);
    for (int b = 0; b < BUCKETS; b++) {
        double a = (double)before[b], c = (double)after[b], span = (double)(x.to - x.from);
        /* half a milli-GPU of rounding */
        assert_true(a - c <= span * 1.01 && c - a <= span * 1.01);
    }
    series_free(&x);
}

static double pending(const struct series_row *row)
{
    return row->pending_jobs;
}

static void no_peak_and_no_valley_is_lost(void **s)
{
    enum { COLUMNS = 50 };
    struct series_point *p = malloc((4 * COLUMNS + 1) * sizeof *p);
    double high = 0, low = 1e9, seen_high = 0, seen_low = 1e9;

    (void)s;
    assert_non_null(p);
    size_t n = series_steps(&large.o, pending, COLUMNS, p);
    assert_in_range(n, 2 * COLUMNS, 4 * COLUMNS + 1);
    for (size_t i = 0; i < large.o.n_series; i++) {
        high = large.o.series[i].pending_jobs > high ? large.o.series[i].pending_jobs : high;
        low = large.o.series[i].pending_jobs < low ? large.o.series[i].pending_jobs : low;
    }
    for (size_t i = 0; i < n; i++) {
        seen_high = p[i].value > seen_high ? p[i].value : seen_high;
        seen_low = p[i].value < seen_low ? p[i].value : seen_low;
        if (i)
            assert_true(p[i].at > p[i - 1].at || i + 1 == n);
    }
    assert_true(seen_high == high && seen_low == low);
    assert_int_equal(p[0].at, large.o.series[0].at);
    assert_int_equal(p[n - 1].at, large.o.horizon);
    free(p);
}

static void few_changes_are_all_kept(void **s)
{
    struct series_point p[4 * 10 + 1];

    (void)s;
    assert_int_equal(series_steps(&small.o, pending, 10, p), 6);
    assert_int_equal(p[1].at, 600 * NS_PER_S);
    assert_true(p[1].value == 1);
    assert_int_equal(p[5].at, small.o.horizon);
}

static void no_series_gives_nothing(void **s)
{
    struct outcome o = small.o;
    struct series_point p[5];
    struct series x;

    (void)s;
    o.series = NULL;
    series_means(&o, 10, 10, &x);
    assert_int_equal(x.n, 0);
    series_free(&x);
    assert_int_equal(series_steps(&o, pending, 1, p), 0);
}

static void dates_are_those_of_the_calendar(void **s)
{
    char to[40];

    (void)s;
    assert_string_equal(calendar_iso(INT64_C(1767571200) * NS_PER_S, to), "2026-01-05T00:00:00Z");
    assert_string_equal(calendar_long(INT64_C(1767580200) * NS_PER_S, to),
                        "Mon Jan 05 02:30:00 UTC 2026");
    assert_string_equal(calendar_iso(0, to), "1970-01-01T00:00:00Z");
    assert_string_equal(calendar_iso(-1, to), "1969-12-31T23:59:59Z");
    assert_string_equal(calendar_iso(INT64_C(951782400) * NS_PER_S, to), "2000-02-29T00:00:00Z");
    assert_string_equal(calendar_long(INT64_C(951782400) * NS_PER_S, to),
                        "Tue Feb 29 00:00:00 UTC 2000");
}

static void months_begin_where_their_date_says(void **s)
{
    (void)s;
    for (int64_t year = 1800; year < 2200; year++)
        for (int month = 1; month <= 12; month++) {
            ns_t at = calendar_ns(year, month);
            struct calendar c = calendar_of(at);
            if (c.year != year || c.month != month || c.day != 1 || c.hour || c.minute ||
                c.second || calendar_of(at - 1).month != (month + 10) % 12 + 1)
                fail_msg("%d-%02d", (int)year, month);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_series_is_left_alone),
        cmocka_unit_test(means_keep_the_fleet_whole_and_the_areas),
        cmocka_unit_test(no_peak_and_no_valley_is_lost),
        cmocka_unit_test(few_changes_are_all_kept),
        cmocka_unit_test(no_series_gives_nothing),
        cmocka_unit_test(dates_are_those_of_the_calendar),
        cmocka_unit_test(months_begin_where_their_date_says),
    };
    return cmocka_run_group_tests(tests, build, drop);
}

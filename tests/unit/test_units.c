/* test_units.c - time, bytes and wide sums between text and integers. */
#include "base/units.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static ns_t seconds(const char *text)
{
    ns_t v = -77;

    assert_true(units_seconds(text, strlen(text), &v, NULL));
    return v;
}

static void seconds_are_exact_to_the_nanosecond(void **s)
{
    (void)s;
    assert_int_equal(seconds("0"), 0);
    assert_int_equal(seconds("1250.75"), 1250750000000);
    assert_int_equal(seconds("0.000000001"), 1);
    assert_int_equal(seconds(".5"), 500000000);
    assert_int_equal(seconds("-1"), -NS_PER_S);
    assert_int_equal(seconds("-0.25"), -250000000);
    assert_int_equal(seconds("007.0"), 7 * NS_PER_S);
    assert_int_equal(seconds("9223372036"), SECONDS_MAX * NS_PER_S);
}

static void what_is_no_number_of_seconds_is_refused(void **s)
{
    static const char *const bad[] = {"",    "-",    ".",   "1.",  "1e3", " 1", "1 ",
                                      "0x1", "1,5",  "nan", "inf", "--1", "+1", "1.0000000001",
                                      "6O",  "1.2.3"};
    ns_t v;
    bool over = true;

    (void)s;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(units_seconds(bad[i], strlen(bad[i]), &v, &over));
        assert_false(over);
    }
}

static void seconds_above_292_years_are_over_not_wrapped(void **s)
{
    static const char *const bad[] = {"9223372036.000000001",
                                      "9223372037",
                                      "99999999999",
                                      "18446744073709551616",
                                      "99999999999999999999999999999999",
                                      "-9223372037"};
    ns_t v;

    (void)s;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bool over = false;
        assert_false(units_seconds(bad[i], strlen(bad[i]), &v, &over));
        assert_true(over);
    }
}

static void times_in_other_units_are_scaled(void **s)
{
    ns_t v;
    bool over;

    (void)s;
    assert_true(units_time("1767571200000.5", 15, 1000000, &v, &over));
    assert_int_equal(v, 1767571200000500000);
    assert_true(units_time("-2.5", 4, 3600 * NS_PER_S, &v, &over));
    assert_int_equal(v, -9000 * NS_PER_S);
    assert_true(units_time("1.9", 3, 1, &v, &over));
    assert_int_equal(v, 1);
    assert_true(units_time("9223372036000000000", 19, 1, &v, &over));
    assert_int_equal(v, SECONDS_MAX * NS_PER_S);
    assert_false(units_time("9999999999999999999", 19, 1, &v, &over));
    assert_true(over);
    assert_false(units_time("2562048", 7, 3600 * NS_PER_S, &v, &over));
    assert_true(over);
}

static void whole_numbers_stop_at_64_bits(void **s)
{
    static const char *const bad[] = {
        "",  "-",  "9223372036854775808", "-9223372036854775809", "1.0", "1 ",
        "a", "+1", "99999999999999999999"};
    int64_t v;

    (void)s;
    assert_true(units_integer("9223372036854775807", 19, &v));
    assert_true(v == INT64_MAX);
    assert_true(units_integer("-9223372036854775808", 20, &v));
    assert_true(v == INT64_MIN);
    assert_true(units_integer("0012x", 4, &v));
    assert_int_equal(v, 12);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(units_integer(bad[i], strlen(bad[i]), &v));
}

static void durations_add_their_parts(void **s)
{
    static const struct {
        const char *text;
        ns_t ns;
    } good[] = {{"90s", 90 * NS_PER_S},
                {"2h30m", 9000 * NS_PER_S},
                {"7d", 604800 * NS_PER_S},
                {"1w", 604800 * NS_PER_S},
                {"250ms", 250000000},
                {"15us", 15000},
                {"10ns", 10},
                {"1.5h", 5400 * NS_PER_S},
                {"1d12h", 129600 * NS_PER_S},
                {"0s", 0}};
    static const char *const bad[] = {"",
                                      "90",
                                      "s",
                                      "1h2h",
                                      "1m1h",
                                      "-5s",
                                      "1y",
                                      "1 h",
                                      "0.5ns",
                                      "400w1000000000000000000s",
                                      "99999999999999999999h"};
    ns_t v;

    (void)s;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(units_duration(good[i].text, strlen(good[i].text), &v));
        assert_int_equal(v, good[i].ns);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(units_duration(bad[i], strlen(bad[i]), &v));
}

static void sizes_have_units_of_1000_or_1024(void **s)
{
    int64_t v;

    (void)s;
    assert_true(units_bytes("80GiB", 5, &v));
    assert_int_equal(v, INT64_C(80) << 30);
    assert_true(units_bytes("512MB", 5, &v));
    assert_int_equal(v, 512000000);
    assert_true(units_bytes("1.5KiB", 6, &v));
    assert_int_equal(v, 1536);
    assert_true(units_bytes("100B", 4, &v));
    assert_int_equal(v, 100);
    assert_false(units_bytes("100", 3, &v));
    assert_false(units_bytes("9000000PiB", 10, &v));
    assert_false(units_bytes("-1B", 3, &v));
}

static ns_t civil(const char *text, bool zone)
{
    ns_t v = -77;
    bool zoned;

    if (!units_civil(text, strlen(text), &v, &zoned))
        fail_msg("'%s' is not a time", text);
    assert_int_equal(zoned, zone);
    return v;
}

static void civil_times_are_proleptic_gregorian(void **s)
{
    (void)s;
    assert_int_equal(civil("1970-01-01 00:00:00", false), 0);
    assert_int_equal(civil("2026-01-05T00:00:00Z", true), 1767571200 * NS_PER_S);
    assert_int_equal(civil("2026-01-05T01:00:00+01:00", true), 1767571200 * NS_PER_S);
    assert_int_equal(civil("2026-01-04 16:00:00-0800", true), 1767571200 * NS_PER_S);
    assert_int_equal(civil("2026-01-05 05:30:00 +05:30", true), 1767571200 * NS_PER_S);
    assert_int_equal(civil("2024-02-29 12:00:00.5", false), 1709208000 * NS_PER_S + 500000000);
    assert_int_equal(civil("1969-12-31 23:59:59", false), -NS_PER_S);
    assert_int_equal(civil("2000-03-01 00:00:00", false) - civil("2000-02-28 00:00:00", false),
                     2 * 86400 * NS_PER_S);
    assert_int_equal(civil("1900-03-01 00:00:00", false) - civil("1900-02-28 00:00:00", false),
                     86400 * NS_PER_S);
}

static void times_that_are_not_on_the_calendar_are_refused(void **s)
{
    static const char *const bad[] = {"",
                                      "2026-01-05",
                                      "2026-13-01 00:00:00",
                                      "2026-02-29 00:00:00",
                                      "2026-00-01 00:00:00",
                                      "2026-01-00 00:00:00",
                                      "2026-01-05 24:00:00",
                                      "2026-01-05 00:60:00",
                                      "26-01-05 00:00:00 ",
                                      "2026-01-05 00:00:00 ",
                                      "2026-01-05 00:00:00.",
                                      "2026-01-05 00:00:00+1",
                                      "2026-01-05 00:00:00+24:00",
                                      "2026/01/05 00:00:00",
                                      "2026-01-05x00:00:00",
                                      "9999-01-01 00:00:00",
                                      "Ystday 04:00:00xxxxx"};
    ns_t v;
    bool zoned;

    (void)s;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (units_civil(bad[i], strlen(bad[i]), &v, &zoned))
            fail_msg("'%s' was taken", bad[i]);
}

static void wide_sums_print_every_digit(void **s)
{
    char text[48];
    wide_t v = 1;

    (void)s;
    assert_string_equal(wide_text(0, text), "0");
    assert_string_equal(wide_text(-5, text), "-5");
    for (int i = 0; i < 38; i++)
        v *= 10;
    assert_string_equal(wide_text(v, text), "100000000000000000000000000000000000000");
    v = (wide_t)1 << 126;
    v = -v - v;
    assert_string_equal(wide_text(v, text), "-170141183460469231731687303715884105728");
}

static void times_print_for_machines_and_for_people(void **s)
{
    char text[40];

    (void)s;
    assert_string_equal(units_seconds_text(1250750000000, text), "1250.750000000");
    assert_string_equal(units_seconds_text(-1, text), "-0.000000001");
    assert_string_equal(units_seconds_text(INT64_MAX, text), "9223372036.854775807");
    assert_string_equal(units_clock_text(22360 * NS_PER_S, text), "6:12:40");
    assert_string_equal(units_clock_text(273905 * NS_PER_S, text), "3 d 04:05:05");
    assert_string_equal(units_clock_text(0, text), "0:00:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_are_exact_to_the_nanosecond),
        cmocka_unit_test(what_is_no_number_of_seconds_is_refused),
        cmocka_unit_test(seconds_above_292_years_are_over_not_wrapped),
        cmocka_unit_test(times_in_other_units_are_scaled),
        cmocka_unit_test(whole_numbers_stop_at_64_bits),
        cmocka_unit_test(durations_add_their_parts),
        cmocka_unit_test(sizes_have_units_of_1000_or_1024),
        cmocka_unit_test(civil_times_are_proleptic_gregorian),
        cmocka_unit_test(times_that_are_not_on_the_calendar_are_refused),
        cmocka_unit_test(wide_sums_print_every_digit),
        cmocka_unit_test(times_print_for_machines_and_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

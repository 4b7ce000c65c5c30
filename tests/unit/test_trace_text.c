/* test_trace_text.c - small things readers share: quantities, zones, shapes, headers. */
#include "ingest/header.h"
#include "ingest/kube_quantity.h"
#include "ingest/shape.h"
#include "ingest/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static int64_t milli(const char *text)
{
    int64_t v;

    return kube_quantity_milli(text, strlen(text), &v) ? v : -1;
}

static int64_t mib(const char *text)
{
    int64_t v;

    return kube_quantity_mib(text, strlen(text), &v) ? v : -1;
}

static void quantities_have_decimal_and_binary_units(void **state)
{
    (void)state;
    assert_int_equal(milli("500m"), 500);
    assert_int_equal(milli("64"), 64000);
    assert_int_equal(milli("0.5"), 500);
    assert_int_equal(milli("1e3"), 1000000);
    assert_int_equal(milli("100u"), 1);
    assert_int_equal(milli("+2"), 2000);
    assert_int_equal(mib("64Gi"), 65536);
    assert_int_equal(mib("1e9"), 954);
    assert_int_equal(mib("68G"), 64850);
    assert_int_equal(mib("2113929216Ki"), 2064384);
    assert_int_equal(mib("128974848000m"), 123);
    assert_int_equal(mib("0"), 0);
}

static void what_is_no_quantity_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "Gi",
                                      "64 GiB",
                                      "64GiB",
                                      "-1",
                                      "1.2.3",
                                      "1e",
                                      "1e99",
                                      "0x10",
                                      "1,5",
                                      "9999999999999999999999",
                                      "8Ei5"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (milli(bad[i]) != -1 || mib(bad[i]) != -1)
            fail_msg("'%s' was read as a quantity", bad[i]);
    assert_int_equal(milli("9E"), -1);
}

static ns_t utc(struct zone *z, const char *text, bool *odd)
{
    ns_t civil;
    bool zoned;

    assert_true(units_civil(text, strlen(text), &civil, &zoned));
    return zone_utc(z, civil, odd) / NS_PER_S;
}

static void offsets_are_east_of_utc(void **state)
{
    struct zone z;
    struct diag d;
    bool odd;

    (void)state;
    assert_int_equal(zone_open(&z, "+08:00", &d), 0);
    assert_int_equal(utc(&z, "1970-01-01 08:00:01", &odd), 1);
    zone_close(&z);
    assert_int_equal(zone_open(&z, "-0330", &d), 0);
    assert_int_equal(utc(&z, "1970-01-01 00:00:00", &odd), 12600);
    zone_close(&z);
    assert_int_equal(zone_open(&z, NULL, &d), 0);
    assert_false(z.named);
    zone_close(&z);
}

static void a_zone_that_is_none_is_a_usage_error(void **state)
{
    static const char *const bad[] = {"+25", "+8:5", "../etc/passwd", "/etc/passwd",
                                      "Nowhere/Town"};
    struct zone z;
    struct diag d;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(zone_open(&z, bad[i], &d), -1);
        assert_int_equal(d.status, STATUS_USAGE);
    }
}

static void clock_changes_take_the_first_reading(void **state)
{
    struct zone z;
    struct diag d;
    bool odd;

    (void)state;
    if (zone_open(&z, "Europe/Berlin", &d) < 0) {
        fprintf(stderr, "SKIP: no zone files on this system\n");
        skip();
    }
    assert_int_equal(utc(&z, "2020-01-15 12:00:00", &odd), 1579086000);
    assert_false(odd);
    assert_int_equal(utc(&z, "2020-07-15 12:00:00", &odd), 1594807200);
    assert_false(odd);
    assert_int_equal(utc(&z, "2020-10-25 02:30:00", &odd), 1603585800); /* twice: summer's */
    assert_true(odd);
    assert_int_equal(utc(&z, "2020-10-25 03:00:00", &odd), 1603591200);
    assert_false(odd);
    assert_int_equal(utc(&z, "2020-03-29 02:30:00", &odd), 1585441800); /* never */
    assert_true(odd);
    assert_int_equal(utc(&z, "2020-03-29 03:00:00", &odd), 1585443600);
    assert_false(odd);
    zone_close(&z);
}

static void totals_split_as_evenly_as_they_go(void **state)
{
    struct job_group g[2];

    (void)state;
    assert_int_equal(shape_split(16, 2, g), 1);
    assert_true(g[0].replicas == 2 && g[0].gpus == 8);
    assert_int_equal(shape_split(11, 4, g), 2);
    assert_true(g[0].replicas == 3 && g[0].gpus == 3 && g[1].replicas == 1 && g[1].gpus == 2);
    assert_int_equal(shape_split(1, 3, g), 2);
    assert_true(g[0].replicas == 1 && g[0].gpus == 1 && g[1].replicas == 2 && g[1].gpus == 0);
    assert_int_equal(shape_split(0, 3, g), 1);
    assert_true(g[0].replicas == 3 && g[0].gpus == 0);
    assert_int_equal(shape_each(10, 3), 4);
    assert_int_equal(shape_each(10, 0), 10);
}

static int guess(const char *head, struct trace_near *near)
{
    static const char *const required[] = {"id", "", "Length"}, *const known[] = {"note"};
    const struct header_rule rule = {.format = "toy",
                                     .delimiter = ',',
                                     .required = required,
                                     .n_required = 3,
                                     .known = known,
                                     .n_known = 1};

    *near = (struct trace_near){0};
    return header_guess(&rule, head, strlen(head), near);
}

static void a_header_is_sure_likely_or_near(void **state)
{
    struct trace_near near;

    (void)state;
    assert_int_equal(guess("id,,length,note\r\n1,2,3,4\n", &near), GUESS_YES);
    assert_int_equal(guess("\"LENGTH\",id,", &near), GUESS_YES);
    assert_int_equal(guess("id,,length,other\n", &near), GUESS_MAYBE);
    assert_int_equal(guess("id;;length\n", &near), GUESS_MAYBE);
    assert_int_equal(guess("id,,lenght\n", &near), GUESS_NO);
    assert_string_equal(near.missing, "Length");
    assert_string_equal(near.found, "lenght");
    assert_int_equal(near.column, 5);
    assert_int_equal(near.matched, 2);
    assert_int_equal(guess("", &near), GUESS_NO);
    assert_null(near.format);
    assert_int_equal(guess("a,b,c\n", &near), GUESS_NO);
    assert_null(near.format);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities_have_decimal_and_binary_units),
        cmocka_unit_test(what_is_no_quantity_is_refused),
        cmocka_unit_test(offsets_are_east_of_utc),
        cmocka_unit_test(a_zone_that_is_none_is_a_usage_error),
        cmocka_unit_test(clock_changes_take_the_first_reading),
        cmocka_unit_test(totals_split_as_evenly_as_they_go),
        cmocka_unit_test(a_header_is_sure_likely_or_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

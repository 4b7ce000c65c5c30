/* test_opts.c - flags are read as declared, and mistakes are named. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/opts.h"

static const struct opts_flag own_flags[] = {
    {"policy", 0, OPTS_TEXT, offsetof(struct opts, policy), "NAME", "", NULL},
    {"set", 0, OPTS_LIST, offsetof(struct opts, set), "P=V", "", NULL},
    {"threads", 'j', OPTS_TEXT, offsetof(struct opts, threads), "N", "", NULL},
    {0},
};
static const struct opts_table own = {"own", own_flags};
static const struct opts_table *const tables[] = {&own, &opts_writing, &opts_reading,
                                                  &opts_speaking, NULL};

static int parse(struct opts *o, struct diag *d, const char *const *words)
{
    int argc = 0;

    while (words[argc])
        argc++;
    *d = (struct diag){0};
    return opts_parse(o, "run", tables, argc, words, d);
}
#define PARSE(...) parse(&o, &d, (const char *const[]){__VA_ARGS__, NULL})

static void a_value_follows_an_equals_sign_or_a_blank(void **s)
{
    (void)s;
    struct opts o;
    struct diag d;

    assert_int_equal(PARSE("--policy=easy", "a.json"), 0);
    assert_string_equal(o.policy, "easy");
    assert_string_equal(o.args.at[0], "a.json");
    opts_free(&o);
    assert_int_equal(PARSE("a.json", "--policy", "--odd"), 0);
    assert_string_equal(o.policy, "--odd");
    opts_free(&o);
    assert_int_equal(PARSE("--policy="), 0);
    assert_string_equal(o.policy, "");
    opts_free(&o);
}

static void short_flags_take_values_and_repeat(void **s)
{
    (void)s;
    struct opts o;
    struct diag d;

    assert_int_equal(PARSE("-o", "out", "-j2", "-vv", "-q"), 0);
    assert_string_equal(o.output, "out");
    assert_string_equal(o.threads, "2");
    assert_int_equal(o.verbose, 2);
    assert_true(o.quiet);
    opts_free(&o);
}

static void two_dashes_end_the_flags_and_one_is_a_file(void **s)
{
    (void)s;
    struct opts o;
    struct diag d;

    assert_int_equal(PARSE("-", "--", "--policy", "-v"), 0);
    assert_int_equal(o.args.n, 3);
    assert_string_equal(o.args.at[0], "-");
    assert_string_equal(o.args.at[1], "--policy");
    assert_null(o.policy);
    assert_int_equal(o.verbose, 0);
    opts_free(&o);
}

static void a_list_keeps_its_order(void **s)
{
    (void)s;
    struct opts o;
    struct diag d;

    assert_int_equal(PARSE("--set", "a=1", "--set=b=2"), 0);
    assert_int_equal(o.set.n, 2);
    assert_string_equal(o.set.at[1], "b=2");
    opts_free(&o);
}

static void refused(const char *message, const char *const *words)
{
    struct opts o;
    struct diag d;

    assert_int_equal(parse(&o, &d, words), -1);
    assert_int_equal(d.status, STATUS_USAGE);
    assert_string_equal(d.message, message);
    opts_free(&o);
}
#define REFUSED(message, ...) refused(message, (const char *const[]){__VA_ARGS__, NULL})

static void mistakes_are_named(void **s)
{
    (void)s;
    REFUSED("unknown flag '--polcy' (nearest: '--policy') for 'run'", "--polcy=easy");
    REFUSED("unknown flag '--pol' for 'run', see 'berth help run'", "--pol=easy");
    REFUSED("unknown flag '-x' for 'run', see 'berth help run'", "-x");
    REFUSED("flag '--policy' needs a value: --policy NAME", "--policy");
    REFUSED("flag '--output' needs a value: --output DIR", "-o");
    REFUSED("flag '--json' takes no value", "--json=yes");
    REFUSED("flag '--policy' is given twice: 'a' and 'b'", "--policy=a", "--policy=b");
    REFUSED("--oversize is 'drop', expected reject or stop", "--oversize", "drop");
    REFUSED("--color is '', expected auto, always or never", "--color=");
}

static void json_holds_for_an_error_before_it(void **s)
{
    (void)s;
    struct opts o;
    struct diag d;

    assert_int_equal(PARSE("--nonsense-flag", "--json"), -1);
    assert_true(o.json);
    opts_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_follows_an_equals_sign_or_a_blank),
        cmocka_unit_test(short_flags_take_values_and_repeat),
        cmocka_unit_test(two_dashes_end_the_flags_and_one_is_a_file),
        cmocka_unit_test(a_list_keeps_its_order),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(json_holds_for_an_error_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

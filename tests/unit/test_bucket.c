/* test_bucket.c - names and colours of buckets: complete, unique, told apart. */
#include "lib/mini_outcome.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void every_bucket_has_a_name_of_its_own(void **s)
{
    (void)s;
    for (int a = 0; a < BUCKETS; a++) {
        assert_non_null(bucket_info[a].name);
        assert_non_null(bucket_info[a].label);
        assert_int_equal(strlen(bucket_info[a].light), 7);
        assert_int_equal(strlen(bucket_info[a].dark), 7);
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(bucket_info[a].name, bucket_info[b].name);
            assert_string_not_equal(bucket_info[a].light, bucket_info[b].light);
            assert_string_not_equal(bucket_info[a].dark, bucket_info[b].dark);
        }
    }
    for (int f = 0; f < FRAGS; f++)
        assert_non_null(frag_name[f]);
    for (int c = 0; c < WAIT_CAUSES; c++)
        assert_non_null(wait_cause_name[c]);
    for (int p = 0; p < MONEY_PARTS; p++)
        assert_non_null(money_part_name[p]);
}

static void groups_follow_ledger_order(void **s)
{
    (void)s;
    for (int b = 0; b < BUCKETS; b++)
        assert_string_equal(bucket_info[b].group, b <= BUCKET_LOST_WORK   ? "held"
                                                  : b <= BUCKET_NO_DEMAND ? "free"
                                                                          : "unavailable");
}

struct lab {
    double l, a, b;
};

static double curve(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* sRGB as seen with one of four kinds of vision (matrices of Machado 2009 at full severity), in
 * CIELAB for D65. */
static struct lab see(const char *colour, int vision)
{
    static const double kind[4][3][3] = {
        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        {{0.152286, 1.052583, -0.204868},
         {0.114503, 0.786281, 0.099216},
         {-0.003882, -0.048116, 1.051998}},
        {{0.367322, 0.860646, -0.227968},
         {0.280085, 0.672501, 0.047413},
         {-0.011820, 0.042940, 0.968881}},
        {{1.255528, -0.076749, -0.178779},
         {-0.078411, 0.930809, 0.147602},
         {0.004733, 0.691367, 0.303900}},
    };
    unsigned long v = strtoul(colour + 1, NULL, 16);
    double in[3], c[3];
    for (int i = 0; i < 3; i++) {
        double x = (double)(v >> (16 - 8 * i) & 255) / 255;
        in[i] = x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
    }
    for (int i = 0; i < 3; i++) {
        double x = 0;
        for (int j = 0; j < 3; j++)
            x += kind[vision][i][j] * in[j];
        c[i] = fmin(fmax(x, 0), 1);
    }
    double x = curve((0.4124564 * c[0] + 0.3575761 * c[1] + 0.1804375 * c[2]) / 0.95047);
    double y = curve(0.2126729 * c[0] + 0.7151522 * c[1] + 0.0721750 * c[2]);
    double z = curve((0.0193339 * c[0] + 0.1191920 * c[1] + 0.9503041 * c[2]) / 1.08883);
    return (struct lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static double apart(const char *a, const char *b)
{
    double least = INFINITY;
    for (int vision = 0; vision < 4; vision++) {
        struct lab x = see(a, vision), y = see(b, vision);
        least = fmin(least, sqrt((x.l - y.l) * (x.l - y.l) + (x.a - y.a) * (x.a - y.a) +
                                 (x.b - y.b) * (x.b - y.b)));
    }
    return least;
}

static void neighbours_are_told_apart_by_every_kind_of_eye(void **s)
{
    (void)s;
    for (int b = 0; b + 1 < BUCKETS; b++) {
        if (apart(bucket_info[b].light, bucket_info[b + 1].light) < 20)
            fail_msg("light: %s and %s", bucket_info[b].name, bucket_info[b + 1].name);
        if (apart(bucket_info[b].dark, bucket_info[b + 1].dark) < 20)
            fail_msg("dark: %s and %s", bucket_info[b].name, bucket_info[b + 1].name);
    }
}

static void held_idle_is_told_apart_from_all_others(void **s)
{
    (void)s;
    for (int b = 0; b < BUCKETS; b++) {
        if (b == BUCKET_HELD_IDLE)
            continue;
        assert_true(apart(bucket_info[BUCKET_HELD_IDLE].light, bucket_info[b].light) > 25);
        assert_true(apart(bucket_info[BUCKET_HELD_IDLE].dark, bucket_info[b].dark) > 25);
    }
}

/* "order,bucket,label,group,group_colour,light,dark" */
static void the_published_palette_is_ours(void **s)
{
    const char *shared = mini_outcome_shared();
    char path[1024], row[256];
    int seen = 0;

    (void)s;
    if (!shared)
        skip();
    snprintf(path, sizeof path, "%s/samples/out/palette.csv", shared);
    char *text = mini_outcome_read(path);
    assert_non_null(text);
    for (int b = 0; b < BUCKETS; b++) {
        if (b == BUCKET_HELD_IDLE)
            continue;
        snprintf(row, sizeof row, "\n%d,%s,%s,", ++seen, bucket_info[b].name, bucket_info[b].label);
        char *at = strstr(text, row);
        if (!at)
            fail_msg("no row %s", row + 1);
        snprintf(row, sizeof row, ",%s,%s", bucket_info[b].light, bucket_info[b].dark);
        char *end = strchr(at + 1, '\n');
        assert_non_null(end);
        assert_memory_equal(end - strlen(row), row, strlen(row));
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bucket_has_a_name_of_its_own),
        cmocka_unit_test(groups_follow_ledger_order),
        cmocka_unit_test(neighbours_are_told_apart_by_every_kind_of_eye),
        cmocka_unit_test(held_idle_is_told_apart_from_all_others),
        cmocka_unit_test(the_published_palette_is_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

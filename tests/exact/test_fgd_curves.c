/* test_fgd_curves.c - the curves of the FGD paper, point by point: oracles/fgd beside the project.
 *
 * Two seeds are replayed; with BERTH_SOAK=1 in the environment, every seed, and random placement on every
 * variant (it draws from another generator, so its mean is compared). */
#include "lib/fgd.h"
#include "lib/recorded.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

enum { POINTS = 131 };

struct curve { /* one line of the three published tables */
    char variant[32], policy[24];
    unsigned seed;
    double value[3][POINTS]; /* allocated, fragments, fragments of idle; percent */
};

struct point {
    double demand, value[3];
};

struct points {
    VEC(struct point) at;
    const struct fgd_trace *t;
};

static double rounded(double v, int digits)
{
    char text_[64];

    snprintf(text_, sizeof text_, "%.*f", digits, v);
    return atof(text_);
}

static void add_point(void *to, const struct fgd_row *r)
{
    struct points *p = to;
    double one = 10.0 * p->t->fleet.n_gpus;

    VEC_PUSH(&p->at, (struct point){
                         (double)r->arrived / one,
                         {rounded((double)r->used / one, 2), rounded(fgd_fragmentation(p->t, r), 2),
                          rounded(fgd_percent(p->t, r, fragmentation_sum(r->amount)), 2)}});
}

/* Means over the arrivals at k percent of demand; the neighbours' when there are none. */
static void curve_of(const struct points *p, struct curve *c)
{
    for (int k = 0; k < POINTS; k++)
        for (int width = 0; width < 2; width++) {
            double sum[3] = {0};
            uint32_t n = 0;
            for (size_t i = 0; i < p->at.n; i++)
                if (fabs(rint(p->at.at[i].demand) - k) <= width) {
                    for (int m = 0; m < 3; m++)
                        sum[m] += p->at.at[i].value[m];
                    n++;
                }
            if (!n)
                continue;
            c->value[0][k] = rounded(sum[0] / n, 2);
            c->value[1][k] = rounded(100 * (sum[1] / n) / 1000 / p->t->fleet.n_gpus, 2);
            c->value[2][k] = sum[2] / n;
            break;
        }
}

static const char *const tables[3] = {"published_alloc_pct.csv.gz",
                                      "published_frag_amount_pct.csv.gz",
                                      "published_frag_ratio_pct.csv.gz"};

struct curves {
    struct curve *at;
    size_t n, room;
};

static void read_curves(struct curves *all)
{
    static struct csv_column columns[3 + POINTS] = {
        {"variant", true}, {"policy", true}, {"seed", true}};
    static char names[POINTS][8];
    char path[512];

    *all = (struct curves){0};
    for (int k = 0; k < POINTS; k++) {
        snprintf(names[k], sizeof names[k], "a%d", k);
        columns[3 + k] = (struct csv_column){names[k], true};
    }
    for (int m = 0; m < 3; m++) {
        struct recorded u;
        uint32_t at = 0;
        if (!fgd_oracle(tables[m], path, sizeof path))
            skip();
        u = recorded_open(path, columns, 3 + POINTS);
        while (recorded_next(&u)) {
            struct curve *c;
            if (!m) {
                VEC_RESERVE(all, all->n + 1);
                c = &all->at[all->n++];
                snprintf(c->variant, sizeof c->variant, "%s", recorded_text(&u, 0));
                snprintf(c->policy, sizeof c->policy, "%s", recorded_text(&u, 1));
                c->seed = (unsigned)recorded_number(&u, 2);
            }
            c = &all->at[at++];
            assert_true(at <= all->n);
            assert_string_equal(c->variant, recorded_text(&u, 0));
            assert_string_equal(c->policy, recorded_text(&u, 1));
            assert_int_equal(c->seed, recorded_number(&u, 2));
            for (int k = 0; k < POINTS; k++)
                c->value[m][k] = atof(recorded_text(&u, 3 + (uint32_t)k));
        }
        recorded_close(&u);
    }
}

/* The run a published curve is about, or false when its pods or its order are not here. */
static bool rerun(const struct curve *c, struct curve *mine)
{
    char folder[256], path[512];
    struct stat there;
    struct fgd_trace t;
    struct fgd_order order;
    struct points p = {.t = &t};

    if (!fgd_oracle("orders", folder, sizeof folder))
        skip();
    snprintf(path, sizeof path, "%s/%s.s%u.csv.gz", folder, c->variant, c->seed);
    if (stat(path, &there) || !fgd_load_shared(&t, c->variant))
        return false;
    fgd_order_read(&order, path, &t);
    fgd_run(&t, &order, fgd_policies[fgd_policy(c->policy)].part, c->seed, false, add_point, &p);
    curve_of(&p, mine);
    VEC_FREE(&p.at);
    fgd_order_free(&order);
    fgd_free(&t);
    return true;
}

static void the_published_curves_come_out_to_the_printed_digits(void **s)
{
    static const double tolerance[3] = {0.01 + 1e-9, 1e-9, 0.00005 + 1e-9};
    struct curves all;
    struct curve mine;
    uint32_t compared = 0, absent = 0, later = 0;
    bool soak = getenv("BERTH_SOAK") != NULL;
    (void)s;

    read_curves(&all);
    for (size_t i = 0; i < all.n; i++) {
        const struct curve *c = &all.at[i];
        if (fgd_policy(c->policy) >= FGD_DETERMINISTIC)
            continue;
        if (!soak && c->seed > 43) {
            later++;
            continue;
        }
        if (!rerun(c, &mine)) {
            absent++;
            continue;
        }
        for (int m = 0; m < 3; m++)
            for (int k = 0; k < POINTS; k++)
                if (!(fabs(mine.value[m][k] - c->value[m][k]) <= tolerance[m]))
                    fail_msg("%s %s seed %u at %d %%: %s has %.4f, found %.6f", c->variant,
                             c->policy, c->seed, k, tables[m], c->value[m][k], mine.value[m][k]);
        compared++;
    }
    print_message("%u curves equal; %u without order or pods; %u of later seeds for BERTH_SOAK=1\n",
                  compared, absent, later);
    VEC_FREE(&all);
}

static void random_placement_has_the_published_mean(void **s)
{
    static const int at[] = {80, 90, 100, 110, 120, 130};
    struct curves all;
    uint32_t variants = 0;
    bool soak = getenv("BERTH_SOAK") != NULL;
    (void)s;

    read_curves(&all);
    for (size_t i = 0; i < all.n;) {
        struct curve mine;
        double sum[3][6] = {{0}}, square[3][6] = {{0}}, own[3][6] = {{0}};
        uint32_t n = 0;
        size_t from = i;
        for (; i < all.n && !strcmp(all.at[i].variant, all.at[from].variant) &&
               !strcmp(all.at[i].policy, all.at[from].policy);
             i++) {
            if (strcmp(all.at[i].policy, "Random") != 0 ||
                (!soak && strcmp(all.at[i].variant, "default") != 0) || !rerun(&all.at[i], &mine))
                continue;
            n++;
            for (int m = 0; m < 3; m++)
                for (int k = 0; k < 6; k++) {
                    sum[m][k] += all.at[i].value[m][at[k]];
                    square[m][k] += pow(all.at[i].value[m][at[k]], 2);
                    own[m][k] += mine.value[m][at[k]];
                }
        }
        if (n < 10)
            continue;
        variants++;
        for (int m = 0; m < 3; m++)
            for (int k = 0; k < 6; k++) {
                double sd = sqrt((square[m][k] - sum[m][k] * sum[m][k] / n) / (n - 1));
                /* Two means of n runs each. */
                double error = sd * sqrt(2.0 / n) + 0.005, off = (own[m][k] - sum[m][k]) / n;
                if (fabs(off) > 3 * error)
                    fail_msg("%s at %d %%: %s has mean %.4f, found %.4f, 3 errors are %.4f",
                             all.at[from].variant, at[k], tables[m], sum[m][k] / n, own[m][k] / n,
                             3 * error);
            }
    }
    assert_true(variants > 0);
    print_message("%u variants\n", variants);
    VEC_FREE(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_curves_come_out_to_the_printed_digits),
        cmocka_unit_test(random_placement_has_the_published_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

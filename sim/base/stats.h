/* stats.h - distributions' quantiles and intervals of means, over GSL.
 *
 * With base/rng.c the only door to GSL. Confidence is a probability such as 0.95; intervals
 * are two-sided and symmetric. */
#ifndef BERTH_BASE_STATS_H
#define BERTH_BASE_STATS_H

#include <stddef.h>

double stats_mean(const double *x, size_t n);     /* n >= 1 */
double stats_variance(const double *x, size_t n); /* with n - 1; n >= 2 */

/* The x with P(X <= x) = p, 0 < p < 1; `df` degrees of freedom > 0. */
double stats_normal_quantile(double p);
double stats_student_quantile(double p, double df);
double stats_chi_square_quantile(double p, double df);

struct stats_interval {
    double mean, half;
}; /* mean - half .. mean + half */

/* Student's interval of the mean of n >= 2 independent values. */
struct stats_interval stats_interval_mean(const double *x, size_t n, double confidence);

/* The same for the mean of a correlated series in time order: `batches` >= 2 means of equal
 * runs of values, of which the first n % batches values are left out (they are the ones nearest
 * to the empty start). n >= batches. Schmeiser 1982: 10 to 30 batches. */
struct stats_interval stats_interval_batches(const double *x, size_t n, size_t batches,
                                             double confidence);

/* Von Neumann's ratio of successive differences of n >= 2 values, near 2 when they are
 * uncorrelated; NAN when all are equal. */
double stats_von_neumann(const double *x, size_t n);

/* Erlang's formulas for c >= 1 servers at an offered load of a erlangs, 0 < a: blocked share B
 * of M/M/c/c, and the share C of arrivals that wait in M/M/c (1 when a >= c). By the recursion
 * 1/B(c) = 1 + (c/a)/B(c-1). */
double stats_erlang_b(unsigned c, double a);
double stats_erlang_c(unsigned c, double a);

#endif

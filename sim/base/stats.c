/* stats.c - quantiles and intervals of means, over GSL. */
#include "base/stats.h"
#include "base/check.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

double stats_mean(const double *x, size_t n)
{
    check(n >= 1);
    return gsl_stats_mean(x, 1, n);
}

double stats_variance(const double *x, size_t n)
{
    check(n >= 2);
    return gsl_stats_variance(x, 1, n);
}

double stats_normal_quantile(double p)
{
    check(p > 0 && p < 1);
    return gsl_cdf_ugaussian_Pinv(p);
}

double stats_student_quantile(double p, double df)
{
    check(p > 0 && p < 1 && df > 0);
    return gsl_cdf_tdist_Pinv(p, df);
}

double stats_chi_square_quantile(double p, double df)
{
    check(p > 0 && p < 1 && df > 0);
    return gsl_cdf_chisq_Pinv(p, df);
}

/* t(1 - a/2, n - 1) s / sqrt(n) around the mean. */
struct stats_interval stats_interval_mean(const double *x, size_t n, double confidence)
{
    struct stats_interval i;

    check(n >= 2 && confidence > 0 && confidence < 1);
    i.mean = stats_mean(x, n);
    i.half = stats_student_quantile(0.5 + confidence / 2, (double)(n - 1)) *
             sqrt(stats_variance(x, n) / (double)n);
    return i;
}

struct stats_interval stats_interval_batches(const double *x, size_t n, size_t batches,
                                             double confidence)
{
    size_t each = n / batches, from = n % batches;
    double mean = 0, squares = 0;
    struct stats_interval i;

    check(batches >= 2 && n >= batches && confidence > 0 && confidence < 1);
    /* Welford over the batch means: nothing to allocate. */
    for (size_t b = 0; b < batches; b++) {
        double m = stats_mean(x + from + b * each, each), step = m - mean;

        mean += step / (double)(b + 1);
        squares += step * (m - mean);
    }
    i.mean = mean;
    i.half = stats_student_quantile(0.5 + confidence / 2, (double)(batches - 1)) *
             sqrt(squares / (double)(batches - 1) / (double)batches);
    return i;
}

double stats_von_neumann(const double *x, size_t n)
{
    double differences = 0, mean = stats_mean(x, n), squares = 0;

    check(n >= 2);
    for (size_t k = 0; k < n; k++) {
        squares += (x[k] - mean) * (x[k] - mean);
        if (k > 0)
            differences += (x[k] - x[k - 1]) * (x[k] - x[k - 1]);
    }
    return squares > 0 ? differences / squares : NAN;
}

double stats_erlang_b(unsigned c, double a)
{
    double inverse = 1;

    check(c >= 1 && a > 0);
    for (unsigned k = 1; k <= c; k++)
        inverse = 1 + (double)k / a * inverse;
    return 1 / inverse;
}

double stats_erlang_c(unsigned c, double a)
{
    double b = stats_erlang_b(c, a), load = a / (double)c;

    return load >= 1 ? 1 : b / (1 - load * (1 - b));
}

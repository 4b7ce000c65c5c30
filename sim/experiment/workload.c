/* workload.c - jobs out of a checked model. */
#include "experiment/workload_model.h"

#include <math.h>

#define HOURS_MAX (SECONDS_MAX / 3600 - 1)

/* Where the arrival process is: hour number since the origin, and how much of it has passed. */
struct clock {
    int64_t hour;
    double part; /* 0 <= part < 1 */
};

/* Arrivals of a Poisson process with a rate that is constant within an hour, by inversion: the
 * cumulative rate grows by one unit-rate exponential per arrival (Cinlar 1975). No thinning,
 * which would spend a varying number of draws. */
static void clock_advance(const struct workload *w, struct clock *c, double units)
{
    while (c->hour < HOURS_MAX) {
        double rate = w->per_hour[(w->first_hour + c->hour) % 168];
        double left = rate * (1 - c->part);

        if (units < left) {
            c->part += units / rate;
            if (c->part < 1)
                return;
            units = 0; /* rounding reached the end of the hour */
        } else {
            units -= left;
        }
        c->hour++;
        c->part = 0;
    }
}

/* Down to a multiple of the resolution. */
static ns_t clock_time(const struct workload *w, const struct clock *c)
{
    ns_t t = c->hour * 3600 * NS_PER_S + (ns_t)(c->part * 3600.0 * (double)NS_PER_S);

    return t - t % w->resolution;
}

/* Seconds to the nearest multiple of the resolution, at least one. */
static ns_t to_grid(const struct workload *w, double seconds)
{
    double steps = seconds * (double)NS_PER_S / (double)w->resolution;
    double most = (double)(SECONDS_MAX / 2) * ((double)NS_PER_S / (double)w->resolution);

    return (ns_t)fmax(1, floor(fmin(steps, most) + 0.5)) * w->resolution;
}

/* The first entry whose summed probability is above u. */
static uint32_t pick(const double *until, uint32_t n, double u)
{
    uint32_t low = 0, high = n - 1;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (u < until[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static const struct law *law_for(const struct workload *w, uint32_t gpus)
{
    uint32_t i = 0;

    while (i + 1 < w->n_classes && gpus > w->classes[i].most)
        i++;
    return &w->classes[i].law;
}

/* What the user asks for: the run time times a factor, then the next favourite if there is one. */
static ns_t draw_limit(const struct workload *w, ns_t run, struct rng *r)
{
    double factor;
    ns_t limit;

    if (!w->limits)
        return NS_UNKNOWN;
    factor = w->factor_low + (w->factor_high - w->factor_low) * rng_unit(r);
    limit = to_grid(w, (double)run / (double)NS_PER_S * factor);
    for (uint32_t i = 0; i < w->n_menu; i++)
        if (w->menu[i] >= limit)
            return w->menu[i];
    return limit < run ? run : limit;
}

struct label {
    char text[16];
};

static const char *label(struct label *to, const char *prefix, uint64_t number)
{
    snprintf(to->text, sizeof to->text, "%s%" PRIu64, prefix, number);
    return to->text;
}

static void draw_row(const struct workload *w, uint64_t seed, uint32_t replication, uint64_t job,
                     struct trace_row *row, struct job_group *group)
{
    const struct workload_shape *shape;
    const struct law *law;
    enum job_end end = JOB_DONE;
    double seconds;
    struct rng r;

    rng_stream(&r, seed, RNG_SIZE, replication, job);
    shape = &w->shapes[pick(w->shape_until, w->n_shapes, rng_unit(&r))];
    *group = shape->group;
    row->groups = group;
    row->n_groups = 1;
    row->share_milli = shape->share_milli;
    row->gpu_types = shape->gpu_types;
    row->cpu_milli = shape->cpu_milli;
    row->memory_mib = shape->memory_mib;
    row->required = shape->required;
    row->preferred = shape->preferred;

    rng_stream(&r, seed, RNG_LENGTH, replication, job);
    law = law_for(w, shape->group.replicas * shape->group.gpus);
    seconds = law_draw(law, &r);
    rng_stream(&r, seed, RNG_OUTCOME, replication, job);
    if (w->n_ends) {
        uint32_t i = pick(w->end_until, w->n_ends, rng_unit(&r));

        end = w->ends[i].end;
        seconds = fmin(seconds * w->ends[i].run_factor, law->most);
    }
    row->end = end;
    row->run = to_grid(w, seconds);

    rng_stream(&r, seed, RNG_ESTIMATE, replication, job);
    row->limit = draw_limit(w, row->run, &r);
}

int workload_draw(const struct workload *w, uint64_t seed, uint32_t replication, struct sink *s,
                  struct diag *d)
{
    struct clock clock = {0, 0};
    struct label id = {""}, user = {""}, tenant = {""};

    sink_note(s, "model", w->name);
    sink_note(s, "seed", label(&id, "", seed));
    if (w->origin != NS_UNKNOWN)
        sink_origin(s, w->origin);
    for (uint64_t job = 0; w->jobs == 0 || job < w->jobs; job++) {
        struct trace_row row = {.wait = NS_UNKNOWN, .line = (uint32_t)(job + 1)};
        struct job_group group;
        struct rng r;

        rng_stream(&r, seed, RNG_ARRIVAL, replication, job);
        clock_advance(w, &clock, rng_exponential(&r, 1));
        if (clock.hour >= HOURS_MAX)
            return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = w->name},
                             "job %" PRIu64 " of the model would arrive after 292 years, "
                             "expected fewer jobs or more per hour",
                             job + 1);
        row.submit = clock_time(w, &clock);
        if (row.submit >= w->duration)
            break;
        draw_row(w, seed, replication, job, &row, &group);
        if (w->n_users) {
            uint32_t u;

            rng_stream(&r, seed, RNG_USER, replication, job);
            u = pick(w->user_until, w->n_users, rng_unit(&r));
            row.user = label(&user, "u", u + 1);
            row.tenant = label(&tenant, "t", u % w->n_tenants + 1);
        }
        row.job_id = label(&id, "", job + 1);
        sink_count_row(s);
        if (sink_row(s, &row, d) < 0)
            return -1;
    }
    return 0;
}

const char *workload_name(const struct workload *w)
{
    return w->name;
}

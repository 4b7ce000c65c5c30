/* figure.c - what the figures share: captions, axes, and colours of lines. */
#include "metrics/figure.h"
#include "metrics/calendar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_NS (86400 * NS_PER_S)
enum { TICKS = 8, DATES = 6 };

const char *const figure_colour[FIGURE_LINES] = {"#0B2545", "#1B6CA8", "#17A398", "#7A9E1F",
                                                 "#D18F00", "#C8553D", "#7B2D43"};
const int figure_dash[FIGURE_LINES] = {1, 2, 4, 1, 2, 4, 1};

void figure_caption(const struct outcome *o, uint64_t n, const char *of, const char *note, char *to,
                    size_t room)
{
    char warmup[64] = "no warm-up", clock[40], count[32];

    if (o->warmup > 0)
        snprintf(warmup, sizeof warmup, "first %s are warm-up, not counted",
                 units_clock_text(o->warmup, clock));
    snprintf(to, room, "%.60s · %.100s · seed %llu\n%s %s · %s · %s",
             o->scenario ? o->scenario : "", o->policy_name, (unsigned long long)o->seed,
             figure_thousands((int64_t)n, count), of, warmup, note);
}

char *figure_thousands(int64_t v, char *to)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu",
                     (unsigned long long)(v < 0 ? 0 - (uint64_t)v : (uint64_t)v));
    char *p = to;

    if (v < 0)
        *p++ = '-';
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            *p++ = ',';
        *p++ = digits[i];
    }
    *p = '\0';
    return to;
}

char *figure_duration(double s, char *to)
{
    static const struct {
        double below, unit;
        const char *name;
    } scale[] = {
        {99.95, 1, "s"}, {59.95 * 60, 60, "min"}, {48 * 3600.0, 3600, "h"}, {INFINITY, 86400, "d"}};
    size_t i = 0;

    if (isnan(s)) {
        snprintf(to, 32, "-");
        return to;
    }
    while (i + 1 < sizeof scale / sizeof *scale && s >= scale[i].below)
        i++;
    snprintf(to, 32, s == 0 ? "%.0f %s" : "%.1f %s", s / scale[i].unit, scale[i].name);
    return to;
}

void figure_time(struct writer *w, ns_t t)
{
    writer_seconds(w, t, t % NS_PER_S ? 3 : 0);
}

/* Relative luminance of WCAG 2, with the plain power 2.2 for its curve. */
static double luminance(const char *ground)
{
    unsigned long v = strtoul(ground + 1, NULL, 16);
    double r = pow((double)(v >> 16 & 255) / 255, 2.2), g = pow((double)(v >> 8 & 255) / 255, 2.2);

    return 0.2126 * r + 0.7152 * g + 0.0722 * pow((double)(v & 255) / 255, 2.2);
}

/* The ink whose contrast is larger: (1.05) / (L + 0.05) for white, (L + 0.05) / 0.06 for ours. */
const char *figure_ink(const char *ground)
{
    double l = luminance(ground) + 0.05;

    return 1.05 / l >= l / 0.06 ? "#FFFFFF" : FIGURE_TEXT;
}

bool figure_pale(const char *ground)
{
    return 1.05 / (luminance(ground) + 0.05) < 2;
}

int figure_ticks(struct writer *w, double top, double least)
{
    static const double grow[3] = {2, 2.5, 2}; /* 1 2 5 10 */
    int longest = 1;
    double step = least;
    char text[32];

    for (int i = 0; top / step > 5; i++)
        step *= grow[i % 3];
    for (int i = 0; step * i <= top * (1 + 1e-9); i++) {
        if (step < 0.995)
            snprintf(text, sizeof text, step < 0.0995 ? "%.2f" : "%.1f", step * i);
        else
            figure_thousands((int64_t)(step * i + 0.5), text);
        if (w) {
            writer_print(w, "%s", i ? ", " : "");
            plot_text(w, i ? text : "0");
            writer_print(w, " %.2f", step * i);
        }
        longest = (int)strlen(text) > longest ? (int)strlen(text) : longest;
    }
    return longest;
}

double figure_margin(int longest)
{
    double margin = 0.055 + 0.0095 * longest;

    return margin > 0.08 ? margin : 0.08;
}

/* ---- time ---- */

struct ticks {
    struct writer *w;
    bool named, any;
};

static void tick(struct ticks *t, ns_t at, const char *label)
{
    struct writer *w = t->w;

    writer_print(w, "%s", t->any ? ", " : "");
    plot_text(w, t->named ? label : "");
    writer_char(w, ' ');
    figure_time(w, at);
    t->any = true;
}

/* Days of a month or months of a year; `zero` is the UTC of simulated time 0. */
static void date_ticks(struct ticks *t, ns_t zero, ns_t from, ns_t to)
{
    static const int day_steps[] = {1, 2, 7, 14},
                     month_steps[] = {1, 2, 3, 6, 12, 24, 60, 120, 600};
    ns_t days = (to - from) / DAY_NS;
    char label[32];

    for (size_t i = 0; i < sizeof day_steps / sizeof *day_steps; i++) {
        ns_t step = day_steps[i];
        if (days / step > DATES)
            continue;
        /* 1970-01-05 was a Monday: whole weeks begin there */
        ns_t at = (from + zero) / DAY_NS + ((from + zero) % DAY_NS > 0);
        if (step >= 7)
            at += ((step - (at - 4) % step) % step);
        for (; at * DAY_NS - zero <= to; at += step) {
            struct calendar c = calendar_of(at * DAY_NS);
            snprintf(label, sizeof label, "%s %d", calendar_month(c.month), c.day);
            tick(t, at * DAY_NS - zero, label);
        }
        return;
    }
    for (size_t i = 0; i < sizeof month_steps / sizeof *month_steps; i++) {
        int step = month_steps[i];
        if (days / 30 / step > DATES)
            continue;
        struct calendar c = calendar_of(from + zero);
        int64_t month = (c.year * 12 + c.month - 1) / step * step;
        for (; calendar_ns(month / 12, (int)(month % 12) + 1) - zero <= to; month += step) {
            ns_t at = calendar_ns(month / 12, (int)(month % 12) + 1) - zero;
            if (at < from)
                continue;
            snprintf(label, sizeof label, "%s %d", calendar_month((int)(month % 12) + 1),
                     (int)(month / 12));
            tick(t, at, label);
        }
        return;
    }
}

static void elapsed_ticks(struct ticks *t, ns_t from, ns_t to)
{
    static const int64_t steps[] = {1,      2,       5,       10,      30,       60,
                                    120,    300,     600,     1800,    3600,     7200,
                                    10800,  21600,   43200,   86400,   172800,   345600,
                                    604800, 1209600, 2419200, 8640000, 31536000, 315360000};
    size_t i = 0, n = sizeof steps / sizeof *steps;
    char label[32];

    while (i + 1 < n && (to - from) / NS_PER_S / steps[i] > TICKS)
        i++;
    ns_t step = steps[i] * NS_PER_S;
    for (ns_t at = (from + step - 1) / step * step; at <= to; at += step) {
        long long s = at / NS_PER_S;
        if (steps[i] >= 86400)
            snprintf(label, sizeof label, "%lld d", s / 86400);
        else if (steps[i] >= 60)
            snprintf(label, sizeof label, "%lld:%02lld", s / 3600, s / 60 % 60);
        else
            snprintf(label, sizeof label, "%lld s", s);
        tick(t, at, label);
        if (at > NS_NEVER - step)
            break;
    }
}

/* The warm-up is drawn, paler: what it does to the rest can be seen, and it counts for nothing. */
static void veil(struct writer *w, ns_t warmup, ns_t span)
{
    writer_print(w, "set object 99 rectangle from graph 0, graph 0 to first ");
    figure_time(w, warmup);
    writer_print(w, ", graph 1 front fc rgb '#FFFFFF' fs transparent solid 0.6 noborder\n"
                    "set arrow 99 from first ");
    figure_time(w, warmup);
    writer_print(w, ", graph 0 to first ");
    figure_time(w, warmup);
    writer_print(w, ", graph 1 nohead front dt 2 lw 0.7 lc rgb '" FIGURE_TEXT "'\n");
    if (warmup > span / 8) {
        writer_print(w, "set label 99 'warm-up' at first ");
        figure_time(w, warmup / 2);
        writer_print(w, ", graph 0.96 center front font ',9' tc rgb '" FIGURE_TEXT "'\n");
    }
}

void figure_time_axis(struct writer *script, const struct outcome *o, ns_t from, ns_t to,
                      bool labelled)
{
    ns_t zero = o->jobs->origin;
    bool dates = zero != NS_UNKNOWN && to - from >= 2 * DAY_NS && to < NS_NEVER - zero;
    char label[96];

    writer_print(script, "set xrange [");
    figure_time(script, from);
    writer_char(script, ':');
    figure_time(script, to - from >= NS_PER_S ? to : from + NS_PER_S);
    writer_print(script, "]\n");
    struct ticks ticks = {script, labelled, false};
    writer_print(script, "set xtics (");
    if (dates)
        date_ticks(&ticks, zero, from, to);
    else
        elapsed_ticks(&ticks, from, to);
    writer_print(script, ")\n");
    if (o->warmup > from)
        veil(script, o->warmup < to ? o->warmup : to, to - from);
    if (!labelled)
        return;
    if (dates) {
        int first = (int)calendar_of(zero + from).year, last = (int)calendar_of(zero + to).year;
        snprintf(label, sizeof label, first == last ? "date in %d, UTC" : "date, UTC, %d to %d",
                 first, last);
    } else if (zero != NS_UNKNOWN) {
        struct calendar c = calendar_of(zero);
        snprintf(label, sizeof label, "time since %04d-%02d-%02d %02d:%02d UTC%s", (int)c.year,
                 c.month, c.day, c.hour, c.minute, to - from < 2 * DAY_NS ? ", h:mm" : "");
    } else {
        snprintf(label, sizeof label, "time since the first submission%s",
                 to - from < 2 * DAY_NS ? ", h:mm" : "");
    }
    writer_print(script, "set xlabel ");
    plot_text(script, label);
    writer_print(script, " font ',9.5' offset 0,0.5\n");
}

void figure_duration_axis(struct writer *script, double most, const char *label)
{
    static const struct {
        const char *text;
        int64_t s;
    } major[] = {
        {"1 s", 1},     {"1 min", 60},    {"1 h", 3600},
        {"1 d", 86400}, {"1 wk", 604800}, {"1 yr", 31536000},
    };

    writer_print(script, "set logscale x\nset xrange [1:");
    writer_real(script, fmax(most * 1.1, 60), 0);
    writer_print(script, "]\nset xtics (");
    for (size_t i = 0; i < sizeof major / sizeof *major; i++)
        writer_print(script, "%s'%s' %lld", i ? ", " : "", major[i].text, (long long)major[i].s);
    writer_print(script, ", '' 10 1, '' 600 1, '' 21600 1)\nset xlabel ");
    plot_text(script, label);
    writer_print(script, " font ',9.5' offset 0,0.5\n");
}

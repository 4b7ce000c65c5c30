/* figure.h - what the figures share: captions, axes, stacks of steps, and colours of lines
 * (never the ledger's, which have a meaning). */
#ifndef BERTH_METRICS_FIGURE_H
#define BERTH_METRICS_FIGURE_H

#include "metrics/outcome.h"
#include "metrics/plot.h"
#include "metrics/series.h"

#define FIGURE_TEXT "#1A1A1A"
enum {
    FIGURE_COLUMNS = 600, /* of time: about one per pixel of the smaller picture */
    FIGURE_ROWS = 2400,   /* most rows of a stack that is not thinned */
    FIGURE_LINES = 7
};

/* Seven colours for classes in rising order, dark to light, and a dash type (1..5) for each. */
extern const char *const figure_colour[FIGURE_LINES];
extern const int figure_dash[FIGURE_LINES];

/* Scenario, policy, seed; then how many of what, the warm-up cut and `note` on thinning.
 * Two lines into `to`. */
void figure_caption(const struct outcome *o, uint64_t n, const char *of, const char *note, char *to,
                    size_t room);

/* xrange, ticks and label of simulated time: dates in UTC when the origin is known and the
 * span is two days or more, else time since the start. Data is in seconds. Ticks have no names
 * when the axis is not labelled. */
void figure_time_axis(struct writer *script, const struct outcome *o, ns_t from, ns_t to,
                      bool labelled);

/* Logarithmic axis of durations from 1 s to `most` s with ticks at 1 s 1 min 1 h 1 d 1 wk. */
void figure_duration_axis(struct writer *script, double most, const char *label);

/* A time in seconds with the decimals it needs, as data. */
void figure_time(struct writer *w, ns_t t);

/* "'0' 0, '500' 500, ...": at most six ticks up to `top`, at 1, 2 or 5 times a power of ten and at
 * least `least` apart. Returns the length of the longest name; `w` may be NULL to learn only that. */
int figure_ticks(struct writer *w, double top, double least);

/* Where the plot begins for ticks of that length, as a share of the page; the axis label stands
 * before them at FIGURE_LABEL. */
double figure_margin(int longest);
#define FIGURE_LABEL "0.018"

/* Text colour that can be read on a "#RRGGBB" ground; and whether that ground is pale. */
const char *figure_ink(const char *ground);
bool figure_pale(const char *ground);

/* Three figures and the unit people would choose: "12.3 s", "27.5 min", "3.0 h", "12.1 d"; "-" when
 * not known. `to` has at least 32 bytes. */
char *figure_duration(double s, char *to);

/* "12,345,678" into `to` (at least 32 bytes). */
char *figure_thousands(int64_t v, char *to);

#endif

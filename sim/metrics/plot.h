/* plot.h - data files and gnuplot scripts; finds gnuplot, runs it, says so if absent.
 * The only file that starts a process. */
#ifndef BERTH_METRICS_PLOT_H
#define BERTH_METRICS_PLOT_H

#include "base/writer.h"

bool plot_available(void); /* is there a gnuplot in PATH? */

/* What to tell the user when it is not: "gnuplot is not in PATH: ..." */
#define PLOT_ABSENT "gnuplot is not in PATH: plots/ was left out (Debian package gnuplot-nox)"

struct plot {        /* one figure: plots/NAME.{dat,gp,png,svg} */
    char stem[1024]; /* folder/plots/name */
    struct writer data, script;
};

/* Open the data file and a script that already holds the common head (encoding, fonts,
 * noenhanced, grid, caption of one or two lines, title). */
int plot_open(struct plot *p, const char *folder, const char *name, const char *title,
              const char *caption, struct diag *d);

/* Text as a quoted string of the script: nothing in it is expanded. */
void plot_text(struct writer *w, const char *text);

/* The figure's own data file, quoted, as the script names it. */
void plot_data(struct plot *p);

/* Close both and run the script once per terminal: pngcairo 1440x800 and svg 720x400. The script
 * plots with the macro-free text the caller wrote; `set terminal` and `set output` come from here.
 * 0; or -1 with *d when writing failed or gnuplot refused the script (its message). */
int plot_close(struct plot *p, struct diag *d);

void plot_drop(struct plot *p); /* give up: neither file appears */

#endif

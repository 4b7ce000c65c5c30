/* terminal.h - what is known of the terminal: colour, width, UTF-8. */
#ifndef BERTH_CLI_TERMINAL_H
#define BERTH_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* `when` is the value of --color: it beats the environment. Else only on a terminal, and not
 * when NO_COLOR is set and not empty or TERM is dumb. NULL = auto. */
bool terminal_colour(const char *when, FILE *to);

bool terminal_is(FILE *to);
int terminal_width(FILE *to); /* columns; 80 when unknown */
bool terminal_utf8(void);     /* by LC_ALL, LC_CTYPE, LANG in that order */

#endif

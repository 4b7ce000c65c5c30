/* verb.h - what a command is: one file cmd_<verb>.c, one row in main.c. */
#ifndef BERTH_CLI_VERB_H
#define BERTH_CLI_VERB_H

#include "cli/opts.h"

struct call;

struct verb_example {
    const char *command, *what;
};

struct verb {
    const char *name, *args, *summary;
    const char *group;                            /* heading of the first page */
    const struct verb_example *examples;          /* NULL command at the end */
    const struct opts_table *tables[OPTS_TABLES]; /* NULL at the end */
    const char *writes;                           /* which files, for help; NULL = none */
    uint32_t args_max;
    /* Status for the shell; -1 with *d when main is to print an error and take its status. */
    int (*run)(const struct call *c, struct diag *d);
};

struct call {
    const struct verb *const *verbs; /* all of them, NULL at the end */
    const struct verb *verb;
    const struct opts *opts;
    bool colour_out, colour_err; /* decided from --color, the terminal and NO_COLOR */
};

const struct verb *verb_find(const struct verb *const *verbs, const char *name);

/* "error: unknown verb 'rnu' (nearest: 'run'), see 'berth help'". Always -1. */
int verb_unknown(const struct verb *const *verbs, const char *name, struct diag *d);

#endif

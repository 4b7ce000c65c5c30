/* main.c - the table of commands, and the one place that prints an error and exits. */
#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/terminal.h"

#include <string.h>

static const struct verb *const verbs[] = {
    &cmd_run_verb,        &cmd_replay_verb,
    &cmd_diff_verb,       &cmd_trace_verb,
    &cmd_policies_verb,   &cmd_catalog_verb,
    &cmd_help_verb,       &cmd_version_verb,
    &cmd_completion_verb, NULL,
};

static int report_error(const struct diag *d, const struct opts *o)
{
    if (o->json)
        diag_print_json(stdout, d);
    else
        diag_print(stderr, d, "error", terminal_colour(o->color, stderr));
    return d->status;
}

/* A long option that stands in the verb's place, as most programs have them. */
static const char *verb_of(const char *arg)
{
    if (!strcmp(arg, "--help") || !strcmp(arg, "-h"))
        return "help";
    if (!strcmp(arg, "--version"))
        return "version";
    return arg;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct diag d = {0};
    int status;

    if (argc < 2) {
        help_first_page(stderr, verbs);
        return STATUS_USAGE;
    }
    const char *name = verb_of(argv[1]);
    const struct verb *verb = verb_find(verbs, name);
    if (!verb) {
        verb_unknown(verbs, name, &d);
        return report_error(&d, &o);
    }
    struct call c = {.verbs = verbs, .verb = verb, .opts = &o};

    if (opts_parse(&o, verb->name, verb->tables, argc - 2, (const char *const *)argv + 2, &d) < 0) {
        status = report_error(&d, &o);
    } else if (o.help) {
        help_verb(stdout, verb);
        status = STATUS_OK;
    } else if (o.args.n > verb->args_max) {
        diag_fail(&d, STATUS_USAGE, (struct diag_at){0},
                  "unexpected argument '%s' for '%s', see 'berth help %s'",
                  o.args.at[verb->args_max], verb->name, verb->name);
        status = report_error(&d, &o);
    } else {
        c.colour_out = terminal_colour(o.color, stdout);
        c.colour_err = terminal_colour(o.color, stderr);
        status = verb->run(&c, &d);
        if (status < 0)
            status = report_error(&d, &o);
    }
    opts_free(&o);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "error: cannot write to standard output\n");
        return status ? status : STATUS_INPUT;
    }
    return status;
}

/* cmd_help.c - berth help: the first page, a verb, or a topic. */
#include "cli/cmd.h"
#include "cli/help.h"
#include "ingest/ingest.h"
#include "metrics/report.h"
#include "sched/registry.h"

#include <string.h>

static const struct verb_example examples[] = {
    {"berth help run", "every flag of 'run', with default and unit"},
    {"berth help formats", "trace formats and the columns taken from each"},
    {0},
};

static void topic_formats(void)
{
    fputs("Trace formats. The format is guessed from the header; --format NAME names it.\n"
          "'.gz' is recognized by content. docs/formats.md has the rules.\n",
          stdout);
    for (const struct trace_format *const *f = ingest_formats(); *f; f++) {
        printf("\n%s  %s%s\n", (*f)->name, (*f)->summary, (*f)->jobs ? "" : " (nodes only)");
        printf("    from     %s\n    columns  %s\n", (*f)->source, (*f)->columns);
    }
}

static void topic_policies(void)
{
    fputs("A policy is put together from parts, one per axis, joined by ',' or '+':\n"
          "  order=fifo,walk=easy,place=bestfit       the same as easy+bestfit\n"
          "A part may carry its first option in brackets, easy(2). Axes that are not named\n"
          "get fifo, strict, bestfit, auto and gang. Parts by axis:\n\n",
          stdout);
    for (int axis = 0; axis < AXES; axis++) {
        int column = printf("  %-9s", registry_axis_name((enum axis)axis));
        for (const struct policy_part *const *p = registry_parts(); *p; p++) {
            if ((int)(*p)->axis != axis)
                continue;
            if (column + (int)strlen((*p)->name) + 1 > 79)
                column = printf("\n  %-9s", "") - 1;
            column += printf(" %s", (*p)->name);
        }
        putchar('\n');
    }
    fputs("\n'berth policies NAME' describes one.\n", stdout);
}

static void topic_exit(void)
{
    fputs("Exit status\n"
          "    0  done\n"
          "    1  a gate or a target was not met; decisions differ (replay, diff)\n"
          "    2  wrong usage\n"
          "    3  unreadable or invalid input, unwritable output\n"
          "    4  a policy failed to load or broke its contract\n"
          "    5  the simulated system cannot move\n"
          "    6  an invariant of the program broke: please report it\n"
          "  130  interrupted; nothing was written\n"
          "  141  the pipe was closed\n",
          stdout);
}

static void topic_scenario(void)
{
    fputs(
        "A scenario is JSON with comments. Unknown keys are errors. --set PATH=VALUE changes any\n"
        "key; scenario.json in the output folder is the merged result and repeats the run.\n"
        "\n"
        "  {\n"
        "    \"berth_scenario\": 1,\n"
        "    \"name\": \"first\",\n"
        "    \"trace\": {\"file\": \"jobs.csv\"},            // or \"model\"\n"
        "    \"cluster\": \"16x hgx-h100\",                // 'berth catalog --type node'\n"
        "    \"policy\": \"easy\",                         // 'berth policies'\n"
        "    \"seed\": 1\n"
        "  }\n"
        "\n"
        "scenarios/README.md has every key with type, unit and default. Reports to pick under\n"
        "\"outputs\" (a star: written unless the scenario says otherwise):\n\n",
        stdout);
    for (const struct report *const *r = report_all(); *r; r++)
        printf("  %c %-16s %s\n", (*r)->on_by_default ? '*' : ' ', (*r)->name, (*r)->summary);
}

static const struct topic {
    const char *name;
    void (*print)(void);
} topics[] = {
    {"formats", topic_formats},
    {"policies", topic_policies},
    {"exit", topic_exit},
    {"scenario", topic_scenario},
};
enum { TOPICS = sizeof topics / sizeof *topics };

static int cmd_help(const struct call *c, struct diag *d)
{
    if (!c->opts->args.n) {
        help_first_page(stdout, c->verbs);
        return STATUS_OK;
    }
    const char *name = c->opts->args.at[0];
    /* "policies" is a verb and a topic: the flags of the verb are few, so both are shown. */
    const struct verb *v = verb_find(c->verbs, name);
    if (v)
        help_verb(stdout, v);
    for (int i = 0; i < TOPICS; i++)
        if (!strcmp(topics[i].name, name)) {
            if (v)
                putchar('\n');
            topics[i].print();
            return STATUS_OK;
        }
    if (v)
        return STATUS_OK;
    const char *words[64];
    uint32_t n = 0;
    for (const struct verb *const *p = c->verbs; *p && n < 32; p++)
        words[n++] = (*p)->name;
    for (int i = 0; i < TOPICS; i++)
        words[n++] = topics[i].name;
    const char *near = diag_nearest(name, words, n);
    return diag_fail(
        d, STATUS_USAGE, (struct diag_at){0},
        "no help on '%s'%s%s%s; topics are the verbs, formats, policies, exit, scenario", name,
        near ? " (nearest: '" : "", near ? near : "", near ? "')" : "");
}

const struct verb cmd_help_verb = {
    .name = "help",
    .args = "[VERB or TOPIC]",
    .summary = "a verb, or a topic: formats, policies, exit, scenario",
    .group = "about",
    .examples = examples,
    .tables = {&opts_speaking},
    .args_max = 1,
    .run = cmd_help,
};

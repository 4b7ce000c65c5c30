/* help.c - pages made from the tables of verbs and flags. Width 80, no pager. */
#include "cli/help.h"

#include <string.h>

void help_first_page(FILE *to, const struct verb *const *verbs)
{
    const char *group = "";

    fputs("Berth replays a GPU job log on a modelled cluster and accounts for every\n"
          "GPU-second and every dollar.\n"
          "\n"
          "usage: berth VERB [ARGUMENTS] [--flags]\n\n",
          to);
    for (; *verbs; verbs++) {
        if (strcmp((*verbs)->group, group) != 0)
            fprintf(to, "%s\n", (*verbs)->group);
        group = (*verbs)->group;
        fprintf(to, "  %-11s %s\n", (*verbs)->name, (*verbs)->summary);
    }
    fputs("\n"
          "example\n"
          "  berth run --trace jobs.csv --cluster '16x hgx-h100' --policy easy -o out/\n"
          "\n"
          "read on: 'berth help run', 'berth help scenario'; docs/ has the formats\n",
          to);
}

static void print_flag(FILE *to, const struct opts_flag *f)
{
    char left[64];

    snprintf(left, sizeof left, "%s%c%s--%s%s%s", f->letter ? "-" : "", f->letter ? f->letter : ' ',
             f->letter ? ", " : "   ", f->name, f->value ? " " : "", f->value ? f->value : "");
    if (strlen(left) > 26)
        fprintf(to, "  %s\n%30s%s\n", left, "", f->help);
    else
        fprintf(to, "  %-26s  %s\n", left, f->help);
}

void help_verb(FILE *to, const struct verb *v)
{
    fprintf(to, "usage: berth %s%s%s [--flags]\n\n%s\n", v->name, *v->args ? " " : "", v->args,
            v->summary);
    fputs("\nexamples\n", to);
    for (const struct verb_example *e = v->examples; e->command; e++)
        fprintf(to, "  %s\n      %s\n", e->command, e->what);
    for (const struct opts_table *const *t = v->tables; *t; t++) {
        fprintf(to, "\n%s\n", (*t)->purpose);
        for (const struct opts_flag *f = (*t)->flags; f->name; f++)
            print_flag(to, f);
    }
    if (v->writes)
        fprintf(to, "\nwrites\n%s", v->writes);
    fputs("\nstatus\n  0 done, 2 wrong usage, 3 bad input or unwritable output; see 'berth help "
          "exit'\n",
          to);
}

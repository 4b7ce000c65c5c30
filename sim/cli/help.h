/* help.h - pages made from the tables of verbs and flags. */
#ifndef BERTH_CLI_HELP_H
#define BERTH_CLI_HELP_H

#include "cli/verb.h"

void help_first_page(FILE *to, const struct verb *const *verbs);
void help_verb(FILE *to, const struct verb *v);

#endif

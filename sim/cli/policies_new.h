/* policies_new.h - berth policies new NAME: a folder with a policy that works, its Makefile and its test. */
#ifndef BERTH_CLI_POLICIES_NEW_H
#define BERTH_CLI_POLICIES_NEW_H

#include "cli/verb.h"

/* STATUS_OK, or -1 with *d: no fit name, the folder exists, it cannot be written. */
int policies_new(const struct call *c, const char *name, struct diag *d);

#endif

/* policies_check.h - berth policies check POLICY: every check of experiment/conform.h in a process of its
 * own, one line each. */
#ifndef BERTH_CLI_POLICIES_CHECK_H
#define BERTH_CLI_POLICIES_CHECK_H

#include "cli/verb.h"

/* STATUS_OK, or STATUS_POLICY when a check failed; -1 with *d when the policy cannot be loaded. */
int policies_check(const struct call *c, const char *policy, struct diag *d);

#endif

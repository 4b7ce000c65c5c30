/* load.h - policies on the contract: those linked in from policies/, and shared objects. The only
 * door to dlopen(). */
#ifndef BERTH_HOST_LOAD_H
#define BERTH_HOST_LOAD_H

#include "abi/berth_policy.h"
#include "base/diag.h"

/* Those that are linked in, by file name, NULL at the end. */
const struct berth_policy *const *load_built_ins(void);
const struct berth_policy *load_built_in(const char *id); /* NULL = there is none */

/* The policy of a shared object, which stays loaded. -1 with STATUS_POLICY: no such file or symbol,
 * another major or layout (both sides are named), or a descriptor without what it must have. */
int load_file(const char *path, const struct berth_policy **out, struct diag *d);

/* The checks of load_file() on a descriptor; `who` names it in the message. */
int load_check(const struct berth_policy *p, const char *who, struct diag *d);

#endif

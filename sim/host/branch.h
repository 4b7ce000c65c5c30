/* branch.h - a second host that goes on from where one stands: what-if branches and fail-over.
 *
 * Both go on by themselves and share only what is borrowed. The policy's instance is a new one that loads
 * the state which the first saved. */
#ifndef BERTH_HOST_BRANCH_H
#define BERTH_HOST_BRANCH_H

#include "host/host.h"

/* Set up `to` as `from` stands, between two calls of host_decide(). `c` is what `from` was set up with; the
 * new host has no tap. 0, or -1 with *d: STATUS_POLICY when the policy cannot save its state, or does not
 * load what it saved. `to` is to be freed in any case. Safe point: it allocates. */
int branch_host(struct host *to, struct host *from, const struct host_config *c, struct arena *a,
                struct diag *d);

#endif

/* core_policy.h - Berth's own core as a policy on the contract (abi/berth_policy.h).
 *
 * Its configuration text is a composition that parses without the jobs (composition.config). It asks
 * its host for BERTH_CLAIRVOYANT when the composition's estimates are exact, and for BERTH_PARTS. */
#ifndef BERTH_SCHED_CORE_POLICY_H
#define BERTH_SCHED_CORE_POLICY_H

#include "abi/berth_policy.h"

extern const struct berth_policy core_policy;

#endif

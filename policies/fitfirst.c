/* fitfirst.c - what many papers call FIFO: skip whatever does not fit. */
#include "sched/policy.h"

POLICY_PART(fitfirst) = {
    .axis = AXIS_PRESET,
    .name = "fit-first",
    .summary = "first in submission order that fits",
    .source = "policies.md 3.1",
    .composition = "order=fifo,walk=skip",
};

/* order_2dlas.c - least attained GPU-time in discrete queues (Tiresias-L). */
#include "sched/policy.h"

#include <stddef.h>

static const char *refuses(const int64_t *options)
{
    for (int i = 0; i + 1 < 3; i++)
        if (options[i + 1] && options[i + 1] <= options[i])
            return "the thresholds t1, t2 and t3 must rise, or be 0 from some on";
    return NULL;
}

POLICY_PART(order_2dlas) = {
    .axis = AXIS_ORDER,
    .name = "2dlas",
    .summary = "queues by attained GPU-time, lowest first, first come first served in each",
    .source = "Gu et al., NSDI 19; policies.md 3.4",
    .options = {{"t1", "GPU-seconds at which queue 0 is left", 3250, 1, 1000000000, false},
                {"t2", "the same of queue 1, 0 = there is no more", 0, 0, 1000000000, false},
                {"t3", "the same of queue 2, 0 = there is no more", 0, 0, 1000000000, false},
                {"promote",
                 "back to queue 0 after waiting this many permille of what it ran, 0 = never", 0, 0,
                 1000000000, false}},
    .refuses = refuses,
    .rank = ORDER_QUEUES,
    .needs_desired = true,
};

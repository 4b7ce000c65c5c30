/* order_multifactor.c - Slurm's multifactor priority. */
#include "sched/policy.h"

POLICY_PART(order_multifactor) = {
    .axis = AXIS_ORDER,
    .name = "multifactor",
    .summary = "weighted sum of age, fair share, size and priority, computed anew every period",
    .source = "Slurm, Multifactor Priority Plugin; policies.md 3.6",
    .options = {{"age", "PriorityWeightAge", 0, 0, 4294967295, false},
                {"fairshare", "PriorityWeightFairshare", 0, 0, 4294967295, false},
                {"size", "PriorityWeightJobSize", 0, 0, 4294967295, false},
                {"qos", "PriorityWeightQOS, on the job's priority", 0, 0, 4294967295, false},
                {"half_life", "PriorityDecayHalfLife", 604800 * NS_PER_S, NS_PER_S, INT64_MAX,
                 true},
                {"max_age", "PriorityMaxAge", 604800 * NS_PER_S, 1, INT64_MAX / 4, true},
                {"period", "PriorityCalcPeriod", 300 * NS_PER_S, NS_PER_S, INT64_MAX / 4, true},
                {"favor_small", "1: PriorityFavorSmall", 0, 0, 1, false}},
    .rank = ORDER_MULTIFACTOR,
};

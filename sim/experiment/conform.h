/* conform.h - does a policy keep the contract? Checks on small seeded workloads, one by one, so that the
 * caller can put each into a process of its own. */
#ifndef BERTH_EXPERIMENT_CONFORM_H
#define BERTH_EXPERIMENT_CONFORM_H

#include "experiment/choice.h"
#include "host/host.h"

enum conform_verdict { CONFORM_OK, CONFORM_FAILED, CONFORM_SKIPPED };

struct conform_result {
    uint32_t verdict;
    char text[480]; /* why it failed or was left out; what was seen */
};

struct conform {
    const char *policy; /* as --policy has it */
    uint64_t seed;
    struct host_note *note; /* of the run that goes on, or NULL */
    struct choice choice;   /* by conform_init() */
};

struct conform_check {
    const char *name, *claim; /* the claim is true when it passes */
    void (*run)(struct conform *c, struct conform_result *out);
};

/* In the order in which they are worth reading; ends at the first without a name. */
extern const struct conform_check conform_checks[];
enum { CONFORM_MOST = 16 };

/* Load the policy. 0, or -1 with *d as choice_parse(). */
int conform_init(struct conform *c, const char *policy, uint64_t seed, struct arena *a,
                 struct diag *d);

#endif

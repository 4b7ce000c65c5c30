/* choice.h - the text of --policy to a policy that a host can run.
 *
 * "order=fifo,walk=easy,place=bestfit"   a composition: Berth's own core
 * "mine,depth=3"                         a policy on the contract that is linked in (policies/)
 * "./mine.so,depth=3"                    the same from a shared object; a path has a '/'
 * "./mine.so,walk=easy"                  one that only brings parts: the core composed with them, on
 *                                        top of the composition that they name; words that are options
 *                                        of the parts go to them */
#ifndef BERTH_EXPERIMENT_CHOICE_H
#define BERTH_EXPERIMENT_CHOICE_H

#include "abi/berth_policy.h"
#include "sched/compose.h"

enum { CHOICE_OPTIONS = 32 };

struct choice {
    const struct berth_policy *policy;
    const struct berth_policy *parts; /* brings BERTH_PARTS for the core; NULL = none */
    const char *parts_config;
    int64_t parts_values[CHOICE_OPTIONS];
    uint32_t n_parts_values;
    const char *config; /* text for create() */
    int64_t values[CHOICE_OPTIONS];
    uint32_t n_values;
    bool is_core;
    struct composition composition; /* of the core; else its text and estimates say what runs */
};

/* Parse, load if need be, and check. `jobs` may be NULL. Texts live in the arena; shared objects stay
 * loaded. -1 with *d: STATUS_USAGE for words and values, STATUS_POLICY for what cannot be loaded. */
int choice_parse(const char *text, const struct job_set *jobs, struct arena *a, struct choice *out,
                 struct diag *d);

/* True when the text names a file: code that this program was not built with. */
bool choice_is_file(const char *text);

/* The same for a descriptor at hand: `options` is what stands behind its name. */
int choice_of(const struct berth_policy *policy, const char *options, struct arena *a,
              struct choice *out, struct diag *d);

#endif

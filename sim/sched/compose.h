/* compose.h - policy text to a checked composition.
 *
 * Items joined by ',' or '+': `axis=part`, a bare part or preset name, or `option=value` for the
 * part named last that has it. A part may carry its first option in brackets: easy(2). Later
 * items replace earlier ones of the same axis. Unnamed axes get fifo, strict, none, bestfit,
 * auto, gang, milli. An option belongs to the part named last that has it. */
#ifndef BERTH_SCHED_COMPOSE_H
#define BERTH_SCHED_COMPOSE_H

#include "base/diag.h"
#include "sched/job.h"
#include "sched/policy.h"

struct composition {
    const struct policy_part *part[AXIS_PRESET];
    int64_t option[AXIS_PRESET][POLICY_OPTIONS];
    int64_t factor_percent;           /* estimates are multiplied by this / 100 */
    enum axis last;                   /* axis of the part named last */
    const struct policy_part *preset; /* the last preset named, or NULL */
    int knowledge;                    /* ESTIMATE_*: what auto came down to for these jobs */
    char text[512];                   /* canonical: order=..,walk=..,place=..,estimate=..; parts
                           of the other axes when they are not the usual ones */
    char config[1024];  /* the same, whole: every option and what auto came down to; it parses to
                           an equal composition without the jobs */
    char estimates[96]; /* "user limit x 1.00, 12 jobs without one take the largest" */
};

/* Parse and check. `jobs` may be NULL (then estimates are not checked against it). -1 with
 * STATUS_USAGE: unknown word with the nearest, value out of range, or a combination that makes no
 * sense (policies.md 2.4). */
int compose_parse(const char *text, const struct job_set *jobs, struct composition *out,
                  struct diag *d);

#endif

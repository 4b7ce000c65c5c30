/* export.h - jobs to text: Berth's own trace format, or the Standard Workload Format 2.2. */
#ifndef BERTH_EXPERIMENT_EXPORT_H
#define BERTH_EXPERIMENT_EXPORT_H

#include "base/writer.h"
#include "ingest/ingest.h"

/* Everything a job_set holds: reading it back gives the same jobs. `fleet` names the GPU types
 * of request masks and is NULL when the jobs were read without one. `note` becomes a comment line
 * of the head; NULL = none. */
void export_berth(struct writer *w, const struct job_set *j, const struct topology *fleet,
                  const char *note);

/* What SWF can hold: a processor is a GPU, shares are rounded up, jobs without a GPU are left out
 * (their number is returned), ends without a code are -1. The head says so. */
uint32_t export_swf(struct writer *w, const struct job_set *j, const char *source);

#endif

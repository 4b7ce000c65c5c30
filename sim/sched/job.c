/* job.c - names and size classes of jobs. */
#include "sched/job.h"

#include <stdio.h>

const char *job_end_name(enum job_end e)
{
    static const char *const name[JOB_ENDS] = {"done",      "failed",    "killed",  "timeout",
                                               "preempted", "node_fail", "censored"};
    return e < JOB_ENDS ? name[e] : "unknown";
}

uint8_t job_size_class(uint32_t gpus, uint32_t share_milli)
{
    static const uint32_t from[JOB_SIZES] = {0, 0, 1, 2, 4, 8, 9, 32, 128};
    uint8_t c = JOB_SIZES - 1;

    if (gpus == 0)
        return 0;
    if (share_milli)
        return 1;
    while (gpus < from[c])
        c--;
    return c;
}

const char *job_size_name(uint8_t size_class)
{
    static const char *const name[JOB_SIZES] = {"cpu", "share", "1",      "2-3", "4-7",
                                                "8",   "9-31",  "32-127", "128+"};
    return size_class < JOB_SIZES ? name[size_class] : "unknown";
}

const char *job_name(const struct job_set *j, uint32_t job, char *to)
{
    if (j->name)
        return intern_text(&j->names, j->name[job]);
    snprintf(to, 12, "%u", job + 1);
    return to;
}

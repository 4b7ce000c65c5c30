/* workload_model.h - what a model file says, checked: shared by its reader and the drawing. */
#ifndef BERTH_EXPERIMENT_WORKLOAD_MODEL_H
#define BERTH_EXPERIMENT_WORKLOAD_MODEL_H

#include "experiment/law.h"
#include "experiment/workload.h"

#include <inttypes.h>

struct workload_shape {
    struct job_group group;
    uint32_t share_milli;
    const char *gpu_types;         /* NULL = any */
    int64_t cpu_milli, memory_mib; /* per replica; 0 = not stated */
    uint8_t required, preferred;   /* enum level */
};

struct workload_class {
    uint32_t most;
    struct law law;
}; /* up to `most` GPUs */
struct workload_end {
    enum job_end end;
    double run_factor;
};

/* Summed probabilities stand beside each table and end in 1. All memory in the arena. */
struct workload {
    const char *name;
    ns_t origin;          /* UTC of time 0, NS_UNKNOWN = not dated */
    ns_t resolution;      /* submits and run times are multiples of it */
    ns_t duration;        /* NS_NEVER = none */
    uint64_t jobs;        /* 0 = as many as the duration holds */
    double per_hour[168]; /* mean arrivals by hour of the week, from Monday 0:00 */
    uint32_t first_hour;  /* hour of the week in which time 0 lies */
    const struct workload_shape *shapes;
    const double *shape_until;
    uint32_t n_shapes;
    const struct workload_class *classes; /* by rising `most`; the last is for all larger jobs */
    uint32_t n_classes;
    bool limits;
    double factor_low, factor_high;
    const ns_t *menu; /* rising */
    uint32_t n_menu;
    const double *user_until;
    uint32_t n_users, n_tenants; /* 0 users: nobody is named */
    const struct workload_end *ends;
    const double *end_until;
    uint32_t n_ends; /* 0: every job is done */
};

#endif

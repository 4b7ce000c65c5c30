/* builders.h - fleets and jobs for tests, in a few words. */
#ifndef BERTH_TESTS_LIB_BUILDERS_H
#define BERTH_TESTS_LIB_BUILDERS_H

#include "base/vec.h"
#include "experiment/trial.h"

/* `nodes` nodes of `gpus` devices each, one NVLink domain per node. */
void builders_fleet(struct topology *t, struct arena *a, uint32_t nodes, uint32_t gpus);

/* One job to be; zero fields have the usual meaning. */
struct builders_job {
    ns_t submit, run, limit; /* limit 0 = none */
    uint32_t replicas, gpus; /* 0 replicas = 1 */
    uint32_t share_milli;
    uint8_t mig;    /* job_mig() of a profile, 0 = none; one instance per replica */
    uint64_t types; /* 0 = any; none when it asks for no GPU */
    int64_t cpu_milli, memory_mib;
    uint8_t required, preferred;
    uint32_t tenant, user;
    int32_t priority;
    enum job_end end;
};

/* Jobs in the given order (submit must not fall), equal requests share a class. Jobs are named by
 * number unless `names` is given. */
void builders_jobs(struct job_set *out, struct arena *a, const struct builders_job *jobs,
                   uint32_t n, const char *const *names);
void builders_free(struct job_set *jobs);

/* Everything kept, until the last job ends, done and timeout useful; ends the test program with the
 * message when the trial fails in another way than `expected` (a status, usually 0). */
void builders_run(const struct job_set *jobs, const struct topology *fleet, const char *policy,
                  ns_t horizon, struct arena *a, struct outcome *out, int expected);

/* Random jobs on a fleet: sizes up to `most` GPUs, heavy-tailed lengths, load about `load`. */
void builders_random(struct job_set *out, struct arena *a, uint64_t seed, uint32_t n,
                     uint32_t fleet_gpus, uint32_t node_gpus, uint32_t most, double load,
                     double overestimate);

/* The folder with shared inputs beside the project, or NULL after a loud line on stderr. */
const char *builders_shared(const char *inside, char *to, size_t room);

#endif

/* builders.c - fleets and jobs for tests. */
#include "lib/builders.h"

#include "base/rng.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void builders_fleet(struct topology *t, struct arena *a, uint32_t nodes, uint32_t gpus)
{
    struct node_spec *specs = ARENA_ARRAY(a, struct node_spec, nodes);
    struct diag d = {0};

    for (uint32_t i = 0; i < nodes; i++)
        specs[i] = (struct node_spec){.gpu_type = "gpu", .gpus = gpus, .nvlink_gpus = gpus};
    if (topology_build(t, a, specs, nodes, &d) < 0) {
        diag_print(stderr, &d, "error", 0);
        exit(1);
    }
}

static uint32_t share_of(const struct builders_job *j)
{
    return j->mig ? geometry_milli(job_mig_layout(j->mig), job_mig_profile(j->mig))
                  : j->share_milli;
}

static struct request request_of(const struct builders_job *j)
{
    uint32_t share = share_of(j);
    struct request r = {.n_groups = 1,
                        .replicas = j->replicas ? j->replicas : 1,
                        .share_milli = share,
                        .mig = j->mig,
                        .tenant = j->tenant,
                        .types = j->types || !(j->gpus || share) ? j->types : ~UINT64_C(0),
                        .cpu_milli = j->cpu_milli,
                        .memory_mib = j->memory_mib,
                        .required = j->required,
                        .preferred = j->preferred};
    r.gpus = r.replicas * (share ? 1 : j->gpus);
    r.demand_milli = (uint64_t)r.gpus * (share ? share : 1000);
    r.size_class = job_size_class(r.gpus, r.share_milli);
    return r;
}

void builders_jobs(struct job_set *out, struct arena *a, const struct builders_job *jobs,
                   uint32_t n, const char *const *names)
{
    *out = (struct job_set){.n = n, .origin = NS_UNKNOWN};
    out->specs = ARENA_ARRAY(a, struct job_spec, n + 1);
    out->requests = ARENA_ARRAY(a, struct request, n + 1);
    out->groups = ARENA_ARRAY(a, struct job_group, n + 1);
    out->priority = ARENA_ARRAY(a, int32_t, n + 1);
    out->user = ARENA_ARRAY(a, uint32_t, n + 1);
    if (names)
        out->name = ARENA_ARRAY(a, uint32_t, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        char text[16];
        const struct builders_job *j = &jobs[i];
        struct request r = request_of(j);
        struct job_group g = {r.replicas, r.share_milli ? 1 : j->gpus};
        uint32_t k = 0;
        for (; k < out->n_requests; k++) {
            r.first_group = out->requests[k].first_group;
            if (!memcmp(&out->requests[k], &r, sizeof r) &&
                !memcmp(&out->groups[r.first_group], &g, sizeof g))
                break;
        }
        if (k == out->n_requests) {
            r.first_group = out->n_groups;
            out->groups[out->n_groups++] = g;
            out->requests[out->n_requests++] = r;
        }
        out->specs[i] = (struct job_spec){.submit = j->submit,
                                          .run = j->run,
                                          .limit = j->limit ? j->limit : NS_UNKNOWN,
                                          .request = k,
                                          .end = (uint8_t)j->end};
        if (j->mig)
            out->mig_demand[(j->mig - 1) / GEOMETRY_PROFILES][job_mig_number(j->mig)] += r.replicas;
        out->priority[i] = j->priority;
        snprintf(text, sizeof text, "u%u", j->user);
        out->user[i] = intern_add(&out->users, text, strlen(text));
        for (uint32_t t = out->tenants.n; t <= j->tenant; t++) {
            snprintf(text, sizeof text, "t%u", t);
            intern_add(&out->tenants, text, strlen(text));
        }
        if (names)
            out->name[i] = intern_add(&out->names, names[i], strlen(names[i]));
    }
}

void builders_free(struct job_set *jobs)
{
    intern_free(&jobs->tenants);
    intern_free(&jobs->users);
    intern_free(&jobs->names);
}

void builders_run(const struct job_set *jobs, const struct topology *fleet, const char *policy,
                  ns_t horizon, struct arena *a, struct outcome *out, int expected)
{
    struct trial_config c = {.jobs = jobs,
                             .fleet = fleet,
                             .policy = policy,
                             .seed = 1,
                             .horizon = horizon,
                             .keep_segments = true,
                             .keep_waits = true,
                             .keep_series = true};
    struct diag d = {0};
    int failed;

    c.useful[JOB_DONE] = c.useful[JOB_TIMEOUT] = 1;
    failed = trial_run(&c, a, out, &d);
    if ((failed ? d.status : 0) != expected) {
        diag_print(stderr, &d, "error", 0);
        fprintf(stderr, "expected status %d with policy %s\n", expected, policy);
        exit(1);
    }
}

void builders_random(struct job_set *out, struct arena *a, uint64_t seed, uint32_t n,
                     uint32_t fleet_gpus, uint32_t node_gpus, uint32_t most, double load,
                     double overestimate)
{
    struct builders_job *jobs = ARENA_ARRAY(a, struct builders_job, n);
    double mean_work = 0, at = 0;
    struct rng r;

    for (uint32_t i = 0; i < n; i++) {
        double length;
        uint32_t gpus = 1;
        rng_stream(&r, seed, RNG_SIZE, 0, i);
        while (gpus * 2 <= most && rng_unit(&r) < 0.45)
            gpus *= 2;
        if (rng_unit(&r) < 0.2 && gpus > 1)
            gpus -= rng_below(&r, gpus / 2);
        rng_stream(&r, seed, RNG_LENGTH, 0, i);
        length = rng_lognormal(&r, log(600.0), 1.4);
        length = length > 200000 ? 200000 : length;
        jobs[i].run = (ns_t)(length * 1e9);
        rng_stream(&r, seed, RNG_ESTIMATE, 0, i);
        jobs[i].limit = (ns_t)((double)jobs[i].run * (1.0 + (overestimate - 1.0) * rng_unit(&r)));
        if (gpus > node_gpus) {
            jobs[i].replicas = gpus / node_gpus;
            gpus = node_gpus;
        }
        jobs[i].gpus = gpus;
        jobs[i].user = i % 7;
        jobs[i].tenant = i % 3;
        mean_work += length * gpus * (jobs[i].replicas ? jobs[i].replicas : 1) / n;
    }
    for (uint32_t i = 0; i < n; i++) {
        rng_stream(&r, seed, RNG_ARRIVAL, 0, i);
        at += rng_exponential(&r, mean_work / (load * fleet_gpus));
        jobs[i].submit = (ns_t)(at * 1e9);
    }
    builders_jobs(out, a, jobs, n, NULL);
}

const char *builders_shared(const char *inside, char *to, size_t room)
{
    const char *top = getenv("BERTH_SHARED");
    struct stat s;

    snprintf(to, room, "%s/%s", top ? top : "../shared", inside);
    if (!stat(to, &s))
        return to;
    fprintf(stderr, "SKIP: %s not found, the comparison with recorded data is left out\n", to);
    return NULL;
}

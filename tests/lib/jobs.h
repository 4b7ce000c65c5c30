/* jobs.h - text through the whole of ingest, and the job set as text again. */
#ifndef BERTH_TESTS_LIB_JOBS_H
#define BERTH_TESTS_LIB_JOBS_H

#include "ingest/ingest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct jobs {
    struct arena arena;
    struct job_set set;
    struct ingest_summary summary;
    struct diag d;
    int result;
};

/* Read n bytes; `opt` and `fleet` may be NULL. Rejects do not stop unless `opt` says so. */
static inline void jobs_bytes(struct jobs *j, const void *data, size_t n,
                              const struct ingest_options *opt, const struct topology *fleet)
{
    const struct ingest_options lenient = {.max_rejects = 1};
    struct input *in = input_memory("t", data, n);

    memset(j, 0, sizeof *j);
    arena_init(&j->arena);
    j->result =
        ingest_input(in, opt ? opt : &lenient, fleet, NULL, &j->arena, &j->set, &j->summary, &j->d);
    input_close(in);
}

static inline void jobs_text(struct jobs *j, const char *text, const struct ingest_options *opt,
                             const struct topology *fleet)
{
    jobs_bytes(j, text, strlen(text), opt, fleet);
}

static inline void jobs_free(struct jobs *j)
{
    ingest_free(&j->set);
    arena_free(&j->arena);
}

/* "a1 at 0 for 60 1x8 of v by t/u done" per job; lines of the file and interned numbers are
 * left out, so two sets are the same when their texts are. Lives in the arena. */
static inline const char *jobs_dump(struct jobs *j)
{
    const struct job_set *s = &j->set;
    size_t room = (size_t)s->n * 400 + 1, used = 0;
    char *to = arena_alloc(&j->arena, room, 1), name[12];

    for (uint32_t i = 0; i < s->n; i++) {
        const struct job_spec *spec = &s->specs[i];
        const struct request *r = &s->requests[spec->request];
        used +=
            (size_t)snprintf(to + used, room - used, "%s at %.12g for %.12g", job_name(s, i, name),
                             (double)spec->submit / 1e9, (double)spec->run / 1e9);
        for (uint32_t g = 0; g < r->n_groups; g++)
            used += (size_t)snprintf(to + used, room - used, "%s%ux%u", g ? "+" : " ",
                                     s->groups[r->first_group + g].replicas,
                                     s->groups[r->first_group + g].gpus);
        if (r->share_milli)
            used += (size_t)snprintf(to + used, room - used, "@%u", r->share_milli);
        if (r->shape_open)
            used += (size_t)snprintf(to + used, room - used, "?");
        if (r->accepts != INTERN_NONE)
            used += (size_t)snprintf(to + used, room - used, " of %s",
                                     intern_text(&s->accepts, r->accepts));
        if (r->cpu_milli || r->memory_mib)
            used += (size_t)snprintf(to + used, room - used, " cpu %lld mem %lld",
                                     (long long)r->cpu_milli, (long long)r->memory_mib);
        if (r->required || r->preferred)
            used += (size_t)snprintf(to + used, room - used, " in %s/%s", level_name(r->required),
                                     level_name(r->preferred));
        if (spec->limit >= 0)
            used +=
                (size_t)snprintf(to + used, room - used, " limit %.12g", (double)spec->limit / 1e9);
        if (s->recorded_wait && s->recorded_wait[i] >= 0)
            used += (size_t)snprintf(to + used, room - used, " wait %.12g",
                                     (double)s->recorded_wait[i] / 1e9);
        if (s->priority && s->priority[i])
            used += (size_t)snprintf(to + used, room - used, " priority %d", s->priority[i]);
        if (s->after && s->after[i] != JOB_NONE)
            used += (size_t)snprintf(to + used, room - used, " after %s",
                                     job_name(s, s->after[i], name));
        used += (size_t)snprintf(to + used, room - used, " by %s/%s %s\n",
                                 intern_text(&s->tenants, r->tenant),
                                 s->user ? intern_text(&s->users, s->user[i]) : "",
                                 job_end_name((enum job_end)spec->end));
    }
    return to;
}

/* `nodes` nodes of `gpus` GPUs of one type, racks of `rack` nodes (0 = none). */
static inline void jobs_fleet(struct topology *t, struct arena *a, uint32_t nodes, uint32_t gpus,
                              const char *type, uint32_t rack)
{
    struct node_spec *specs = ARENA_ARRAY(a, struct node_spec, nodes);
    struct diag d;

    for (uint32_t i = 0; i < nodes; i++) {
        char name[16];
        int n = snprintf(name, sizeof name, "r%u", rack ? i / rack : 0);
        specs[i] = (struct node_spec){.gpus = gpus, .gpu_type = type};
        if (rack)
            specs[i].domain[LEVEL_RACK] = arena_text(a, name, (size_t)n);
    }
    assert_int_equal(topology_build(t, a, specs, nodes, &d), 0);
}

#endif

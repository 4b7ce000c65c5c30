/* forms.h - preemptive orders on counted GPUs, replayed with lists as the published Tiresias program keeps
 * them, with a switch for every respect in which the core's form is another one.
 *
 * With no switch it is that program, with all of them it is the core on one node; in between it tells which
 * respect moves how much. Everything is looked at anew at every event: slow and obvious. */
#ifndef BERTH_TESTS_LIB_FORMS_H
#define BERTH_TESTS_LIB_FORMS_H

#include "lib/tiresias.h"
#include "sched/gittins.h"

enum forms_order {
    FORMS_ARRIVAL,   /* to completion; not replayed */
    FORMS_REMAINING, /* time */
    FORMS_SERVICE,   /* GPU-time */
    FORMS_SIZE,
    FORMS_QUEUES, /* discretised LAS by GPU-time */
    FORMS_GITTINS /* the same, and in a queue by the index */
};

enum forms_switch {
    FORMS_DEMOTE = 1,  /* at the instant the threshold is reached, through as many queues as due */
    FORMS_PROMOTE = 2, /* at the exact instant; several at once by waiting / running time */
    FORMS_CLEAR = 4,   /* a start clears the waiting */
    FORMS_TIES = 8,    /* by arrival instead of by the order there was */
    FORMS_EXCESS = 16, /* the index over what is left of a sample, not over all of it */
    FORMS_LOOKS = 32,  /* and as of the last whole quantum of service, not of the last event */
    FORMS_ALL = 63
};

enum { FORMS_LIMITS = 3, FORMS_QUANTUM = 3250 };

struct forms_rule {
    enum forms_order order;
    unsigned how;                /* switches */
    int64_t limit[FORMS_LIMITS]; /* GPU-seconds */
    uint32_t n_limits, knob;     /* knob: 1/1000 of the running time, 0 = no promotion */
    const int64_t *sample;       /* rising, GPU-seconds */
    uint32_t n_samples;
    const struct gittins *gittins; /* with FORMS_EXCESS */
};

struct forms_job {
    ns_t left, executed, waited, since; /* executed, waited: since the last promotion */
    ns_t first, end;
    uint32_t queue, stops;
    bool ended, running, wanted;
};

struct forms {
    const struct forms_rule *rule;
    const struct tiresias_world *world;
    struct forms_job *job;
    uint32_t *list, n_list; /* runnable jobs: by queue and place in it, or by the order */
    uint32_t come;
    ns_t now;
    uint64_t demotions, promotions, late_demotions;
    wide_t late, latest; /* service beyond the threshold at demotions: sum, most; GPU x ns */
};

/* Run the world's trace; memory in its arena. */
void forms_run(struct forms *f, const struct forms_rule *rule, struct tiresias_world *w);

/* The published index of a job that attained `service` GPU-seconds, in 1/10,000; larger first. */
int64_t forms_published_index(const struct forms_rule *rule, int64_t service);

#endif

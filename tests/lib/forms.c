/* forms.c - preemptive orders on counted GPUs, published and correct. */
#include "lib/forms.h"

#include "base/check.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool has(const struct forms *f, enum forms_switch s)
{
    return (f->rule->how & s) != 0;
}

static bool in_queues(const struct forms *f)
{
    return f->rule->order == FORMS_QUEUES || f->rule->order == FORMS_GITTINS;
}

static int64_t gpus_of(const struct forms *f, uint32_t i)
{
    return f->world->job[i].gpus;
}

/* ---- the published index ---- */

/* First sample above `a`; n when there is none. */
static uint32_t above(const struct forms_rule *r, int64_t a)
{
    uint32_t low = 0, high = r->n_samples;

    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (r->sample[mid] <= a)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* As its arithmetic rounds. */
static double rounded(double x, int decimals)
{
    char text[64];

    snprintf(text, sizeof text, "%.*f", decimals, x);
    return strtod(text, NULL);
}

int64_t forms_published_index(const struct forms_rule *r, int64_t service)
{
    uint32_t n = r->n_samples, i, j;
    int64_t a, sum;

    if (service >= r->sample[n - 1])
        return 0;
    a = r->sample[above(r, service)] - 1;
    i = above(r, a);
    j = a + FORMS_QUANTUM > r->sample[n - 1] - 1 ? n - 1 : above(r, a + FORMS_QUANTUM);
    sum = (int64_t)FORMS_QUANTUM * (n - j);
    for (uint32_t k = i; k < j; k++)
        sum += r->sample[k];
    return llround(
        rounded(rounded(((double)j - i) / (double)(n - i), 5) * 1e6 / (double)(sum / (n - i)), 4) *
        1e4);
}

/* ---- the order ---- */

static int64_t excess_key(const struct forms *f, uint32_t i)
{
    struct gittins g = *f->rule->gittins;

    if (!has(f, FORMS_LOOKS))
        g.quantum = 1;
    return gittins_key(&g, gittins_service((wide_t)f->job[i].executed * gpus_of(f, i) * 1000));
}

/* Smaller first. */
static int64_t key(const struct forms *f, uint32_t i)
{
    const struct forms_job *j = &f->job[i];

    switch (f->rule->order) {
    case FORMS_REMAINING:
        return j->left;
    case FORMS_SERVICE:
        return j->left / 1000000 * gpus_of(f, i);
    case FORMS_SIZE:
        return gpus_of(f, i);
    case FORMS_GITTINS:
        if (has(f, FORMS_EXCESS))
            return excess_key(f, i);
        return -forms_published_index(f->rule, j->executed / NS_PER_S * gpus_of(f, i));
    default:
        return 0; /* the list is the order */
    }
}

static bool before(const struct forms *f, uint32_t a, uint32_t b)
{
    int64_t x, y;

    if (f->job[a].queue != f->job[b].queue)
        return f->job[a].queue < f->job[b].queue;
    x = key(f, a);
    y = key(f, b);
    if (x != y)
        return x < y;
    if (f->rule->order == FORMS_GITTINS && f->world->job[a].submit != f->world->job[b].submit)
        return f->world->job[a].submit < f->world->job[b].submit;
    return f->rule->order != FORMS_QUEUES && has(f, FORMS_TIES) && a < b;
}

/* Stable, by insertion. */
static void sort(struct forms *f)
{
    for (uint32_t k = 1; k < f->n_list; k++) {
        uint32_t i = f->list[k], at = k;
        for (; at && before(f, i, f->list[at - 1]); at--)
            f->list[at] = f->list[at - 1];
        f->list[at] = i;
    }
}

static void remove_from_list(struct forms *f, uint32_t i)
{
    uint32_t at = 0;

    while (f->list[at] != i)
        at++;
    memmove(&f->list[at], &f->list[at + 1], (--f->n_list - at) * sizeof *f->list);
}

static void to_tail(struct forms *f, uint32_t i, uint32_t queue)
{
    f->job[i].queue = queue;
    f->list[f->n_list++] = i;
}

/* ---- changes of queue ---- */

static wide_t beyond(const struct forms *f, uint32_t i)
{
    return (wide_t)f->job[i].executed * gpus_of(f, i) -
           (wide_t)f->rule->limit[f->job[i].queue] * NS_PER_S;
}

static bool to_demote(const struct forms *f, uint32_t i)
{
    return f->job[i].running && f->job[i].queue < f->rule->n_limits && beyond(f, i) >= 0;
}

static void demote(struct forms *f, uint32_t i)
{
    wide_t late = beyond(f, i);

    f->demotions++;
    f->late += late;
    f->late_demotions += late >= gpus_of(f, i);
    f->latest = late > f->latest ? late : f->latest;
    remove_from_list(f, i);
    to_tail(f, i, f->job[i].queue + 1);
}

static bool may_be_promoted(const struct forms *f, uint32_t i)
{
    const struct forms_job *j = &f->job[i];

    return f->rule->knob && f->rule->order == FORMS_QUEUES && !j->running && j->queue &&
           j->executed;
}

static ns_t patience(const struct forms *f, uint32_t i)
{
    wide_t product = (wide_t)f->job[i].executed * f->rule->knob;

    if (has(f, FORMS_PROMOTE))
        return (ns_t)((product + 999) / 1000);
    return (ns_t)(product / 1000 / NS_PER_S * NS_PER_S);
}

static bool to_promote(const struct forms *f, uint32_t i)
{
    return may_be_promoted(f, i) && f->job[i].waited >= patience(f, i);
}

static void promote(struct forms *f, uint32_t i)
{
    f->promotions++;
    f->job[i].executed = f->job[i].waited = 0;
    remove_from_list(f, i);
    to_tail(f, i, 0);
}

/* The one that waits longest by its running time; the earlier on a tie. f->come when none is due. */
static uint32_t most_impatient(const struct forms *f)
{
    uint32_t best = f->come;

    for (uint32_t i = 0; i < f->come; i++)
        if (!f->job[i].ended && to_promote(f, i) &&
            (best == f->come || (wide_t)f->job[i].waited * f->job[best].executed >
                                    (wide_t)f->job[best].waited * f->job[i].executed))
            best = i;
    return best;
}

static void change_queues(struct forms *f)
{
    uint32_t next;

    for (uint32_t i = 0; i < f->come; i++) {
        if (f->job[i].ended)
            continue;
        if (to_demote(f, i))
            demote(f, i);
        else if (!has(f, FORMS_PROMOTE) && to_promote(f, i))
            promote(f, i);
        while (has(f, FORMS_DEMOTE) && to_demote(f, i))
            demote(f, i);
    }
    while (has(f, FORMS_PROMOTE) && (next = most_impatient(f)) < f->come)
        promote(f, next);
}

/* ---- events ---- */

static void advance(struct forms *f)
{
    for (uint32_t i = 0; i < f->come; i++) {
        struct forms_job *j = &f->job[i];
        ns_t passed = f->now - j->since;
        j->since = f->now;
        if (j->ended)
            continue;
        if (j->running) {
            j->left -= passed;
            j->executed += passed;
        } else if (j->executed) {
            j->waited += passed;
        }
    }
}

static void end_and_arrive(struct forms *f)
{
    for (uint32_t i = 0; i < f->come; i++)
        if (f->job[i].running && !f->job[i].left) {
            f->job[i].ended = true;
            f->job[i].running = false;
            f->job[i].end = f->now;
            remove_from_list(f, i);
        }
    for (; f->come < f->world->n && f->world->job[f->come].submit * NS_PER_S == f->now; f->come++) {
        f->job[f->come] = (struct forms_job){.left = f->world->job[f->come].duration * NS_PER_S,
                                             .since = f->now,
                                             .first = NS_UNKNOWN,
                                             .end = NS_UNKNOWN};
        to_tail(f, f->come, 0);
    }
}

/* Running jobs of a queue ahead of the others. */
static void partition(struct forms *f)
{
    for (uint32_t k = 1; k < f->n_list; k++) {
        uint32_t i = f->list[k], at = k;
        for (; at && f->job[i].running && !f->job[f->list[at - 1]].running &&
               f->job[i].queue == f->job[f->list[at - 1]].queue;
             at--)
            f->list[at] = f->list[at - 1];
        f->list[at] = i;
    }
}

static void walk(struct forms *f)
{
    int64_t left = f->world->fleet.n_gpus;

    sort(f);
    for (uint32_t k = 0; k < f->n_list; k++) {
        uint32_t i = f->list[k];
        struct forms_job *j = &f->job[i];
        bool fits = gpus_of(f, i) <= left;
        left -= fits ? gpus_of(f, i) : 0;
        if (fits && !j->running) {
            j->first = j->first == NS_UNKNOWN ? f->now : j->first;
            j->waited = has(f, FORMS_CLEAR) ? 0 : j->waited;
        }
        j->stops += !fits && j->running;
        j->running = fits;
    }
    if (in_queues(f))
        partition(f);
}

/* When a running job is looked at for its demotion. */
static ns_t demotion(const struct forms *f, uint32_t i)
{
    const struct forms_job *j = &f->job[i];
    int64_t limit = f->rule->limit[j->queue], gpus = gpus_of(f, i), left;

    if (has(f, FORMS_DEMOTE))
        return f->now + (ns_t)((-beyond(f, i) + gpus - 1) / gpus);
    left = limit - j->executed / NS_PER_S; /* seconds from GPU-seconds, as published */
    return f->now + (left > 0 ? left / gpus * NS_PER_S : 0);
}

static ns_t look(const struct forms *f, uint32_t i)
{
    int64_t service = gittins_service((wide_t)f->job[i].executed * gpus_of(f, i) * 1000),
            next = gittins_next(f->rule->gittins, service);
    wide_t left = (wide_t)next * 1000000 - (wide_t)f->job[i].executed * gpus_of(f, i) * 1000;

    if (next == GITTINS_LAST)
        return NS_NEVER;
    return f->now + (ns_t)((left + gpus_of(f, i) * 1000 - 1) / (gpus_of(f, i) * 1000));
}

static ns_t sooner(ns_t a, ns_t b)
{
    return a < b ? a : b;
}

static ns_t next_event(const struct forms *f)
{
    ns_t event = f->come < f->world->n ? f->world->job[f->come].submit * NS_PER_S : NS_NEVER,
         jump = NS_NEVER;

    for (uint32_t k = 0; k < f->n_list; k++) {
        uint32_t i = f->list[k];
        const struct forms_job *j = &f->job[i];
        if (j->running)
            event = sooner(event, f->now + j->left);
        if (in_queues(f) && j->running && j->queue < f->rule->n_limits)
            jump = sooner(jump, demotion(f, i));
        if (may_be_promoted(f, i) && patience(f, i) > j->waited)
            jump = sooner(jump, f->now + patience(f, i) - j->waited);
        if (j->running && f->rule->order == FORMS_GITTINS && has(f, FORMS_LOOKS))
            jump = sooner(jump, look(f, i));
    }
    return event == NS_NEVER ? NS_NEVER : sooner(event, jump);
}

void forms_run(struct forms *f, const struct forms_rule *rule, struct tiresias_world *w)
{
    *f = (struct forms){.rule = rule, .world = w};
    f->job = ARENA_ARRAY(&w->a, struct forms_job, w->n + 1);
    f->list = ARENA_ARRAY(&w->a, uint32_t, w->n + 1);
    while ((f->now = next_event(f)) != NS_NEVER) {
        advance(f);
        end_and_arrive(f);
        if (in_queues(f))
            change_queues(f);
        walk(f);
    }
}

/* fragmentation.c - how badly free capacity lies, integrated over time. */
#include "metrics/fragmentation.h"

#include <math.h>
#include <string.h>

const char *const fragmentation_name[FRAG_METRICS] = {
    [FRAG_SCATTERED_1] = "scattered_1",   [FRAG_SCATTERED_2] = "scattered_2",
    [FRAG_SCATTERED_4] = "scattered_4",   [FRAG_SCATTERED_8] = "scattered_8",
    [FRAG_LARGEST_GANG] = "largest_gang", [FRAG_FGD] = "fgd",
    [FRAG_MIG_HOLES] = "mig_holes",
};

void fragmentation_advance(struct fragmentation *f, ns_t dt)
{
    if (!f->known)
        return;
    for (int k = 0; k < FRAG_METRICS; k++)
        f->sum[k] += (wide_t)f->now[k] * dt;
    f->free += (wide_t)f->free_milli * dt;
    f->mig_free += (wide_t)f->mig_free_milli * dt;
    for (uint32_t i = 0; i < f->n_gangs; i++)
        f->gang_sum[i] += (wide_t)f->gang[i].gpus * dt;
}

void fragmentation_settle(struct fragmentation *f, const struct observed_state *s, uint32_t types)
{
    const struct observed_fragmentation *o = s->fragmentation;

    f->known = o != NULL;
    if (!o)
        return;
    f->fgd_known = o->fgd_milli >= 0;
    for (int g = 0; g < OBSERVED_GANGS; g++)
        f->now[FRAG_SCATTERED_1 + g] = o->scattered_milli[g];
    f->now[FRAG_LARGEST_GANG] = o->largest_gang * 1000;
    f->now[FRAG_FGD] = f->fgd_known ? o->fgd_milli : 0;
    f->mig_known = o->has_mig;
    f->now[FRAG_MIG_HOLES] = o->mig_holes_milli;
    f->mig_free_milli = o->mig_free_milli;
    f->n_gangs = o->n_gangs;
    if (o->n_gangs)
        memcpy(f->gang, o->gangs, o->n_gangs * sizeof *f->gang);
    f->free_milli = 0;
    for (uint32_t type = 0; type < types; type++)
        f->free_milli += s->free_milli[type];
}

struct outcome_fragmentation fragmentation_means(const struct fragmentation *f, ns_t span,
                                                 struct arena *a)
{
    struct outcome_fragmentation out = {.known = f->known && span > 0};
    struct outcome_gang *gangs = ARENA_ARRAY(a, struct outcome_gang, f->n_gangs + 1);

    if (!out.known)
        return out;
    out.fgd_known = f->fgd_known;
    for (int k = 0; k < FRAG_METRICS; k++)
        out.mean[k] = (double)f->sum[k] / 1000 / (double)span;
    out.mig_known = f->mig_known;
    out.mig_holes_ratio =
        f->mig_free > 0 ? (double)f->sum[FRAG_MIG_HOLES] / (double)f->mig_free : NAN;
    for (uint32_t i = 0; i < f->n_gangs; i++)
        gangs[i] = (struct outcome_gang){f->gang[i].level, f->gang[i].gpu_type,
                                         (double)f->gang_sum[i] / (double)span};
    out.gangs = gangs;
    out.n_gangs = f->n_gangs;
    out.fgd_ratio = f->fgd_known && f->free > 0 ? (double)f->sum[FRAG_FGD] / (double)f->free : NAN;
    return out;
}

/* fragmentation.c - how badly free capacity lies, integrated over time. */
#include "metrics/fragmentation.h"

#include <math.h>

const char *const fragmentation_name[FRAG_METRICS] = {
    [FRAG_SCATTERED_1] = "scattered_1",   [FRAG_SCATTERED_2] = "scattered_2",
    [FRAG_SCATTERED_4] = "scattered_4",   [FRAG_SCATTERED_8] = "scattered_8",
    [FRAG_LARGEST_GANG] = "largest_gang", [FRAG_FGD] = "fgd",
};

void fragmentation_advance(struct fragmentation *f, ns_t dt)
{
    if (!f->known)
        return;
    for (int k = 0; k < FRAG_METRICS; k++)
        f->sum[k] += (wide_t)f->now[k] * dt;
    f->free += (wide_t)f->free_milli * dt;
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
    f->free_milli = 0;
    for (uint32_t type = 0; type < types; type++)
        f->free_milli += s->free_milli[type];
}

struct outcome_fragmentation fragmentation_means(const struct fragmentation *f, ns_t span)
{
    struct outcome_fragmentation out = {.known = f->known && span > 0};

    if (!out.known)
        return out;
    out.fgd_known = f->fgd_known;
    for (int k = 0; k < FRAG_METRICS; k++)
        out.mean[k] = (double)f->sum[k] / 1000 / (double)span;
    out.fgd_ratio = f->fgd_known && f->free > 0 ? (double)f->sum[FRAG_FGD] / (double)f->free : NAN;
    return out;
}

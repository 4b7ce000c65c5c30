/* remembers.c - keeps count of its decisions and chooses places by it; keeps the contract: the count is in
 * its saved state. With -DFORGETS it is not. */
#include "double.h"

DECIDE
{
    struct double_state *s = self;
    uint32_t job, n;

    (void)events, (void)n_events, (void)mode;
    while ((job = double_first(v, BERTH_JOB_PENDING)) != BERTH_NONE) {
        uint32_t rule = s->cookie % 3 ? BERTH_PLACE_BEST : BERTH_PLACE_WORST;
        n = s->place->find(s->host->ctx, job, rule, s->pieces, ROOM);
        if (!n)
            break;
        s->cookie++;
        double_emit(s, BERTH_DO_START, job, s->pieces, n);
    }
    return 0;
}

static berth_status save(void *self, const struct berth_writer *to)
{
    struct double_state *s = self;
#ifdef FORGETS
    uint64_t cookie = 0;
    (void)s;
#else
    uint64_t cookie = s->cookie;
#endif

    return to->write(to->ctx, &cookie, sizeof cookie);
}

static berth_status load(void *self, const struct berth_view *v, const struct berth_reader *from)
{
    struct double_state *s = self;

    (void)v;
    return from->read(from->ctx, &s->cookie, sizeof s->cookie);
}

BERTH_POLICY(remembers) = {BERTH_HEAD,
                           .id = "remembers",
                           .summary = "every third job goes to the emptiest node",
                           .version = "1",
                           .source = "",
                           .uses = BERTH_CAN_SHARE,
                           .flags = BERTH_FORKABLE,
                           .create = double_create,
                           .destroy = double_destroy,
                           .decide = decide,
                           .save = save,
                           .load = load};

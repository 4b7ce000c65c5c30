/* ledger.h - every milli-GPU of every instant in exactly one bucket; the sum is checked.
 *
 * A stepwise integrator: rates (milli-GPU per bucket and GPU type) hold from one instant to the next.
 * All sums are 128-bit integers. */
#ifndef BERTH_METRICS_LEDGER_H
#define BERTH_METRICS_LEDGER_H

#include "base/arena.h"
#include "engine/observer.h"
#include "metrics/outcome.h"

struct ledger {
    const struct job_set *jobs;
    const struct topology *fleet;
    ns_t from, to; /* the window it covers; to = NS_NEVER: until closed */
    ns_t last;     /* rates below hold since then */
    int64_t rate[TOPOLOGY_TYPES][BUCKETS];
    uint32_t some[TOPOLOGY_TYPES]; /* by type: bit b set where rate[b] may be above zero */
    int64_t frag_rate[FRAGS];
    struct ledger_row *by_type;    /* sums */
    struct ledger_row *by_request; /* by request class: held and blocked */
    struct ledger_unasked {
        ns_t since;
        int64_t milli;
    } * unasked; /* by request: held beyond what was asked for, since then */
    wide_t frag[FRAGS];
    struct {
        uint32_t request;
        uint8_t bucket;
        int64_t milli;
    } * booked; /* by class, of this interval */
    size_t n_booked;
};

void ledger_init(struct ledger *l, const struct job_set *jobs, const struct topology *fleet,
                 ns_t from, struct arena *a);

/* Add rates x (now - last) and move on. */
void ledger_advance(struct ledger *l, ns_t now);

/* Of what a piece holds, the part that a job of the class asked for: all but what lies beyond its share on each
 * device. */
int64_t ledger_asked(const struct ledger *l, uint32_t request, const struct held *h);

/* Devices go from free to a held bucket, or back (sign -1), for a job of a class. What it did not ask for
 * is held idle, whatever it does; that part is booked to the class here, the rest by ledger_job(). */
void ledger_hold(struct ledger *l, uint32_t request, enum bucket b, const struct held *h,
                 uint32_t n, int sign);

/* GPU time that one job of a class asked for, when it is over: part inside the window only. */
void ledger_job(struct ledger *l, uint32_t request, enum bucket b, ns_t start, ns_t end);

/* `work` ns of a job of a class, booked as b on so many milli-GPU of each type, become lost work. */
void ledger_lose(struct ledger *l, uint32_t request, enum bucket b, const int64_t *milli,
                 ns_t work);

/* The free buckets until the next instant. */
void ledger_settle(struct ledger *l, const struct observed_state *s);

/* After ledger_advance(to) and ledger_job() of every job that ran: book what classes still hold unasked. */
void ledger_close(struct ledger *l);

/* Integer check of a closed ledger: for every type, buckets sum to devices x 1000 x (to - from); what jobs hold
 * is the same by type and by class, bucket by bucket, but for gang-wait holds, which have no class. */
bool ledger_exact(const struct ledger *l, ns_t to);

#endif

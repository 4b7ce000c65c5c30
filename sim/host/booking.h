/* booking.h - why free capacity is free, and why pending jobs wait, as accounts.
 *
 * After a decision every request with pending jobs, in the policy's order, books up to what its jobs ask
 * for, out of the capacity that is free and not booked yet, to the cause that blocks it; what nobody books
 * is no demand. docs/model.md, section Ledger, has the rule. The order and the causes are the policy's own
 * words (BERTH_EXPLAIN) where it has them; else the host asks its record of who holds what, request by
 * request. O(requests with pending jobs). */
#ifndef BERTH_HOST_BOOKING_H
#define BERTH_HOST_BOOKING_H

#include "host/host.h"

struct booking {
    uint32_t request;
    uint8_t block, gpu_type; /* BERTH_BLOCK_* */
    int64_t milli;
};
struct blocked {
    uint32_t request;
    uint8_t block;
};

struct bookings {
    struct host *host;
    const struct berth_explain *explain; /* NULL: the host looks itself */
    VEC(struct booking) booked;          /* of the instant; amounts > 0 */
    VEC(struct blocked) blocked;         /* every request with pending jobs, when all are wanted */
    bool all;                            /* causes of all, not only while capacity is left */
};

void booking_init(struct bookings *b, struct host *h, bool all);
void booking_free(struct bookings *b);
void booking_reserve(struct bookings *b); /* a safe point, see host_reserve */

/* Recompute for the present instant, after host_decide(). free[type]: milli-GPU that are idle; what the
 * jobs that wait for devices (START accepted, holder not gone yet) keep idle is booked by the caller. */
void booking_update(struct bookings *b, const int64_t *free);

#endif

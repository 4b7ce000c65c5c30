/* emit.h - checking what a policy wants, applying it, and taking it back: the functions behind
 * berth_host.emit, begin, commit and rollback. `ctx` is the host. */
#ifndef BERTH_HOST_EMIT_H
#define BERTH_HOST_EMIT_H

#include "host/host.h"

berth_status emit_decision(void *ctx, const struct berth_decision *d);
berth_status emit_begin(void *ctx);
berth_status emit_commit(void *ctx);
berth_status emit_rollback(void *ctx);

const char *emit_refusal_text(uint16_t code); /* "a device is not free" */
const char *emit_kind_text(uint16_t kind);    /* "START" */

#endif
